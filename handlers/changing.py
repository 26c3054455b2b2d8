"""A coordinator changes a setting of a draft or of a running batch."""

from datetime import timedelta

from bot import posting as flow
from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import posting as screens
from bot.screens.budgets import short_screen
from bot.taps_batches import AskTap, CardTap, DraftTap, SetTap
from rules.model import BatchId, Kind
from rules.settings import Settings
from services import drafting, shortage, steering

from .batches import show_card

EVENING = "18:00"
KIND = "kind-"


async def ask(ctx: Context, tap: AskTap) -> None:
    """Ask for a setting's new value."""
    is_draft = await ctx.run(steering.ask, ctx.person.id, BatchId(tap.batch), tap.key)
    back = DraftTap(tap.batch) if is_draft else CardTap(tap.batch)
    await ctx.show(screens.ask_change(ctx.words, tap.batch, tap.key, ctx.kit.config.currency, back))


async def choose(ctx: Context, tap: SetTap) -> None:
    """A button gave the new value."""
    await _change(ctx, BatchId(tap.batch), _value(ctx, tap))


def _value(ctx: Context, tap: SetTap) -> Settings:
    match tap.key, tap.value:
        case "choices", kind if kind.startswith(KIND):
            return Settings(kind=Kind(kind.removeprefix(KIND)))
        case "guide", screens.NONE:
            return Settings(guide="")
        case "deadline", screens.NONE:
            return Settings(deadline=drafting.NO_DEADLINE)
        case "deadline", days:
            day = ctx.words.local(ctx.now).date() + timedelta(days=int(days))
            return flow.read_setting(ctx.kit, ctx.words.timezone, "deadline", f"{day.isoformat()} {EVENING}")
        case key, value:
            return flow.read_setting(ctx.kit, ctx.words.timezone, key, value)


async def typed(ctx: Context, argument: str, text: str) -> None:
    """Typed words gave it."""
    batch, _, key = argument.partition(":")
    await _change(ctx, BatchId(int(batch)), flow.read_setting(ctx.kit, ctx.words.timezone, key, text))


async def _change(ctx: Context, batch: BatchId, said: Settings) -> None:
    short = await ctx.run(shortage.tell, ctx.now, ctx.person.id, batch, said.price) if said.price else None
    if short is not None:
        await ctx.show(short_screen(ctx.words, short))
        return
    is_draft = await ctx.run(steering.change, ctx.now, ctx.person.id, batch, said)
    await ctx.toast(ctx.words.plain("posting.changed" if is_draft else _effect(said)))
    if not is_draft:
        await show_card(ctx, batch)
    elif said.choices is not None or said.kind is not None:
        # Workers' buttons are others now, so the task is shown anew.
        await ctx.close()
        await flow.show_draft(ctx.kit, ctx.person, batch)
    else:
        await ctx.show(await flow.draft_card(ctx.kit, ctx.person, batch))


def _effect(said: Settings) -> str:
    """What is said of a change to a running batch: from when it counts, where that is not at once."""
    if said.guide:
        return "batch.guide_changed"
    return "posting.changed" if said.price is None else "batch.price_changed"


ROUTES: tuple[Route, ...] = (on_tap(AskTap, ask), on_tap(SetTap, choose))

EXPECTS = {"posting_change": typed}
