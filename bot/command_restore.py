"""`tapwork restore`: a backup takes the place of the database, which is kept. What is not proven touches nothing."""

import sys
from contextlib import ExitStack
from pathlib import Path

from rules.model import Instant
from storage import DatabaseTaken, DatabaseUnusable, NewerSchema
from storage.albums import carry
from storage.backups import Unsound, needed_pictures
from storage.images import PictureStore
from storage.restoring import Prepared, chosen, held, prepared, swap

from . import trouble
from .clock import WallClock
from .config import Config
from .safekeeping import newest_answer
from .secret import mark_of
from .words import Words

REFUSED = 1


def restore(config: Config, source: Path, language: str, *, is_sure: bool, other_key: bool) -> int:
    """Restore, and say what was done; 1 when it could not be, or was not wanted, and nothing was changed."""
    words = Words(language, config.currency, config.timezone)
    now = WallClock().now()
    if not config.secret_file.exists():
        return _refuse(words.plain("backup.no_key", key=config.secret_file))
    try:
        with ExitStack() as stack:
            stack.enter_context(held(config.database))
            ready = stack.enter_context(prepared(chosen(source), config.database, now))
            return _restore(config, ready, words, now, is_sure=is_sure, other_key=other_key)
    except DatabaseTaken as taken:
        return _refuse(words.plain("backup.held", holder=taken))
    except Unsound as error:
        return _refuse(words.plain("backup.unsound", reason=error))
    except NewerSchema as newer:
        return _refuse(words.plain("backup.newer", reason=newer))
    except DatabaseUnusable as error:
        return _refuse(trouble.told(error))


def _restore(config: Config, ready: Prepared, words: Words, now: Instant, *, is_sure: bool, other_key: bool) -> int:
    key = ready.manifest.key if ready.manifest is not None else None
    if key is not None and key != mark_of(config.secret_file) and not other_key:
        return _refuse(words.plain("backup.other_key", key=config.secret_file))
    made = _made(ready, words, now)
    for line in _offer(ready, words, now, made):
        _say(line)
    if not is_sure and (refused := _refused(config, words)):
        return _refuse(refused)
    brought = carry(needed_pictures(ready.path), _pictures_beside(ready.source), PictureStore(config.pictures))
    aside = swap(ready, config.database, now)
    _say(words.plain("backup.restored", made=made))
    if brought.new:
        _say(words.plain("backup.pictures_back", count=words.number(brought.new)))
    if brought.missing:
        _say(words.plain("backup.pictures_missing", count=words.number(brought.missing)))
    if aside is not None:
        _say(words.plain("backup.kept", path=aside))
    _say(words.plain("backup.next", made=made))
    return 0


def _made(ready: Prepared, words: Words, now: Instant) -> str:
    """When the backup was made; of one without a manifest, when its file was written."""
    if ready.manifest is not None:
        return words.when(ready.manifest.made_at, now)
    return words.when(Instant(int(ready.source.stat().st_mtime * 1000)), now)


def _offer(ready: Prepared, words: Words, now: Instant, made: str) -> list[str]:
    figures = ready.figures
    answers, newest = words.number(figures.answers), newest_answer(words, figures, now)
    lines = [words.plain("backup.offer", file=ready.source, made=made, answers=answers, newest=newest)]
    if figures.violations:
        lines.append(words.plain("backup.books", checks=", ".join(figures.violations)))
    return lines


def _refused(config: Config, words: Words) -> str | None:
    """Ask whoever sits there; why not, unless they say yes."""
    if not sys.stdin.isatty():
        return words.plain("backup.say_yes")
    sys.stdout.write(words.plain("backup.sure", database=config.database))
    sys.stdout.flush()
    return None if sys.stdin.readline().strip().lower() in ("y", "yes") else words.plain("backup.declined")


def _pictures_beside(source: Path) -> PictureStore:
    return PictureStore(source.parent / "pictures")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _refuse(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return REFUSED
