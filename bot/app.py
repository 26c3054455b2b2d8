"""The composition root: what the bot is made of."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from telegram import Bot, BotCommand
from telegram.request import BaseRequest

from handlers import ROUTES
from jobs import SCHEDULE
from services import enrolling, notices, payees, returning
from services.people import LANGUAGES
from storage import Database, open_database
from storage.images import PictureStore
from storage.uploads.folders import sweep_folders

from . import supervisor
from .clock import Clock, WallClock
from .config import Config
from .contact import Contact, Patience
from .context import Kit
from .flood import Flood
from .health import Health
from .inbox import Inbox
from .measured import MeasuredDatabase, MeasuredRequest
from .metrics import Metrics
from .pacing import Pacer
from .payee_form import PayeeForm
from .receiver import Receiver
from .routing import Router
from .scheduling import Schedule
from .secret import Secret, load_secret
from .serving import listening, metrics_app, public_app
from .supervision import Background, forever
from .telegraph import Telegraph
from .timer import Timer
from .transport import AiohttpRequest
from .turns import Lane
from .webhook import Webhook

log = logging.getLogger(__name__)


WAIT_SECONDS = 8.0
"""How long what is in hand may take at the end; what is not done by then is done at the next start."""

HEALTHY_SECONDS = 10.0


@dataclass(frozen=True)
class Running:
    """A bot that is put together and may work."""

    kit: Kit
    inbox: Inbox
    receiver: Receiver
    webhook: Webhook | None

    async def idle(self) -> None:
        """Wait until everything that was taken in is handled, and what goes on after it is done."""
        await self.inbox.idle()
        await self.kit.background.idle()


@asynccontextmanager
async def assembled(
    config: Config,
    *,
    db: Database | None = None,
    clock: Clock | None = None,
    requests: tuple[BaseRequest, BaseRequest] | None = None,
    patience: Patience | None = None,
    timer: Timer | None = None,
) -> AsyncIterator[Running]:
    """Put a bot together, and take it apart again. Opens the settings' database unless one is given."""
    metrics = Metrics()
    calls, polls = (MeasuredRequest(each, metrics) for each in requests or (AiohttpRequest(), AiohttpRequest(2)))
    async with AsyncExitStack() as held:
        if db is None:
            db = await open_database(config.database_url)
            held.push_async_callback(db.close)
        await asyncio.to_thread(sweep_folders, config.uploads)
        bot = bot_of(config, calls, polls)
        await bot.initialize()
        held.push_async_callback(bot.shutdown)
        measured, clock = MeasuredDatabase(db, metrics), clock or WallClock()
        pacer = Pacer(measured, clock, config.chat_rate, config.bot_rate, timer)
        held.push_async_callback(pacer.close)
        await pacer.load()
        is_needed = await measured.read(payees.one_sealed) is not None
        secret = load_secret(config.secret_file, await measured.read(returning.restored_at), is_needed=is_needed)
        running = _running(config, bot, measured, clock, polls, metrics, patience, pacer, secret, timer)
        try:
            yield running
        finally:
            await running.inbox.stop(0)
            await running.kit.background.stop(0)


def bot_of(config: Config, calls: BaseRequest, polls: BaseRequest) -> Bot:
    base, files = f"{config.api_url}/bot", f"{config.api_url}/file/bot"
    return Bot(config.token, base_url=base, base_file_url=files, request=calls, get_updates_request=polls)


def _running(
    config: Config,
    bot: Bot,
    db: Database,
    clock: Clock,
    polls: BaseRequest,
    metrics: Metrics,
    patience: Patience | None,
    pacer: Pacer,
    secret: Secret,
    timer: Timer | None,
) -> Running:
    telegraph = Telegraph(bot, db, secret, PictureStore(config.pictures), pacer)
    contact = Contact(db, clock, patience)
    health = Health(db, clock, contact, config.data_dir)
    kit = Kit(config, bot, db, clock, secret, telegraph, contact, health, metrics, Background())
    flood = Flood(timer, lambda chat: pacer.delay(chat, Lane.REPLY), metrics.spared)
    inbox = Inbox(db, clock, secret, Router(kit, ROUTES).handle, timer=timer, flood=flood)
    webhook = Webhook(kit, inbox, config.webhook_url) if config.webhook_url is not None else None
    receiver = Receiver(bot, polls, inbox, contact)
    return Running(kit, inbox, receiver, webhook)


async def work(running: Running, stop: asyncio.Event) -> None:
    """Receive, answer and keep the clock until told to stop; then finish what is in hand."""
    kit = running.kit
    await introduce(kit)
    await kit.db.run(notices.settle_interrupted)
    if former := await kit.db.run(enrolling.keep_owners, kit.clock.now(), kit.config.owners):
        log.warning("%s former owners have lost their rights", former)
    # Before anything new can come, so that each person's updates keep their order.
    if replayed := await running.inbox.replay():
        log.info("%s updates from before are handled now", replayed)
    async with serving(running):
        schedule = Schedule(kit, SCHEDULE)
        schedule.start()
        lasting = (lambda: receive(running), kit.health.watch, lambda: stay_well(kit.health))
        tasks = [asyncio.create_task(forever(each)) for each in lasting]
        log.info("the bot is at work")
        try:
            await stop.wait()
        finally:
            supervisor.notify("STOPPING=1")
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await kit.readings.stop()
            stops = (running.inbox.stop, kit.background.stop, schedule.stop)
            await asyncio.gather(*(stop(WAIT_SECONDS) for stop in stops))


async def receive(running: Running) -> None:
    """Take updates in, however they come."""
    await (running.webhook or running.receiver).run()


@asynccontextmanager
async def serving(running: Running) -> AsyncIterator[None]:
    """Answer who asks over HTTP, as far as the settings say."""
    kit, health = running.kit, running.kit.health
    public = public_app(health)
    if running.webhook is not None:
        running.webhook.add_to(public)
    if kit.config.public_url is not None:
        PayeeForm(kit, kit.config.public_url).add_to(public)

    async def page() -> bytes:
        return await kit.metrics.page(kit.db, kit.clock.now(), kit.contact)

    async with (
        listening(public, kit.config.listen),
        listening(metrics_app(health, page), kit.config.metrics_listen),
    ):
        yield


async def stay_well(health: Health) -> None:
    """Tell systemd that the bot is alive, as long as the event loop turns and the database stores."""
    supervisor.notify("READY=1")
    while True:
        report = await health.report()
        if report.commit_seconds is not None:
            supervisor.notify("WATCHDOG=1")
        await asyncio.sleep(HEALTHY_SECONDS)


async def introduce(kit: Kit) -> None:
    """The menu that a newcomer sees, in both languages; English for all others."""
    for code, language in (("", "en"), *((each, each) for each in LANGUAGES)):
        words = kit.words(language)
        menu = [BotCommand(name, words.plain(f"command.{name}")) for name in ("start", "help")]
        await kit.bot.set_my_commands(menu, language_code=code or None)
