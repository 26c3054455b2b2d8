"""The form for an account in a real browser, on a phone: right, wrong, used, old, and made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import CHROMIUM, browsing
from forms import Office, opened
from playwright.async_api import Page, Response, expect
from world import Someone

from rules.model import MINUTE
from services import payees

WIDTH = 360

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, the form is NOT tested"),
]


@dataclass(frozen=True)
class Speech:
    """A language and what the form says in it."""

    language: str
    title: str
    bank: str
    account: str
    holder: str
    resident: str
    consent: str
    save: str
    wrong: str
    missing: str
    saved: str
    stored: str
    used: str
    old: str
    unknown: str


KOREAN = Speech(
    "ko", "지급 계좌 등록", "은행", "계좌번호", "예금주", "거주자 · 3.3%", "위 내용에 동의해요", "저장",
    "숫자가 8~16자리여야 해요", "예금주를 적어 주세요", "저장했어요", "카카오뱅크 ••••4567", "이미 쓴 링크예요",
    "링크가 닫혔어요", "없는 링크예요",
)  # fmt: skip
ENGLISH = Speech(
    "en", "Your account", "Bank", "Account number", "Account holder", "Resident · 3.3%", "I agree to this", "Save",
    "It needs 8 to 16 digits", "Please write who holds the account", "Saved", "KakaoBank ••••4567",
    "This link was used", "This link has closed", "There is no such link",
)  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as office:
        yield office


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A phone's browser, in which no page may break its own policy."""
    async with browsing(WIDTH, 740) as page:
        yield page


async def worker(office: Office, speech: Speech) -> Someone:
    name = "미나" if speech is KOREAN else "Emma"
    [someone] = await office.world.workers(await office.world.owner(), name, language=speech.language)
    return someone


async def go(page: Page, url: str) -> int:
    response = await page.goto(url)
    assert isinstance(response, Response)
    return response.status


async def fits(page: Page) -> None:
    """Nothing scrolls sideways, and what is to be tapped is large enough for a thumb."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    heights = await page.evaluate(
        "[...document.querySelectorAll('input[type=text], select, button, .choice')].map(e => e.offsetHeight)"
    )
    assert all(height >= 48 for height in heights), heights


async def fill(page: Page, speech: Speech, account: str) -> None:
    await page.get_by_label(speech.bank, exact=True).select_option("090")
    await page.get_by_label(speech.account).fill(account)
    await page.get_by_label(speech.holder).fill("김미나")
    await page.get_by_label(speech.resident).check()
    await page.get_by_label(speech.consent).check()


async def submit(page: Page, speech: Speech) -> None:
    await page.get_by_role("button", name=speech.save).click()


speeches = pytest.mark.parametrize("speech", [KOREAN, ENGLISH], ids=["ko", "en"])


@speeches
async def test_an_account_is_typed_with_a_mistake_mended_and_saved(page: Page, office: Office, speech: Speech) -> None:
    someone = await worker(office, speech)
    link = await office.link(someone)
    assert 200 == await go(page, link)
    await expect(page.get_by_role("heading", level=1)).to_have_text(speech.title)
    await fits(page)

    await fill(page, speech, "333-12")
    await page.get_by_label(speech.holder).fill("")
    await submit(page, speech)
    await expect(page.locator("#account-error")).to_contain_text(speech.wrong)
    await expect(page.locator("#holder-error")).to_contain_text(speech.missing)
    await expect(page.get_by_label(speech.bank, exact=True)).to_have_value("090")
    await expect(page.get_by_label(speech.account)).to_have_value("333-12")
    await expect(page.get_by_label(speech.consent)).to_be_checked()
    await fits(page)

    await fill(page, speech, "3333-01-1234567")
    await submit(page, speech)
    await expect(page.get_by_role("heading", level=1)).to_have_text(speech.saved)
    await expect(page.locator(".account")).to_have_text(speech.stored)
    assert link == page.url
    await fits(page)
    sealed = await office.world.do(payees.one_sealed)
    assert sealed is not None
    assert "3333011234567" in office.world.kit.secret.unlock(sealed)

    assert 410 == await go(page, link)
    await expect(page.get_by_role("heading", level=1)).to_have_text(speech.used)


@speeches
async def test_a_page_that_stays_open_too_long_says_so_when_it_is_sent(
    page: Page, office: Office, speech: Speech
) -> None:
    link = await office.link(await worker(office, speech))
    await go(page, link)
    await fill(page, speech, "3333-01-1234567")
    office.world.clock.advance(15 * MINUTE)
    await submit(page, speech)

    await expect(page.get_by_role("heading", level=1)).to_have_text(speech.old)
    await fits(page)
    assert await office.world.do(payees.one_sealed) is None


async def test_a_link_that_never_was_leads_nowhere(page: Page, office: Office) -> None:
    assert 404 == await go(page, f"{office.url}/payee/{'x' * 43}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(ENGLISH.unknown)
    await fits(page)


async def test_the_form_can_be_filled_in_with_the_keyboard_alone(page: Page, office: Office) -> None:
    await go(page, await office.link(await worker(office, KOREAN)))
    for keys in ("카카오", None, "3333011234567", None, "김미나", None, " ", None, " ", None):
        if keys is None:
            await page.keyboard.press("Tab")
        elif keys == "카카오":
            await page.keyboard.press("Tab")
            await page.locator("#bank").select_option("090")
        elif keys == " ":
            await page.keyboard.press("Space")
        else:
            await page.keyboard.type(keys)
    await page.keyboard.press("Enter")

    await expect(page.locator(".account")).to_have_text(KOREAN.stored)
