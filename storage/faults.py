"""Faults of what data lie on: nobody who asked for something is to blame, and it may well go the next time."""

import errno
import sqlite3

PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})


def is_fault(error: BaseException) -> bool:
    """Whether the database or the disk failed. A row that its tables refuse, or a wrong statement, is a bug instead."""
    match error:
        case sqlite3.IntegrityError() | sqlite3.ProgrammingError():
            return False
        case sqlite3.Error():
            return True
        case OSError():
            return error.errno in PASSING
        case _:
            return False
