"""`tapwork post`, `export` and `pay`: asked of the running bot, or done here when there is none."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from storage import DatabaseTaken, DatabaseUnusable, NewerSchema, open_database

from . import control, trouble
from .clock import WallClock
from .commands import Command, Desk
from .commands import Progress as Hear
from .config import Config
from .control import Interrupted, NobodyListens, PathTooLong, Reply

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds that a bot may take from opening its database to listening."""


async def call(config: Config, command: Command, language: str) -> int:
    """Have a command done, and say what came of it; the exit status."""
    try:
        reply = await _with_bar(lambda progress: _reach(config, command, language, progress))
    except (Interrupted, DatabaseTaken, DatabaseUnusable, NobodyListens, NewerSchema) as error:
        reply = {"error": _reason(config, error)}
    return _tell(reply)


async def _reach(config: Config, command: Command, language: str, progress: Hear) -> Reply:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return await control.ask(config.socket, command, language, progress)
        except NobodyListens as silence:
            try:
                return await _do_here(config, command, language, progress)
            except DatabaseTaken as taken:
                if time.monotonic() > until:
                    raise (silence if isinstance(silence, PathTooLong) else taken) from None
        await asyncio.sleep(0.1)


async def _do_here(config: Config, command: Command, language: str, progress: Hear) -> Reply:
    if not is_there(config):
        raise NobodyListens
    db = await open_database(config.database_url)
    try:
        return await control.answer(Desk(config, db, WallClock()), command, language, progress)
    finally:
        await db.close()


def is_there(config: Config) -> bool:
    """Whether there is a database; a command about what is in it should not make an empty one."""
    return config.database.exists()


def _reason(config: Config, error: Exception) -> str:
    match error:
        case PathTooLong():
            return f"The running bot can't be reached: {error}"
        case DatabaseTaken():
            return f"Process {error} has the database and does not listen at {config.socket}."
        case NewerSchema():
            return f"The database was written by a newer release: {error}. Update tapwork."
        case DatabaseUnusable():
            return trouble.told(error)
        case NobodyListens():
            return f"There is no database at {config.database_url}. Is TAPWORK_DATA_DIR the bot's?"
        case Interrupted():
            return (
                "The bot stopped before it said what came of it; it may be done. Look before you repeat it "
                "(tapwork pay lists who is still to be paid)."
            )
        case _:
            return str(error)


async def _with_bar(work: Callable[[Hear], Awaitable[T]]) -> T:
    """Work with a bar on the terminal, which is gone afterwards."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)

        async def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=max(done, total), visible=True)

        return await work(progress)


def _tell(reply: Reply) -> int:
    match reply:
        case {"ok": {"text": str(text)}}:
            sys.stdout.write(f"{text}\n")
            return 0
        case {"refusal": _, "text": str(text)} | {"error": str(text)}:
            sys.stderr.write(f"{text}\n")
            return 1
        case _:
            sys.stderr.write("The bot's answer can't be understood. Is it of the same release?\n")
            return 1
