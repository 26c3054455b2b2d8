"""What goes into a call of the Bot API and what comes out of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
"""A JSON object. Objects that the sandbox hands out are shared with it: look, do not change."""


@dataclass(frozen=True)
class UploadedFile:
    name: str
    data: bytes
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Reply:
    """The HTTP status and JSON body of an answer; `page` is set when a broken gateway answers with HTML instead."""

    status: int
    body: Json
    page: str | None = None

    @property
    def payload(self) -> bytes:
        if self.page is not None:
            return self.page.encode()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Refused(Exception):
    """The Bot API says no; `description` is the text that it says it with."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after

    def reply(self) -> Reply:
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return Reply(self.status, body)


class ConnectionDropped(ConnectionResetError):
    """The connection broke before an answer came; whether the call took effect, the caller can not know."""


@dataclass(frozen=True)
class Call:
    """One call as it arrived: `at` by the sandbox's clock, `ms` of real time; uploads appear by name and size only."""

    seq: int
    at: float
    method: str
    params: Json
    status: int
    description: str | None
    ms: float

    def as_json(self) -> Json:
        return {
            "seq": self.seq,
            "at": self.at,
            "method": self.method,
            "params": self.params,
            "status": self.status,
            "description": self.description,
            "ms": self.ms,
        }


def bad_request(text: str) -> Refused:
    return Refused(400, f"Bad Request: {text}")


def too_many_requests(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", retry_after)
