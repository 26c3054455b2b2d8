"""Invitations, and the owner's coordinators."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import owner as screens
from bot.taps import CoordinatorInviteTap, DismissTap, InviteTap
from rules.model import PersonId, ProjectId
from rules.refusals import Refusal
from services import enrolling

from .start import set_menu

MOST_USES, MOST_DAYS = 10_000, 365


async def invite(ctx: Context, argument: str) -> None:
    """/invite, or /invite 50 for a link that fifty workers may use."""
    projects = await ctx.run(enrolling.projects_of, ctx.person.id)
    if argument:
        await _give(ctx, *_wanted(argument))
        return
    await ctx.say(screens.invite_menu(ctx.words, [(int(project), title) for project, title in projects]))


async def make_invite(ctx: Context, tap: InviteTap) -> None:
    """A link was chosen."""
    await _give(ctx, tap.uses, tap.days, ProjectId(tap.project) if tap.project else None)


async def coordinators(ctx: Context, _argument: str) -> None:
    """/coordinators"""
    await ctx.say(screens.coordinators_screen(ctx.words, await ctx.run(enrolling.coordinators, ctx.person.id)))


async def invite_coordinator(ctx: Context, _tap: CoordinatorInviteTap) -> None:
    """The owner wants another coordinator."""
    made = await ctx.run(enrolling.invite_coordinator, ctx.now, ctx.person.id)
    await ctx.say(screens.invite_screen(ctx.words, made, ctx.kit.bot.username, ctx.now))


async def dismiss(ctx: Context, tap: DismissTap) -> None:
    """The owner takes a coordinator's rights away, after being asked once more."""
    everybody = await ctx.run(enrolling.coordinators, ctx.person.id)
    chosen = next((each for each in everybody if each.id == tap.person), None)
    if chosen is None:
        raise Refusal("owner.not_dismissable")
    if not tap.sure:
        await ctx.show(screens.dismiss_screen(ctx.words, chosen))
        return
    dismissed = await ctx.run(enrolling.dismiss, ctx.now, ctx.person.id, PersonId(tap.person))
    await ctx.toast(ctx.words.plain("owner.dismissed", name=dismissed.name))
    await set_menu(ctx.kit, dismissed)
    await ctx.show(screens.coordinators_screen(ctx.words, await ctx.run(enrolling.coordinators, ctx.person.id)))


def _wanted(argument: str) -> tuple[int, int, ProjectId | None]:
    """`50`, or `50 7` for fifty uses within seven days."""
    parts = argument.split()
    if len(parts) > 2 or not all(part.isdecimal() for part in parts):
        raise Refusal("invite.how")
    uses, days = int(parts[0]), int(parts[1]) if len(parts) == 2 else screens.INVITE_DAYS
    if not (1 <= uses <= MOST_USES and 1 <= days <= MOST_DAYS):
        raise Refusal("invite.how")
    return uses, days, None


async def _give(ctx: Context, uses: int, days: int, project: ProjectId | None) -> None:
    made = await ctx.run(enrolling.invite_workers, ctx.now, ctx.person.id, uses, days, project)
    await ctx.say(screens.invite_screen(ctx.words, made, ctx.kit.bot.username, ctx.now))


ROUTES: tuple[Route, ...] = (
    on_command("invite", invite),
    on_command("coordinators", coordinators),
    on_tap(InviteTap, make_invite),
    on_tap(CoordinatorInviteTap, invite_coordinator),
    on_tap(DismissTap, dismiss),
)
