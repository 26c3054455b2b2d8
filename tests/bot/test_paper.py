"""How lines come to pages: nothing is lost, and no page leaves it open of what its first lines are."""

from io import BytesIO

from PIL import Image

from bot.paper import BOTTOM, HEIGHTS, TOP, Look, PaperLine, pages, pdf

HEADING = PaperLine(Look.HEADING, "Answers day by day")


def day(number: int, lines: int) -> list[PaperLine]:
    """A day of so many lines."""
    rows = [PaperLine(Look.PLAIN, f"{number}-{line}", "1 × ₩20", "₩20") for line in range(lines)]
    return [PaperLine(Look.TOTAL, f"Day {number}", "", f"₩{20 * lines}"), *rows]


def test_a_page_that_goes_on_in_a_section_begins_with_its_heading() -> None:
    lines = [HEADING, *(line for number in range(60) for line in day(number, 1))]

    filled = list(pages(lines))

    assert 4 == len(filled)
    assert [HEADING] * 4 == [page[0] for page in filled]
    assert lines == [HEADING, *(line for page in filled for line in page[1:])]


def test_a_page_that_goes_on_in_a_day_names_the_day_without_its_sum_again() -> None:
    lines = [HEADING, *day(1, 2), *day(2, 60)]

    first, second = pages(lines)

    assert [HEADING, PaperLine(Look.TOTAL, "Day 2")] == second[:2]
    assert lines == [*first, *second[2:]]


def test_a_section_that_begins_a_page_has_nothing_above_it() -> None:
    room = (BOTTOM - TOP - HEIGHTS[Look.HEADING]) // HEIGHTS[Look.PLAIN]
    lines = [HEADING, *[PaperLine(Look.PLAIN, "row")] * room, PaperLine(Look.HEADING, "Bonuses"), *day(1, 1)]

    _, second = pages(lines)

    assert [PaperLine(Look.HEADING, "Bonuses"), *day(1, 1)] == second


def test_a_payout_is_not_torn_from_its_taxes() -> None:
    payout = [PaperLine(Look.TOTAL, "Payout"), *(PaperLine(Look.NOTE, name) for name in ("Net", "Tax", "Local tax"))]

    for before in range(60):
        filled = list(pages([HEADING, *[PaperLine(Look.PLAIN, "row")] * before, *payout]))

        assert payout == filled[-1][-4:]


def test_every_page_is_filled_to_its_edge_at_most() -> None:
    lines = [HEADING, *(line for number in range(40) for line in day(number, number % 9 + 1))]

    assert all(TOP + sum(HEIGHTS[line.look] for line in page) <= BOTTOM for page in pages(lines))


def test_a_short_statement_is_one_page() -> None:
    drawn = pdf([HEADING, *day(1, 3)], "footer")

    assert b"%PDF" == drawn[:4]
    assert 1 == drawn.count(b"/Type /Page\n") + drawn.count(b"/Type /Page ")
    assert Image.open(BytesIO(drawn[drawn.index(b"\xff\xd8") :])).size == (1654, 2339)
