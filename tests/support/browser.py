"""A real browser for the tests of pages: Debian's chromium, without anything that leaves this machine."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright, expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
"""How long anything on a page may take: files of an export come some seconds apart, and the machine may be busy."""


@asynccontextmanager
async def browsing(width: int, height: int, *, locale: str = "en-US") -> AsyncIterator[Page]:
    """A page of a new browser; a mistake in its scripts, or against its own policy, fails at the end."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page(viewport={"width": width, "height": height}, locale=locale)
        page.set_default_timeout(PATIENCE_MS)
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda message: mistakes.append(message.text) if "Policy" in message.text else None)
        yield page
        await browser.close()
        assert [] == mistakes
