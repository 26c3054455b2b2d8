"""Which pictures there are, and what Telegram calls them."""

from rules.model import Instant, PictureId
from storage import Tx


def file_id_of(tx: Tx, picture: PictureId, bot_id: int) -> str | None:
    """What a bot calls a picture that it has uploaded."""
    row = tx.one("pictures.file_id", picture=picture, bot=bot_id)
    return row["file_id"] if row else None


def keep_file_id(tx: Tx, picture: PictureId, bot_id: int, file_id: str) -> None:
    tx.run("pictures.keep_file_id", picture=picture, bot=bot_id, file=file_id)


def forget_file_id(tx: Tx, picture: PictureId, bot_id: int, file_id: str) -> None:
    """Telegram does not know a picture by this name any more."""
    tx.run("pictures.forget_file_id", picture=picture, bot=bot_id, file=file_id)


def add_picture(tx: Tx, now: Instant, sha256: str, width: int, height: int) -> PictureId:
    """The number of a prepared picture, the same one for the same content."""
    tx.run("pictures.add", sha256=sha256, width=width, height=height, now=now)
    row = tx.one("pictures.find", sha256=sha256)
    if row is None:
        raise LookupError(sha256)
    return PictureId(row["id"])
