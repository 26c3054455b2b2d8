"""Doing what the command line asks for: the same with a running bot and without."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import assert_never

from rules.currency import smallest
from rules.exports import USUAL, formats_of
from rules.model import Micros
from rules.refusals import Refusal
from services import exporting, operating, settling
from services.settling import Payable
from services.shapes import Wanted

from . import checkup, safekeeping
from .command_post import post
from .commands import BackUp, Command, Desk, Done, Examine, Export, ListPayable, Pay, Post, Progress
from .words import Words

MOST_MICROS = 10**18


async def attend(desk: Desk, command: Command, language: str, progress: Progress) -> Done:
    """Do what is asked. Raises Refusal or Rejected when it can't be, and OSError where the disk says no."""
    words = desk.words(language)
    match command:
        case Post():
            return await post(desk, command, words, progress)
        case Export():
            return await _export(desk, command, words, progress)
        case Pay():
            return await _pay(desk, command, words)
        case ListPayable():
            return _payable(words, await desk.db.read(settling.payable))
        case BackUp():
            return await _back_up(desk, command, words)
        case Examine():
            return await _examine(desk, command, words)
        case _:
            assert_never(command)


async def _export(desk: Desk, command: Export, words: Words, progress: Progress) -> Done:
    batch = await desk.db.read(operating.published, command.batch)
    formats = formats_of(command.formats) or USUAL
    wanted = Wanted(desk.config.timezone, desk.config.pictures, formats)
    exported = await exporting.export(desk.db, batch.batch, Path(command.folder), wanted, progress=progress)
    heading = words.plain(
        "cli.exported",
        title=exported.title,
        code=exported.code,
        tasks=words.number(exported.tasks),
        answers=words.number(exported.answers),
    )
    files = [str(path) for path in exported.files]
    return Done("\n".join([heading, *files]), {"batch": exported.code, "files": files})


async def _pay(desk: Desk, command: Pay, words: Words) -> Done:
    amount = None if command.amount is None else read_amount(command.amount)
    unit = smallest(desk.config.currency)
    paid = await desk.db.run(settling.record_payment, desk.clock.now(), command.worker, amount, command.note, unit=unit)
    text = words.plain(
        "cli.paid", name=paid.name, code=paid.code, amount=words.money(paid.amount), left=words.money(paid.left)
    )
    return Done(text, {"worker": paid.code, "amount": paid.amount, "left": paid.left})


def read_amount(value: str) -> Micros:
    """An amount in major units, such as `12,400` or `0.5`. Raises Refusal for anything else."""
    try:
        micros = Decimal(value.strip().replace(",", "")) * 1_000_000
        if micros.is_finite() and abs(micros) < MOST_MICROS and micros == int(micros):
            return Micros(int(micros))
    except InvalidOperation:
        pass
    raise Refusal("cli.bad_amount", value=value[:40])


def _payable(words: Words, payable: tuple[Payable, ...]) -> Done:
    amounts = [words.money(each.amount) for each in payable]
    room = max(map(len, amounts), default=0)
    lines = [
        words.plain("cli.payable_line", code=each.code, amount=amount.rjust(room), name=each.name)
        for each, amount in zip(payable, amounts, strict=True)
    ]
    facts = [{"worker": each.code, "name": each.name, "amount": each.amount} for each in payable]
    return Done("\n".join(lines) or words.plain("cli.payable_none"), {"payable": facts})


async def _back_up(desk: Desk, command: BackUp, words: Words) -> Done:
    now = desk.clock.now()
    try:
        made = await safekeeping.back_up(desk.config, now, Path(command.folder) if command.folder else None)
    except safekeeping.FAILURES as error:
        raise safekeeping.refusal(error) from error
    facts = {"file": str(made.backup.path), "answers": made.backup.manifest.figures.answers}
    return Done("\n".join(safekeeping.told(words, made, desk.config, now)), facts)


async def _examine(desk: Desk, command: Examine, words: Words) -> Done:
    """The findings; they are put together with others, and shown, by whoever asked."""
    now = desk.clock.now()
    found = await checkup.look_at_work(desk.db, words, now)
    if not command.quick:
        found += await checkup.look_at_database(desk.config, desk.db, words, now)
        found += await checkup.look_at_jobs(desk.db, words, now)
    return Done("", {"findings": [[finding.level.value, finding.text] for finding in found]})
