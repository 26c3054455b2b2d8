"""Every expected "no"."""

Value = str | int


class Refusal(Exception):
    """An expected "no": a key of the catalogue and what fills its blanks. Worded once, at the edge."""

    def __init__(self, key: str, /, **blanks: Value) -> None:
        super().__init__(key)
        self.key = key
        self.blanks = blanks
