"""Invitations, and who posts batches."""

from rules.model import DAY, Instant
from services.enrolling import Coordinator, Invite

from ..screen import Button, Link, Row, Screen
from ..taps import CoordinatorInviteTap, DismissTap, InviteTap
from ..words import Words

USES = (1, 10, 100)
INVITE_DAYS = 30


def invite_menu(words: Words, projects: list[tuple[int, str]]) -> Screen:
    """How many workers a link is for; then to which project."""
    rows: list[Row] = [
        tuple(Button(words.plain("invite.uses", uses=uses), InviteTap(uses, INVITE_DAYS, 0)) for uses in USES)
    ]
    rows += [
        (Button(words.plain("invite.to_project", title=title), InviteTap(USES[1], INVITE_DAYS, project)),)
        for project, title in projects
    ]
    return Screen(words.line("invite.menu", days=INVITE_DAYS), tuple(rows))


def invite_screen(words: Words, invite: Invite, bot_name: str, now: Instant) -> Screen:
    """A link to pass on, and a button to share it."""
    link = f"https://t.me/{bot_name}?start={invite.code}"
    days = max(1, round((invite.expires_at - now) / DAY))
    if invite.role == "coordinator":
        text = words.line("invite.coordinator", link=link, days=days)
    else:
        scope = words.line("invite.one_project", title=invite.project) if invite.project else words.line("invite.all")
        text = words.line("invite.worker", link=link, uses=invite.uses, days=days, scope=scope)
    return Screen(text, ((Link(words.plain("invite.share"), f"https://t.me/share/url?url={link}"),),))


def coordinators_screen(words: Words, coordinators: list[Coordinator]) -> Screen:
    """Everybody who posts, with a button to invite another one."""
    lines = [
        words.line("owner.coordinator", name=each.name, batches=each.batches)
        + (words.line("owner.is_owner") if each.is_owner else "")
        for each in coordinators
    ]
    rows: list[Row] = [
        (Button(words.plain("owner.dismiss", name=each.name), DismissTap(each.id, 0)),)
        for each in coordinators
        if not each.is_owner
    ]
    rows.append((Button(words.plain("owner.invite"), CoordinatorInviteTap()),))
    return Screen("\n".join([words.line("owner.coordinators"), "", *lines]), tuple(rows))


def dismiss_screen(words: Words, coordinator: Coordinator) -> Screen:
    """Are you sure?"""
    return Screen(
        words.line("owner.dismiss_sure", name=coordinator.name, batches=coordinator.batches),
        ((Button(words.plain("owner.dismiss_yes"), DismissTap(coordinator.id, 1)),),),
    )
