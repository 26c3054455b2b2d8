"""Looking whether an installation is well: each finding in words, with what to do where it is not."""

import asyncio
import os
import shutil
import stat
from types import MappingProxyType
from urllib.parse import urlsplit

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from rules.model import HOUR, MINUTE, SECOND, Instant
from services import auditing, measuring, payees, returning, scheduling
from storage import Database, DatabaseUnusable, Trouble
from storage.checks import Violation, checks, look

from .config import Config
from .fetching import server_time, status_of
from .findings import Finding, bad, ok, warn
from .health import LEAST_BYTES, LEAST_SHARE, nothing
from .safekeeping import EVERY, faults_of, in_gigabytes, newest
from .secret import LEAST_KEY_BYTES, KeyUnusable, WrongKey, load_secret
from .supervision import outcome
from .words import Words

SKEW = 30 * SECOND
SILENT = 2 * MINUTE
BACKLOG = 100
RECENT = HOUR
PATIENCE_SECONDS = 5.0
LATE, TOO_LATE = 2 * EVERY, 24 * HOUR
LOCAL = MappingProxyType({"0.0.0.0": "127.0.0.1", "::": "::1"})  # noqa: S104 - where to ask what listens everywhere
NO_SUCH_LINK = (404, "no-store")
"""The status and caching of the form's own page about a link that never was."""


# Settings and files ---------------------------------------------------------------------------------------------------


async def look_at_files(config: Config, words: Words, now: Instant) -> list[Finding]:
    """Settings, secret key, who else may read what, room on the disk, age of the newest backup, form for accounts."""
    findings = [_owners(config, words), *_ownership(config, words), _key(config, words), _disk(config, words)]
    return [*findings, await _backup(config, words, now), *await _form(config, words)]


def _owners(config: Config, words: Words) -> Finding:
    if not config.owners:
        return warn(words.plain("doctor.no_owners"))
    return ok(words.plain("doctor.settings", count=len(config.owners)))


def _ownership(config: Config, words: Words) -> list[Finding]:
    """Files that somebody else makes here, such as root by sudo, are files that the bot can't write."""
    folder = config.data_dir
    if not folder.exists():
        return [warn(words.plain("doctor.no_folder", folder=folder))]
    told = folder.stat()
    findings = []
    if told.st_uid != os.geteuid():
        findings.append(warn(words.plain("doctor.other_user", folder=folder)))
    if told.st_mode & stat.S_IRWXO:
        findings.append(warn(words.plain("doctor.folder_open", folder=folder)))
    return findings


def _key(config: Config, words: Words) -> Finding:
    path = config.secret_file
    if not path.exists():
        if config.database.exists():
            return bad(words.plain("doctor.key_missing", path=path))
        return ok(words.plain("doctor.key_later", path=path))
    if path.stat().st_size < LEAST_KEY_BYTES:
        return bad(words.plain("doctor.key_short", path=path))
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return bad(words.plain("doctor.key_open", path=path))
    return ok(words.plain("doctor.key", path=path))


def _disk(config: Config, words: Words) -> Finding:
    folder = next(each for each in (config.data_dir, *config.data_dir.absolute().parents) if each.exists())
    disk = shutil.disk_usage(folder)
    free = in_gigabytes(disk.free)
    if disk.free / disk.total < LEAST_SHARE and disk.free < LEAST_BYTES:
        return bad(words.plain("doctor.disk_full", free=free))
    return ok(words.plain("doctor.disk", free=free))


async def _backup(config: Config, words: Words, now: Instant) -> Finding:
    last = await newest(config)
    if last is None:
        return warn(words.plain("doctor.no_backup", folder=config.backups))
    age = max(0, now - last.manifest.made_at)
    told = words.duration(age)
    if age > TOO_LATE:
        return bad(words.plain("doctor.backup_old", age=told))
    if age > LATE:
        return warn(words.plain("doctor.backup_old", age=told))
    return ok(words.plain("doctor.backup", age=told, folder=config.backups))


async def _form(config: Config, words: Words) -> list[Finding]:
    """Whether the form answers where it is served; the way there from outside can't be seen from here."""
    if config.public_url is None or config.listen is None:
        return []
    host = LOCAL.get(config.listen.host, config.listen.host)
    near = f"http://{f'[{host}]' if ':' in host else host}:{config.listen.port}"
    if await status_of(f"{near}{urlsplit(config.public_url).path}/payee/doctor") == NO_SUCH_LINK:
        return [ok(words.plain("doctor.form", url=config.public_url))]
    return [warn(words.plain("doctor.form_unreachable", url=config.public_url, near=near))]


# Telegram -------------------------------------------------------------------------------------------------------------


async def look_at_telegram(config: Config, bot: Bot, words: Words, now: Instant) -> list[Finding]:
    """The token, how updates come in, and the clock."""
    try:
        me = await bot.get_me()
        info = await bot.get_webhook_info()
    except InvalidToken:
        return [bad(words.plain("doctor.token_refused"))]
    except TelegramError as error:
        return [bad(words.plain("doctor.unreachable", url=config.api_url, reason=error.message))]
    findings = [ok(words.plain("doctor.token", name=me.username)), _updates(config, info, words, now)]
    return [*findings, *await _clock(config, words, now)]


def _updates(config: Config, info: WebhookInfo, words: Words, now: Instant) -> Finding:
    if info.url != (config.webhook_url or ""):
        if info.url:
            return bad(words.plain("doctor.webhook_other", url=info.url))
        return bad(words.plain("doctor.webhook_unset", url=config.webhook_url))
    failed_at = info.last_error_date
    if info.url and failed_at and now - failed_at.timestamp() * SECOND < RECENT:
        return warn(words.plain("doctor.webhook_failing", reason=info.last_error_message or ""))
    if info.pending_update_count > BACKLOG:
        return warn(words.plain("doctor.pending", count=words.number(info.pending_update_count)))
    key = "doctor.webhook" if info.url else "doctor.polling"
    return ok(words.plain(key, count=info.pending_update_count))


async def _clock(config: Config, words: Words, now: Instant) -> list[Finding]:
    theirs = await server_time(config.api_url)
    if theirs is None:
        return []
    skew = abs(now - theirs)
    if skew > SKEW:
        return [warn(words.plain("doctor.clock_off", skew=words.duration(skew)))]
    return [ok(words.plain("doctor.clock"))]


# The database and the work --------------------------------------------------------------------------------------------


async def look_at_database(config: Config, db: Database, words: Words, now: Instant) -> list[Finding]:
    """Every page, and all books; what is found is remembered, so that a sound look lets payments go on."""
    if faults := await faults_of(config):
        return [bad(words.plain("doctor.database_broken", reason=faults[0]))]
    figures = await db.read(measuring.figures, now)
    violated = sorted({violation.check for violation in await audit(db, now)})
    books = (
        bad(words.plain("doctor.books_wrong", checks=", ".join(violated)))
        if violated
        else ok(words.plain("doctor.books", count=len(checks())))
    )
    told = [ok(words.plain("doctor.database", answers=words.number(figures.answers))), books]
    return [*told, *await _accounts(config, db, words)]


async def _accounts(config: Config, db: Database, words: Words) -> list[Finding]:
    """Whether the key is the one that workers' accounts are locked with."""
    sealed = await db.read(payees.one_sealed)
    if sealed is None or not config.secret_file.exists():
        return []
    try:
        load_secret(config.secret_file).unlock(sealed)
    except (WrongKey, KeyUnusable):
        return [bad(words.plain("doctor.accounts_locked", path=config.secret_file))]
    return [ok(words.plain("doctor.accounts"))]


async def audit(db: Database, now: Instant) -> list[Violation]:
    """What all checks find, looked for one by one beside the running work, and remembered."""
    found = [violation for check in checks() for violation in await db.read(look, check)]
    await db.run(auditing.remember, now, found)
    return found


async def look_at_work(db: Database, words: Words, now: Instant) -> list[Finding]:
    """Whether a running bot stores, and hears from Telegram."""
    if await outcome(db.run(nothing), PATIENCE_SECONDS) is not None:
        return [bad(words.plain("doctor.stuck"))]
    heard = await db.read(returning.last_heard)
    if heard is None or now - heard > SILENT:
        return [bad(words.plain("doctor.silent"))]
    return [ok(words.plain("doctor.at_work"))]


async def look_at_jobs(db: Database, words: Words, now: Instant) -> list[Finding]:
    """Whether each job of a running bot has done lately what it is for."""
    overdue = await db.read(scheduling.overdue, now)
    told = [
        warn(words.plain("doctor.job_overdue", job=each.job, age=words.duration(now - each.since))) for each in overdue
    ]
    return told or [ok(words.plain("doctor.jobs"))]


def unusable(error: DatabaseUnusable, words: Words) -> Finding:
    """A database that can't be opened."""
    match error.trouble:
        case Trouble.BROKEN:
            return bad(words.plain("doctor.database_broken", reason=error.detail))
        case _:
            return bad(words.plain("doctor.database_unusable", path=error.path, reason=error.detail))


async def everything(config: Config, db: Database, bot: Bot, words: Words, now: Instant) -> list[Finding]:
    """All there is to look at, from within a running bot."""
    files, telegram, database, jobs = await asyncio.gather(
        look_at_files(config, words, now),
        look_at_telegram(config, bot, words, now),
        look_at_database(config, db, words, now),
        look_at_jobs(db, words, now),
    )
    return [*telegram, *database, *jobs, *files]
