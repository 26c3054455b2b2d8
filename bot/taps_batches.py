"""The coordinator's buttons: posting a file, its draft, its running batch. Their codes begin with p."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class SampleTap(Tap):
    """Send me a file to start from."""

    code = "px"


@dataclass(frozen=True)
class SayTap(Tap):
    """This is my answer to what my upload was asked."""

    code = "pu"
    upload: int
    key: str
    value: str


@dataclass(frozen=True)
class DropTap(Tap):
    """Forget this upload."""

    code = "pq"
    upload: int


@dataclass(frozen=True)
class DraftTap(Tap):
    """Show me the draft's card."""

    code = "pv"
    batch: int


@dataclass(frozen=True)
class LookTap(Tap):
    """Show me a task as a worker sees it."""

    code = "pw"
    batch: int


@dataclass(frozen=True)
class InertTap(Tap):
    """A button of the preview, which does nothing."""

    code = "p0"


@dataclass(frozen=True)
class DraftMoreTap(Tap):
    """What else can I change of the draft?"""

    code = "pe"
    batch: int


@dataclass(frozen=True)
class AskTap(Tap):
    """I want to change this setting of the batch."""

    code = "pa"
    batch: int
    key: str


@dataclass(frozen=True)
class SetTap(Tap):
    """This is its new value."""

    code = "ps"
    batch: int
    key: str
    value: str


@dataclass(frozen=True)
class PublishTap(Tap):
    """Offer it to workers."""

    code = "pp"
    batch: int


@dataclass(frozen=True)
class DiscardTap(Tap):
    """Throw the draft away."""

    code = "pd"
    batch: int


@dataclass(frozen=True)
class BatchesTap(Tap):
    """My batches before this number; 0 for the newest."""

    code = "pl"
    before: int


@dataclass(frozen=True)
class CardTap(Tap):
    """How is this batch doing?"""

    code = "pb"
    batch: int


@dataclass(frozen=True)
class MoreTap(Tap):
    """What else can be done with this batch?"""

    code = "pm"
    batch: int


@dataclass(frozen=True)
class PauseTap(Tap):
    """Deal no tasks for now (1), or again (0)."""

    code = "pz"
    batch: int
    on: int


@dataclass(frozen=True)
class CloseBatchTap(Tap):
    """End the batch; asks once more unless sure is 1."""

    code = "pc"
    batch: int
    sure: int


@dataclass(frozen=True)
class FlaggedTap(Tap):
    """Show me the next reported task."""

    code = "pf"
    batch: int


@dataclass(frozen=True)
class JudgeTap(Tap):
    """The reported task stays (1) or goes (0)."""

    code = "pj"
    batch: int
    task: int
    keep: int


@dataclass(frozen=True)
class CloneTap(Tap):
    """A new batch with the same settings."""

    code = "pn"
    batch: int
