"""Wherever something is written, an account's number stands nowhere in clear, and neither does a link's token."""

import asyncio
import io
import json
import logging
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from forms import ACCOUNT, TYPED, Office, opened
from world import Someone, World

from bot import logs
from rules.model import DAY, HOUR
from sandbox import Phone, Sandbox
from services.receiving import ATTEMPTS, begin, take_in, unfinished

WRITTEN = ("3333-01-1234567", ACCOUNT, "110-123-456789", "110123456789")
HOLDER = "남궁예금주"


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the least important, before anything is taken out of it."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers = [logging.StreamHandler(stream), logging.StreamHandler(stream)]
    handlers[0].setFormatter(logs.formatter(in_terminal=False))
    level, silent = root.level, {name: logging.getLogger(name).level for name in logs.SILENT}
    root.setLevel(logging.DEBUG)
    for name in silent:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for handler in handlers:
        root.addHandler(handler)
    yield stream
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(level)
    for name, before in silent.items():
        logging.getLogger(name).setLevel(before)


def holding(data: bytes, secrets: list[bytes]) -> bool:
    return any(secret in data for secret in secrets)


def encoded(*texts: str) -> list[bytes]:
    """As files may hold them."""
    escaped = [json.dumps(text)[1:-1].encode() for text in texts]
    return [*(text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-16-le", "cp949")), *escaped]


def places(folder: Path, secrets: list[bytes]) -> list[str]:
    """Which files of a folder hold one of the secrets, also packed ones; databases page by page and value by value."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(holding(data, secrets) for data in contents(path))
    ]


def contents(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as packed_tar:
            yield from (part.read() for member in packed_tar if (part := packed_tar.extractfile(member)))
    elif path.suffix == ".db":
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            yield "\n".join(database.iterdump()).encode()


def everything_sent(sandbox: Sandbox) -> Iterator[bytes]:
    """What stands in chats, every call, and the documents."""
    yield "\n".join(map(str, sandbox.calls)).encode()
    for user in sandbox.users:
        phone = Phone(sandbox, user.id)
        yield json.dumps(phone.messages, ensure_ascii=False).encode()
        yield from (phone.document(name) for name in phone.documents)


async def hired(office: Office) -> tuple[Someone, Someone, Someone]:
    """An owner, a coordinator, and a worker who has earned something."""
    world = office.world
    owner = await world.owner()
    sora = await world.coordinator(owner)
    table = "text\n정말 좋아요\n별로예요\n".encode()
    await sora.send("상품평.csv", table, "/newbatch\ntitle: 상품평\nchoices: 긍정, 부정\nprice: 9000\noverlap: 1")
    await sora.tap("게시")
    [mina] = await world.workers(owner, "미나")
    await mina.say("/work")
    for _ in range(2):
        await mina.tap("긍정")
    return owner, sora, mina


async def live_through(office: Office) -> tuple[list[str], str]:
    """Everything that can happen to an account; the tokens that were used, and the pages that followed."""
    world = office.world
    owner, sora, mina = await hired(office)
    first, typed = await office.link(mina), TYPED | {"holder": HOLDER}
    await office.post(first, typed | {"consent": ""})
    pages = [await office.post(first, typed)]
    await world.job("outbox")
    second = await office.link(mina)
    pages.append(await office.post(second, typed | {"bank": "088", "account": "110-123-456789"}))
    pages.append(await office.post(second, typed))
    await world.job("outbox")
    await mina.tap("내가 아니에요")
    await world.job("outbox")
    await owner.tap("확인했어요, 지급 풀기")
    world.clock.advance(4 * DAY)
    for name in ("settle", "outbox", "backup", "check"):
        await world.job(name)
    for command in ("/payout", "/payee", "/mydata", "/balance", "/why"):
        await mina.say(command)
    await sora.say("/export")
    await owner.say("/doctor")
    world.clock.advance(2 * HOUR)
    await world.job("backup")
    return [link.rpartition("/")[2] for link in (first, second)], "".join(page.text for page in pages)


async def test_an_account_stands_in_clear_nowhere(tmp_path: Path, journal: io.StringIO) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    async with opened(folder, METRICS_LISTEN="") as office:
        tokens, pages = await live_through(office)
        kit, sandbox = office.world.kit, office.world.sandbox
        metrics = await kit.metrics.page(kit.db, kit.clock.now(), kit.contact)
        sent = b"\n".join(everything_sent(sandbox))
    secrets, hidden = encoded(*WRITTEN, HOLDER), encoded(*tokens)

    found = await asyncio.to_thread(places, folder, [*secrets, *hidden])

    assert [] == found
    assert not holding(journal.getvalue().encode(), [*secrets, *hidden])
    assert not holding(metrics, [*secrets, *hidden])
    assert not holding(sent, secrets)
    assert not holding(pages.encode(), secrets)
    assert "••••6789" in sent.decode(errors="replace")


@pytest.mark.parametrize(
    "text",
    [
        "/payee 카카오 3333-01-7654321",
        "/payee 남궁예금주 765-4321",
        "/payee\n남궁예금주",
        "제 계좌는 3333-01-7654321 이에요",
        "3333017654321",
        "３３３３ ０１ ７６５４３２１",
        "/payout 3333.01.7654321",
        "DE89 3704 0044 0532 0130 00",
    ],
)
async def test_an_account_that_is_written_into_the_chat_is_not_kept(
    tmp_path: Path, journal: io.StringIO, text: str
) -> None:
    folder = tmp_path / "data"
    async with World.open(folder) as world:
        [mina] = await world.workers(await world.owner(), "미나")
        await mina.say(text)
        world.clock.advance(2 * HOUR)
        for name in ("outbox", "backup"):
            await world.job(name)
        with closing(sqlite3.connect(f"file:{world.kit.config.database}?mode=ro", uri=True)) as database:
            (kept,) = database.execute("SELECT raw FROM inbox ORDER BY seq DESC LIMIT 1").fetchone()
    written = ("3333-01-7654321", "3333017654321", "3333.01.7654321", "7654321", "765-4321", "７６５４３２１")
    secrets = encoded(*written, "0532 0130", HOLDER)

    found = await asyncio.to_thread(places, folder, secrets)

    assert [] == found
    assert not holding(journal.getvalue().encode(), secrets)
    assert "•••" in json.loads(kept)["message"]["text"]
    assert mina.telegram_id == json.loads(kept)["message"]["from"]["id"]


async def test_what_has_been_set_aside_keeps_no_account_either(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with World.open(folder) as world:
        raw = json.dumps({"update_id": 7, "message": {"text": "3333-01-7654321", "reply": {"text": "110 123 456789"}}})
        [received] = await world.do(take_in, world.clock.now(), [(7, raw)])
        for _ in range(ATTEMPTS):
            assert await world.do(begin, world.clock.now(), received.seq, 1) is not None
        assert raw == (await world.do(unfinished))[0].raw

        assert await world.do(begin, world.clock.now(), received.seq, 1) is None

    assert [] == await asyncio.to_thread(places, folder, encoded("3333-01-7654321", "110 123 456789"))


async def test_the_search_would_find_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"account {ACCOUNT}", encoding="utf-16-le")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", f"<v>{ACCOUNT}</v>" * 50)
    with closing(sqlite3.connect(tmp_path / "c.db")) as database:
        database.execute("CREATE TABLE payee (sealed TEXT)")
        database.execute("INSERT INTO payee VALUES (?)", (f"x{ACCOUNT}",))
        database.commit()
    (tmp_path / "d.json").write_text(json.dumps({"holder": HOLDER}))

    assert ["a.txt", "b.xlsx", "c.db", "d.json"] == places(tmp_path, encoded(ACCOUNT, HOLDER))
