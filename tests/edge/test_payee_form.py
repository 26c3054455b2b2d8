"""The form for an account over real HTTP: who gets it, who does not, and what is stored."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from forms import ACCOUNT, TYPED, Office, link_of, opened
from world import Someone

from bot.payee_page import sorry_page
from bot.words import Words
from rules.model import DAY, HOUR, MINUTE, PersonId
from rules.payees import Account, account_of
from rules.taxes import Profile
from services import payees
from services.payees import Payee
from services.people import find
from storage import Tx


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as office:
        yield office


@pytest.fixture
async def mina(office: Office) -> Someone:
    [mina] = await office.world.workers(await office.world.owner(), "미나")
    return mina


async def stored(office: Office, someone: Someone) -> Payee | None:
    def look(tx: Tx) -> Payee | None:
        person = find(tx, someone.telegram_id)
        assert person is not None
        return payees.of(tx, PersonId(person.id))

    return await office.world.do(look)


async def test_a_form_that_is_filled_in_is_stored_sealed(office: Office, mina: Someone) -> None:
    page = await office.register(mina)

    payee = await stored(office, mina)
    assert payee is not None and payee.sealed is not None
    opened = account_of(office.world.kit.secret.unlock(payee.sealed))
    assert (200, True) == (page.status, "카카오뱅크 ••••4567" in page.text)
    assert Account("090", ACCOUNT, "김미나") == opened
    assert ("4567", Profile.RESIDENT, None) == (payee.last_digits, payee.tax_profile, payee.reference)
    assert ACCOUNT not in page.text


async def test_looking_at_a_link_uses_nothing_up(office: Office, mina: Someone) -> None:
    link = await office.link(mina)

    seen = [(await office.get(link, method)).status for method in ("HEAD", "GET", "HEAD", "GET")]

    assert [200] * 4 == seen
    assert 200 == (await office.post(link)).status


async def test_a_used_link_is_gone_for_looking_and_for_saving(office: Office, mina: Someone) -> None:
    link = await office.link(mina)
    await office.post(link)

    again, looked = await office.post(link, TYPED | {"account": "99999999"}), await office.get(link)

    assert (410, 410) == (again.status, looked.status)
    assert "이미 쓴 링크예요" in looked.text and "/payee" in looked.text
    payee = await stored(office, mina)
    assert payee is not None and "4567" == payee.last_digits


async def test_of_two_who_save_at_the_same_moment_one_does(office: Office, mina: Someone) -> None:
    link = await office.link(mina)

    pages = await asyncio.gather(*(office.post(link, TYPED | {"account": f"9999999{number}"}) for number in range(5)))

    assert [200, 410, 410, 410, 410] == sorted(page.status for page in pages)


async def test_a_link_closes_after_a_quarter_of_an_hour_or_when_there_is_a_newer_one(
    office: Office, mina: Someone
) -> None:
    first = await office.link(mina)
    second = await office.link(mina)
    newer = await office.get(first)
    office.world.clock.advance(15 * MINUTE)
    closed = await office.post(second)

    assert (410, 410) == (newer.status, closed.status)
    assert "링크가 닫혔어요" in closed.text
    assert await stored(office, mina) is None


async def test_a_link_that_never_was_says_how_to_get_one(office: Office) -> None:
    korean = await office.get(f"{office.url}/payee/{'x' * 43}")
    english = await office.get(f"{office.url}/payee/{'x' * 43}", Accept_Language="en-GB,en;q=0.9")

    assert (404, 404) == (korean.status, english.status)
    assert "없는 링크예요" in korean.text and 'lang="ko"' in korean.text
    assert "There is no such link" in english.text and 'lang="en"' in english.text


async def test_the_form_speaks_its_worker_s_language_whatever_the_browser_says(office: Office) -> None:
    [emma] = await office.world.workers(await office.world.owner(), "Emma", language="en")

    page = await office.get(await office.link(emma), Accept_Language="ko-KR")

    assert "Account holder" in page.text and "Resident · 3.3%" in page.text and "Non-resident · 22%" in page.text


async def test_mistakes_stand_beside_their_fields_and_what_was_typed_is_kept(office: Office, mina: Someone) -> None:
    link = await office.link(mina)
    typed = {"bank": "088", "account": "12-34", "holder": '<b>"김미나"</b>', "tax_profile": "non_resident"}

    page = await office.post(link, typed)

    assert 422 == page.status
    assert 'value="12-34"' in page.text and 'value="088" selected' in page.text
    assert 'value="&lt;b&gt;&quot;김미나&quot;&lt;/b&gt;"' in page.text
    assert 'value="non_resident" checked' in page.text
    assert {"account-error", "consent-error"} == set(re.findall(r'<p class="error" id="([\w-]+)"', page.text))
    assert await stored(office, mina) is None
    assert 200 == (await office.post(link)).status


async def test_pages_load_nothing_and_tell_nobody(office: Office, mina: Someone) -> None:
    page = await office.get(await office.link(mina))

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
    assert ("no-store", "no-referrer") == (page.headers["Cache-Control"], page.headers["Referrer-Policy"])
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert [] == re.findall(r"<script|<img|<link|<iframe|@import|url\(|\son\w+=", page.text)
    assert [] == re.findall(r"https?://", page.text)


def test_the_way_back_leads_to_the_bot() -> None:
    words = Words("en", "KRW", ZoneInfo("Asia/Seoul"))

    assert 'href="https://t.me/tapwork_bot"' in sorry_page(words, "used", "tapwork_bot")
    assert "href" not in sorry_page(words, "used", None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1"},
    ],
)
async def test_what_another_page_sends_is_not_stored(office: Office, mina: Someone, headers: dict[str, str]) -> None:
    link = await office.link(mina)

    page = await office.post(link, **headers)

    assert (403, None) == (page.status, await stored(office, mina))
    assert 200 == (await office.get(link)).status


async def test_what_our_page_sends_is_stored_as_browsers_send_it(office: Office, mina: Someone) -> None:
    origin = office.url.removesuffix("/tapwork")
    for headers in ({"Origin": "null", "Sec_Fetch_Site": "same-origin"}, {"Origin": origin}):
        assert 200 == (await office.post(await office.link(mina), **headers)).status


@pytest.mark.parametrize(
    "body",
    [
        "account=" + "1" * 5000,
        "&".join(f"field{number}=1" for number in range(20)),
        b"account=\xff\xfe",
        {"account": io.BytesIO(b"\x00" * 100_000)},
    ],
    ids=["long", "many", "no text", "a file"],
)
async def test_what_no_form_sends_is_not_read(office: Office, mina: Someone, body: object) -> None:
    link = await office.link(mina)
    kind = {} if isinstance(body, dict) else {"Content_Type": "application/x-www-form-urlencoded"}

    page = await office.post(link, body, **kind)

    assert page.status in (403, 422)
    assert await stored(office, mina) is None


async def test_a_link_that_is_tried_too_often_rests_for_a_minute(office: Office, mina: Someone) -> None:
    link = await office.link(mina)

    pages = [await office.post(link, {}) for _ in range(31)]

    assert [422] * 30 + [429] == [page.status for page in pages]
    assert "60" == pages[-1].headers["Retry-After"]
    office.world.clock.advance(MINUTE)
    assert 200 == (await office.post(link)).status


async def test_another_account_waits_and_the_same_one_does_not(office: Office, mina: Someone) -> None:
    await office.register(mina)
    office.world.clock.advance(DAY)
    same = await office.register(mina, "3333 0112 34567", holder="김 미나", tax_profile="non_resident")
    payee = await stored(office, mina)
    assert payee is not None
    assert (Profile.NON_RESIDENT, False) == (payee.tax_profile, payee.is_held(office.world.clock.now()))

    other = await office.register(mina, "110-123-456789", bank="088")

    payee = await stored(office, mina)
    assert payee is not None
    assert office.world.clock.now() + 72 * HOUR == payee.held_until
    assert "보내 드려요" not in same.text
    assert "신한은행 ••••6789" in other.text and "계좌가 바뀌어서" in other.text


async def test_another_holder_of_the_same_account_is_another_account(office: Office, mina: Someone) -> None:
    await office.register(mina)
    office.world.clock.advance(DAY)
    other = await office.register(mina, holder="김민아")
    payee = await stored(office, mina)
    assert payee is not None
    assert office.world.clock.now() + 72 * HOUR == payee.held_until
    assert "계좌가 바뀌어서" in other.text


async def test_abroad_any_bank_and_an_iban_will_do(tmp_path: Path) -> None:
    async with opened(tmp_path, CURRENCY="EUR") as office:
        [emma] = await office.world.workers(await office.world.owner(), "Emma", language="en")
        typed = {"bank": "N26 <Berlin>", "account": "de89 3704 0044 0532 0130 00", "holder": "Emma", "consent": "yes"}
        link = await office.link(emma)
        form = await office.get(link)
        wrong = await office.post(link, typed | {"account": "DE89 3704 0044 0532 0130 01"})
        page = await office.post(link, typed)

    assert "IBAN" in form.text and "<select" not in form.text and "Non-resident" not in form.text
    assert (422, 200) == (wrong.status, page.status)
    assert "This IBAN has a mistake" in wrong.text
    assert "N26 &lt;Berlin&gt; ••••3000" in page.text


async def test_without_a_public_address_there_is_no_form(tmp_path: Path) -> None:
    async with opened(tmp_path, PUBLIC_URL="") as office:
        [mina] = await office.world.workers(await office.world.owner(), "미나")
        screen = await mina.say("/payee")
        page = await office.get(f"{office.url}/payee/{'x' * 43}")
        with pytest.raises(IndexError):
            link_of(mina)

    assert "담당자가 관리해요" in screen
    assert 404 == page.status and "없는 링크예요" not in page.text


async def test_tokens_that_somebody_makes_up_take_no_room_from_those_that_were_given(
    office: Office, mina: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await office.link(mina)
    await office.get(f"{office.url}/payee/nobody")
    monkeypatch.setattr("bot.payee_form.ALL", 3)

    made_up = [(await office.get(f"{office.url}/payee/made-up-{number}")).status for number in range(4)]

    assert [404, 404, 429, 429] == made_up
    assert 200 == (await office.get(link)).status
    office.world.clock.advance(MINUTE)
    assert 404 == (await office.get(f"{office.url}/payee/made-up")).status


async def test_tokens_that_were_given_have_a_most_together(
    office: Office, mina: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = await office.link(mina), await office.link(mina)
    monkeypatch.setattr("bot.payee_form.ALL", 3)

    pages = [(await office.get(link)).status for link in (older, newer, older, newer)]

    assert [410, 200, 410, 429] == pages


async def test_nothing_says_what_serves_the_form(office: Office, mina: Someone) -> None:
    addresses = (await office.link(mina), f"{office.url}/payee/nobody", f"{office.url}/elsewhere")

    pages = [await office.get(address) for address in addresses]

    assert [200, 404, 404] == [page.status for page in pages]
    assert [] == [page.headers["Server"] for page in pages if "Server" in page.headers]


async def test_who_is_exempt_is_not_asked_about_taxes_and_stays_so(office: Office, mina: Someone) -> None:
    await office.register(mina)
    payee = await stored(office, mina)
    assert payee is not None
    await office.world.do(lambda tx: tx.run("payees.tax", person=payee.person, profile=Profile.EXEMPT))
    link = await office.link(mina)

    page = await office.get(link)
    saved = await office.post(link, {name: typed for name, typed in TYPED.items() if name != "tax_profile"})

    assert (True, False) == ('name="account"' in page.text, 'name="tax_profile"' in page.text)
    changed = await stored(office, mina)
    assert (200, Profile.EXEMPT) == (saved.status, changed.tax_profile if changed else None)
