from datetime import tzinfo

class CronTrigger:
    def __init__(self, *, minute: str, timezone: tzinfo) -> None: ...
