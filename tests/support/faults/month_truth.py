"""What must be true of a month, counted without the services: money, taxes, reminders, and periods of jobs."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.backlog import Missed
from rules.model import Instant
from rules.periods import Daily
from storage.checks import violations

from .month_site import Site
from .month_workers import Crowd, Wishes, read

WON = 1_000_000
SEOUL = ZoneInfo("Asia/Seoul")
PLACES = ("pending", "available", "payout", "paid", "income_tax", "local_tax")
PERCENTS = {"resident": (3, "0.3"), "non_resident": (20, "2"), "exempt": (0, "0")}


class Truth:
    """Collects what is wrong, in words."""

    def __init__(self, site: Site, crowd: Crowd, taxes_since: date, away: tuple[datetime, datetime]) -> None:
        self.wrong: list[str] = []
        self._began = datetime.fromtimestamp(site.clock(), SEOUL)
        self._away = away
        self._site = site
        self._crowd = crowd
        self._taxes_since = taxes_since
        self._looks = 0

    async def check(self, when: str) -> None:
        """At midnight: all checks empty, and everybody has what was promised to the last fraction."""
        self._looks += 1
        found = await self._site.look(violations)
        self.wrong += [f"{when}: {each.check}: {each.what} by {each.difference}" for each in found or ()]
        self.wrong += [f"{when}: {each}" for each in self._money()]

    def _money(self) -> Iterator[str]:
        has = self._balances()
        in_force = "state IN ('told', 'agreed', 'appealed', 'denied')"
        lost = self._sums(f"SELECT worker_id, SUM(amount) FROM rejection WHERE {in_force} GROUP BY 1")  # noqa: S608
        more = self._sums("SELECT worker_id, SUM(amount) FROM bonus GROUP BY 1")
        more.update(self._sums("SELECT worker_id, SUM(amount) FROM adjustment GROUP BY 1"))
        for worker in self._crowd.workers:
            earned = sum(price for _, price in worker.accepted.values())
            due = earned - lost[worker.person] + more[worker.person]
            if due != has[worker.person]:
                yield f"worker {worker.person} has {has[worker.person]} and earned {due}"

    def _balances(self) -> Counter[int]:
        found = Counter[int]()
        for account, amount in read(self._site, "SELECT account, SUM(amount) FROM entry GROUP BY account"):
            place, _, number = str(account).partition(":")
            if place in PLACES:
                found[int(number)] += amount
        return found

    def _sums(self, sql: str) -> Counter[int]:
        return Counter(dict(read(self._site, sql)))

    def judge(self) -> list[str]:
        """Everything that was wrong in a month that is over."""
        return [*self.wrong, *self._taxes(), *self._reminders(), *self._bonuses(), *self._periods()]

    # Taxes ---------------------------------------------------------------------------------------------------------

    def _taxes(self) -> Iterator[str]:
        """By hand: percent of the whole won, cut to ten won; of payouts that a transfer took up, by its day."""
        sql = (
            "SELECT payout.id, gross, income_tax, local_tax, payout.net, tax_profile, made_at FROM payout"
            " JOIN (SELECT id, made_at FROM transfer) made ON made.id = transfer_id WHERE payout.state = 'paid'"
        )
        for payout, gross, income, local, net, profile, made_at in read(self._site, sql):
            percents = self._percents(str(profile), datetime.fromtimestamp(made_at / 1000, SEOUL).date())
            thousandths = [round(percent * 10) for percent in percents]
            due = [gross // WON * each // 1000 // 10 * 10 * WON for each in thousandths]
            if [income, local, net] != [*due, gross - sum(due)] or gross % WON:
                yield f"payout {payout} of {gross} ({profile}) was taxed {income} and {local} instead of {due}"

    def _percents(self, profile: str, day: date) -> tuple[float, float]:
        if profile == "resident" and day >= self._taxes_since:
            return 5, 0.5
        income, local = PERCENTS[profile]
        return income, float(local)

    # Reminders -----------------------------------------------------------------------------------------------------

    def _reminders(self) -> Iterator[str]:
        by_person: dict[int, list[Instant]] = defaultdict(list)
        for telegram_id, at in self._site.reminders:
            by_person[telegram_id].append(at)
        for worker in self._crowd.workers:
            sent = by_person[worker.telegram_id]
            yield from (f"reminders of {worker.telegram_id}: {each}" for each in broken(worker.wishes, sent))

    # Bonuses -------------------------------------------------------------------------------------------------------

    def _bonuses(self) -> Iterator[str]:
        """Nobody has more of them than their answers are worth."""
        answers = self._crowd.by_batch()
        sql = (
            "SELECT batch_id, worker_id, threshold, COUNT(*) FROM bonus"
            " JOIN bonus_rule ON bonus_rule.id = rule_id GROUP BY rule_id, worker_id"
        )
        for batch, worker, threshold, given in read(self._site, sql):
            if given > answers.get((worker, batch), 0) // threshold:
                yield f"worker {worker} got {given} bonuses in batch {batch}"

    # Jobs ----------------------------------------------------------------------------------------------------------

    def _periods(self) -> Iterator[str]:
        """No period was finished twice, and none of a daily job's days is missing but while the bot was away."""
        finished = self._site.finished
        yield from (f"{job} ran {times} times for {period}" for (job, period), times in finished.items() if times > 1)
        for job in self._site.jobs:
            if isinstance(job.when, Daily):
                dates = {period for name, period in finished if name == job.name}
                missing = self._expected(job.when, job.missed) - dates
                yield from (f"{job.name} did not run on {day}" for day in sorted(missing))

    def _expected(self, when: Daily, missed: Missed) -> set[str]:
        began, ended = self._began, datetime.fromtimestamp(self._site.clock(), SEOUL)
        first = began.replace(hour=when.hour, minute=when.minute, second=0, microsecond=0)
        due = [first + timedelta(days=number) for number in range((ended - began).days + 2)]
        slept = [each for each in due if self._away[0] < each < self._away[1]]
        let_go = {Missed.ONCE: slept[:-1], Missed.EACH: [], Missed.SKIP: slept}[missed]
        return {each.date().isoformat() for each in due if began < each <= ended and each not in let_go}

    def figures(self, batches: int) -> Counter[str]:
        """What a month held."""

        def count(sql: str) -> int:
            return int(read(self._site, sql)[0][0])

        return Counter(
            {
                "answers": sum(len(worker.accepted) for worker in self._crowd.workers),
                "late": self._crowd.late,
                "batches": batches,
                "rejections": count("SELECT COUNT(*) FROM rejection"),
                "appeals upheld": count("SELECT COUNT(*) FROM rejection WHERE state = 'upheld'"),
                "corrections": count("SELECT COUNT(*) FROM adjustment"),
                "bonuses": count("SELECT COUNT(*) FROM bonus"),
                "payouts paid": count("SELECT COUNT(*) FROM payout WHERE state = 'paid'"),
                "payouts failed": count("SELECT COUNT(*) FROM payout WHERE state = 'failed'"),
                "reminders": len(self._site.reminders),
                "messages": sum(self._site.sent.values()),
                "periods": len(self._site.finished),
                "crashes": sum(self._site.fates.values()),
                "restarts": self._site.deaths,
                "units crashed": len({unit for unit, _ in self._site.fates}),
                "looks": self._looks,
            }
        )


def broken(wishes: Wishes, sent: list[Instant]) -> Iterator[str]:
    """The rules, by the messages that really went out; a sign of life at the instant of one came right after it."""

    by_day = Counter[date]()
    for number, at in enumerate(sent):
        local = datetime.fromtimestamp(at / 1000, wishes.zone)
        by_day[local.date()] += 1
        if not wishes.hours[0] <= local.hour < wishes.hours[1]:
            yield f"at {local}, outside {wishes.hours}"
        if local.weekday() not in wishes.days:
            yield f"on a {local:%A}"
        if any(at < ends for _, ends in [each for each in wishes.silent if each[0] < at][-1:]):
            yield f"at {local}, while silence was wished for"
        if number >= 3 and bisect_left(wishes.signs, at) == bisect_left(wishes.signs, sent[number - 3]):
            yield f"at {local}, the fourth without a sign of life"
    yield from (f"{times} on {day}" for day, times in by_day.items() if times > wishes.most)
