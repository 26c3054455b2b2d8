"""The database and the network, with a watch on them."""

import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from storage import Database, Tx

from .metrics import Metrics

P = ParamSpec("P")
T = TypeVar("T")


class MeasuredDatabase:
    """A database whose commits are timed."""

    def __init__(self, db: Database, metrics: Metrics) -> None:
        self._db = db
        self._metrics = metrics

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self._metrics.commit_seconds.time():
            return await self._db.run(unit, *args, **kwargs)

    async def read(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._db.read(unit, *args, **kwargs)

    async def close(self) -> None:
        await self._db.close()


class MeasuredRequest(BaseRequest):
    """PTB's seam to the network, where calls are counted by method and outcome."""

    def __init__(self, request: BaseRequest, metrics: Metrics) -> None:
        self._request = request
        self._metrics = metrics

    @property
    def read_timeout(self) -> float | None:
        return self._request.read_timeout

    async def initialize(self) -> None:
        await self._request.initialize()

    async def shutdown(self) -> None:
        await self._request.shutdown()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        code = "unreached"
        try:
            status, payload = await self._request.do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
            code = str(status)
        except TimedOut:
            code = "timeout"
            raise
        finally:
            self._metrics.api_calls.labels(method_of(url), code).inc()
        if status == 429:
            self._metrics.retry_after.observe(pause_in(payload))
        return status, payload


def method_of(url: str) -> str:
    """The Bot API's method that an address calls; `file` for a download. Nothing else of it may be told."""
    path = urlsplit(url).path
    name = path.rpartition("/")[2]
    return name if "/file/bot" not in path and name.isascii() and name.isalpha() else "file"


def pause_in(payload: bytes) -> float:
    """The pause that a 429 asks for, in seconds."""
    try:
        return float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, LookupError, TypeError):
        return 0.0
