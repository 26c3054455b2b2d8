"""The line between the bot and Telegram, which can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """Carries bytes both ways until it is cut; then nothing arrives and nothing is refused, as in a tunnel."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._flows = asyncio.Event()
        self._flows.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Wire]:
        parts = urlsplit(url)
        wire = cls(parts.hostname or "", parts.port or 80)
        server = await asyncio.start_server(wire._serve, "127.0.0.1", 0)
        wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield wire
        finally:
            server.close()
            for task in wire._carrying:
                task.cancel()

    def cut(self) -> None:
        self._flows.clear()

    def heal(self) -> None:
        """New connections work again; what was under way when it was cut stays dead."""
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        try:
            inner_reader, inner_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.close()
            return
        tasks = {
            asyncio.create_task(self._carry(reader, inner_writer)),
            asyncio.create_task(self._carry(inner_reader, writer)),
        }
        self._carrying |= tasks
        await asyncio.wait(tasks)
        self._carrying -= tasks

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if not self._flows.is_set():
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            writer.close()
