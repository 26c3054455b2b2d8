"""Callback data that no button of ours carried to this person: eight ways of making it up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from world import Someone, World

from bot.taps import AnswerTap, SkipTap, Tap, ToggleTap, UndoTap, pack
from bot.words import Words
from sandbox.replies import Json

from .books import figure, reading
from .crowd import labels_of, newest_card, parsed, table
from .digest import digest
from .promises import Promise

ATTACKERS = 20
EACH = 25
CAPTION = "/newbatch\ntitle: 리뷰\nchoices: 긍정, 부정, 모름\nprice: 20\noverlap: 12"


@dataclass(frozen=True)
class Attacker:
    """Somebody with a card before them, and the data of buttons that are spent."""

    someone: Someone
    current: list[str]
    spent: list[str]


class Forge:
    """Makes data up. What is sealed here is sealed with the real key, as if that had leaked."""

    def __init__(self, world: World, attackers: list[Attacker], chance: random.Random) -> None:
        self._world = world
        self._attackers = attackers
        self._chance = chance
        self.kinds: tuple[Callable[[Attacker], str], ...] = (
            self.random_bytes,
            self.anothers,
            self.flipped,
            self.stale,
            self.out_of_range,
            self.unknown,
            self.padded,
            self.wrong_owner,
        )

    def random_bytes(self, _: Attacker) -> str:
        letters = [chr(self._chance.choice((self._chance.randrange(1, 128), 0xE9, 0xAC00, 0x202E)))] * 4
        data = "".join(self._chance.choice(letters) for _ in range(self._chance.randint(1, 64)))
        return data.encode()[:64].decode(errors="ignore") or "?"

    def anothers(self, attacker: Attacker) -> str:
        """A button that lies on somebody else's phone."""
        return self._chance.choice(self._victim(attacker).current)

    def flipped(self, attacker: Attacker) -> str:
        data = self._chance.choice(attacker.current)
        at = self._chance.randrange(len(data))
        return data[:at] + chr(ord(data[at]) ^ 1 << self._chance.randrange(7)) + data[at + 1 :]

    def stale(self, attacker: Attacker) -> str:
        """A button of a card that is answered."""
        old = parsed(self._chance.choice(attacker.spent))
        return self._sealed(attacker, AnswerTap(old.assignment, old.revision, self._chance.randrange(3)))

    def out_of_range(self, attacker: Attacker) -> str:
        now = parsed(attacker.current[0])
        choice = self._chance.choice((-1, 3, 64, 2**31, 2**63))
        kind = self._chance.choice((AnswerTap(now.assignment, now.revision, choice), self._toggle(now, choice)))
        return self._sealed(attacker, kind)

    def unknown(self, attacker: Attacker) -> str:
        number = self._chance.choice((0, -1, 10**9, 2**62, 2**64))
        tap = self._chance.choice((AnswerTap(number, 0, 0), SkipTap(number, 0), UndoTap(number, number)))
        if self._chance.random() < 0.5:
            return self._sealed(attacker, tap)
        payload = self._chance.choice(("zz:1:2", "a", "a:::", ":", "a:-:-:-", "pp:0", "dc:1:1"))
        return self._world.kit.secret.seal(attacker.someone.telegram_id, payload) + payload

    def padded(self, attacker: Attacker) -> str:
        data = self._chance.choice(attacker.current)
        more = (f"{data} ", f" {data}", f"{data}:0", f"{data}\x00", f"{data[:11]}0{data[11:]}", data * 2)
        return self._chance.choice(more)

    def wrong_owner(self, attacker: Attacker) -> str:
        """The right form and the right seal, of somebody else's card."""
        theirs = parsed(self._chance.choice(self._victim(attacker).current))
        return self._sealed(attacker, theirs)

    def _toggle(self, card: AnswerTap, choice: int) -> Tap:
        return ToggleTap(card.assignment, card.revision, choice, 1)

    def _victim(self, attacker: Attacker) -> Attacker:
        return self._chance.choice([each for each in self._attackers if each is not attacker])

    def _sealed(self, attacker: Attacker, tap: Tap) -> str:
        return pack(tap, self._world.kit.secret, attacker.someone.telegram_id)


async def furnished(world: World) -> list[Attacker]:
    """People who have answered three cards, and hold a fourth."""
    owner = await world.owner()
    await owner.send("reviews.csv", table(40), CAPTION)
    await owner.tap("게시")
    attackers = []
    for someone in await world.workers(owner, *(f"작업자{number}" for number in range(ATTACKERS))):
        if newest_card(someone.phone) is None:
            await someone.say("/work")
        spent: list[str] = []
        for _ in range(3):
            spent += labels_of(someone.phone.messages[-1])
            await someone.tap("긍정")
        attackers.append(Attacker(someone, labels_of(someone.phone.messages[-1]), spent))
    return attackers


async def forged(tmp_path: Path, taps: int, seed: int) -> Promise:
    """All through the whole bot, as Telegram would deliver them."""
    settings = {"TAPWORK_CHAT_RATE": "0", "TAPWORK_BOT_RATE": "0"}
    folder = tmp_path / "forged"
    async with World.open(folder, environment=settings) as world:
        attackers = await furnished(world)
        forge = Forge(world, attackers, random.Random(seed))
        heard: list[str] = []
        unsubscribe = world.sandbox.subscribe(lambda event: hear(event, heard))
        before, done, accepted = digest(folder), 0, 0
        while done < taps:
            done = shoot_all(world, attackers, forge, done)
            await world.settle()
            now = digest(folder)
            accepted += now != before
            before = now
        unsubscribe()
        crashed = words_of_a_crash(world.kit.words("ko"))
        with reading(folder) as connection:
            failed = figure(connection, "SELECT COUNT(*) FROM inbox WHERE state = 'failed'")
        crashes = failed + sum(text.startswith(crashed) for text in heard)
    return Promise(
        "forged callbacks, 8 classes",
        f"{taps:,}: 0 accepted, 0 crashes",
        f"{done:,} taps, {len(heard):,} answered: {accepted} accepted, {crashes} crashes",
        not accepted and not crashes and len(heard) == done,
        str(seed),
    )


def hear(event: Json, heard: list[str]) -> None:
    if event["type"] == "toast":
        heard.append(str(event.get("text")))


def shoot_all(world: World, attackers: list[Attacker], forge: Forge, done: int) -> int:
    """Everybody tries some of each kind, all before the bot hears of any; how many tries that makes by now."""
    for attacker in attackers:
        for _ in range(EACH):
            shoot(world, attacker, forge.kinds[done % len(forge.kinds)](attacker))
            done += 1
    return done


def shoot(world: World, attacker: Attacker, data: str) -> None:
    phone = attacker.someone.phone
    world.sandbox.tap(phone.user_id, phone.messages[-1]["message_id"], data, forge=True)


def words_of_a_crash(words: Words) -> str:
    """How the message begins that says a bug was met."""
    return str(words.plain("refusal.bug", reference="@")).split("@")[0]
