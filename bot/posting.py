"""A posted file on its way to a draft, as its coordinator sees it: questions, progress, and the draft's card."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from zoneinfo import ZoneInfo

from telegram.error import BadRequest, TelegramError

from rules.model import SECOND, BatchId, Instant
from rules.pricing import Underpaid
from rules.refusals import Refusal
from rules.settings import Settings, parse
from services import drafting, posting
from services.drafting import Preview
from services.people import Person
from services.posting import Upload

from .context import Kit
from .importing import Importer, Outcome, Rejected
from .screen import Screen
from .screens import posting as screens
from .telegraph import CardGone, Sent
from .turns import Lane
from .words import Words

log = logging.getLogger(__name__)

Show = Callable[[Screen], Awaitable[None]]

FIRST_REPORT = 2 * SECOND
EVERY = 4 * SECOND
OVER = "posting.over"


class Reporter:
    """Tells how far a long import is: one message, edited now and then, gone at the end."""

    def __init__(self, kit: Kit, person: Person) -> None:
        self._kit = kit
        self._person = person
        self._next = kit.clock.now() + FIRST_REPORT
        self._sent: Sent | None = None

    async def report(self, done: int, total: int) -> None:
        if self._kit.clock.now() < self._next:
            return
        self._next = self._kit.clock.now() + EVERY
        if self._kit.telegraph.pacer.delay(self._person.telegram_id, Lane.PUSH):
            return
        screen = screens.progress(self._kit.words_for(self._person), done, total)
        telegraph, chat = self._kit.telegraph.pushing(), self._person.telegram_id
        try:
            self._sent = await (
                telegraph.edit(chat, self._sent, screen) if self._sent else telegraph.send(chat, screen)
            )
        except (CardGone, TelegramError):
            return  # The import matters more than the news of it.

    async def wait(self) -> None:
        """Other files are being read first."""
        words, telegraph = self._kit.words_for(self._person), self._kit.telegraph.pushing()
        with suppress(TelegramError):
            self._sent = await telegraph.send(self._person.telegram_id, screens.waiting(words))

    async def close(self) -> None:
        if self._sent is not None:
            await self._kit.telegraph.delete(self._person.telegram_id, self._sent.message_id)


def importer(kit: Kit) -> Importer:
    return Importer(kit.config, kit.db, kit.clock)


def read_setting(kit: Kit, timezone: ZoneInfo, key: str, value: str) -> Settings:
    """One setting as it was typed by somebody who lives in this time zone. Raises Refusal when it can't be."""
    currency = kit.config.currency
    settings, faults = parse([(key, value)], timezone=timezone, now=kit.clock.now(), currency=currency)
    if faults:
        raise Refusal(faults[0].key, **faults[0].blanks)
    if settings == Settings():
        raise Refusal("posting.nothing_said")
    return settings


async def take_up(kit: Kit, person: Person, upload: Upload, show: Show) -> None:
    """Go on with an upload wherever it stands, for as long as that takes. Raises Refusal when nothing comes of it."""
    with kit.readings.holding(upload.id) as is_ours:
        if is_ours:
            with _silent_when_over():
                if upload.state == "received":
                    upload = await fetch(kit, person, upload)
                await go_on(kit, person, upload, show)


@contextmanager
def _silent_when_over() -> Iterator[None]:
    """Whoever has left an upload needn't be told so when its reader finds out."""
    try:
        yield
    except Refusal as refusal:
        if refusal.key != OVER:
            raise


async def fetch(kit: Kit, person: Person, upload: Upload) -> Upload:
    """Get the file of an upload from Telegram and read it once. Raises Refusal when nothing can be made of it."""
    if upload.file_id is None:
        raise LookupError(upload.id)
    kit.config.uploads.mkdir(parents=True, exist_ok=True)
    path = kit.config.uploads / str(upload.id)
    try:
        await kit.telegraph.download(upload.file_id, path)
    except BadRequest as error:
        await kit.db.run(posting.refuse, kit.clock.now(), upload)
        raise Refusal("posting.file_lost") from error
    except TelegramError as error:
        # The upload stays as received, so the job fetches it again.
        log.warning("upload %s did not come through: %s", upload.id, error)
        raise Refusal("posting.file_later") from error
    reporter = Reporter(kit, person)
    try:
        async with kit.readings.turn(reporter.wait):
            return await importer(kit).look(upload, path)
    finally:
        await reporter.close()


async def go_on(kit: Kit, person: Person, upload: Upload, show: Show) -> None:
    """Ask for what is missing of an upload; once nothing is, fill its draft and show that."""
    words = kit.words_for(person)
    if upload.state == "drafted" and upload.batch is not None:
        await show(await draft_card(kit, person, upload.batch))
    elif upload.asks:
        await show(screens.ask_upload(words, upload, kit.config.currency))
    else:
        await _fill(kit, person, upload)


async def _fill(kit: Kit, person: Person, upload: Upload) -> None:
    reporter = Reporter(kit, person)
    worded = screens.worded(kit.words_for(person))
    try:
        async with kit.readings.turn(reporter.wait):
            outcome = await importer(kit).fill(upload.id, worded, reporter.report)
    finally:
        await reporter.close()
    await _tell(kit, person, outcome)


async def _tell(kit: Kit, person: Person, outcome: Outcome) -> None:
    words, telegraph = kit.words_for(person), kit.telegraph
    if isinstance(outcome, Rejected) and outcome.refusal.key == OVER:
        return
    if outcome.listing is not None:
        caption = words.line("posting.all_refused")
        name = words.plain("posting.refused_name")
        await telegraph.send_file(person.telegram_id, outcome.listing, name, caption)
    if isinstance(outcome, Rejected):
        await telegraph.tell(person.telegram_id, screens.rejected(words, outcome))
    else:
        await show_draft(kit, person, outcome.batch)


async def show_draft(kit: Kit, person: Person, batch: BatchId) -> None:
    """One task as a worker will see it, and below it the card with the buttons that decide."""
    words = kit.words_for(person)
    preview = await kit.db.run(drafting.preview, person.id, batch)
    await kit.telegraph.tell(person.telegram_id, screens.sample(words, preview.sample))
    await kit.telegraph.tell(person.telegram_id, _card(kit, words, preview))


async def draft_card(kit: Kit, person: Person, batch: BatchId) -> Screen:
    preview = await kit.db.run(drafting.preview, person.id, batch)
    return _card(kit, kit.words_for(person), preview)


async def draft_more(kit: Kit, person: Person, batch: BatchId) -> Screen:
    preview = await kit.db.run(drafting.preview, person.id, batch)
    return screens.draft_more(kit.words_for(person), preview, kit.clock.now(), _low_pay(kit, preview))


def _card(kit: Kit, words: Words, preview: Preview) -> Screen:
    return screens.draft_card(words, preview, kit.clock.now(), _low_pay(kit, preview))


def _low_pay(kit: Kit, preview: Preview) -> Underpaid | None:
    return screens.low_pay(preview, kit.config.minimum_wage, kit.config.currency)


async def resume(kit: Kit, now: Instant) -> int:
    """Go on with uploads that a stopped bot left half-done; how many."""
    left = await kit.db.run(posting.left_alone, now, kit.readings.held)
    for upload_id in left:
        upload, person = await kit.db.run(posting.with_owner, upload_id)
        try:
            await _resume(kit, person, upload)
        except Refusal as refusal:
            words = kit.words_for(person)
            await _try_to_send(kit, person, Screen(words.line(refusal.key, **refusal.blanks)))
        except TelegramError as error:
            log.warning("upload %s can't go on: %s", upload_id, error)
    return len(left)


async def _resume(kit: Kit, person: Person, upload: Upload) -> None:
    if upload.file_id is None or upload.attempt > posting.MOST_ATTEMPTS:
        await kit.db.run(posting.refuse, kit.clock.now(), upload)
        raise Refusal("posting.file_lost")
    await take_up(kit, person, upload, lambda screen: kit.telegraph.tell(person.telegram_id, screen))


async def _try_to_send(kit: Kit, person: Person, screen: Screen) -> None:
    try:
        await kit.telegraph.tell(person.telegram_id, screen)
    except TelegramError as error:
        log.warning("nobody was told about an upload: %s", error)
