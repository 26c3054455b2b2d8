"""Switches that make the server or the way to it misbehave; all off at first."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.replies import ConnectionDropped, Json, Refused, Reply, too_many_requests

GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)
DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
PROBABILITIES = ("drop_after", "drop_before", "bad_gateway", "double_tap")


@dataclass
class Rigged:
    method: str
    status: int
    times: int
    description: str
    retry_after: int | None


@dataclass
class Faults:
    """`latency` in seconds; probabilities are per call, `double_tap` per tap, which then arrives twice."""

    clock: Callable[[], float]
    chance: random.Random
    latency: float = 0.0
    drop_after: float = 0.0
    drop_before: float = 0.0
    bad_gateway: float = 0.0
    double_tap: float = 0.0
    flooded: dict[int, float] = field(default_factory=dict)
    rigged: list[Rigged] = field(default_factory=list)
    _polls_flow: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._polls_flow.set()

    @property
    def hang_polls(self) -> bool:
        """getUpdates neither answers nor breaks."""
        return not self._polls_flow.is_set()

    @hang_polls.setter
    def hang_polls(self, hang: bool) -> None:
        if hang:
            self._polls_flow.clear()
        else:
            self._polls_flow.set()

    def flood(self, chat_id: int, seconds: float) -> None:
        """Sends and edits in this chat answer 429 for so long."""
        self.flooded[chat_id] = self.clock() + seconds

    def rig(
        self, method: str, status: int, times: int = 1, description: str | None = None, retry_after: int | None = None
    ) -> None:
        """The next `times` calls of the method answer with this status and have no effect."""
        text = description or DESCRIPTIONS.get(status, "Error")
        if status == 429:
            retry_after = retry_after or 1
            text = description or f"Too Many Requests: retry after {retry_after}"
        self.rigged.append(Rigged(method.lower(), status, times, text, retry_after))

    def clear(self) -> None:
        self.latency = self.drop_after = self.drop_before = self.bad_gateway = self.double_tap = 0.0
        self.hang_polls = False
        self.flooded.clear()
        self.rigged.clear()

    async def before(self, method: str) -> Reply | None:
        """Waits, drops or answers in place of the server; None lets the call through."""
        if self.latency:
            await asyncio.sleep(self.latency)
        if method == "getUpdates":
            await self._polls_flow.wait()
        if self._happens(self.drop_before):
            raise ConnectionDropped("dropped before the call took effect")
        if self._happens(self.bad_gateway):
            return Reply(502, {"ok": False, "error_code": 502, "description": "Bad Gateway"}, GATEWAY_PAGE)
        return self._rigged_reply(method)

    def after(self) -> None:
        if self._happens(self.drop_after):
            raise ConnectionDropped("dropped after the call took effect")

    def check_flood(self, chat_id: int) -> None:
        left = self.flooded.get(chat_id, 0.0) - self.clock()
        if left > 0:
            raise too_many_requests(math.ceil(left))
        self.flooded.pop(chat_id, None)

    def doubles_tap(self) -> bool:
        return self._happens(self.double_tap)

    def as_json(self) -> Json:
        return {
            "latency": self.latency,
            **{name: getattr(self, name) for name in PROBABILITIES},
            "hang_polls": self.hang_polls,
            "flooded": {str(chat): max(0.0, until - self.clock()) for chat, until in self.flooded.items()},
            "rigged": [{"method": rig.method, "status": rig.status, "times": rig.times} for rig in self.rigged],
        }

    def update(self, wanted: Json) -> None:
        """Sets the switches named in `wanted`, in the form of `as_json`; raises ValueError and changes nothing."""
        unknown = set(wanted) - set(self.as_json()) - {"clear"}
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        numbers = {name: float(wanted[name]) for name in ("latency", *PROBABILITIES) if name in wanted}
        if any(not 0 <= numbers.get(name, 0) <= 1 for name in PROBABILITIES) or numbers.get("latency", 0) < 0:
            raise ValueError("a probability is from 0 to 1, a latency not below 0")
        if wanted.get("clear"):
            self.clear()
        for name, number in numbers.items():
            setattr(self, name, number)
        self.hang_polls = bool(wanted.get("hang_polls", self.hang_polls))
        for chat_id, seconds in wanted.get("flooded", {}).items():
            self.flood(int(chat_id), float(seconds))
        for rig in wanted.get("rigged", []):
            self.rig(str(rig["method"]), int(rig["status"]), int(rig.get("times", 1)))

    def _rigged_reply(self, method: str) -> Reply | None:
        for rig in self.rigged:
            if rig.method == method.lower():
                rig.times -= 1
                if rig.times <= 0:
                    self.rigged.remove(rig)
                return Refused(rig.status, rig.description, rig.retry_after).reply()
        return None

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self.chance.random() < probability
