"""What a message looks like, before Telegram is asked for it."""

from dataclasses import dataclass

from services.dealing import Picture

from .taps import Tap


@dataclass(frozen=True)
class Button:
    """A button that sends a tap back."""

    text: str
    tap: Tap


@dataclass(frozen=True)
class Link:
    """A button that opens an address."""

    text: str
    url: str


Row = tuple[Button | Link, ...]


@dataclass(frozen=True)
class Screen:
    """One message: text as HTML, buttons, and a stored picture or a drawn one (PNG)."""

    text: str
    keyboard: tuple[Row, ...] = ()
    picture: Picture | None = None
    drawing: bytes | None = None

    @property
    def has_picture(self) -> bool:
        return self.picture is not None or self.drawing is not None
