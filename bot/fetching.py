"""What is asked of other servers: pictures that a table names by their address, and the time."""

import asyncio
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from aiohttp import ClientError, ClientSession, ClientTimeout

from rules.model import SECOND, Instant

LARGEST = 32 << 20
AT_ONCE = 8
PATIENCE = ClientTimeout(total=60, connect=15)
MOMENT = ClientTimeout(total=5)

Fetched = Mapping[str, bytes | None]
NOTHING: Fetched = MappingProxyType({})


async def fetch(links: Iterable[str]) -> Fetched:
    """The bytes behind each address, at most 32 MiB; None where there are none to be had."""
    wanted = list(dict.fromkeys(links))
    if not wanted:
        return NOTHING
    turns = asyncio.Semaphore(AT_ONCE)
    async with ClientSession(timeout=PATIENCE, max_line_size=16_384) as session:
        got = await asyncio.gather(*(_fetch(session, turns, link) for link in wanted))
    return dict(zip(wanted, got, strict=True))


async def _fetch(session: ClientSession, turns: asyncio.Semaphore, link: str) -> bytes | None:
    try:
        async with turns, session.get(link) as response:
            if response.status != 200:
                return None
            data = await response.content.read(LARGEST + 1)
            while len(data) <= LARGEST and (more := await response.content.read(LARGEST + 1 - len(data))):
                data += more
            return data if len(data) <= LARGEST else None
    except (ClientError, TimeoutError, ValueError, OSError):
        return None


async def server_time(url: str) -> Instant | None:
    """A server's clock, to the second; None where it does not tell."""
    try:
        async with ClientSession(timeout=MOMENT) as session, session.head(url) as response:
            return Instant(int(parsedate_to_datetime(response.headers["Date"]).timestamp()) * SECOND)
    except (ClientError, TimeoutError, ValueError, OSError, KeyError):
        return None


async def status_of(url: str) -> tuple[int, str] | None:
    """How an address answers, and what it says about caching; None where nothing does."""
    try:
        async with ClientSession(timeout=MOMENT) as session, session.get(url, allow_redirects=False) as response:
            return response.status, response.headers.get("Cache-Control", "")
    except (ClientError, TimeoutError, ValueError, OSError):
        return None
