"""Telegram out of reach, in all its ways: is the bot at work again soon after, by itself, and with nothing lost?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from world import OWNER

from sandbox import Phone

from .books import look, reading
from .crowd import Crowd, newest_card, staffed
from .ground import Ground
from .promises import Promise
from .wire import Wire

SOON = 60.0
WORKERS = 12
OUTAGE = 200.0
CUT = 120.0

Trouble = Callable[[Ground, Wire], Awaitable[None]]


@dataclass(frozen=True)
class Recovery:
    """`seconds` from the end of the trouble to the first answer; None when none came within a minute and a half."""

    name: str
    seconds: float | None
    is_sound: bool

    @property
    def told(self) -> str:
        took = "never" if self.seconds is None else f"{self.seconds:.0f} s"
        return f"{self.name} {took}{'' if self.is_sound else ' (BOOKS BROKEN)'}"


async def recovered(tmp_path: Path, name: str, trouble: Trouble, seed: int) -> Recovery:
    """A bot at work, its trouble, and how long the next tap waits for its answer once that is over."""
    place = "".join(letter if letter.isalnum() else "_" for letter in name)
    async with Ground.open(tmp_path, f"net_{place}", seed=seed) as ground, Wire.to(ground.url) as wire:
        await ground.start(url=wire.url)
        crowd = await staffed(ground, workers=3, tasks=40, overlap=3, seed=seed)
        bot = ground.bot
        await trouble(ground, wire)
        seconds = await first_answer(crowd)
        await ground.idle()
        with reading(ground.folder) as connection:
            found = look(connection, crowd.record.told())
        assert bot is not None
        return Recovery(name, seconds, found.is_sound and bot.is_running)


async def first_answer(crowd: Crowd) -> float | None:
    """Somebody taps every second; seconds until the first such tap is answered."""
    timer = asyncio.get_running_loop().time
    began = timer()
    mine: set[str] = set()
    while timer() - began < 1.5 * SOON:
        query = crowd.tap_once(crowd.people[0])
        mine |= {query} if query else set()
        for _ in range(20):
            await asyncio.sleep(0.05)
            if mine & crowd.record.acknowledged.keys():
                return timer() - began
    return None


async def cut(_ground: Ground, wire: Wire) -> None:
    wire.cut()
    await asyncio.sleep(CUT)
    wire.heal()


async def hang(ground: Ground, _wire: Wire) -> None:
    """getUpdates takes the call and says nothing."""
    ground.sandbox.faults.hang_polls = True
    await asyncio.sleep(CUT)
    ground.sandbox.faults.hang_polls = False


def refused(status: int) -> Trouble:
    async def refuse(ground: Ground, _wire: Wire) -> None:
        """One call is refused; the trouble is over as soon as it was."""
        ground.sandbox.faults.rig("getUpdates", status)
        await ground.until(lambda: not ground.sandbox.faults.rigged)

    return refuse


async def gateway(ground: Ground, _wire: Wire) -> None:
    """Every call meets a page of HTML, until one poll has."""
    ground.sandbox.faults.bad_gateway = 1.0
    await ground.next_call("getUpdates")
    ground.sandbox.faults.bad_gateway = 0.0


async def poison(ground: Ground, _wire: Wire) -> None:
    """An update that nobody can read."""
    updates, person = ground.sandbox.world.bot(None).updates, OWNER
    updates.add("callback_query", {"id": 5, "from": {"id": person}, "message": "?"}, ("tap", person), 150)
    updates.add("message", {"date": "yesterday", "chat": [], "from": {"id": person}}, ("chat", person), 150)


TROUBLES: tuple[tuple[str, Trouble], ...] = (
    ("cut for 120 s", cut),
    ("polls hang for 120 s", hang),
    ("401", refused(401)),
    ("404", refused(404)),
    ("409", refused(409)),
    ("502 page", gateway),
    ("unparsable", poison),
)
QUICK = tuple(each for each in TROUBLES if each[0] == "401")


async def network(tmp_path: Path, troubles: tuple[tuple[str, Trouble], ...], seed: int) -> Promise:
    """All troubles at once, each with a bot of its own, since all that they do is wait."""
    done = [asyncio.create_task(recovered(tmp_path, name, trouble, seed)) for name, trouble in troubles]
    recoveries = await asyncio.gather(*done)
    return Promise(
        "network cut, polls hang, 401, 404, 409, 502 page, unparsable update",
        "each: works again within 60 s after it is over, without a restart",
        ", ".join(each.told for each in recoveries),
        all(each.is_sound and each.seconds is not None and each.seconds <= SOON for each in recoveries),
        str(seed),
    )


async def outages(tmp_path: Path, seconds: float, seed: int) -> Promise:
    """The bot is away, and Telegram is out of reach: each for so long, with cards open."""
    away, cut_off = await asyncio.gather(
        outage(tmp_path, "away", seconds, seed), outage(tmp_path, "unreachable", seconds, seed)
    )
    return Promise(
        "outage of 200 s (taps expire at 150 s)",
        "every open task shown again, leases extended by the outage",
        f"bot away: {away.told}; Telegram unreachable: {cut_off.told}",
        away.is_kept and cut_off.is_kept,
        str(seed),
    )


@dataclass(frozen=True)
class Return:
    """How many had a task open, how many saw it again, and by how many seconds leases grew at the least."""

    open: int
    shown: int
    extended: float
    wanted: float
    is_sound: bool

    @property
    def is_kept(self) -> bool:
        return self.is_sound and self.open == self.shown and self.extended >= self.wanted

    @property
    def told(self) -> str:
        return f"{self.shown} of {self.open} tasks shown again, leases {self.extended:.0f} s longer"


async def outage(tmp_path: Path, name: str, seconds: float, seed: int) -> Return:
    async with Ground.open(tmp_path, f"outage_{name}", seed=seed) as ground, Wire.to(ground.url) as wire:
        await ground.start(url=wire.url)
        crowd = await staffed(ground, workers=WORKERS, tasks=40, overlap=WORKERS, seed=seed)
        before = leases(ground)
        newest = {phone.user_id: phone.messages[-1]["message_id"] for phone in crowd.people}
        assert ground.bot is not None
        if name == "away":
            await ground.bot.stop()
        wire.cut()
        for phone in crowd.people[: WORKERS // 2]:
            crowd.tap_once(phone)
        await asyncio.sleep(seconds)
        wire.heal()
        if name == "away":
            await ground.start(url=wire.url)
        await until_shown(ground, crowd, newest)
        after = leases(ground)
        with reading(ground.folder) as connection:
            is_sound = look(connection, crowd.record.told()).is_sound
        shown = sum(is_shown_again(phone, newest[phone.user_id]) for phone in crowd.people)
        grown = min((after[each] - before[each]) / 1000 for each in before if each in after)
        return Return(len(crowd.people), shown, grown, seconds - 15, is_sound)


async def until_shown(ground: Ground, crowd: Crowd, newest: dict[int, int]) -> None:
    """Wait for new cards, a minute at most."""
    try:
        await ground.until(lambda: all(is_shown_again(each, newest[each.user_id]) for each in crowd.people), SOON)
    except TimeoutError:
        return


def is_shown_again(phone: Phone, before: int) -> bool:
    """Whether a card that can be tapped lies below all that was there before."""
    card = newest_card(phone)
    return card is not None and card[0] > before


def leases(ground: Ground) -> dict[int, int]:
    with reading(ground.folder) as connection:
        held = connection.execute("SELECT id, lease_until FROM assignment WHERE state = 'held'")
        return {row["id"]: row["lease_until"] for row in held}
