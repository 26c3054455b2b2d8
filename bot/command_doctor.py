"""`tapwork doctor`: beside the running bot or alone, whether everything is well."""

import sys

from storage import DatabaseTaken, DatabaseUnusable, NewerSchema, open_database

from . import app, checkup, control
from .clock import WallClock
from .commands import Examine
from .config import Config
from .control import Interrupted, NobodyListens
from .findings import Finding, Level, bad, warn, worst
from .transport import AiohttpRequest
from .words import Words

REFUSED = 1


async def doctor(config: Config, language: str, *, is_quick: bool) -> int:
    """Show what is found, the worst last; 1 when something is bad."""
    words = Words(language, config.currency, config.timezone)
    findings = await _work(config, words, is_quick=is_quick)
    if not is_quick:
        now = WallClock().now()
        findings += [*await checkup.look_at_files(config, words, now), *await _telegram(config, words)]
    return _show(findings)


async def _telegram(config: Config, words: Words) -> list[Finding]:
    if not config.token:
        return [warn(words.plain("doctor.token_missing"))]
    requests = (AiohttpRequest(connections=2), AiohttpRequest(connections=1))
    bot = app.bot_of(config, *requests)
    for request in requests:
        await request.initialize()
    try:
        return await checkup.look_at_telegram(config, bot, words, WallClock().now())
    finally:
        for request in requests:
            await request.shutdown()


async def _work(config: Config, words: Words, *, is_quick: bool) -> list[Finding]:
    """What the bot says, or the database itself when there is no bot."""
    try:
        reply = await control.ask(config.socket, Examine(is_quick), words.language, _unheard)
    except Interrupted:
        return [bad(words.plain("doctor.not_running"))]
    except NobodyListens:
        if is_quick:
            return [bad(words.plain("doctor.not_running"))]
        return await _alone(config, words)
    match reply:
        case {"ok": {"findings": list(told)}}:
            return [Finding(Level(level), text) for level, text in told]
        case _:
            return [bad(str(reply.get("text") or reply.get("error")))]


async def _alone(config: Config, words: Words) -> list[Finding]:
    idle = warn(words.plain("doctor.not_running"))
    if not config.database.exists():
        return [idle, warn(words.plain("doctor.database_later"))]
    try:
        db = await open_database(config.database_url)
    except DatabaseTaken as taken:
        return [bad(words.plain("doctor.database_held", holder=taken))]
    except NewerSchema as newer:
        return [idle, bad(words.plain("doctor.database_newer", reason=newer))]
    except DatabaseUnusable as error:
        return [idle, checkup.unusable(error, words)]
    try:
        return [idle, *await checkup.look_at_database(config, db, words, WallClock().now())]
    finally:
        await db.close()


async def _unheard(_done: int, _total: int) -> None:
    """An examination tells nothing on its way."""


def _show(findings: list[Finding]) -> int:
    """The worst last, where a terminal still shows it."""
    levels = list(Level)
    for finding in sorted(findings, key=lambda each: levels.index(each.level)):
        sys.stdout.write(f"{finding.level:<5}{finding.text}\n")
    return REFUSED if worst(findings) is Level.BAD else 0
