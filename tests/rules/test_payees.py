import pytest

from rules.banks import BANKS, BROKERS, CODES, USUAL
from rules.payees import Account, Field, Filled, Mistake, account_of, check, is_iban, is_reference, without_numbers
from rules.taxes import Profile

PROFILES = (Profile.RESIDENT, Profile.NON_RESIDENT)
GOOD = {"bank": "090", "account": "3333-01-1234567", "holder": "김미나", "tax_profile": "resident", "consent": "yes"}
ABROAD = GOOD | {"bank": "Deutsche Bank", "account": "de89 3704 0044 0532 0130 00", "holder": "Mina Kim"}


def korean(**typed: str) -> Filled | dict[Field, Mistake]:
    return check(GOOD | typed, is_korean=True, profiles=PROFILES)


def abroad(**typed: str) -> Filled | dict[Field, Mistake]:
    return check(ABROAD | typed, is_korean=False, profiles=())


def test_an_account_is_stored_as_digits_with_its_bank_and_holder() -> None:
    assert Filled(Account("090", "3333011234567", "김미나"), Profile.RESIDENT) == korean()


def test_what_is_sealed_is_exactly_bank_account_and_holder() -> None:
    account = Account("090", "3333011234567", "김미나")

    assert '{"bank": "090", "account": "3333011234567", "holder": "김미나"}' == account.written()
    assert account == account_of(account.written())
    assert "4567" == account.last_digits


@pytest.mark.parametrize(
    "typed", ["3333 01 1234567", "3333–01–1234567", "３３３３０１１２３４５６７", " 3333.01.1234567\t"]
)
def test_the_same_account_may_be_written_in_many_ways(typed: str) -> None:
    assert korean() == korean(account=typed)


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ("", Mistake.ACCOUNT_MISSING),
        (" - ", Mistake.ACCOUNT_MISSING),
        ("1234567", Mistake.ACCOUNT_WRONG),
        ("12345678901234567", Mistake.ACCOUNT_WRONG),
        ("3333-01-12345x7", Mistake.ACCOUNT_WRONG),
        ("٣٣٣٣٠١١٢٣", Mistake.ACCOUNT_WRONG),
        ("930101-2345678", Mistake.RESIDENT_NUMBER),
    ],
)
def test_what_is_no_account_number_is_told(typed: str, mistake: Mistake) -> None:
    assert {Field.ACCOUNT: mistake} == korean(account=typed)


@pytest.mark.parametrize("gap", ["-", " - ", "‐", "–", " – ", "—", "−", "－", " ", "\u00a0", "\t", ".", "--"])
def test_a_resident_number_is_refused_whatever_stands_between_its_halves(gap: str) -> None:
    written = f"900101{gap}1234567"

    assert {Field.ACCOUNT: Mistake.RESIDENT_NUMBER} == korean(account=written)
    assert {Field.ACCOUNT: Mistake.RESIDENT_NUMBER} == abroad(account=written)
    assert {Field.HOLDER: Mistake.RESIDENT_NUMBER} == korean(holder=f"김미나 {written}")


@pytest.mark.parametrize("typed", ["90.01.01-1234567", "90 01 01 1234567", "900101-1 234567"])
def test_a_resident_number_is_refused_with_gaps_in_its_halves_too(typed: str) -> None:
    assert {Field.ACCOUNT: Mistake.RESIDENT_NUMBER} == korean(account=typed)


@pytest.mark.parametrize("typed", ["1002-123-456789", "110-123-456789", "901301-1234567", "900101-12-345678"])
def test_an_account_of_a_birthdays_digits_is_taken(typed: str) -> None:
    assert isinstance(korean(account=typed), Filled)


@pytest.mark.parametrize("typed", ["12345678", "1234567890123456"])
def test_an_account_has_8_to_16_digits(typed: str) -> None:
    assert isinstance(korean(account=typed), Filled)


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ("  ", Mistake.HOLDER_MISSING),
        ("1234567890", Mistake.HOLDER_WRONG),
        ("김미나 3333011234567", Mistake.HOLDER_WRONG),
        ("김미나 930101-2345678", Mistake.RESIDENT_NUMBER),
        ("김\x00미나", Mistake.HOLDER_WRONG),
        ("가" * 61, Mistake.HOLDER_WRONG),
    ],
)
def test_what_is_no_name_is_told(typed: str, mistake: Mistake) -> None:
    assert {Field.HOLDER: mistake} == korean(holder=typed)


@pytest.mark.parametrize("typed", ["김미나", "(주)탭워크 3호", "O’Neill-Schmidt, Zoë", " 김  미나 "])
def test_names_are_taken_as_they_are_but_for_blanks(typed: str) -> None:
    filled = korean(holder=typed)

    assert isinstance(filled, Filled)
    assert " ".join(typed.split()) == filled.account.holder


def test_a_name_of_a_phone_that_takes_letters_apart_is_put_together() -> None:
    filled = korean(holder="김미나")

    assert isinstance(filled, Filled)
    assert "김미나" == filled.account.holder


def test_everything_that_is_missing_is_told_at_once() -> None:
    wanted = {
        Field.BANK: Mistake.BANK_MISSING, Field.ACCOUNT: Mistake.ACCOUNT_MISSING, Field.HOLDER: Mistake.HOLDER_MISSING,
        Field.TAX: Mistake.TAX_MISSING, Field.CONSENT: Mistake.CONSENT_MISSING,
    }  # fmt: skip
    assert wanted == check({}, is_korean=True, profiles=PROFILES)


@pytest.mark.parametrize("profile", ["exempt", "nobody", ""])
def test_only_the_profiles_that_are_asked_for_can_be_chosen(profile: str) -> None:
    assert {Field.TAX: Mistake.TAX_MISSING} == korean(tax_profile=profile)


def test_where_nothing_is_withheld_nobody_is_asked_how_they_are_taxed() -> None:
    assert Filled(Account("Deutsche Bank", "DE89370400440532013000", "Mina Kim"), Profile.RESIDENT) == abroad()


def test_only_banks_that_the_network_knows_are_taken_in_korea() -> None:
    assert {Field.BANK: Mistake.BANK_MISSING} == korean(bank="999")
    assert {Field.BANK: Mistake.BANK_NAME_MISSING} == abroad(bank=" ")


def test_an_iban_with_a_wrong_letter_is_told() -> None:
    assert {Field.ACCOUNT: Mistake.IBAN_WRONG} == abroad(account="DE89 3704 0044 0532 0130 01")
    assert {Field.ACCOUNT: Mistake.ACCOUNT_FOREIGN} == abroad(account="a/b")
    assert isinstance(abroad(account="000123456"), Filled)


# From the registry's own examples (ISO 13616).
@pytest.mark.parametrize("iban", ["GB29NWBK60161331926819", "FR1420041010050500013M02606", "NO9386011117947"])
def test_ibans_bear_out_their_check_digits(iban: str) -> None:
    assert is_iban(iban)
    assert not any(is_iban(iban[:-1] + digit) for digit in "0123456789" if digit != iban[-1])


def test_every_bank_is_listed_once_and_the_usual_ones_are_among_them() -> None:
    assert len(BANKS) + len(BROKERS) == len(CODES)
    assert set(USUAL) <= set(BANKS)
    assert all(code.isdecimal() and len(code) == 3 for code in CODES)


@pytest.mark.parametrize("text", ["A", "HR-2026/17", "김미나#2", "1234567"])
def test_references_are_short_names(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize("text", ["3333011234567", "3333-01-1234567", "3333.01.1234", "a b", "", "#1", "x" * 41])
def test_what_looks_like_an_account_is_no_reference(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize(
    "number",
    [
        "3333-01-7654321",
        "3333017654321",
        "3333 01 7654321",
        "3333.01.7654321",
        "3333–01–7654321",
        "3333 - 01 - 7654321",
        "3333_01_7654321",
        "３３３３０１７６５４３２１",
        "12345678",
        "DE89 3704 0044 0532 0130 00",
    ],
)
def test_a_text_is_kept_without_what_may_be_an_account(number: str) -> None:
    kept = without_numbers(f"카카오 {number}, 고마워요 2번")

    assert not any(digit in kept for digit in "1345670")
    assert kept.startswith("카카오 ") and kept.endswith(", 고마워요 2번")


@pytest.mark.parametrize("text", ["12,340원", "오늘 18:00", "010-1234", "/export B7Q2K", "2026년 11월", "1234567 원"])
def test_what_is_too_short_for_an_account_is_kept_as_it_is(text: str) -> None:
    assert text == without_numbers(text)
