"""What is wrong with a database's file, and what to do about it, for whoever sits at the terminal."""

from typing import assert_never

from storage import DatabaseUnusable, Trouble


def told(error: DatabaseUnusable) -> str:
    """One line with the file, the reason, and the way out."""
    return f"The database {error.path} can't be used ({error.detail}). {_advice(error.trouble)}"


def _advice(trouble: Trouble) -> str:
    match trouble:
        case Trouble.BROKEN:
            return "It is damaged, and nothing in it was changed. `tapwork restore` puts a backup in its place."
        case Trouble.FULL:
            return "The disk is full. Make room on it, then start again; nothing was taken in meanwhile."
        case Trouble.READ_ONLY:
            return "It can't be written. Are the folder and all files in it the user's who runs tapwork?"
        case Trouble.FAILING:
            return "The disk does not do what it is told. Look into the system's log."
        case _:
            assert_never(trouble)
