"""Every command and button of coordinators and owners, tried by everybody who may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from types import MappingProxyType

from world import OWNER, Someone, World

from bot.routing import Button, Command
from bot.taps import Tap, pack
from handlers import ROUTES
from sandbox.replies import Json

from .books import reading
from .crowd import table
from .digest import digest
from .promises import Promise

OPEN_TO_ALL = frozenset({"start", "help", "language", "settings", "cancel"})
WORKERS_OWN = frozenset(
    {
        "work",
        "balance",
        "earnings",
        "history",
        "payout",
        "payee",
        "why",
        "statement",
        "reminders",
        "training",
        "mydata",
        "leave",
    }
)
WORKERS_MODULES = frozenset(
    {
        "handlers.work",
        "handlers.pages",
        "handlers.earnings",
        "handlers.payouts",
        "handlers.personal",
        "handlers.start",
        "handlers.tracing",
        "handlers.statements",
        "handlers.appeals",
        "handlers.digests",
        "handlers.reminders",
    }
)
OWNERS_DOORS = frozenset({"DoorTap", "AloneTap"})
HARMLESS = frozenset({"InertTap", "PayeeTap", "NotMeTap"})
"""One shows how a card will look and does nothing for anybody; the others are a worker's own."""

VALUES: Mapping[str, tuple[int | str, ...]] = MappingProxyType(
    {
        "batch": (1, 2),
        "upload": (1, 2, 3),
        "task": (1,),
        "transfer": (1,),
        "person": (2,),
        "project": (0, 1),
        "before": (0,),
        "on": (0, 1),
        "sure": (0, 1),
        "keep": (0, 1),
        "uses": (1,),
        "days": (7,),
        "key": ("price", "overlap"),
        "value": ("3",),
        "DoorTap.value": ("open",),
        "SetPlanTap.value": ("hourly",),
        "part": ("at",),
        "format": ("parquet",),
        "run": (1,),
        "answer": (1,),
        "answers": (1,),
        "rejection": (1,),
        "rule": (1,),
        "expected": (1,),
        "doubt": (0,),
        "after": (0,),
        "worker": (2,),
        "amount": (1_000_000,),
        "seen": (0,),
        "digest": ("00000000",),
        "month": (202611,),
        "contradiction": (1,),
        "accept": (0, 1),
        "deed": ("give",),
        "measure": ("answers",),
        "profile": ("exempt",),
        "until": (0,),
    }
)
"""What buttons may name."""

NOES = (
    "refusal.only_coordinator",
    "refusal.only_owner",
    "refusal.only_worker",
    "refusal.consent_first",
    "batch.not_yours",
    "batch.no_such_code",
    "posting.not_yours",
    "owner.not_dismissable",
    "start.come_in",
    "start.closed_door",
    "start.lost_button",
    "start.not_understood",
)


@dataclass(frozen=True)
class Attempt:
    """What somebody tries: typed words, a button's data, or a file."""

    name: str
    text: str | None = None
    tap: Tap | None = None
    file: bytes | None = None


@dataclass(frozen=True)
class Office:
    """An installation with something to take: the values that buttons may name."""

    world: World
    owner: Someone
    sora: Someone
    values: Mapping[str, tuple[int | str, ...]]

    def named(self, tap: type[Tap], field: str) -> tuple[int | str, ...]:
        """What a button may say in a field of its own."""
        return self.values.get(f"{tap.__name__}.{field}") or self.values[field]


async def furnish(world: World, folder: Path) -> Office:
    """An owner, Sora with a running batch and a draft, and a third batch that is the owner's."""
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await sora.send("running.csv", table(4), "title: 가\nchoices: 예, 아니요\nprice: 20\noverlap: 1")
    await sora.tap("게시")
    await sora.send("draft.csv", table(4), "title: 나\nchoices: 예, 아니요\nprice: 20\noverlap: 1")
    await sora.send("asked.csv", table(4), "title: 다")
    return Office(world, owner, sora, {**VALUES, "code": (code_of_first(folder),)})


def code_of_first(folder: Path) -> str:
    with reading(folder) as connection:
        return str(connection.execute("SELECT code FROM batch WHERE id = 1").fetchone()[0])


def attempts(office: Office) -> Iterator[Attempt]:
    """Everything that only coordinators and owners may do, as the table of contents has it now."""
    for route in ROUTES:
        if isinstance(route, Command) and route.name not in OPEN_TO_ALL | WORKERS_OWN:
            for argument in ("", f" {office.values['code'][0]}", " 50 7"):
                yield Attempt(f"/{route.name}{argument}", text=f"/{route.name}{argument}")
        if isinstance(route, Button) and is_steering(route):
            for chosen in product(*(office.named(route.tap, field.name) for field in fields(route.tap))):
                yield Attempt(route.tap.__name__, tap=made(route.tap, chosen))
    yield Attempt("a file", file=table(3))


def is_steering(route: Button) -> bool:
    name = route.tap.__name__
    return name in OWNERS_DOORS or (route.act.__module__ not in WORKERS_MODULES and name not in HARMLESS)


def made(tap: type[Tap], values: tuple[int | str, ...]) -> Tap:
    given = {
        field.name: value if isinstance(value, int) or field.type is not int else 1
        for field, value in zip(fields(tap), values, strict=True)
    }
    return tap(**given)


async def intruders(office: Office) -> dict[str, Someone]:
    """A worker, somebody who was never let in, and somebody who was a coordinator until now."""
    world, owner = office.world, office.owner
    [worker] = await world.workers(office.sora, "미나")
    stranger = world.somebody("낯선 사람")
    await stranger.say("/start")
    former = await world.coordinator(owner, "전 담당자")
    await owner.say("/coordinators")
    await owner.tap("전 담당자")
    await owner.tap("네, 해제할게요")
    return {"worker": worker, "stranger": stranger, "former coordinator": former}


async def tried(tmp_path: Path) -> Promise:
    """The whole matrix; each accepted try is named."""
    async with World.open(tmp_path / "roles", environment={"TAPWORK_CHAT_RATE": "0", "TAPWORK_BOT_RATE": "0"}) as world:
        office = await furnish(world, tmp_path / "roles")
        actors = await intruders(office)
        accepted, count = [], 0
        for who, someone in actors.items():
            for attempt in attempts(office):
                count += 1
                if await is_accepted(office, someone, attempt, tmp_path / "roles"):
                    accepted.append(f"{who}: {attempt.name}")
        for attempt in attempts(office):
            count += 1
            if await is_heard_in_group(office, attempt, tmp_path / "roles"):
                accepted.append(f"in a group: {attempt.name}")
    named = f" ({', '.join(sorted(set(accepted)))})" if accepted else ""
    return Promise(
        "every coordinator and owner action by worker, stranger, former coordinator, in a group",
        "whole matrix: 0 accepted",
        f"{count:,} tries: {len(accepted)} accepted{named}",
        not accepted and count > 100,
    )


async def is_accepted(office: Office, someone: Someone, attempt: Attempt, folder: Path) -> bool:
    """Whether anything was changed, or anything else was said than no."""
    world = office.world
    before, seen = digest(folder), len(world.sandbox.calls)
    if attempt.text is not None:
        await someone.say(attempt.text)
    elif attempt.file is not None:
        await someone.send("mine.csv", attempt.file, "title: x\nchoices: 예, 아니요\nprice: 20")
    elif attempt.tap is not None:
        data = pack(attempt.tap, world.kit.secret, someone.telegram_id)
        world.sandbox.tap(someone.telegram_id, someone.phone.messages[-1]["message_id"], data, forge=True)
        await world.settle()
    said = [words for call in world.sandbox.calls[seen:] for words in said_in(call.as_json())]
    return digest(folder) != before or not said or any(not is_no(world, words) for words in said)


def said_in(call: Json) -> list[str]:
    """What a call shows to a person; a file counts as its name."""
    shown = [call["params"].get(name) for name in ("text", "caption", "document")]
    return [str(words) for words in shown if words]


def is_no(world: World, said: str) -> bool:
    words = world.kit.words("ko")
    return any(said == words.plain(key, code="1") or said == words.plain(key, code="50 7") for key in NOES)


async def is_heard_in_group(office: Office, attempt: Attempt, folder: Path) -> bool:
    """The owner themselves does it, in a group: nobody may answer."""
    world = office.world
    group = {"id": -100_123, "type": "supergroup", "title": "g"}
    sender = {"id": OWNER, "is_bot": False, "first_name": "운영자", "language_code": "ko"}
    message: Json = {"message_id": 1, "date": world.sandbox.world.date(), "chat": group, "from": sender}
    before, seen = digest(folder), len(world.sandbox.calls)
    updates = world.sandbox.world.bot(None).updates
    if attempt.tap is not None:
        data = pack(attempt.tap, world.kit.secret, OWNER)
        query = {"id": "77", "from": sender, "message": message, "chat_instance": "1", "data": data}
        updates.add("callback_query", query, ("tap", OWNER), 150)
    elif attempt.text is not None:
        name = attempt.text.split()[0]
        entity = {"type": "bot_command", "offset": 0, "length": len(name)}
        updates.add("message", {**message, "text": attempt.text, "entities": [entity]}, ("chat", OWNER), 150)
    else:
        document = {"file_id": "x", "file_unique_id": "x", "file_name": "a.csv", "file_size": 9}
        updates.add("message", {**message, "document": document}, ("chat", OWNER), 150)
    await world.settle()
    calls = [call for call in world.sandbox.calls[seen:] if call.method != "getUpdates"]
    return bool(calls) or digest(folder) != before
