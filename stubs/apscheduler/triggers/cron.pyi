from datetime import tzinfo

class CronTrigger:
    def __init__(self, *, hour: int, minute: int, timezone: tzinfo) -> None: ...
