import pytest

from rules.spreadsheets import harmless


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "=",
        "+82-10-1234-5678",
        "-2+3",
        "--1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "-1\n=2",
        "-",
        "+.",
        "-1e",
        "-1,5",
        "-１",
        "-1|-2",
    ],
)
def test_what_a_spreadsheet_could_run_gets_an_apostrophe(cell: str) -> None:
    assert "'" + cell == harmless(cell)


@pytest.mark.parametrize(
    "cell",
    ["", "긍정", "a=b", " =1", "'=1", "1", "-1", "+3.5", "-.5", "-1.", "-1e3", "+1E-3", "0123", "{}", "🙂", "\u202b-1"],
)
def test_other_text_and_plain_numbers_stay(cell: str) -> None:
    assert cell == harmless(cell)
