"""Backups of an installation: made beside the running work, and told about."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rules.model import HOUR, Instant
from rules.refusals import Refusal
from storage import DatabaseUnusable
from storage.albums import Carried, carry
from storage.backups import Backup, Figures, NoRoom, Unsound, found, make_room, needed_pictures, quick_check, tidy
from storage.backups import back_up as copy_database
from storage.images import PictureStore
from storage.stopping import apart

from .config import Config
from .secret import mark_of
from .words import Words

EVERY = HOUR
FAILURES = (DatabaseUnusable, NoRoom, Unsound)


@dataclass(frozen=True)
class Made:
    """A backup; `carried` tells of the pictures, where they were to come along."""

    backup: Backup
    carried: Carried | None


async def back_up(config: Config, now: Instant, folder: Path | None = None) -> Made:
    """Copy the database among the installation's backups, or with all pictures into a folder. Raises FAILURES.

    The database may be at work; what is committed before the call is in the copy.
    """
    key = await asyncio.to_thread(mark_of, config.secret_file)
    backup = await apart(lambda stop: copy_database(config.database, folder or config.backups, now, key, stop))
    if folder is None:
        return Made(backup, None)
    carried = await asyncio.to_thread(take_along, config.pictures, backup, folder)
    return Made(backup, carried)


def take_along(pictures: Path, backup: Backup, folder: Path) -> Carried:
    """Have all pictures of a backup beside it."""
    return carry(needed_pictures(backup.path), PictureStore(pictures), PictureStore(folder / "pictures"))


async def newest(config: Config) -> Backup | None:
    """The newest of the installation's own backups."""
    backups = await asyncio.to_thread(found, config.backups)
    return backups[-1] if backups else None


async def faults_of(config: Config) -> list[str]:
    """What is wrong with the pages of the database, beside its running work; nothing in a sound one."""
    return await apart(partial(quick_check, config.database))


async def give_up_old(config: Config) -> int:
    """Delete the oldest backups where the disk has no room for another one; how many."""
    return await asyncio.to_thread(make_room, config.database, config.backups)


async def forget_old(config: Config, now: Instant) -> int:
    """Delete backups that are not kept any more; how many."""
    return await asyncio.to_thread(tidy, config.backups, now)


def refusal(error: Exception) -> Refusal:
    """Why there is no backup."""
    match error:
        case NoRoom():
            return Refusal("backup.no_room", size=in_gigabytes(int(str(error))))
        case _:
            return Refusal("backup.failed", reason=str(error))


def told(words: Words, made: Made, config: Config, now: Instant) -> list[str]:
    """A backup in lines for whoever asked for it."""
    manifest = made.backup.manifest
    figures = manifest.figures
    lines = [
        words.plain("backup.made", file=made.backup.path, size=in_gigabytes(manifest.size)),
        words.plain("backup.holds", answers=words.number(figures.answers), newest=newest_answer(words, figures, now)),
    ]
    if figures.violations:
        lines.append(words.plain("backup.books", checks=", ".join(figures.violations)))
    if made.carried is not None:
        lines.append(words.plain("backup.pictures", count=words.number(figures.pictures - made.carried.missing)))
        if made.carried.missing:
            lines.append(words.plain("backup.pictures_missing", count=words.number(made.carried.missing)))
    return [*lines, words.plain("backup.key", key=config.secret_file)]


def newest_answer(words: Words, figures: Figures, now: Instant) -> str:
    """When the newest answer in a copy was given."""
    at = figures.newest_answer_at
    return words.plain("backup.no_answer") if at is None else words.when(Instant(at), now)


def in_gigabytes(size: int) -> str:
    """`12.3 GB`, or `8 MB` for what is small."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
