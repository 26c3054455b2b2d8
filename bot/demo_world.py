"""The demo's story: some days of real conversations, after which everybody has something to look at and to do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from jobs import SCHEDULE
from rules.model import MINUTE, Instant
from sandbox import Sandbox, SimulatedWorker

from .app import Running
from .demo_clock import ShiftedClock
from .demo_people import Knowledge, Player, samples, zipped_pictures
from .scheduling import run_job

PACE = 3.5
FASTEST, SLOWEST = 3_200, 8_000
"""Milliseconds that an answer took in the past."""

POSTED_DAYS_AGO = 4
SESSIONS = ((4, time(14, 5), 14), (2, time(20, 40), 10), (1, time(8, 15), 12))
"""How many days ago, when in the day, and how many answers each."""

UTTERANCES = """제목: 이 말은 무엇인가요?
프로젝트: 음성 비서
선택지: 질문, 요청, 서술, 낱말
단가: 20
중복: 3
언어: ko
가이드: 음성 비서에게 하는 말이에요. 무엇을 바라고 한 말인지 골라 주세요.
• 질문: 알고 싶은 것을 물어요. “내일 비 와?”
• 요청: 무언가를 해 달라고 해요. “불 꺼 줘”
• 서술: 있는 일이나 생각을 말해요. “오늘 좀 춥다”
• 낱말: 문장이 아니라 낱말이나 이름만 말해요. “시청역”
물음표가 없어도 묻는 말이면 질문이에요."""

MESSAGES = """title: Is this message spam?
project: Text messages
choices: spam, personal
price: 25
overlap: 3
language: en
guide: Spam is anything sent to many people to sell or to trick: prizes, ringtones, dating lines, "call now".
Everything that one person wrote to another is personal, even when it is rude or hard to read."""

PICTURES = """제목: 사진에 무엇이 있나요?
프로젝트: 그림 분류
선택지: 동물, 음식, 식물, 탈것
단가: 30
중복: 3
언어: ko
가이드: 가장 크게 보이는 것을 골라 주세요. 과일과 채소는 음식이고, 꽃과 나무는 식물이에요."""


@dataclass(frozen=True)
class Cast:
    """Everybody, in the order of their phones: those to be played first, then those who work by themselves."""

    mina: Player
    sora: Player
    jun: Player
    emma: Player
    owner: Player
    robots: tuple[Player, ...]

    @property
    def workers(self) -> tuple[Player, ...]:
        return (self.mina, self.jun, self.emma, *self.robots)

    @property
    def played(self) -> tuple[str, ...]:
        """The names of those whom the newcomer plays."""
        return tuple(each.name for each in (self.mina, self.sora, self.jun, self.emma, self.owner))


def cast(sandbox: Sandbox) -> Cast:
    """Give everybody a phone."""
    return Cast(
        mina=Player(sandbox, "미나", "ko", "worker"),
        sora=Player(sandbox, "소라", "ko", "coordinator"),
        jun=Player(sandbox, "준", "ko", "worker"),
        emma=Player(sandbox, "Emma", "en", "worker"),
        owner=Player(sandbox, "운영자", "ko", "owner"),
        robots=tuple(
            Player(sandbox, name, language, "worker")
            for name, language in (("서연", "ko"), ("도윤", "ko"), ("Liam", "en"), ("Olivia", "en"))
        ),
    )


def opening(zone: ZoneInfo, present: Instant) -> Instant:
    """When the story begins."""
    return moment(POSTED_DAYS_AGO, time(10), zone, present)


def moment(days_ago: int, when: time, zone: ZoneInfo, present: Instant) -> Instant:
    today = datetime.fromtimestamp(present / 1000, zone).date()
    then = datetime.combine(today - timedelta(days=days_ago), when, zone)
    return Instant(int(then.timestamp() * 1000))


class World:
    """The installation on its way from its first day to now."""

    def __init__(self, players: Cast, running: Running, clock: ShiftedClock) -> None:
        self._cast = players
        self._running = running
        self._kit = running.kit
        self._clock = clock
        self._chance = Random(7)  # noqa: S311 - repeats, nothing is secret
        self._knowledge = Knowledge(players.mina.phone.sandbox, 11)

    async def fill(self, *, is_simulated: bool) -> bool:
        """Live through the last days, then let the robots work on."""
        await asyncio.gather(asyncio.to_thread(self._learn), self._open_shop())
        for place, (days, when, answers) in enumerate(SESSIONS):
            await self._running.idle()
            self._clock.reach(moment(days, when, self._kit.config.timezone, self._clock.present()))
            await self._session(place, answers)
        await self._running.idle()
        self._clock.catch_up()
        # Answers whose review is over by now become available money.
        await self._run("settle")
        await self._leave_open()
        self._hire(is_simulated=is_simulated)
        return True

    def _learn(self) -> None:
        self._knowledge.learn_texts("ko_utterances")
        self._knowledge.learn_texts("en_messages")
        self._knowledge.learn_pictures("pictures")

    async def _pass(self, milliseconds: int) -> None:
        """Let time pass once the bot is done: a chat's allowance does not grow while a call is under way."""
        await self._running.idle()
        self._clock.advance(milliseconds)

    async def _open_shop(self) -> None:
        """An owner invites a coordinator, who posts and invites workers."""
        owner, sora = self._cast.owner, self._cast.sora
        await owner.say("/start")
        await owner.say("/coordinators")
        await owner.tap("담당자 초대하기")
        await sora.say(f"/start {owner.invite}")
        for name, data, caption in _files():
            await self._pass(2 * MINUTE)
            await sora.send(name, data, caption, "게시")
            await sora.tap("게시")
        await self._pass(5 * MINUTE)
        await sora.say("/invite 20")
        for worker in self._cast.workers:
            await self._pass(MINUTE)
            await worker.say(f"/start {sora.invite}")
            await worker.tap("동의" if worker.language == "ko" else "Agree")

    async def _session(self, place: int, answers: int) -> None:
        """Everybody labels for a while, then stops."""
        workers = self._cast.workers
        await asyncio.gather(*(self._begin(worker, place) for worker in workers))
        for _ in range(answers):
            self._clock.advance(self._chance.randint(FASTEST, SLOWEST))
            await asyncio.gather(*(self._answer(worker) for worker in workers))
        await self._pass(SLOWEST)
        await asyncio.gather(*(worker.tap("그만" if worker.language == "ko" else "Stop") for worker in workers))
        await self._run("cards")

    async def _begin(self, worker: Player, turn: int) -> None:
        """Open a batch: where there are several, another one each time."""
        await worker.say("/work")
        if worker.card is None:
            offers = worker.phone.buttons
            await worker.tap(offers[turn % len(offers)][0])

    async def _answer(self, worker: Player) -> None:
        card = worker.card
        if card is not None:
            await worker.answer(card, self._knowledge.choose(card.question, card.choices) or card.choices[0])

    async def _run(self, name: str) -> None:
        """Run a job now, which would wait for its minute otherwise."""
        job = next(job for job in SCHEDULE if job.name == name)
        await run_job(self._kit, job, self._clock.now())

    async def _leave_open(self) -> None:
        """What each of the played people finds on their screen."""
        cast = self._cast
        await self._begin(cast.mina, 0)
        await cast.jun.say("/balance")
        await self._begin(cast.emma, 0)
        await cast.sora.say("/batches")
        await cast.owner.say("/coordinators")

    def _hire(self, *, is_simulated: bool) -> None:
        """Every worker can be switched on in the page; the robots are."""
        sandbox = self._cast.mina.phone.sandbox
        for worker in self._cast.workers:
            simulated = SimulatedWorker(worker.phone, self._knowledge.choose, PACE)
            sandbox.simulated[worker.phone.user_id] = simulated
            if is_simulated and worker in self._cast.robots:
                simulated.start()


def _files() -> Sequence[tuple[str, bytes, str]]:
    """What the coordinator posts: names, bytes and captions."""
    return (
        ("utterances.csv", samples().joinpath("ko_utterances.csv").read_bytes(), UTTERANCES),
        ("messages.csv", samples().joinpath("en_messages.csv").read_bytes(), MESSAGES),
        ("pictures.zip", zipped_pictures(), PICTURES),
    )
