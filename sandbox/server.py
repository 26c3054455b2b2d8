"""The sandbox over HTTP: the Bot API for bots, and the phones for the page and for end-to-end tests."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from aiohttp import web

from sandbox import phones_api
from sandbox.core import Sandbox
from sandbox.keys import PARTING, SANDBOX
from sandbox.replies import ConnectionDropped, Refused, Reply
from sandbox.wire import parsed

LARGEST_BODY = 64 * 2**20


@dataclass(frozen=True)
class Running:
    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        """Ends the streams of events, the webhooks and the simulated people, then the server."""
        await self.runner.cleanup()


async def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Listens at once; port 0 takes a free one. Raises OSError when the port is taken."""
    runner = web.AppRunner(create_app(sandbox), access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return Running(f"http://{host}:{runner.addresses[0][1]}", runner)


def create_app(sandbox: Sandbox) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY)
    app[SANDBOX] = sandbox
    app[PARTING] = []
    app.router.add_route("*", r"/bot{token}/{method}", answer_call)
    app.router.add_get(r"/file/bot{token}/{path:.+}", download)
    app.router.add_get("/", page)
    app.router.add_static("/page", str(resources.files("sandbox").joinpath("page")))
    phones_api.add_routes(app)
    app.on_shutdown.append(phones_api.say_goodbye)
    app.on_cleanup.append(_close)
    return app


async def answer_call(request: web.Request) -> web.StreamResponse:
    sandbox = request.app[SANDBOX]
    try:
        call = await parsed(request)
        reply = await sandbox.call(request.match_info["token"], request.match_info["method"], call.params, call.uploads)
    except Refused as refused:
        reply = refused.reply()
    except web.HTTPRequestEntityTooLarge:
        reply = Refused(413, "Request Entity Too Large").reply()
    except ConnectionDropped:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    return _response(reply)


async def download(request: web.Request) -> web.Response:
    data = request.app[SANDBOX].download(request.match_info["token"], request.match_info["path"])
    if data is None:
        return _response(Refused(404, "Not Found").reply())
    return web.Response(body=data, content_type="application/octet-stream")


async def page(request: web.Request) -> web.StreamResponse:
    return web.Response(
        text=resources.files("sandbox").joinpath("page/index.html").read_text("utf-8"), content_type="text/html"
    )


async def _close(app: web.Application) -> None:
    await app[SANDBOX].close()


def _response(reply: Reply) -> web.Response:
    kind = "text/html" if reply.page is not None else "application/json"
    return web.Response(status=reply.status, body=reply.payload, content_type=kind)
