"""Where a worker's money goes: /payee for workers, /payee CODE [REFERENCE] for staff."""

import secrets

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import payees as screens
from bot.taps_payees import NotMeTap, PayeeTap, ReleaseTap, TaxTap
from bot.telegraph import Sent
from rules.codes import digest
from rules.model import PersonId
from rules.refusals import Refusal
from rules.taxes import Profile
from services import payees
from services.payees import Known
from services.people import Role

TOKEN_BYTES = 32


async def answer(ctx: Context, argument: str) -> None:
    """/payee: one's own account; with a code, a worker's."""
    is_staff = bool(ctx.person.roles & {Role.COORDINATOR, Role.OWNER})
    if argument and not is_staff:
        raise Refusal("payee.not_for_workers")
    if argument:
        await show_known(ctx, *argument.split(maxsplit=1))
    elif is_staff and Role.WORKER not in ctx.person.roles:
        raise Refusal("payee.usage")
    else:
        await show_own(ctx)


async def show_own(ctx: Context, _tap: PayeeTap | None = None) -> None:
    """A fresh link to the form; where no form is served, whom to tell."""
    url = ctx.kit.config.public_url
    payee = await ctx.kit.db.read(payees.of, ctx.person.id)
    if url is None:
        await ctx.say(screens.outside_screen(ctx.words, payee, ctx.person.code, ctx.now))
        return
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires = await ctx.run(payees.offer_link, ctx.now, ctx.person.id, digest(token))

    async def remember(sent: Sent) -> None:
        await ctx.kit.db.run(payees.link_sent, digest(token), sent.message_id)

    await ctx.say(screens.link_screen(ctx.words, payee, f"{url}/payee/{token}", expires, ctx.now), remember)


async def show_known(ctx: Context, code: str, reference: str | None = None) -> None:
    """What is known of a worker's account; with a reference, that is written down first."""
    if reference is None:
        await show(ctx, await ctx.run(payees.find, ctx.person.id, code))
        return
    if ctx.kit.config.public_url is not None:
        raise Refusal("payee.form_is_used")
    await show(ctx, await ctx.run(payees.set_reference, ctx.now, ctx.person.id, code, reference))


async def dispute(ctx: Context, _tap: NotMeTap) -> None:
    await ctx.run(payees.dispute, ctx.now, ctx.person.id)
    await ctx.show(screens.disputed_screen(ctx.words))


async def release(ctx: Context, tap: ReleaseTap) -> None:
    await show(ctx, await ctx.run(payees.release, ctx.now, ctx.person.id, PersonId(tap.person)))


async def set_tax(ctx: Context, tap: TaxTap) -> None:
    person, profile = PersonId(tap.person), Profile(tap.profile)
    await show(ctx, await ctx.run(payees.set_tax, ctx.now, ctx.person.id, person, profile))


async def show(ctx: Context, known: Known) -> None:
    is_owner, has_form = Role.OWNER in ctx.person.roles, ctx.kit.config.public_url is not None
    await ctx.show(screens.known_screen(ctx.words, known, ctx.now, is_owner=is_owner, has_form=has_form))


ROUTES: tuple[Route, ...] = (
    on_command("payee", answer),
    on_tap(PayeeTap, show_own),
    on_tap(NotMeTap, dispute),
    on_tap(ReleaseTap, release),
    on_tap(TaxTap, set_tax),
)
