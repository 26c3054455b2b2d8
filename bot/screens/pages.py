"""A page: several tasks in one message, each with its own row of buttons."""

from collections.abc import Iterable, Sequence
from math import ceil

from rules.pace import LARGEST_PAGE
from services.dealing import Shown
from services.paging import Item, Page

from ..screen import Button, Row, Screen
from ..taps import GuideTap, ReportMenuTap, SkipTap, StopTap
from ..taps_pages import Menu, PageAnswerTap, PageMenuTap, PageUndoTap
from ..words import Html, Words
from .work import CAPTION_LIMIT, TEXT_LIMIT, header, units, width

MOST_ROWS, MOST_ROWS_UNDER_PICTURES = 9, 6
MOST_BUTTONS = 35
IN_A_ROW = 3
WIDEST = ((5, 6), (4, 8), (3, 11), (2, 17))
"""How many buttons share a row of a phone, when the widest is that many Latin letters wide."""


def room(shown: Shown) -> int:
    """How many tasks of a batch a page holds so that its buttons can still be read and reached; 1 for none."""
    labels = [label(LARGEST_PAGE, choice) for choice in shown.choices]
    across = columns(labels)
    if across == 1 and len(labels) > 2:
        return 1
    rows = MOST_ROWS if shown.picture is None else MOST_ROWS_UNDER_PICTURES
    return max(min(LARGEST_PAGE, rows // ceil(len(labels) / across), MOST_BUTTONS // len(labels)), 1)


def columns(labels: Sequence[str]) -> int:
    """How many of an item's buttons share a row, so that its rows are even."""
    widest = max(map(width, labels))
    most = next((buttons for buttons, letters in WIDEST if widest <= letters), 1)
    return ceil(len(labels) / ceil(len(labels) / most))


def page_screen(words: Words, page: Page, sheet: bytes | None = None) -> Screen:
    """The open tasks of a page; `sheet` shows the pictures."""
    rows = [row for item in page.items for row in _answers(item)]
    return Screen(_text(words, page, sheet), (*rows, *_side(words, page)), drawing=sheet)


def menu_screen(words: Words, page: Page, menu: Menu, sheet: bytes | None = None) -> Screen:
    """The same, asking which of them is to be skipped, or has something wrong."""
    buttons = [_choose(words, menu, item) for item in page.items]
    back = Button(words.plain("work.report_back"), PageMenuTap(page.batch, page.number, Menu.CLOSED))
    return Screen(_text(words, page, sheet), (*_rows(buttons, IN_A_ROW), (back,)), drawing=sheet)


def label(number: int, choice: str) -> str:
    """What a button of a page reads."""
    return f"{number} {choice}"


def _choose(words: Words, menu: Menu, item: Item) -> Button:
    shown = item.shown
    if menu == Menu.SKIP:
        return Button(words.plain("page.skip", number=item.number), SkipTap(shown.assignment, shown.revision))
    tap = ReportMenuTap(shown.assignment, shown.revision, 1)
    return Button(words.plain("page.report", number=item.number), tap)


def _text(words: Words, page: Page, sheet: bytes | None) -> str:
    """The frame gives way where the tasks need all the room."""
    items = [
        words.line("page.item", number=item.number, text=item.shown.text) for item in page.items if item.shown.text
    ]
    text = "\n\n".join([header(words, page.items[0].shown), *items])
    limit = TEXT_LIMIT if sheet is None else CAPTION_LIMIT
    return Html(text if units(text) <= limit else "\n\n".join(items))


def _answers(item: Item) -> Iterable[Row]:
    shown = item.shown
    buttons = [
        Button(label(item.number, choice), PageAnswerTap(shown.assignment, shown.revision, place))
        for place, choice in enumerate(shown.choices)
    ]
    return _rows(buttons, columns([button.text for button in buttons]))


def _rows(buttons: Sequence[Button], across: int) -> Iterable[Row]:
    return (tuple(buttons[start : start + across]) for start in range(0, len(buttons), across))


def _side(words: Words, page: Page) -> tuple[Row, ...]:
    """The same buttons in the same places as on a single card."""
    return (
        (
            Button(words.plain("work.skip"), PageMenuTap(page.batch, page.number, Menu.SKIP)),
            Button(words.plain("work.report"), PageMenuTap(page.batch, page.number, Menu.REPORT)),
            Button(words.plain("work.undo"), PageUndoTap(page.batch, page.number)),
        ),
        (
            Button(words.plain("work.guide"), GuideTap(page.batch)),
            Button(words.plain("work.stop"), StopTap(page.batch)),
        ),
    )
