from __future__ import annotations

import asyncio
import io
import json
import socket

import aiohttp
import pytest
from bot_side import TOKEN, keyboard, png

from sandbox import Json, Phone, Sandbox
from sandbox.server import serve


async def post(http: aiohttp.ClientSession, root: str, method: str, **params: object) -> tuple[int, Json]:
    async with http.post(f"{root}/bot{TOKEN}/{method}", json=params) as response:
        return response.status, await response.json()


async def test_a_call_by_json(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    markup = keyboard(["긍정"])
    status, body = await post(http, url, "sendMessage", chat_id=mina.user_id, text="안녕", reply_markup=markup)
    assert (status, body["ok"], body["result"]) == (200, True, mina.messages[-1])


async def test_a_call_by_query(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    query = {"chat_id": str(mina.user_id), "text": "<b>안녕</b>", "parse_mode": "HTML"}
    async with http.get(f"{url}/bot{TOKEN}/sendMessage", params=query) as response:
        assert (await response.json())["result"]["text"] == "안녕"


async def test_a_call_by_form(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    form = {"chat_id": str(mina.user_id), "text": "안녕", "reply_markup": json.dumps(keyboard(["긍정"]))}
    async with http.post(f"{url}/bot{TOKEN}/sendMessage", data=form) as response:
        assert (await response.json())["ok"]
    assert mina.buttons == [["긍정"]]


async def test_uploads_by_multipart_in_the_field_and_attached(
    http: aiohttp.ClientSession, url: str, sandbox: Sandbox, mina: Phone
) -> None:
    direct = aiohttp.FormData({"chat_id": str(mina.user_id)})
    direct.add_field("photo", png(64, 48), filename="p.png", content_type="image/png")
    async with http.post(f"{url}/bot{TOKEN}/sendPhoto", data=direct) as response:
        message = (await response.json())["result"]
    assert message["photo"][-1]["width"] == 64
    media = {"type": "document", "media": "attach://file0", "caption": "표"}
    form = {"chat_id": str(mina.user_id), "message_id": str(message["message_id"]), "media": json.dumps(media)}
    attached = aiohttp.FormData(form, quote_fields=False)
    attached.add_field("file0", "가,나\n".encode("cp949"), filename="표.csv", content_type="text/csv")
    async with http.post(f"{url}/bot{TOKEN}/editMessageMedia", data=attached) as response:
        assert (await response.json())["result"]["caption"] == "표"
    assert mina.document("표.csv") == "가,나\n".encode("cp949")
    assert sandbox.uploads == 2


async def test_a_file_is_downloaded_by_its_path(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    message = mina.send("일감.csv", b"text\nx\n")
    _, body = await post(http, url, "getFile", file_id=message["document"]["file_id"])
    path = body["result"]["file_path"]
    async with http.get(f"{url}/file/bot{TOKEN}/{path}") as response:
        assert (response.status, await response.read()) == (200, b"text\nx\n")
    for wrong in (f"bot7:x/{path}", f"bot{TOKEN}/documents/file_99.csv"):
        async with http.get(f"{url}/file/{wrong}") as response:
            assert (response.status, (await response.json())["description"]) == (404, "Not Found")


async def test_refusals_carry_status_and_body(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    refused = await post(http, url, "sendMessage", chat_id=5, text="x")
    assert refused == (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"})
    async with http.post(f"{url}/bot7:wrong/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")
    async with http.post(
        f"{url}/bot{TOKEN}/getMe", data=b"[1]", headers={"Content-Type": "application/json"}
    ) as response:
        assert (response.status, (await response.json())["error_code"]) == (400, 400)


async def test_a_broken_body_is_a_bad_request(http: aiohttp.ClientSession, url: str) -> None:
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json"):
        headers = {"Content-Type": kind}
        async with http.post(f"{url}/bot{TOKEN}/getMe", data=b"{nonsense", headers=headers) as response:
            assert (response.status, (await response.json())["ok"]) == (400, False)


async def test_a_long_poll_answers_when_something_is_said(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    _, body = await post(http, url, "getUpdates")
    offset = body["result"][-1]["update_id"] + 1
    poll = asyncio.create_task(post(http, url, "getUpdates", offset=offset, timeout=20))
    await asyncio.sleep(0.05)
    mina.say("지금")
    _, body = await poll
    assert [update["message"]["text"] for update in body["result"]] == ["지금"]


async def test_a_client_that_hangs_up_leaves_no_poll_behind(url: str, http: aiohttp.ClientSession, mina: Phone) -> None:
    _, body = await post(http, url, "getUpdates")
    offset = body["result"][-1]["update_id"] + 1
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as hasty:
        with pytest.raises(TimeoutError):
            await post(hasty, url, "getUpdates", offset=offset, timeout=20)
    mina.say("말")
    _, body = await post(http, url, "getUpdates")
    assert [update["message"]["text"] for update in body["result"]] == ["말"]


@pytest.mark.parametrize(("fault", "arrived"), [("drop_after", "안녕"), ("drop_before", "/start")])
async def test_a_dropped_connection_is_really_dropped(
    http: aiohttp.ClientSession, url: str, mina: Phone, fault: str, arrived: str
) -> None:
    setattr(mina.sandbox.faults, fault, 1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(http, url, "sendMessage", chat_id=mina.user_id, text="안녕")
    assert mina.screen == arrived


async def test_a_broken_gateway_answers_html(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    mina.sandbox.faults.bad_gateway = 1
    async with http.post(f"{url}/bot{TOKEN}/getMe") as response:
        assert (response.status, response.content_type) == (502, "text/html")
        assert "502 Bad Gateway" in await response.text()


async def test_a_body_over_64_megabytes_is_too_large(http: aiohttp.ClientSession, url: str, mina: Phone) -> None:
    body = io.BytesIO(b"text=" + b"x" * (65 * 2**20))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with http.post(f"{url}/bot{TOKEN}/sendMessage", data=body, headers=headers) as response:
        assert (response.status, (await response.json())["description"]) == (413, "Request Entity Too Large")


async def test_a_taken_port_is_an_error_and_a_given_one_is_used(sandbox: Sandbox) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            await serve(sandbox, port=taken.getsockname()[1])
        free = taken.getsockname()[1]
    running = await serve(sandbox, port=free)
    assert running.url == f"http://127.0.0.1:{free}"
    await running.close()


async def test_closing_ends_polls_streams_and_webhooks(sandbox: Sandbox, mina: Phone) -> None:
    running = await serve(sandbox)
    async with aiohttp.ClientSession() as http:
        stream = await http.get(f"{running.url}/sandbox/events")
        await post(http, running.url, "setWebhook", url="http://127.0.0.1:9/")
        began = asyncio.get_running_loop().time()
        await running.close()
        assert asyncio.get_running_loop().time() - began < 3
        assert (await stream.read()).startswith(b": hello")
    assert sandbox.bots[0].webhook is None
