"""Calls as they come over HTTP: query, form, multipart or JSON into parameters and uploads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from sandbox.replies import UploadedFile, bad_request


@dataclass
class Parsed:
    params: dict[str, object] = field(default_factory=dict)
    uploads: dict[str, UploadedFile] = field(default_factory=dict)


async def parsed(request: web.Request) -> Parsed:
    """Parameters of the query and of the body together; raises Refused for a body that can not be read."""
    found = Parsed(dict(request.query))
    try:
        await _read_body(request, found)
    except ValueError:
        raise bad_request("can't parse request body") from None
    return found


async def _read_body(request: web.Request, found: Parsed) -> None:
    if request.content_type.startswith("multipart/"):
        await _read_parts(request, found)
    elif request.content_type == "application/json":
        found.params |= _json_object(await request.read())
    else:
        found.params |= dict(await request.post())


async def _read_parts(request: web.Request, found: Parsed) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse request body")
        data = bytes(await part.read())
        if part.filename is None:
            found.params[part.name] = data.decode()
        else:
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            found.uploads[part.name] = UploadedFile(part.filename, data, mime_type)


def _json_object(body: bytes) -> dict[str, object]:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object")
    return value
