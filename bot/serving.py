"""What the bot serves over HTTP: its health, its figures, and the address where Telegram brings updates."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from .config import Address
from .health import Health
from .webhook import LARGEST_UPDATE

PARTING_SECONDS = 1.0


def public_app(health: Health) -> web.Application:
    """What may stand behind a proxy: /healthz alone, until a webhook is added."""
    app = web.Application(client_max_size=LARGEST_UPDATE)
    app.router.add_get("/healthz", healthz(health))
    return app


def metrics_app(health: Health, page: Callable[[], Awaitable[bytes]]) -> web.Application:
    """What is for the installation's own eyes."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await page(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz(health))
    return app


def healthz(health: Health) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        report = await health.report()
        said = {"ok": report.is_well, **asdict(report)}
        return web.json_response(text=json.dumps(said), status=200 if report.is_well else 503)

    return answer


async def anonymous(_request: web.Request, response: web.StreamResponse) -> None:
    """Nobody has to know what answers, and of which version it is."""
    response.headers.popall("Server", None)


@asynccontextmanager
async def listening(app: web.Application, address: Address | None) -> AsyncIterator[int]:
    """Serve an app meanwhile, and tell its port; nothing where there is no address. Raises OSError for a taken one."""
    if address is None:
        yield 0
        return
    app.on_response_prepare.append(anonymous)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=PARTING_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, address.host, address.port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
