"""Where a worker's money goes: what an account looks like, and what is asked again."""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .banks import CODES
from .taxes import Profile

LONGEST_HOLDER, LONGEST_BANK, LONGEST_REFERENCE = 60, 60, 40
SHOWN = 4

ACCOUNT = re.compile(r"[0-9]{8,16}")
FOREIGN = re.compile(r"[0-9A-Z]{5,34}")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
GAP = r"[\s\-‐-―−.]"
GAPS = re.compile(f"{GAP}+")
RESIDENT_NUMBER = re.compile(
    rf"[0-9]{{2}}{GAP}*(0[1-9]|1[0-2]){GAP}*(0[1-9]|[12][0-9]|3[01]){GAP}+[1-8]{GAP}*[0-9]{{6}}(?![0-9])"
)
"""A resident registration number as people write it, apart into birthday and rest; it is never taken. Without a gap
between the two nothing tells it from an account."""

REFERENCE = re.compile(rf"[^\W_][\w./#-]{{0,{LONGEST_REFERENCE - 1}}}")
TOO_MANY_DIGITS = 8
"""So many digits in a row are an account number rather than a reference to one."""

NUMBER = re.compile(rf"\d(?:[\W_]{{0,3}}\d){{{TOO_MANY_DIGITS - 1},}}")
"""What may be an account's number, however it is written."""

HIDDEN = "•••"


class Field(StrEnum):
    """What the form asks for."""

    BANK = "bank"
    ACCOUNT = "account"
    HOLDER = "holder"
    TAX = "tax_profile"
    CONSENT = "consent"


class Mistake(StrEnum):
    """What is wrong with what was typed."""

    BANK_MISSING = "bank_missing"
    BANK_NAME_MISSING = "bank_name_missing"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_WRONG = "account_wrong"
    ACCOUNT_FOREIGN = "account_foreign"
    IBAN_WRONG = "iban_wrong"
    HOLDER_MISSING = "holder_missing"
    HOLDER_WRONG = "holder_wrong"
    RESIDENT_NUMBER = "resident_number"
    TAX_MISSING = "tax_missing"
    CONSENT_MISSING = "consent_missing"


@dataclass(frozen=True)
class Account:
    """A bank's three digits (a name or BIC outside Korea), an account's digits (or IBAN), and who holds it."""

    bank: str
    account: str
    holder: str

    @property
    def last_digits(self) -> str:
        return self.account[-SHOWN:]

    def written(self) -> str:
        """As it is sealed."""
        parts = {"bank": self.bank, "account": self.account, "holder": self.holder}
        return json.dumps(parts, ensure_ascii=False)


@dataclass(frozen=True)
class Filled:
    """A form that can be taken."""

    account: Account
    tax_profile: Profile


def account_of(written: str) -> Account:
    """What was sealed."""
    parts = json.loads(written)
    return Account(parts["bank"], parts["account"], parts["holder"])


def check(
    fields: Mapping[str, str], *, is_korean: bool, profiles: Collection[Profile]
) -> Filled | dict[Field, Mistake]:
    """What a form says, or what is wrong with it field by field. Where no profiles are asked, it is a resident's."""
    profile = fields.get(Field.TAX, "") if profiles else Profile.RESIDENT
    account = Account(
        bank=_one_line(fields.get(Field.BANK, "")),
        account=GAPS.sub("", unicodedata.normalize("NFKC", fields.get(Field.ACCOUNT, ""))).upper(),
        holder=_one_line(fields.get(Field.HOLDER, "")),
    )
    found = {
        Field.BANK: _bank(account.bank, is_korean=is_korean),
        Field.ACCOUNT: _number(account.account, fields.get(Field.ACCOUNT, ""), is_korean=is_korean),
        Field.HOLDER: _holder(account.holder),
        Field.TAX: None if not profiles or profile in profiles else Mistake.TAX_MISSING,
        Field.CONSENT: None if fields.get(Field.CONSENT) else Mistake.CONSENT_MISSING,
    }
    mistakes = {field: mistake for field, mistake in found.items() if mistake is not None}
    return mistakes or Filled(account, Profile(profile))


def is_iban(account: str) -> bool:
    """Whether the letters and digits bear out their check digits (ISO 13616)."""
    turned = account[4:] + account[:4]
    return bool(IBAN.fullmatch(account)) and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def is_reference(text: str) -> bool:
    """Whether it can be a reference: short, without blanks, and no account number."""
    is_number = re.search(rf"[0-9]{{{TOO_MANY_DIGITS},}}", GAPS.sub("", text))
    return bool(REFERENCE.fullmatch(text)) and not is_number


def without_numbers(text: str) -> str:
    """A text in which everything is hidden that may be the number of an account."""
    return NUMBER.sub(HIDDEN, text)


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _bank(bank: str, *, is_korean: bool) -> Mistake | None:
    if is_korean:
        return None if bank in CODES else Mistake.BANK_MISSING
    return None if 0 < len(bank) <= LONGEST_BANK and bank.isprintable() else Mistake.BANK_NAME_MISSING


def _number(account: str, typed: str, *, is_korean: bool) -> Mistake | None:
    if not account:
        return Mistake.ACCOUNT_MISSING
    if RESIDENT_NUMBER.fullmatch(_one_line(typed)):
        return Mistake.RESIDENT_NUMBER
    if is_korean:
        return None if ACCOUNT.fullmatch(account) else Mistake.ACCOUNT_WRONG
    if IBAN.fullmatch(account):
        return None if is_iban(account) else Mistake.IBAN_WRONG
    return None if FOREIGN.fullmatch(account) else Mistake.ACCOUNT_FOREIGN


def _holder(holder: str) -> Mistake | None:
    if not holder:
        return Mistake.HOLDER_MISSING
    if RESIDENT_NUMBER.search(holder):
        return Mistake.RESIDENT_NUMBER
    is_name = holder.isprintable() and len(holder) <= LONGEST_HOLDER and any(each.isalpha() for each in holder)
    return None if is_name and sum(each.isdecimal() for each in holder) < TOO_MANY_DIGITS else Mistake.HOLDER_WRONG
