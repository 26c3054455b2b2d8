"""/review: a coordinator looks at answers before they are settled, and decides about rejections."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import review as screens
from bot.taps_review import (
    ConfirmTap,
    DecideTap,
    ExamineTap,
    ExpectTap,
    JudgeAppealTap,
    NextTap,
    NobodyElseTap,
    RejectTap,
    ReviewsTap,
    RuleTap,
)
from rules.model import AnswerId, BatchId
from rules.refusals import Refusal
from services import appealing, deeds, drafting, rejecting, reviewing


async def review(ctx: Context, argument: str) -> None:
    """/review, or the answers of one batch by its code."""
    if argument:
        batch = await ctx.run(drafting.find_own, ctx.person.id, argument)
        await show_next(ctx, NextTap(batch, reviewing.FIRST, 0))
    else:
        await show_overview(ctx, ReviewsTap())


async def show_overview(ctx: Context, _tap: ReviewsTap) -> None:
    found = await ctx.kit.db.read(reviewing.overview, ctx.now, ctx.person.id)
    await ctx.show(screens.overview(ctx.words, found))


async def show_next(ctx: Context, tap: NextTap) -> None:
    """The next answer."""
    batch, after = BatchId(tap.batch), AnswerId(tap.after)
    found = await ctx.kit.db.read(reviewing.following, ctx.now, ctx.person.id, batch, tap.doubt, after)
    await ctx.show(screens.item(ctx.words, found, ctx.now) if found else screens.done(ctx.words))


async def examine(ctx: Context, tap: ExamineTap) -> None:
    found = await ctx.run(reviewing.examined, ctx.now, ctx.person.id, AnswerId(tap.answer), tap.doubt)
    await ctx.show(screens.item(ctx.words, found, ctx.now))


async def ask_rule(ctx: Context, tap: RejectTap) -> None:
    found, rules = await ctx.run(reviewing.rules_for, ctx.now, ctx.person.id, AnswerId(tap.answer), tap.doubt)
    await ctx.show(screens.rules(ctx.words, found, rules))


async def ask_expected(ctx: Context, tap: RuleTap) -> None:
    found, rules = await ctx.run(reviewing.rules_for, ctx.now, ctx.person.id, AnswerId(tap.answer), tap.doubt)
    rule = next((each for each in rules if each.number == tap.rule), None)
    if rule is None:
        raise Refusal("review.no_such_rule")
    await ctx.show(screens.expected(ctx.words, found, rule, tap.expected))


async def reject(ctx: Context, tap: ExpectTap) -> None:
    """It is done, and the next answer comes, unless there is nobody who could confirm it."""
    answer = AnswerId(tap.answer)
    made = await ctx.run(rejecting.reject, ctx.now, ctx.person.id, answer, tap.rule, tap.expected)
    following = NextTap(made.batch, tap.doubt, tap.answer)
    if made.lacks_second:
        await ctx.show(screens.unseconded(ctx.words, made.rejection, following))
        return
    await ctx.toast(ctx.words.plain("review.proposed" if made.is_proposed else "review.rejected"))
    await show_next(ctx, following)


async def show_decision(ctx: Context, tap: DecideTap) -> None:
    found = await ctx.run(appealing.for_decision, ctx.person.id, tap.rejection)
    await ctx.show(screens.decision(ctx.words, found, ctx.now))


async def say_alone(ctx: Context, tap: NobodyElseTap) -> None:
    """An owner says that there is nobody else, and decides."""
    await ctx.run(deeds.set_alone, ctx.now, ctx.person.id, True)
    await ctx.toast(ctx.words.plain("start.alone_noted"))
    await show_decision(ctx, DecideTap(tap.rejection))


async def confirm(ctx: Context, tap: ConfirmTap) -> None:
    """The second look at a proposed rejection."""
    decide = rejecting.confirm if tap.on else rejecting.drop
    await ctx.run(decide, ctx.now, ctx.person.id, tap.rejection)
    await ctx.toast(ctx.words.plain("review.confirmed" if tap.on else "review.dropped"))
    await show_overview(ctx, ReviewsTap())


async def judge(ctx: Context, tap: JudgeAppealTap) -> None:
    """The worker is right, or not."""
    decide = appealing.uphold if tap.on else appealing.deny
    await ctx.run(decide, ctx.now, ctx.person.id, tap.rejection)
    await ctx.toast(ctx.words.plain("review.upheld" if tap.on else "review.denied"))
    await show_overview(ctx, ReviewsTap())


ROUTES: tuple[Route, ...] = (
    on_command("review", review),
    on_tap(ReviewsTap, show_overview),
    on_tap(NextTap, show_next),
    on_tap(ExamineTap, examine),
    on_tap(RejectTap, ask_rule),
    on_tap(RuleTap, ask_expected),
    on_tap(ExpectTap, reject),
    on_tap(DecideTap, show_decision),
    on_tap(NobodyElseTap, say_alone),
    on_tap(ConfirmTap, confirm),
    on_tap(JudgeAppealTap, judge),
)
