"""What the log says, and what it never says."""

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reception import alerts_of, asks, owner_of, receiving, until
from telegram.error import BadRequest, NetworkError
from world import OWNER, TOKEN, HandClock, seam

from bot import logs
from bot.secret import Secret
from sandbox import Phone, Sandbox

SECRETS = ("김미나", "mina_k", "비밀스러운 글", "secret words", str(OWNER), TOKEN, TOKEN.partition(":")[2])


class Journal:
    """Everything that is logged, as it would stand on stderr."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=["json", "terminal"])
def journal(request: pytest.FixtureRequest) -> Iterator[Journal]:
    yield from journal_of(in_terminal=request.param == "terminal")


@pytest.fixture
def events() -> Iterator[Journal]:
    yield from journal_of(in_terminal=False)


def journal_of(*, in_terminal: bool) -> Iterator[Journal]:
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(in_terminal=in_terminal))
    level, before = root.level, logging.getLogger("telegram").level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    yield Journal(stream)
    logging.getLogger("telegram").setLevel(before)
    root.setLevel(level)
    root.removeHandler(handler)


async def test_each_update_is_one_event_with_its_number_and_a_pseudonym(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock, events: Journal
) -> None:
    async with receiving(tmp_path, sandbox, clock, requests=seam(sandbox)) as world:
        owner = await owner_of(world)
        await asks(owner)
        pseudonym = world.kit.secret.pseudonym(1)
    handled = [event for event in events.events if event["event"] == "handled"]
    assert [("/start", None), ("/help", pseudonym)] == [(each["handler"], each.get("who")) for each in handled]
    assert [True, True] == [type(each["update"]) is int and each["ms"] > 0 for each in handled]
    assert ["done", "done"] == [each["result"] for each in handled]


async def test_nothing_about_people_and_no_token_is_ever_logged(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conversations, refusals, broken answers of Telegram, updates that can't be read, and bugs."""
    async with receiving(tmp_path, sandbox, clock, requests=seam(sandbox)) as world:
        owner = await owner_of(world)
        mina = Phone(sandbox, sandbox.create_user("김미나", username="mina_k"))
        for text in ("/start", "비밀스러운 글", "secret words"):
            mina.say(text)
        for method, status in (("getUpdates", 502), ("getUpdates", 401), ("sendMessage", 400), ("sendMessage", 403)):
            sandbox.faults.rig(method, status, description=f'secret words "비밀스러운 글" {OWNER} {TOKEN}')
        odd = {"from": {"id": OWNER, "first_name": "김미나"}, "text": "비밀스러운 글"}
        sandbox.bots[0].updates.add("message", odd, ("x", 1), 600)
        await asks_until_answered(owner)
        monkeypatch.setattr("bot.screens.start.help_screen", failing)
        owner.say("/help")
        await until(lambda: "reference" in journal.text)
        await alerts_of(world, owner)
    assert "attempt 3 of 3 failed" in journal.text
    assert [] == [secret for secret in SECRETS if secret in journal.text]


async def asks_until_answered(owner: Phone) -> None:
    """Some of the answers are lost on the way."""
    for _ in range(5):
        owner.say("/settings")
        await asyncio.sleep(0.02)
    await until(lambda: owner.messages[-1]["from"]["is_bot"])


def failing(*_: object) -> None:
    try:
        int("비밀스러운 글 of 김미나")
    except ValueError as error:
        raise LookupError(OWNER, "secret words") from error


def line_of(error: BaseException, *, in_terminal: bool = False) -> str:
    record = logging.LogRecord("bot.x", logging.ERROR, __file__, 1, "it failed", (), (type(error), error, None))
    return logs.formatter(in_terminal=in_terminal).format(record)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("invalid literal for int(): '비밀'"), "ValueError: invalid literal for int(): …"),
        (KeyError("김미나"), "KeyError: …"),
        (LookupError(OWNER), "LookupError: …"),
        (BadRequest("Can't parse entities: unsupported start tag \"mina\" at byte offset 12"),
         "BadRequest: Can't parse entities: unsupported start tag … at byte offset 12"),
        (NetworkError(f"https://x.org/bot{TOKEN}/getMe"), "NetworkError: https://x.org/<token>/getMe"),
        (OSError(28, "No space left on device"), "OSError: [Errno 28] No space left on device"),
        (ExceptionGroup("two", [ValueError("a"), KeyError("비밀")]), "ValueError: a\nKeyError: …"),
    ],
)  # fmt: skip
def test_an_exception_is_told_without_what_it_is_about(error: BaseException, says: str) -> None:
    assert json.loads(line_of(error))["exception"].endswith(says)
    assert line_of(error, in_terminal=True).endswith(says)


def test_what_led_to_an_exception_is_told_first() -> None:
    try:
        failing()
    except LookupError as error:
        told = json.loads(line_of(error))["exception"].splitlines()
    assert ["ValueError: invalid literal for int() with base 10: …", "which led to"] == told[1:3]
    assert "LookupError: (…, …)" == told[-1]


def test_pseudonyms_are_stable_and_need_the_key() -> None:
    assert Secret(b"a").pseudonym(5) == Secret(b"a").pseudonym(5)
    assert 3 == len({Secret(b"a").pseudonym(5), Secret(b"a").pseudonym(6), Secret(b"b").pseudonym(5)})


def test_a_process_without_a_terminal_logs_json_and_libraries_are_quiet() -> None:
    program = f"""if True:
        import logging
        from bot import logs
        logs.set_up()
        logging.getLogger("bot.app").info("the bot is at work")
        logging.getLogger("aiohttp.access").warning("GET /")
        logging.getLogger("httpx").info("POST {TOKEN}")
        logging.getLogger("telegram.request.BaseRequest").error("a whole answer")
        logging.getLogger("apscheduler.executors").info("running job")
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [("the bot is at work", "info")] == [(each["event"], each["level"]) for each in said]
