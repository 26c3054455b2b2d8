"""PTB's seam to the network, over aiohttp: many calls at once for little CPU, and no token in any error."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

KEEPALIVE_SECONDS = 75
CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
UPLOAD_SECONDS = 120

FRESH: ContextVar[bool] = ContextVar("fresh", default=False)


class NotSent(NetworkError):
    """A call that surely had no effect: there was no connection to make it on."""


@contextmanager
def fresh_connections() -> Iterator[None]:
    """Calls made within take connections of their own.

    A kept one that the server is just closing would leave open whether the call took effect.
    """
    token = FRESH.set(True)
    try:
        yield
    finally:
        FRESH.reset(token)


class AiohttpRequest(BaseRequest):
    """One pool of kept-alive connections, and fresh ones for those who ask."""

    def __init__(self, connections: int = 64) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEPALIVE_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector)
            lonely = aiohttp.TCPConnector(limit=self._connections, force_close=True)
            self._fresh = aiohttp.ClientSession(connector=lonely)

    async def shutdown(self) -> None:
        for session in (self._session, self._fresh):
            if session is not None:
                await session.close()
        self._session = self._fresh = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """Raises TimedOut and NetworkError as PTB's own transport does; their texts never hold the address."""
        session = self._fresh if FRESH.get() else self._session
        if session is None:
            raise NetworkError("the transport is not open")
        has_files = request_data is not None and request_data.contains_files
        answer = read_timeout if isinstance(read_timeout, int | float) else ANSWER_SECONDS
        timeout = aiohttp.ClientTimeout(
            total=CONNECT_SECONDS + (UPLOAD_SECONDS if has_files else answer), sock_connect=CONNECT_SECONDS
        )
        try:
            async with session.request(method, url, data=_form(request_data), timeout=timeout) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"there is no connection ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"the call did not get through ({type(error).__name__})") from None


def _form(request_data: RequestData | None) -> aiohttp.FormData | None:
    if request_data is None or not request_data.json_parameters:
        return None
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=request_data.contains_files)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    if request_data.contains_files:
        for name, (file_name, content, kind) in request_data.multipart_data.items():
            form.add_field(name, content, filename=file_name, content_type=kind)
    return form
