"""Thumbs that tap twice, phones that send twice, one person with two phones; and answers that get lost on the way."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sandbox import Phone

from .books import look, reading
from .crowd import Card, Crowd, newest_card, parsed, staffed
from .ground import Ground
from .kills import RATE
from .promises import Promise

WORKERS = 40
LATEST_DOUBLE = 0.05


async def tapped_often(tmp_path: Path, cards: int, seed: int) -> Promise:
    """Every card is tapped more than once, in one of three ways."""
    async with Ground.open(tmp_path, "thumbs", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=WORKERS, tasks=20 + cards // 10, overlap=12, seed=seed)
        done = await answer_cards(ground, crowd, cards)
        await ground.idle()
        with reading(ground.folder) as connection:
            end = look(connection, crowd.record.first)
            answers = connection.execute("SELECT COUNT(*) FROM answer WHERE labels IS NOT NULL").fetchone()[0]
    return Promise(
        "one tap under several update ids, double taps within 50 ms, two phones",
        f"{cards:,} cards: one answer per (task, worker)",
        f"{done:,} cards, {answers:,} answers: {end.answered_twice} twice, {end.lost} not the first tapped, "
        f"{end.paid_twice} paid twice",
        end.is_sound and answers == len(crowd.record.first) >= cards,
        str(seed),
    )


async def answer_cards(ground: Ground, crowd: Crowd, cards: int) -> int:
    """Everybody taps as soon as a new card is there; how many cards that were."""
    done: dict[int, Card] = {}
    count = 0
    doubles: set[asyncio.Task[None]] = set()
    while count < cards:
        for phone in crowd.people:
            card = newest_card(phone)
            if card is None or done.get(phone.user_id) == card_of(card):
                continue
            done[phone.user_id] = card_of(card)
            tap_twice(ground, crowd, phone, card, doubles)
            count += 1
        await asyncio.wait({ground.next_event(lambda event: event["type"] == "edited")}, timeout=1.0)
    if doubles:
        await asyncio.wait(doubles)
    return count


def card_of(card: tuple[int, list[str]]) -> Card:
    tap = parsed(card[1][0])
    return tap.assignment, tap.revision


def tap_twice(
    ground: Ground, crowd: Crowd, phone: Phone, card: tuple[int, list[str]], doubles: set[asyncio.Task[None]]
) -> None:
    """One of three ways, by chance."""
    message_id, labels = card
    label = crowd.chance.choice(labels)
    crowd.tap_button(phone, message_id, label)
    match crowd.chance.randrange(3):
        case 0:
            resend(ground, crowd.chance.randint(1, 3))
        case 1:
            wait = crowd.chance.uniform(0, LATEST_DOUBLE)
            task = asyncio.create_task(again(crowd, phone, message_id, label, wait))
            doubles.add(task)
            task.add_done_callback(doubles.discard)
        case _:
            crowd.tap_button(phone, message_id, crowd.chance.choice(labels))


def resend(ground: Ground, times: int) -> None:
    """The app sends the newest tap again after a reconnect: the same query under new update ids."""
    updates = ground.sandbox.world.bot(None).updates
    newest = updates.waiting()[-1]
    for _ in range(times):
        updates.add("callback_query", newest.body["callback_query"], newest.lane, 150)


async def again(crowd: Crowd, phone: Phone, message_id: int, label: str, wait: float) -> None:
    await asyncio.sleep(wait)
    crowd.tap_button(phone, message_id, label)


async def unanswered(tmp_path: Path, seconds: float, seed: int) -> Promise:
    """Every tenth call takes effect, but the bot never hears of it."""
    async with Ground.open(tmp_path, "unanswered", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=WORKERS, tasks=40 + int(seconds * 4), overlap=12, seed=seed)
        ground.sandbox.faults.drop_after = 0.1
        lost: list[int] = []
        ground.sandbox.subscribe(lambda event: lost.append(1) if event.get("status") == 0 else None)
        await crowd.tap_for(seconds, RATE)
        ground.sandbox.faults.drop_after = 0.0
        await asyncio.sleep(3.0)
        await ground.idle()
        with reading(ground.folder) as connection:
            end = look(connection, crowd.record.first)
            held = connection.execute(
                "SELECT COUNT(*) FROM (SELECT 1 FROM assignment WHERE state = 'held' "
                "GROUP BY worker_id, batch_id HAVING COUNT(*) > 1)"
            ).fetchone()[0]
    return Promise(
        "10 % of calls take effect but their answer is lost",
        "0 double assignments, 0 paid twice",
        f"{len(crowd.record.taps):,} taps, {len(lost):,} answers lost: {held + end.answered_twice} double assignments, "
        f"{end.paid_twice} paid twice, {end.lost} taps lost",
        end.is_sound and held == 0 and bool(lost),
        str(seed),
    )
