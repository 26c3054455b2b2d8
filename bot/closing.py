"""A transfer's files: made out of accounts in clear that pass through a folder nobody else sees, sent, and gone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rules.model import PersonId
from rules.payees import Account, account_of
from rules.refusals import Refusal
from rules.transfers import (
    CANONICAL,
    BankFormat,
    Line,
    Problem,
    Table,
    cells,
    digest,
    is_writable,
    plain,
    plain_letters,
    problems,
    table,
)
from services import closing, transfers
from services.transfers import State, Transfer
from storage.bank_files import as_csv, passing_folder, sweep, write_private, write_workbook

from .context import Context, Kit
from .screens import closing as screens
from .secret import WrongKey
from .words import Words

CANONICAL_ENCODING = "utf-8-sig"
"""With a mark of its encoding, so that Excel shows names as they are."""

Accounts = Mapping[int, Account | None]


@dataclass(frozen=True)
class Bundle:
    """A transfer with its lines and accounts, and its canonical file, which has the transfer's digest."""

    transfer: Transfer
    lines: Sequence[Line]
    accounts: Accounts
    file: bytes


async def close(ctx: Context, seen: int) -> Transfer:
    """Take up what is asked and can be paid, as much as a transfer holds, and bind it to its file.

    Raises Refusal when there is nothing, or when `seen` is not the newest transfer any more.
    """
    kit, person, payments = ctx.kit, ctx.person.id, ctx.kit.config.payments
    waiting = await _waiting(kit, person)
    accounts = await asyncio.to_thread(opened, kit, waiting)
    left_out = [
        line.payout for line in waiting if line.sealed and not _is_writable(accounts[line.payout], payments.bank)
    ]
    await kit.db.run(closing.tell_below, ctx.now, person, payments.terms.minimum)
    made = await ctx.run(closing.prepare, ctx.now, person, payments.terms, left_out, seen)
    return (await bound(ctx, made.id)).transfer


def _is_writable(account: Account | None, layout: BankFormat) -> bool:
    return account is not None and is_writable(account.holder, layout)


async def looked_at(ctx: Context, found: Transfer) -> Transfer:
    """A transfer as it can be shown: bound to its file now where whoever closed it did not get so far."""
    if found.state is not State.PREPARED or found.sha256 is not None:
        return found
    try:
        return (await bound(ctx, found.id)).transfer
    except Refusal:
        # It has no digest to approve, and can be given up.
        return found


async def bound(ctx: Context, transfer: int, *, to_hand_out: bool = False) -> Bundle:
    """A transfer whose file is the one that it was bound to. Raises Refusal when it can't be made any more."""
    kit, person, act = ctx.kit, ctx.person.id, closing.hand_out if to_hand_out else closing.fix
    found, lines = await kit.db.read(transfers.lines, person, transfer)
    accounts = await asyncio.to_thread(opened, kit, lines)
    if any(line.sealed is not None and accounts[line.payout] is None for line in lines):
        raise Refusal("closing.key_lost", code=found.code)
    rows = _rows(kit, found, lines, accounts, CANONICAL)
    file = await asyncio.to_thread(as_csv, rows, CANONICAL_ENCODING)
    fixed = await ctx.run(act, ctx.now, person, transfer, digest(file), kit.config.payments.terms)
    return Bundle(fixed, lines, accounts, file)


async def hand_out(ctx: Context, transfer: int) -> None:
    """Send a transfer's files: for the bank, and what looks wrong."""
    bundle = await bound(ctx, transfer, to_hand_out=True)
    folder = ctx.kit.config.payouts
    await asyncio.to_thread(sweep, folder)
    wrong = await suspicions(ctx.kit, ctx.person.id, bundle)
    with passing_folder(folder) as place:
        paths = await asyncio.to_thread(_write, ctx.kit, place, bundle, wrong, ctx.words)
        telegraph = ctx.kit.telegraph.pushing().patient()
        for path in paths:
            caption = screens.file_caption(bundle.transfer, ctx.words) if path is paths[0] else ""
            await telegraph.send_file(ctx.sender.telegram_id, path, path.name, caption)


async def suspicions(kit: Kit, person: PersonId, bundle: Bundle | None) -> list[tuple[Line, Problem]]:
    """What looks wrong in a transfer, and in what waits outside."""
    waiting = await _waiting(kit, person)
    accounts = await asyncio.to_thread(opened, kit, waiting)
    lines = waiting if bundle is None else [*bundle.lines, *waiting]
    known = accounts if bundle is None else {**accounts, **bundle.accounts}
    payments = kit.config.payments
    return problems(lines, known, kit.clock.now(), payments.terms.minimum, payments.bank)


async def _waiting(kit: Kit, person: PersonId) -> list[Line]:
    """All that is asked and in no transfer, the oldest first."""
    found: list[Line] = []
    while part := await kit.db.read(transfers.waiting, person, found[-1].payout if found else 0):
        found += part
    return found


def opened(kit: Kit, lines: Sequence[Line]) -> dict[int, Account | None]:
    """The accounts in clear, by payout; None where there is none, or the key does not open it."""
    return {line.payout: _opened(kit, line.sealed) for line in lines}


def _opened(kit: Kit, sealed: str | None) -> Account | None:
    try:
        return account_of(kit.secret.unlock(sealed)) if sealed is not None else None
    except WrongKey:
        return None


def _rows(kit: Kit, transfer: Transfer, lines: Sequence[Line], accounts: Accounts, layout: BankFormat) -> Table:
    currency, words = kit.config.currency, kit.words("ko" if kit.config.currency == "KRW" else "en")
    filled = []
    for line in lines:
        account = accounts[line.payout]
        bank = bank_name(account.bank, words) if account else ""
        filled.append(cells(line, account, bank, transfer.code, currency))
    return table(filled, plain(transfer.amounts.net, currency), layout)


def bank_name(code: str, words: Words) -> str:
    """What a bank is called; a name stays as it is."""
    return words.plain(f"bank.{code}") if words.has(f"bank.{code}") else code


def _write(kit: Kit, place: Path, bundle: Bundle, wrong: Sequence[tuple[Line, Problem]], words: Words) -> list[Path]:
    """All files of a transfer; the canonical one first."""
    code, layout = bundle.transfer.code, kit.config.payments.bank
    rows = _rows(kit, bundle.transfer, bundle.lines, bundle.accounts, layout)
    files = {f"{code}.csv": bundle.file}
    for encoding in layout.encodings:
        files[f"{code}-{encoding}.csv"] = as_csv(
            [[plain_letters(cell, encoding) for cell in row] for row in rows], encoding
        )
    if wrong:
        files[f"{code}-problems.csv"] = as_csv(screens.problem_table(wrong, words), CANONICAL_ENCODING)
    for name, data in files.items():
        write_private(place / name, data)
    # A sheet always has its heading, where the bank wants none in text files, too.
    headed = _rows(kit, bundle.transfer, bundle.lines, bundle.accounts, replace(layout, has_heading=True))
    write_workbook(place / f"{code}.xlsx", headed, code)
    return [place / name for name in (f"{code}.csv", f"{code}.xlsx", *list(files)[1:])]
