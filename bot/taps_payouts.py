"""The buttons around payouts: the worker's, and those of whoever closes and approves."""

from dataclasses import dataclass

from .taps import Tap

# The worker -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PayoutTap(Tap):
    """Where do my payouts stand?"""

    code = "yo"


@dataclass(frozen=True)
class QuoteTap(Tap):
    """I want my money: what would it be exactly?"""

    code = "yq"


@dataclass(frozen=True)
class AskTap(Tap):
    """Yes, these amounts, in micros."""

    code = "ya"
    gross: int
    net: int


@dataclass(frozen=True)
class WithdrawTap(Tap):
    """I take back the payout of this code."""

    code = "yw"
    payout: str


@dataclass(frozen=True)
class AutomaticTap(Tap):
    """Ask for me on paydays (1), or do not (0)."""

    code = "yb"
    on: int


# The coordinator ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PayoutsTap(Tap):
    """What is asked, and which transfers are under way?"""

    code = "yp"


@dataclass(frozen=True)
class CloseTransferTap(Tap):
    """Take up what is asked; `seen` is the newest transfer there was, so that two taps make one."""

    code = "yc"
    seen: int


@dataclass(frozen=True)
class TransferTap(Tap):
    """How does this transfer stand?"""

    code = "yt"
    transfer: int


@dataclass(frozen=True)
class TransferFilesTap(Tap):
    """The files of this transfer."""

    code = "yf"
    transfer: int


@dataclass(frozen=True)
class ApproveTap(Tap):
    """It may go to the bank: the file whose digest begins so."""

    code = "yy"
    transfer: int
    digest: str


@dataclass(frozen=True)
class SentTap(Tap):
    """The bank has it, in spite of what has changed since (1)."""

    code = "ys"
    transfer: int
    sure: int


@dataclass(frozen=True)
class AllPaidTap(Tap):
    """The bank has paid all of it; the second time it is meant (1)."""

    code = "yd"
    transfer: int
    sure: int


@dataclass(frozen=True)
class CancelTransferTap(Tap):
    """Give it up; the second time it is meant (1)."""

    code = "yn"
    transfer: int
    sure: int


@dataclass(frozen=True)
class AloneTap(Tap):
    """There is nobody else here who could approve (1), or there is (0)."""

    code = "yz"
    on: int


@dataclass(frozen=True)
class WithholdingsTap(Tap):
    """Of which months is there something withheld? Those before one, such as 202611, or (0) the last."""

    code = "ym"
    before: int


@dataclass(frozen=True)
class WithholdingTap(Tap):
    """What was withheld in a month, such as 202611."""

    code = "yg"
    month: int


@dataclass(frozen=True)
class ContradictionTap(Tap):
    """What does the bank say against what it said before?"""

    code = "yk"
    contradiction: int


@dataclass(frozen=True)
class DecideTap(Tap):
    """It is as the bank says (1), or as it was (0); the second time it is meant."""

    code = "yj"
    contradiction: int
    accept: int
    sure: int
