"""The phones over HTTP: JSON for the page, and the events as they happen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web

from sandbox.acts import BlockedError, TapError
from sandbox.keys import PARTING, SANDBOX, Stream
from sandbox.people import Person
from sandbox.replies import Json, Refused, UploadedFile
from sandbox.wire import Parsed, parsed

HEARTBEAT_SECONDS = 15
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application) -> None:
    user = r"/sandbox/users/{user_id:\d+}"
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/sandbox/state", state),
        ("POST", "/sandbox/users", create_user),
        ("GET", f"{user}/chat", chat),
        ("POST", f"{user}/messages", say),
        ("POST", f"{user}/documents", send_document),
        ("POST", f"{user}/photos", send_photo),
        ("POST", f"{user}/taps", tap),
        ("POST", f"{user}/blocks", block),
        ("GET", "/sandbox/files/{file_id}", file),
        ("GET", "/sandbox/calls", calls),
        ("POST", "/sandbox/simulated", set_simulated),
        ("POST", "/sandbox/faults", set_faults),
    ]
    for verb, path, handler in routes:
        app.router.add_route(verb, path, _refusing(handler))
    app.router.add_get("/sandbox/events", events)


def _refusing(handler: Handler) -> Handler:
    """A wrong request gets {"error": ...} with the status that fits."""

    async def wrapped(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except TapError as error:
            return web.json_response({"error": str(error)}, status=409)
        except BlockedError as error:
            return web.json_response({"error": str(error)}, status=409)
        except LookupError as error:
            return web.json_response({"error": f"not found: {error}"}, status=404)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except Refused as refused:
            return web.json_response({"error": refused.description}, status=refused.status)

    return wrapped


async def state(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    bot = sandbox.bots[0]
    return web.json_response(
        {
            "bot": {"id": bot.id, "username": bot.username, "name": bot.names[""]},
            "users": [_user(request, person) for person in sandbox.users],
            "faults": sandbox.faults.as_json(),
        }
    )


async def create_user(request: web.Request) -> web.Response:
    wanted = await _body(request)
    sandbox = request.app[SANDBOX]
    user_id = sandbox.create_user(
        str(_needed(wanted, "first_name")), language_code=str(wanted.get("language_code", "ko"))
    )
    return web.json_response(_user(request, sandbox.world.people[user_id]))


async def chat(request: web.Request) -> web.Response:
    sandbox, user_id = request.app[SANDBOX], _user_id(request)
    return web.json_response({"messages": sandbox.chat(user_id), "commands": sandbox.commands(user_id)})


async def say(request: web.Request) -> web.Response:
    text = str(_needed(await _body(request), "text"))
    return web.json_response(request.app[SANDBOX].say(_user_id(request), text))


async def send_document(request: web.Request) -> web.Response:
    upload, caption = _upload(await parsed(request))
    message = request.app[SANDBOX].send_document(_user_id(request), upload.name, upload.data, caption, upload.mime_type)
    return web.json_response(message)


async def send_photo(request: web.Request) -> web.Response:
    upload, caption = _upload(await parsed(request))
    return web.json_response(request.app[SANDBOX].send_photo(_user_id(request), upload.data, caption))


async def tap(request: web.Request) -> web.Response:
    wanted = await _body(request)
    message_id, data = int(_needed(wanted, "message_id")), str(_needed(wanted, "data"))
    forge = bool(wanted.get("forge", False))
    query_id = request.app[SANDBOX].tap(_user_id(request), message_id, data, forge=forge)
    return web.json_response({"query_id": query_id})


async def block(request: web.Request) -> web.Response:
    sandbox, user_id = request.app[SANDBOX], _user_id(request)
    if _needed(await _body(request), "blocked"):
        sandbox.block(user_id)
    else:
        sandbox.unblock(user_id)
    return web.json_response({"blocked": sandbox.is_blocked(user_id)})


async def file(request: web.Request) -> web.Response:
    stored = request.app[SANDBOX].world.files.get(request.match_info["file_id"])
    if stored is None:
        raise LookupError("file")
    disposition = f"inline; filename*=UTF-8''{quote(stored.name)}"
    headers = {"Content-Disposition": disposition, "Content-Type": stored.mime_type, "Cache-Control": "max-age=86400"}
    return web.Response(body=stored.data, headers=headers)


async def calls(request: web.Request) -> web.Response:
    after = int(request.query.get("after", "0"))
    found = [call.as_json() for call in request.app[SANDBOX].calls if call.seq > after]
    return web.json_response({"calls": found})


async def set_simulated(request: web.Request) -> web.Response:
    wanted = await _body(request)
    sandbox, user_id = request.app[SANDBOX], int(_needed(wanted, "user_id"))
    worker = sandbox.simulated[user_id]
    worker.pace = float(wanted.get("pace", worker.pace))
    if _needed(wanted, "on"):
        worker.start()
    else:
        worker.stop()
    person = sandbox.world.people[user_id]
    shown = _simulated(request, person)
    sandbox.world.emit({"type": "simulated", "user_id": user_id, "simulated": shown})
    return web.json_response(shown)


async def set_faults(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    sandbox.faults.update(await _body(request))
    shown = sandbox.faults.as_json()
    sandbox.world.emit({"type": "faults", "faults": shown})
    return web.json_response(shown)


async def events(request: web.Request) -> web.StreamResponse:
    stream: Stream = asyncio.Queue()
    unsubscribe = request.app[SANDBOX].subscribe(stream.put_nowait)
    request.app[PARTING].append(stream)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    try:
        await response.prepare(request)
        await response.write(b": hello\n\n")
        while (line := await _next_line(stream)) is not None:
            await response.write(line)
    except ConnectionResetError:
        return response
    finally:
        unsubscribe()
        request.app[PARTING].remove(stream)
    return response


async def say_goodbye(app: web.Application) -> None:
    for stream in app[PARTING]:
        stream.put_nowait(None)


async def _next_line(stream: Stream) -> bytes | None:
    """One event as a line of the stream, a comment when nothing happens, None at the end."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            event = await stream.get()
    except TimeoutError:
        return b": still here\n\n"
    if event is None:
        return None
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def _user_id(request: web.Request) -> int:
    return int(request.match_info["user_id"])


def _user(request: web.Request, person: Person) -> Json:
    return {
        "id": person.id,
        "first_name": person.first_name,
        "language_code": person.language_code,
        "username": person.username,
        "role": person.role,
        "blocked": request.app[SANDBOX].is_blocked(person.id),
        "simulated": _simulated(request, person),
    }


def _simulated(request: web.Request, person: Person) -> Json:
    worker = request.app[SANDBOX].simulated.get(person.id)
    if worker is None:
        return {"on": False, "available": False, "pace": 0}
    return {"on": worker.on, "available": True, "pace": worker.pace}


async def _body(request: web.Request) -> Json:
    return dict((await parsed(request)).params)


def _needed(wanted: Json, name: str) -> Any:
    if name not in wanted:
        raise ValueError(f'"{name}" is missing')
    return wanted[name]


def _upload(found: Parsed) -> tuple[UploadedFile, str | None]:
    if "file" not in found.uploads:
        raise ValueError('"file" is missing')
    caption = found.params.get("caption")
    return found.uploads["file"], str(caption) if caption else None
