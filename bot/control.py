"""The socket beside a running bot, by which the command line reaches it.

One connection carries one command: a line of JSON asks, lines of progress may follow, one line answers.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, assert_never

from rules.amounts import exact
from rules.codes import new_code
from rules.refusals import Money, Refusal
from services.people import LANGUAGES

from .attending import attend
from .commands import BackUp, Command, Desk, Done, Examine, Export, ListPayable, Pay, Post, Progress, Rejected

log = logging.getLogger(__name__)

LONGEST_LINE = 1 << 20
LONGEST_PATH = 107
"""Bytes that fit into the address of a unix socket."""

Reply = dict[str, Any]


class NobodyListens(Exception):
    """No bot is running on this data folder, or none that can be reached."""


class Interrupted(Exception):
    """The bot hung up before it was done."""


class PathTooLong(NobodyListens):
    """The socket's path does not fit into an address, so nobody can listen there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is too long for a socket; choose a shorter TAPWORK_DATA_DIR")


# The bot's side -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(desk: Desk) -> AsyncIterator[None]:
    """Attend to the command line meanwhile. Only for who holds the database: another's socket would be removed."""
    path = desk.config.socket
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        bound = _bound(path)
    except PathTooLong as error:
        log.warning("the command line can't reach this bot: %s", error)
        yield
        return
    visits = Visits(desk)
    server = await asyncio.start_unix_server(visits.receive, sock=bound, limit=LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        await visits.end()
        path.unlink(missing_ok=True)


def _bound(path: Path) -> socket.socket:
    """A socket that nobody else may use from its first moment on."""
    check(path)
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _private():
            bound.bind(str(path))
    except BaseException:
        bound.close()
        raise
    return bound


@contextmanager
def _private() -> Iterator[None]:
    before = os.umask(0o177)
    try:
        yield
    finally:
        os.umask(before)


class Visits:
    """Connections in hand."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: set[asyncio.Task[None]] = set()

    def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._attend(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def end(self) -> None:
        """Hang up on everybody."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def progress(done: int, total: int) -> None:
            await send(writer, {"progress": [done, total]})

        try:
            # Whoever hangs up does not want it any more.
            reply = await _unless_gone(reader, reply_to(self._desk, await reader.readline(), progress))
            await send(writer, reply)
        except (ConnectionError, ValueError) as error:
            log.warning("a command was not answered: %s", error)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _unless_gone(reader: asyncio.StreamReader, work: Any) -> Reply:
    task: asyncio.Task[Reply] = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ConnectionAbortedError("nobody waits for it any more")
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.wait({task, gone})


async def send(writer: asyncio.StreamWriter, message: Mapping[str, Any]) -> None:
    writer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
    await writer.drain()


async def reply_to(desk: Desk, line: bytes, progress: Progress) -> Reply:
    """The answer to one line."""
    try:
        message = json.loads(line)
        command = unpack(message)
    except ValueError:
        return {"error": "This bot does not know the command. Is it of the same release?"}
    return await answer(desk, command, message.get("language", ""), progress)


# Either side ----------------------------------------------------------------------------------------------------------


async def answer(desk: Desk, command: Command, language: str, progress: Progress) -> Reply:
    """Do what is asked, and say in one object what came of it."""
    language = language if language in LANGUAGES else "en"
    try:
        return {"ok": _as_json(await attend(desk, command, language, progress))}
    except Rejected as rejected:
        return _refusal(rejected.refusal, rejected.text)
    except Refusal as refusal:
        return _refusal(refusal, desk.words(language).plain(refusal.key, **refusal.blanks))
    except OSError as error:
        return {"error": f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")}
    except Exception:
        reference = new_code(6)
        log.exception("reference %s", reference)
        return {"error": f"Something went wrong; the log tells more (reference {reference})."}


def _as_json(done: Done) -> Reply:
    return {"text": done.text, **done.facts}


def _refusal(refusal: Refusal, text: str) -> Reply:
    blanks = {
        name: exact(blank.amount) if isinstance(blank, Money) else blank for name, blank in refusal.blanks.items()
    }
    return {"refusal": {"key": refusal.key, "blanks": blanks}, "text": text}


def pack(command: Command, language: str) -> Reply:
    """A command as the object that asks for it."""
    match command:
        case Post():
            name = "post"
        case Export():
            name = "export"
        case Pay():
            name = "pay"
        case ListPayable():
            name = "payable"
        case BackUp():
            name = "back up"
        case Examine():
            name = "examine"
        case _:
            assert_never(command)
    return {"do": name, "language": language, **asdict(command)}


def unpack(message: object) -> Command:
    """The command of an object. Raises ValueError for anything else."""
    match message:
        case {"do": "post", "path": str(path), "settings": list(pairs), "coordinator": int() | None as who, **rest}:
            settings = tuple((str(key), str(value)) for key, value in pairs)
            return Post(path, settings, who, bool(rest.get("publish")))
        case {"do": "export", "batch": str(batch), "folder": str(folder), **rest}:
            return Export(batch, folder, str(rest.get("formats", "")))
        case {"do": "pay", "worker": str(worker), "amount": str() | None as amount, "note": str(note)}:
            return Pay(worker, amount, note)
        case {"do": "payable"}:
            return ListPayable()
        case {"do": "back up", "folder": str() | None as into}:
            return BackUp(into)
        case {"do": "examine", "quick": bool(quick)}:
            return Examine(quick)
        case _:
            raise ValueError("no command")


# The command line's side ----------------------------------------------------------------------------------------------


async def ask(path: Path, command: Command, language: str, progress: Progress) -> Reply:
    """Have a running bot do it. Raises NobodyListens, and Interrupted when the bot stops before the end."""
    check(path)
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_LINE)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NobodyListens from error
    try:
        await send(writer, pack(command, language))
        async for line in reader:
            message: Reply = json.loads(line)
            if "progress" not in message:
                return message
            await progress(*message["progress"])
    except ConnectionError as error:
        raise Interrupted from error
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    raise Interrupted


def check(path: Path) -> None:
    """Raises PathTooLong where no socket can be."""
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise PathTooLong(path)
