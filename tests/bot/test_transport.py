import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram.error import NetworkError, TimedOut

from bot.transport import AiohttpRequest, NotSent, fresh_connections


class Server:
    """Counts who connects."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.ports.append(request.transport.get_extra_info("peername")[1])
        if request.path == "/cut":
            request.transport.close()
        if request.path == "/slow":
            await asyncio.sleep(5)
        return web.Response(text="{}")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest()
    await request.initialize()
    yield request
    await request.shutdown()


async def test_calls_share_a_kept_connection(server: Server, request_: AiohttpRequest) -> None:
    for _ in range(3):
        assert (200, b"{}") == await request_.do_request(server.url, "POST")

    assert 1 == len(set(server.ports))


async def test_who_asks_gets_a_fresh_connection_for_each_call(server: Server, request_: AiohttpRequest) -> None:
    await request_.do_request(server.url, "POST")
    with fresh_connections():
        for _ in range(3):
            await request_.do_request(server.url, "POST")
    await request_.do_request(server.url, "POST")

    assert 4 == len(set(server.ports))


async def test_where_nobody_listens_a_call_was_surely_not_made(request_: AiohttpRequest, unused_tcp_port: int) -> None:
    with pytest.raises(NotSent):
        await request_.do_request(f"http://127.0.0.1:{unused_tcp_port}", "POST")


async def test_when_the_line_is_cut_or_the_answer_stays_out_nobody_knows(
    server: Server, request_: AiohttpRequest
) -> None:
    with pytest.raises(NetworkError) as cut, fresh_connections():
        await request_.do_request(f"{server.url}/cut", "POST")
    with pytest.raises(TimedOut):
        await request_.do_request(f"{server.url}/slow", "POST", read_timeout=-9.9)

    assert not isinstance(cut.value, NotSent)
