"""The form for a worker's account, over HTTP: a one-time link shows it, and saving it uses the link up."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from rules import days
from rules.codes import digest
from rules.model import MINUTE, Instant
from rules.payees import Account, Field, Filled, Mistake, account_of, check
from rules.taxes import Profile
from rules.transfers import folded
from services import payees
from services.payees import Link, LinkState

from .context import Kit
from .payee_page import Asked, Form, form_page, saved_page, sorry_page, style_hash
from .secret import WrongKey
from .words import Words

LARGEST_FORM, MOST_FIELDS = 4096, 10
LONGEST_TOKEN = 64
EACH, ALL = 30, 3_000
"""Requests a minute: with one token, and altogether; those with tokens of nobody's have as many of their own."""
NOBODYS = ""
"""In the place of a token's hash, where nobody was given the token."""

TELEGRAM = "api.telegram.org"
STATUS = MappingProxyType({LinkState.USED: 410, LinkState.OLD: 410, LinkState.UNKNOWN: 404})
SECONDS_TO_SEND = 10.0


@dataclass(frozen=True)
class Visit:
    """Somebody at the form, with a link that is open."""

    request: web.Request
    token_hash: str
    link: Link
    words: Words
    now: Instant


Act = Callable[[Visit], Awaitable[web.Response]]


@dataclass
class Meter:
    """Counts requests in the minute that runs, `each` by its token."""

    each: int = EACH
    minute: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def allows(self, now: Instant, token_hash: str) -> bool:
        """Whether there is room for another one with this token."""
        if now // MINUTE != self.minute:
            self.minute = now // MINUTE
            self.counted.clear()
        if self.counted[token_hash] >= self.each or self.counted.total() >= ALL:
            return False
        self.counted[token_hash] += 1
        return True


class PayeeForm:
    """Shows the form to whoever has a link that is open, and stores what is sent with it."""

    def __init__(self, kit: Kit, url: str) -> None:
        parts = urlsplit(url)
        self._kit = kit
        self._path = parts.path
        self._origin = f"{parts.scheme}://{parts.netloc}".lower()
        self._meter = Meter()
        # Whoever makes tokens up must not take the room of those who were given one.
        self._strangers = Meter(each=ALL)
        self._headers = headers()
        # Elsewhere than at Telegram a bot of this name may be anybody's.
        self._bot = kit.bot.username if urlsplit(kit.config.api_url).hostname == TELEGRAM else None

    def add_to(self, app: web.Application) -> None:
        """Serve the address's path."""
        app.router.add_get(f"{self._path}/payee/{{token}}", partial(self._guarded, self._show))
        app.router.add_post(f"{self._path}/payee/{{token}}", partial(self._guarded, self._take))

    async def _guarded(self, act: Act, request: web.Request) -> web.Response:
        """Do it for a link that is open; all others get a page that says how to come by one."""
        now, token_hash = self._kit.clock.now(), digest(request.match_info["token"][:LONGEST_TOKEN])
        link = await self._kit.db.read(payees.look, now, token_hash)
        words = self._kit.words(link.language or preferred(request), link.timezone)
        if not self._has_room(now, link, token_hash):
            return self._sorry(words, "busy", 429, {"Retry-After": "60"})
        if link.state is not LinkState.OPEN:
            return self._closed(words, link.state)
        return await act(Visit(request, token_hash, link, words, now))

    def _has_room(self, now: Instant, link: Link, token_hash: str) -> bool:
        """Whether a request is one of not too many."""
        if link.state is LinkState.UNKNOWN:
            return self._strangers.allows(now, NOBODYS)
        return self._meter.allows(now, token_hash)

    async def _show(self, visit: Visit) -> web.Response:
        return self._form(visit, {}, {})

    async def _take(self, visit: Visit) -> web.Response:
        """Store what was typed, if all of it is right; otherwise show it again with what is wrong."""
        typed = await read_form(visit.request) if self._is_ours(visit.request) else None
        if typed is None:
            return self._sorry(visit.words, "strange", 403)
        asked = self._asked(visit)
        filled = check(typed, is_korean=asked.is_korean, profiles=asked.percents)
        if not isinstance(filled, Filled):
            return self._form(visit, typed, filled)
        return await self._save(visit, filled)

    async def _save(self, visit: Visit, filled: Filled) -> web.Response:
        account, now, same_as = filled.account, self._kit.clock.now(), self._same(visit.link, filled.account)
        link = await self._kit.db.run(
            payees.save,
            now,
            visit.token_hash,
            self._kit.secret.lock(account.written()),
            account.last_digits,
            filled.tax_profile,
            same_as,
        )
        if link.state is not LinkState.OPEN or link.payee is None:
            return self._closed(visit.words, link.state)
        return self._respond(saved_page(visit.words, account, link.payee, now, self._bot), 200)

    def _same(self, link: Link, account: Account) -> str | None:
        """What is stored already, when it is the same account of the same holder, however the name is spaced."""
        sealed = link.payee.sealed if link.payee else None
        if sealed is None:
            return None
        try:
            stored = account_of(self._kit.secret.unlock(sealed))
        except WrongKey:
            return None
        is_same = (stored.bank, stored.account) == (account.bank, account.account)
        return sealed if is_same and folded(stored.holder) == folded(account.holder) else None

    def _asked(self, visit: Visit) -> Asked:
        """Korean banks where won are paid; the tax profiles with a rate today, of whoever is not exempt."""
        config, now = self._kit.config, visit.now
        if visit.link.payee is not None and visit.link.payee.tax_profile is Profile.EXEMPT:
            return Asked(config.currency == "KRW", {})
        today, rates = days.date_of(now, config.timezone), config.payments.terms.rates
        found = {profile: rates.rate(profile, today) for profile in (Profile.RESIDENT, Profile.NON_RESIDENT)}
        percents = {profile: rate.percent for profile, rate in found.items() if rate}
        return Asked(config.currency == "KRW", percents)

    def _is_ours(self, request: web.Request) -> bool:
        """Whether a form comes from our own page, as far as the browser says; without a referrer its origin is null."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null").lower()
        return site in (None, "same-origin", "none") and origin in ("null", self._origin)

    def _form(self, visit: Visit, typed: Mapping[str, str], mistakes: Mapping[Field, Mistake]) -> web.Response:
        form = Form(visit.link.expires_at or visit.now, visit.link.payee is not None, typed, mistakes)
        page = form_page(visit.words, self._asked(visit), form, visit.now)
        return self._respond(page, 422 if mistakes else 200)

    def _closed(self, words: Words, state: LinkState) -> web.Response:
        return self._sorry(words, state, STATUS[state])

    def _sorry(self, words: Words, why: str, status: int, more: Mapping[str, str] | None = None) -> web.Response:
        return self._respond(sorry_page(words, why, self._bot), status, more)

    def _respond(self, page: str, status: int, more: Mapping[str, str] | None = None) -> web.Response:
        said = {**self._headers, **(more or {})}
        return web.Response(text=page, status=status, content_type="text/html", headers=said)


def headers() -> Mapping[str, str]:
    """What keeps a page to itself: nothing is loaded, framed, stored, indexed, or told to the next page."""
    policy = (
        "default-src 'none'",
        f"style-src '{style_hash()}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return MappingProxyType(
        {
            "Content-Security-Policy": "; ".join(policy),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
    )


def preferred(request: web.Request) -> str:
    """The language of a browser whose person is not known."""
    return "en" if request.headers.get("Accept-Language", "ko").lower().startswith("en") else "ko"


async def read_form(request: web.Request) -> Mapping[str, str] | None:
    """What was typed; None for what no form of ours can have sent."""
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for part in request.content.iter_any():
                body += part
                if len(body) > LARGEST_FORM:
                    return None
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (TimeoutError, ValueError):
        return None
