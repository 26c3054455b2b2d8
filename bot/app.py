"""The composition root: what the bot is made of."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import Bot, BotCommand, Update
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

from handlers import ROUTES
from jobs import SCHEDULE
from services import notices
from services.people import LANGUAGES
from storage import Database, open_database
from storage.images import PictureStore

from .clock import Clock, WallClock
from .config import Config
from .context import Kit
from .receiver import Receiver
from .routing import AnyApplication, Router
from .scheduling import start_schedule
from .secret import load_secret
from .telegraph import Telegraph
from .transport import AiohttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """A bot that is put together and may work."""

    kit: Kit
    application: AnyApplication
    receiver: Receiver


@asynccontextmanager
async def assembled(
    config: Config,
    *,
    db: Database | None = None,
    clock: Clock | None = None,
    requests: tuple[BaseRequest, BaseRequest] | None = None,
) -> AsyncIterator[Running]:
    """Put a bot together, and take it apart again. Opens the settings' database unless one is given."""
    clock = clock or WallClock()
    calls, polls = requests or (AiohttpRequest(), AiohttpRequest(connections=2))
    own_db = await open_database(config.database_url) if db is None else None
    database = db or own_db
    if database is None:
        raise LookupError("no database")
    try:
        application = _application(config, calls, polls)
        await application.initialize()
        try:
            yield _running(config, application, database, clock, polls)
        finally:
            await application.shutdown()
    finally:
        if own_db is not None:
            await own_db.close()


def _application(config: Config, calls: BaseRequest, polls: BaseRequest) -> AnyApplication:
    return (
        ApplicationBuilder()
        .token(config.token)
        .base_url(f"{config.api_url}/bot")
        .base_file_url(f"{config.api_url}/file/bot")
        .request(calls)
        .get_updates_request(polls)
        .updater(None)
        .job_queue(None)
        .build()
    )


def _running(
    config: Config, application: AnyApplication, db: Database, clock: Clock, polls: BaseRequest
) -> Running:
    bot: Bot = application.bot
    secret = load_secret(config.secret_file)
    kit = Kit(config, bot, db, clock, secret, Telegraph(bot, db, secret, PictureStore(config.pictures)))
    Router(kit, ROUTES).register(application)

    async def handle(raw: dict[str, Any]) -> None:
        await application.process_update(Update.de_json(raw, bot))

    return Running(kit, application, Receiver(polls, bot.base_url, db, clock, handle))


async def work(running: Running, stop: asyncio.Event) -> None:
    """Receive, answer and keep the clock until told to stop; then finish what is in hand."""
    await introduce(running.kit)
    await running.kit.db.run(notices.settle_interrupted)
    replayed = await running.receiver.replay()
    if replayed:
        log.info("%s updates from before are handled now", replayed)
    scheduler = start_schedule(running.kit, SCHEDULE)
    polling = asyncio.create_task(running.receiver.run())
    log.info("@%s is at work", running.kit.bot.username)
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)
        polling.cancel()
        await asyncio.wait([polling])
        await running.receiver.idle()


async def introduce(kit: Kit) -> None:
    """The menu that a newcomer sees, in both languages; English for all others."""
    for code, language in (("", "en"), *((each, each) for each in LANGUAGES)):
        words = kit.words(language)
        menu = [BotCommand(name, words.plain(f"command.{name}")) for name in ("start", "help")]
        await kit.bot.set_my_commands(menu, language_code=code or None)
