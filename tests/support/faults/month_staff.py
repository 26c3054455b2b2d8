"""The owner and the coordinators of a month: they post, review, close, and give money to the bank."""

from __future__ import annotations

from typing import Final

from world import OWNER

from rules.model import DAY, HOUR, AnswerId, BatchId, Instant, Kind, Micros, PersonId
from rules.rows import Row
from rules.settings import Overlap, Settings
from rules.taxes import Profile
from services import (
    adjusting,
    appealing,
    bank_results,
    bonusing,
    budgeting,
    closing,
    drafting,
    enrolling,
    filling,
    payees,
    posting,
    rejecting,
    settling,
    steering,
)
from services.bank_results import Result
from services.enrolling import Newcomer
from services.filling import NewTask
from services.posting import Found
from services.promising import Measure
from storage import Tx

from .month_site import Site
from .month_workers import Crowd, read

COORDINATORS: Final = (2_000_001, 2_000_002)
GUIDE = "- 글을 끝까지 읽어 주세요\n- 반어법은 부정이에요"
CHOICES = ("a", "b", "c")
PRICES = (Micros(400_000), Micros(333_333_333), Micros(505_000_000), Micros(1_010_000_000))


class Staff:
    """What they do each day; all of it again after every crash."""

    def __init__(self, site: Site, crowd: Crowd, tasks: int) -> None:
        self.site = site
        self.crowd = crowd
        self.batches = 0
        self.rejected = self.paid_by_hand = 0
        self._tasks = tasks

    async def come(self) -> None:
        """The owner first; one of the coordinators has to live on a budget."""
        self.owner = await self._arrive(OWNER, "")
        self.coordinators = []
        for telegram_id in COORDINATORS:
            invite = await self.site.do(enrolling.invite_coordinator, self.site.clock.now(), self.owner)
            assert invite is not None
            self.coordinators.append(await self._arrive(telegram_id, invite.code))
        millions = Micros(50_000_000_000_000)
        await self.site.do(budgeting.fund, self.site.clock.now(), self.owner, self.coordinators[0], millions)

    async def _arrive(self, telegram_id: int, code: str) -> PersonId:
        site, name = self.site, f"사람{telegram_id}"
        site.sandbox.create_user(name, user_id=telegram_id)
        site.sandbox.say(telegram_id, "/start")
        newcomer = Newcomer(telegram_id, name, None, "ko")
        found = await site.do(enrolling.arrive, site.clock.now(), newcomer, code, frozenset({OWNER}), "open")
        assert found is not None
        return found.id

    async def register(self) -> None:
        """Where workers' money goes, and a few who are taxed otherwise."""
        site, staff = self.site, self.coordinators[0]
        for number, worker in enumerate(self.crowd.workers):
            now = site.clock.now()
            await site.do(payees.set_reference, now, staff, worker.code, f"ref-{worker.code}")
            profile = {7: Profile.NON_RESIDENT, 11: Profile.EXEMPT}.get(number % 12)
            if profile is not None:
                await site.do(payees.set_tax, now, staff, worker.person, profile)

    async def post(self) -> None:
        """A batch on offer; some with gold, some with a bonus, some with an end."""
        site, chance, now = self.site, self.site.chance, self.site.clock.now()
        boss = self.coordinators[self.batches % 2]
        self.batches += 1
        asked = Settings(
            title=f"일감 {self.batches}", choices=CHOICES, kind=Kind.SINGLE, price=chance.choice(PRICES),
            overlap=chance.choice((Overlap(1, 1), Overlap(2, 4))), confidence=900_000, lease=2 * HOUR, language="any",
            guide=GUIDE, review=chance.choice((DAY, 3 * DAY)),
            deadline=Instant(now + chance.randint(3, 12) * DAY) if chance.random() < 0.5 else None,
        )  # fmt: skip
        batch = await site.do(published, now, boss, asked, self._tasks, chance.choice((0, 5)))
        # By number, since a short month without any bonus would show nothing of them.
        if batch is not None and self.batches % 5 in (1, 3):
            amount = Micros(500_000_000)
            terms = (Measure.EACH, 10, amount, Micros(20 * amount))
            rule = await site.do(bonusing.draft, now, boss, batch, *terms)
            if rule is not None:
                await site.do(bonusing.publish, now, boss, rule.id)

    async def steer(self) -> None:
        """Now and then another price, or an end."""
        site, chance, now = self.site, self.site.chance, self.site.clock.now()
        for batch, boss in read(site, "SELECT id, coordinator_id FROM batch WHERE state = 'open'"):
            does = chance.random()
            if does < 0.05:
                await site.do(steering.reprice, now, PersonId(boss), BatchId(batch), chance.choice(PRICES))
            elif does < 0.07:
                await site.do(steering.close, now, PersonId(boss), BatchId(batch))

    async def review(self, share: float) -> None:
        """Some of the answers in review are rejected; what waits for a second look gets one, or none."""
        site, chance, now = self.site, self.site.chance, self.site.clock.now()
        sql = (
            "SELECT answer.id, labels, coordinator_id FROM answer JOIN batch ON batch.id = batch_id"
            " WHERE settlement_id IS NULL AND status = 'counted' AND undone = 0 AND settles_at > ?"
        )
        for answer, labels, boss in read(site, sql, now):
            if chance.random() < share:
                expected = 1 if labels != 1 else 2
                made = await site.do(rejecting.reject, now, PersonId(boss), AnswerId(answer), 0, expected)
                self.rejected += made is not None
        for rejection, state in read(
            site, "SELECT id, state IN ('appealed') FROM rejection WHERE state IN ('proposed', 'appealed')"
        ):
            units = (appealing.uphold, appealing.deny) if state else (rejecting.confirm, rejecting.drop)
            if chance.random() < 0.5:
                await site.do(chance.choice(units), now, self.owner, rejection)

    async def prepare_transfer(self) -> None:
        """Everything that was asked for goes to the bank."""
        site, now, terms = self.site, self.site.clock.now(), self.site.kit.config.payments.terms
        maker, approver = self.coordinators[0], self.owner
        await site.do(closing.prepare, now, maker, terms, frozenset[int]())
        for (transfer,) in read(site, "SELECT id FROM transfer WHERE state IN ('prepared', 'approved')"):
            await site.do(closing.hand_out, now, maker, transfer, f"{transfer:064}", terms)
            if site.chance.random() < 0.1:
                await site.do(closing.cancel, now, maker, transfer)
                continue
            await site.do(closing.approve, now, approver, transfer, f"{transfer:064}", terms)
            await site.do(closing.send, now, maker, transfer, terms, False)

    async def hear_from_bank(self) -> None:
        """The bank says of each payout what became of it, and says it twice."""
        site, now, maker = self.site, self.site.clock.now(), self.coordinators[0]
        rows = read(site, "SELECT code FROM payout WHERE state = 'sent'")
        results = [Result(str(code), site.chance.random() > 0.1, "계좌 없음") for (code,) in rows]
        for _ in range(2):
            await site.do(bank_results.record, now, maker, results)

    async def correct(self) -> None:
        """One worker gets something back that went wrong, or less."""
        site, worker = self.site, self.site.chance.choice(self.crowd.workers)
        amount = Micros(site.chance.choice((1_500_000_000, 300_000_000, -100_000_000)))
        if await site.do(adjusting.propose, self.owner, worker.code, amount, "착오") is not None:
            await site.do(adjusting.adjust, site.clock.now(), self.owner, worker.person, amount)

    async def pay_by_hand(self) -> None:
        """One worker now and then, as before there were payouts."""
        site, worker = self.site, self.site.chance.choice(self.crowd.workers)
        done = await site.do(settling.record_payment, site.clock.now(), worker.code, None, "현금")
        self.paid_by_hand += done is not None


def published(tx: Tx, now: Instant, boss: PersonId, asked: Settings, tasks: int, golds: int) -> BatchId:
    """A batch on offer, posted the way a coordinator's file is."""
    upload = posting.receive(tx, now, boss, f"{asked.title}.csv", None, asked, False)
    posting.keep(tx, now, upload.id, f"{asked.title}.csv", Found(rows=tasks + golds))
    begun = filling.begin(tx, now, upload.id)
    filling.add_rows(tx, now, begun, [_task(f"{asked.title} {number}") for number in range(1, tasks + 1)])
    filling.add_rows(tx, now, begun, [_task(f"{asked.title} 골드 {number}", ("a",)) for number in range(1, golds + 1)])
    batch = filling.finish(tx, now, begun, 0, [])
    drafting.publish(tx, now, boss, batch)
    return batch


def _task(text: str, gold: tuple[str, ...] | None = None) -> NewTask:
    return NewTask(Row(1, None, text, None, None, gold, None, {}), None)
