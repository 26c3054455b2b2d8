"""A coordinator promises bonuses by a written rule; an owner corrects a worker's money."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import bonuses as screens
from bot.taps_bonuses import AdjustTap, DropRuleTap, MeasureTap, NewRuleTap, PromiseTap, RulesTap
from rules.amounts import parse_amount
from rules.model import BatchId, Micros, PersonId
from rules.refusals import Refusal
from services import adjusting, bonusing, drafting, people
from services.people import Role
from services.promising import Measure


async def bonus(ctx: Context, argument: str) -> None:
    """/bonus CODE"""
    await ctx.run(people.require, ctx.person.id, Role.COORDINATOR, Role.OWNER)
    if not argument:
        raise Refusal("bonus.how")
    await show_rules(ctx, RulesTap(await ctx.run(drafting.find_own, ctx.person.id, argument)))


async def show_rules(ctx: Context, tap: RulesTap) -> None:
    batch = BatchId(tap.batch)
    code, title, rules = await ctx.run(bonusing.of_batch, ctx.now, ctx.person.id, batch)
    await ctx.show(screens.rules_screen(ctx.words, batch, code, title, rules))


async def choose_measure(ctx: Context, tap: NewRuleTap) -> None:
    batch = BatchId(tap.batch)
    _, title, _ = await ctx.run(bonusing.of_batch, ctx.now, ctx.person.id, batch)
    await ctx.show(screens.measures_screen(ctx.words, batch, title))


async def measure_chosen(ctx: Context, tap: MeasureTap) -> None:
    batch = BatchId(tap.batch)
    await ctx.run(bonusing.ask, ctx.person.id, batch, tap.measure)
    await ctx.show(screens.ask_screen(ctx.words, batch, 0))


async def typed(ctx: Context, argument: str, text: str) -> None:
    """The next number of a rule: how many answers, how much for them, how much in all."""
    batch_id, measure, *said = argument.split(":")
    batch, numbers = BatchId(int(batch_id)), [int(each) for each in said]
    numbers.append(parse_amount(text) if numbers else _count(text))
    if len(numbers) < len(screens.ASKS):
        await ctx.run(bonusing.ask, ctx.person.id, batch, measure, *numbers)
        await ctx.say(screens.ask_screen(ctx.words, batch, len(numbers)))
        return
    threshold, amount, most = numbers[0], Micros(numbers[1]), Micros(numbers[2])
    rule = await ctx.run(bonusing.draft, ctx.now, ctx.person.id, batch, Measure(measure), threshold, amount, most)
    await ctx.say(screens.draft_screen(ctx.words, rule))


def _count(text: str) -> int:
    digits = text.strip().replace(",", "")
    if not digits.isdecimal() or len(digits) > 9:
        raise Refusal("bonus.bad_number")
    if not 0 < int(digits) <= bonusing.LARGEST:
        raise Refusal("bonus.bad_threshold", most=f"{bonusing.LARGEST:,}")
    return int(digits)


async def publish(ctx: Context, tap: PromiseTap) -> None:
    rule = await ctx.run(bonusing.publish, ctx.now, ctx.person.id, tap.rule)
    await ctx.toast(ctx.words.plain("bonus.published"))
    await show_rules(ctx, RulesTap(rule.batch))


async def drop(ctx: Context, tap: DropRuleTap) -> None:
    batch = await ctx.run(bonusing.drop, ctx.now, ctx.person.id, tap.rule)
    await ctx.toast(ctx.words.plain("bonus.dropped"))
    await show_rules(ctx, RulesTap(batch))


async def adjust(ctx: Context, argument: str) -> None:
    """/adjust CODE 1200 reason"""
    await ctx.run(people.require, ctx.person.id, Role.OWNER)
    code, amount, reason = adjusting.parse(argument)
    proposal = await ctx.run(adjusting.propose, ctx.person.id, code, amount, reason)
    await ctx.say(screens.confirm_screen(ctx.words, proposal))


async def confirm(ctx: Context, tap: AdjustTap) -> None:
    worker, amount = PersonId(tap.worker), Micros(tap.amount)
    made = await ctx.run(adjusting.adjust, ctx.now, ctx.person.id, worker, amount)
    await ctx.show(screens.adjusted_screen(ctx.words, made))


ROUTES: tuple[Route, ...] = (
    on_command("bonus", bonus),
    on_command("adjust", adjust),
    on_tap(RulesTap, show_rules),
    on_tap(NewRuleTap, choose_measure),
    on_tap(MeasureTap, measure_chosen),
    on_tap(PromiseTap, publish),
    on_tap(DropRuleTap, drop),
    on_tap(AdjustTap, confirm),
)

EXPECTS = {"bonus": typed}
