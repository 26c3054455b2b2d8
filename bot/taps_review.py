"""The buttons around a review: of those who look at answers, and of the workers whose answers are rejected."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class ReviewsTap(Tap):
    """What is there to look at?"""

    code = "vl"


@dataclass(frozen=True)
class NextTap(Tap):
    """The next answer of the batch, after one that was in so much doubt."""

    code = "vn"
    batch: int
    doubt: int
    after: int


@dataclass(frozen=True)
class ExamineTap(Tap):
    """This answer again."""

    code = "vb"
    answer: int
    doubt: int


@dataclass(frozen=True)
class RejectTap(Tap):
    """I want to reject this answer: by which rule?"""

    code = "vr"
    answer: int
    doubt: int


@dataclass(frozen=True)
class RuleTap(Tap):
    """By this rule; these labels (bits) were expected so far."""

    code = "vu"
    answer: int
    doubt: int
    rule: int
    expected: int


@dataclass(frozen=True)
class ExpectTap(Tap):
    """These labels (bits) were expected: reject."""

    code = "ve"
    answer: int
    doubt: int
    rule: int
    expected: int


@dataclass(frozen=True)
class DecideTap(Tap):
    """Show me the rejection that waits for a decision."""

    code = "vw"
    rejection: int


@dataclass(frozen=True)
class ConfirmTap(Tap):
    """The proposed rejection is right (1), or not (0)."""

    code = "vc"
    rejection: int
    on: int


@dataclass(frozen=True)
class NobodyElseTap(Tap):
    """There is nobody else who could decide about this rejection: I run this alone."""

    code = "vx"
    rejection: int


@dataclass(frozen=True)
class JudgeAppealTap(Tap):
    """The worker is right (1), or the rejection stands (0)."""

    code = "vo"
    rejection: int
    on: int


@dataclass(frozen=True)
class RejectionTap(Tap):
    """My rejected answer again."""

    code = "vj"
    rejection: int


@dataclass(frozen=True)
class AgreeTap(Tap):
    """I agree with the rejection."""

    code = "vg"
    rejection: int


@dataclass(frozen=True)
class AppealTap(Tap):
    """I do not agree, and want to say why."""

    code = "va"
    rejection: int


@dataclass(frozen=True)
class SendAppealTap(Tap):
    """I do not agree; there is nothing to add."""

    code = "vs"
    rejection: int
