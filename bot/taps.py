"""Buttons: one frozen dataclass each, packed into the 64 bytes that Telegram carries.

A packed tap is `<seal><code>:<field>:<field>...`; whole numbers in base 36. A code is never given a new meaning, so
that buttons lying in old chats stay readable.
"""

from dataclasses import dataclass, fields
from typing import ClassVar, Self

from .secret import Secret

SEAL_LETTERS = 11
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LIMIT = 64
LARGEST = 2**63
"""From here on the database has no room for a number."""


class Forged(Exception):
    """Callback data that no button of ours carries, or not for this person."""


@dataclass(frozen=True)
class Tap:
    """A button that was tapped."""

    code: ClassVar[str]

    def payload(self) -> str:
        values = (getattr(self, field.name) for field in fields(self))
        return ":".join([self.code, *(base36(value) if isinstance(value, int) else str(value) for value in values)])

    @classmethod
    def parse(cls, parts: list[str]) -> Self:
        """Raises Forged when the parts are not this tap's."""
        wanted = fields(cls)
        if len(parts) != len(wanted):
            raise Forged
        try:
            values = [int(part, 36) if field.type is int else part for field, part in zip(wanted, parts, strict=True)]
        except ValueError as error:
            raise Forged from error
        if any(isinstance(value, int) and abs(value) >= LARGEST for value in values):
            raise Forged
        return cls(*values)


def base36(number: int) -> str:
    if number < 0:
        return "-" + base36(-number)
    letters = ""
    while True:
        number, rest = divmod(number, 36)
        letters = DIGITS[rest] + letters
        if not number:
            return letters


def pack(tap: Tap, secret: Secret, telegram_id: int) -> str:
    """Callback data for one person's button. Raises ValueError when it does not fit."""
    payload = tap.payload()
    data = secret.seal(telegram_id, payload) + payload
    if len(data.encode()) > LIMIT:
        raise ValueError(payload)
    return data


def unseal(data: str, secret: Secret, telegram_id: int) -> tuple[str, list[str]]:
    """The code and the fields of callback data. Raises Forged when the seal is not ours for this person."""
    seal, payload = data[:SEAL_LETTERS], data[SEAL_LETTERS:]
    if not secret.is_sealed(telegram_id, payload, seal):
        raise Forged
    code, *parts = payload.split(":")
    return code, parts


# The newcomer ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LanguageTap(Tap):
    """Speak this language."""

    code = "l"
    language: str


@dataclass(frozen=True)
class ConsentTap(Tap):
    """I agree to what is stored, in this version of the words."""

    code = "c"
    version: int


# The worker -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BatchTap(Tap):
    """Work on this batch."""

    code = "w"
    batch: int


@dataclass(frozen=True)
class AnswerTap(Tap):
    """This choice is my answer."""

    code = "a"
    assignment: int
    revision: int
    choice: int


@dataclass(frozen=True)
class ToggleTap(Tap):
    """This choice belongs to my answer (on 1), or does not (on 0). It says what it sets, so a resend does no harm."""

    code = "t"
    assignment: int
    revision: int
    choice: int
    on: int


@dataclass(frozen=True)
class SubmitTap(Tap):
    """My choices are complete."""

    code = "s"
    assignment: int
    revision: int


@dataclass(frozen=True)
class SkipTap(Tap):
    """Not this one."""

    code = "k"
    assignment: int
    revision: int


@dataclass(frozen=True)
class ReportMenuTap(Tap):
    """Something is wrong with this task (1), or never mind (0)."""

    code = "r"
    assignment: int
    revision: int
    open: int


@dataclass(frozen=True)
class ReportTap(Tap):
    """This is what is wrong."""

    code = "rr"
    assignment: int
    revision: int
    reason: str


@dataclass(frozen=True)
class UndoTap(Tap):
    """Open this answer again, which was my newest when the button was made."""

    code = "u"
    batch: int
    answer: int


@dataclass(frozen=True)
class GuideTap(Tap):
    """What are the rules?"""

    code = "g"
    batch: int


@dataclass(frozen=True)
class StopTap(Tap):
    """Enough for now."""

    code = "x"
    batch: int


@dataclass(frozen=True)
class CloseTap(Tap):
    """Take this message away."""

    code = "xx"


@dataclass(frozen=True)
class BalanceTap(Tap):
    """How much is it?"""

    code = "b"


@dataclass(frozen=True)
class WorkTap(Tap):
    """What is there to do?"""

    code = "wl"


# The way in, settings, owners -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadsTap(Tap):
    """I read tasks in this language (on 1), or do not (on 0)."""

    code = "lr"
    language: str
    on: int


@dataclass(frozen=True)
class DoorTap(Tap):
    """Newcomers may join without an invite (open), or not (invite)."""

    code = "d"
    value: str


@dataclass(frozen=True)
class InviteTap(Tap):
    """Make a link for so many workers, to a project (0: to all)."""

    code = "i"
    uses: int
    days: int
    project: int


@dataclass(frozen=True)
class CoordinatorInviteTap(Tap):
    """Make a link for a coordinator."""

    code = "ic"


@dataclass(frozen=True)
class DismissTap(Tap):
    """Take a coordinator's rights away; asked once more before it is done (sure 1)."""

    code = "dc"
    person: int
    sure: int
