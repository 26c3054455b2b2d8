"""The story in a real browser: somebody uploads a file, publishes it, labels by tapping, and sees the money."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from browser import CHROMIUM, browsing
from playwright.async_api import Locator, Page, expect

from bot.demo import Demo, playing

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, the page is NOT tested"),
]


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with playing(tmp_path / "demo", 18765, asyncio.Event(), is_simulated=False) as ready:
        assert ready is not None
        yield ready


@pytest.fixture
async def page(demo: Demo) -> AsyncIterator[Page]:
    async with browsing(1500, 900, locale="ko-KR") as page:
        await page.goto(demo.url)
        yield page


def phone(page: Page, name: str) -> Locator:
    return page.locator("section.phone", has_text=name).first


def button(phone: Locator, label: str) -> Locator:
    """The newest inline button of this name on a phone."""
    return phone.locator("button.inline", has_text=label).last


async def say(phone: Locator, text: str) -> None:
    await phone.locator("[name=text]").fill(text)
    await phone.locator("[data-action=send]").click()


async def test_somebody_posts_labels_and_sees_the_money(page: Page, tmp_path: Path) -> None:
    sora, mina = phone(page, "소라"), phone(page, "미나")
    reviews = tmp_path / "상품평.csv"
    reviews.write_bytes("text\n정말 좋아요\n별로예요\n".encode("cp949"))
    await sora.locator("input[type=file]").set_input_files(reviews)
    await sora.locator("[name=text]").fill("title: 상품평\nchoices: 긍정, 부정\nprice: 40\noverlap: 1")
    await sora.locator("[data-action=send]").click()
    await expect(sora).to_contain_text("작업 2건")
    await button(sora, "게시").click()
    await expect(sora.locator(".toast")).to_contain_text("게시했어요")

    await say(mina, "/work")
    await button(mina, "상품평").click()
    await expect(mina).to_contain_text("정말 좋아요")
    await button(mina, "긍정").click()
    await expect(mina.locator(".toast")).to_contain_text("저장했어요 · 긍정")
    await expect(mina).to_contain_text("별로예요")
    await button(mina, "부정").click()
    await expect(mina).to_contain_text("2건 · 80원")

    await say(mina, "/balance")
    await expect(mina.locator("article.message").last).to_contain_text("내 잔액")

    await say(sora, "/export")
    await button(sora, "상품평").click()
    await expect(sora).to_contain_text("labels.csv")


async def test_a_narrow_phone_shows_one_person_at_a_time_and_the_page_never_scrolls_sideways(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})

    await expect(page.locator("section.phone:visible")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("tab", name="소라").click()
    await expect(page.locator("section.phone:visible")).to_contain_text("소라")
