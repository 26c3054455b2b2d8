"""One person writes a hundred commands a second: how long the others wait, and what the one gets."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sandbox import Phone

from .crowd import staffed
from .ground import NAME_MARK, Ground, is_to
from .promises import Promise

RATE = 10.0
COMMANDS = 100
TOO_MANY = 20
"""What may be answered in the first second, before anybody can be called a flooder."""


async def flooded(tmp_path: Path, seconds: float, seed: int) -> Promise:
    async with Ground.open(tmp_path, "flood", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=20, tasks=20 + int(seconds * 4), overlap=12, seed=seed)
        flooder = Phone(ground.sandbox, ground.sandbox.create_user(f"{NAME_MARK}홍수"))
        await ground.say(flooder, "/start")
        replies: list[float] = []
        clock = ground.sandbox.world.clock
        ground.sandbox.subscribe(lambda event: replies.append(clock()) if is_to(event, flooder) else None)
        sent, _ = await asyncio.gather(flood(flooder, seconds), crowd.tap_for(seconds, RATE))
        await ground.idle()
        waits = sorted(
            crowd.record.acknowledged[query] - at
            for query, at in crowd.record.tapped_at.items()
            if query in crowd.record.acknowledged
        )
    p95 = waits[int(len(waits) * 0.95)] * 1000
    unanswered = len(crowd.record.tapped_at) - len(waits)
    return Promise(
        "one person sends 100 commands a second",
        f"others' p95 below 500 ms; the one answered once a second, after at most {TOO_MANY}",
        f"{sent:,} commands in {seconds:.0f} s: others' p95 {p95:.0f} ms over {len(waits)} taps, "
        f"{unanswered} unanswered; {len(replies)} replies to the one",
        p95 < 500 and not unanswered and 0 < len(replies) <= seconds + TOO_MANY + 1,
        str(seed),
    )


async def flood(phone: Phone, seconds: float) -> int:
    """So many commands a second; how many it came to."""
    timer = asyncio.get_running_loop().time
    began, sent = timer(), 0
    while timer() - began < seconds:
        while sent < (timer() - began) * COMMANDS:
            phone.say("/help")
            sent += 1
        await asyncio.sleep(0.005)
    return sent
