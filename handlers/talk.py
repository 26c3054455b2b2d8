"""Typed words: what a dialogue waits for, /cancel, and everything that nothing else answers to."""

from collections.abc import Awaitable, Callable, Mapping

from bot.context import Context
from bot.routing import Route, on_command, on_lost, on_text
from bot.screen import Screen
from rules.refusals import Refusal
from services import people, posting

Expectation = Callable[[Context, str, str], Awaitable[None]]


def listener(expects: Mapping[str, Expectation]) -> Callable[[Context, str], Awaitable[None]]:
    """A handler that gives typed text to whoever waits for it."""

    async def listen(ctx: Context, text: str) -> None:
        word, _, argument = (ctx.person.expects or "").partition(":")
        if word in expects:
            await expects[word](ctx, argument, text)
        else:
            await ctx.say(Screen(ctx.words.line("start.not_understood")), key="start.not_understood")

    return listen


async def cancel(ctx: Context, _argument: str) -> None:
    """/cancel leaves any half-finished dialogue."""
    if ctx.person.expects is None and not await ctx.run(posting.cancel, ctx.now, ctx.person.id):
        await ctx.say(Screen(ctx.words.line("start.nothing_to_cancel")))
        return
    await ctx.run(posting.cancel, ctx.now, ctx.person.id)
    await ctx.run(people.expect, ctx.person.id, None)
    await ctx.say(Screen(ctx.words.line("start.cancelled")))


async def lost(ctx: Context) -> None:
    """A stranger, an unknown command, an old button: say so, and show the way."""
    if not ctx.is_known:
        raise Refusal("start.come_in")
    raise Refusal("start.lost_button" if ctx.tapped else "start.not_understood")


def routes(expects: Mapping[str, Expectation]) -> tuple[Route, ...]:
    return (on_command("cancel", cancel), on_text(listener(expects)), on_lost(lost))
