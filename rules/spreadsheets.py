"""Text that a spreadsheet would run instead of showing it."""

import re

LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front where a spreadsheet could take it for a formula; plain numbers stay."""
    if cell.startswith(LIVE) and not NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
