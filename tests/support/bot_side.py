"""A bot as small as can be, and what tests of the sandbox feed it with."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import Json, Sandbox, UploadedFile

TOKEN = "7123456789:AAFakeFakeFakeFakeFakeFakeFakeFake"


class HandClock:
    """Seconds that pass only when somebody moves them."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class BotSide:
    """Calls methods with plain Python values; `ok` returns the result, `no` the refusal as (status, description)."""

    sandbox: Sandbox
    token: str = TOKEN

    async def ok(self, method: str, files: Mapping[str, UploadedFile] | None = None, /, **params: object) -> Any:
        reply = await self.sandbox.call(self.token, method, params, files)
        assert reply.body["ok"], f"{method}: {reply.body}"
        return reply.body["result"]

    async def no(
        self, method: str, files: Mapping[str, UploadedFile] | None = None, /, **params: object
    ) -> tuple[int, str]:
        reply = await self.sandbox.call(self.token, method, params, files)
        assert not reply.body["ok"], f"{method} was not refused: {reply.body}"
        assert reply.status == reply.body["error_code"]
        return reply.status, reply.body["description"]

    async def updates(self, **params: object) -> list[Json]:
        found: list[Json] = await self.ok("getUpdates", **params)
        return found


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Waits until the condition holds; raises AssertionError when it does not in time."""
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that in time")


def keyboard(*rows: list[str]) -> Json:
    """A button for each text; its data is `do:` and the text."""
    return {"inline_keyboard": [[{"text": text, "callback_data": f"do:{text}"} for text in row] for row in rows]}


def png(width: int, height: int, *, padding: int = 0) -> bytes:
    """A real picture, black; `padding` bytes are added behind its end."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(height * (1 + (width + 7) // 8)))
    parts = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts + bytes(padding)


def picture(width: int = 40, height: int = 30) -> dict[str, UploadedFile]:
    return {"photo": UploadedFile("picture.png", png(width, height), "image/png")}


def paper(name: str = "labels.csv", data: bytes = b"task,label\n") -> dict[str, UploadedFile]:
    return {"document": UploadedFile(name, data)}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
