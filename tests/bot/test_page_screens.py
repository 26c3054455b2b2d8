from zoneinfo import ZoneInfo

import pytest

from bot.screens.pages import columns, page_screen, room
from bot.words import Words
from rules.model import AssignmentId, BatchId, Kind, Micros, PictureId
from services.dealing import Picture, Shown
from services.paging import Item, Page

EMOTIONS = ("기쁨", "슬픔", "분노", "놀람", "공포", "혐오", "중립")


def shown(*choices: str, text: str = "text", picture: bool = False) -> Shown:
    return Shown(
        assignment=AssignmentId(1), revision=1, batch=BatchId(1), title="Reviews", kind=Kind.SINGLE, choices=choices,
        price=Micros(20_000_000), text=text, picture=Picture(PictureId(1), "") if picture else None, has_guide=False,
        draft=0, session_answers=0, session_earned=Micros(0), last_answer=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("choices", "texts", "pictures"),
    [
        (("긍정", "부정"), 6, 6),
        (("동물", "음식", "식물", "탈것"), 6, 6),
        (EMOTIONS, 4, 3),
        (("꽤 길게 쓴 선택지 하나", "꽤 길게 쓴 선택지 둘"), 4, 3),
        (("꽤 길게 쓴 선택지 하나", "꽤 길게 쓴 선택지 둘", "꽤 길게 쓴 선택지 셋"), 1, 1),
        (tuple(f"{number}" for number in range(30)), 1, 1),
    ],
)
def test_a_page_holds_as_many_tasks_as_its_buttons_can_be_reached(
    choices: tuple[str, ...], texts: int, pictures: int
) -> None:
    assert (texts, pictures) == (room(shown(*choices)), room(shown(*choices, picture=True)))


@pytest.mark.parametrize(
    ("labels", "across"),
    [
        (["1 긍정", "1 부정"], 2),
        (["1 가", "1 나", "1 다", "1 라", "1 마"], 5),
        (["1 negative"] * 4, 2),
        (["x" * 18], 1),
    ],
)
def test_short_choices_share_a_row_and_the_rows_are_even(labels: list[str], across: int) -> None:
    assert across == columns(labels)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_texts_from_outside_are_never_markup(language: str) -> None:
    page = Page(BatchId(1), 1, tuple(Item(number, shown("a", "b", text="<b>&")) for number in (1, 2)))

    screen = page_screen(Words(language, "KRW", ZoneInfo("Asia/Seoul")), page)

    assert 2 == screen.text.count("&lt;b&gt;&amp;")
