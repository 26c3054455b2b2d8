from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from bot_side import TOKEN, BotSide, keyboard, png, until

from sandbox import Json, Phone, Sandbox, SimulatedWorker


async def get(http: aiohttp.ClientSession, address: str) -> Any:
    async with http.get(address) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def post(http: aiohttp.ClientSession, address: str, **body: object) -> tuple[int, Json]:
    async with http.post(address, json=body) as response:
        return response.status, await response.json()


async def events(http: aiohttp.ClientSession, url: str, count: int) -> list[Json]:
    """The next events that are not calls."""
    found: list[Json] = []
    async with asyncio.timeout(5), http.get(f"{url}/sandbox/events") as stream:
        assert stream.content_type == "text/event-stream"
        async for line in stream.content:
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                found += [event] if event["type"] != "call" else []
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {found}")


async def test_the_state_names_bot_users_and_faults(
    http: aiohttp.ClientSession, url: str, sandbox: Sandbox, mina: Phone
) -> None:
    sandbox.create_user("소라", language_code="en", username="sora", role="coordinator")
    state = await get(http, f"{url}/sandbox/state")
    assert state["bot"] == {"id": 7123456789, "username": "tapwork_bot", "name": "Tapwork"}
    assert [(user["first_name"], user["language_code"], user["username"], user["role"]) for user in state["users"]] == [
        ("미나", "ko", None, None),
        ("소라", "en", "sora", "coordinator"),
    ]
    assert state["users"][0]["simulated"] == {"on": False, "available": False, "pace": 0}
    assert state["faults"] == sandbox.faults.as_json()


async def test_a_person_joins_and_talks(http: aiohttp.ClientSession, url: str, bot: BotSide) -> None:
    status, user = await post(http, f"{url}/sandbox/users", first_name="준", language_code="ko")
    assert (status, user["first_name"]) == (200, "준")
    home = f"{url}/sandbox/users/{user['id']}"
    assert await get(http, f"{home}/chat") == {"messages": [], "commands": []}
    status, message = await post(http, f"{home}/messages", text="/start")
    assert (status, message["text"]) == (200, "/start")
    await bot.ok("setMyCommands", commands=[{"command": "work", "description": "일하기"}])
    assert await get(http, f"{home}/chat") == {
        "messages": [message],
        "commands": [{"command": "work", "description": "일하기"}],
    }


async def test_a_button_is_tapped(http: aiohttp.ClientSession, url: str, bot: BotSide, mina: Phone) -> None:
    await bot.ok("sendMessage", chat_id=mina.user_id, text="?", reply_markup=keyboard(["예"]))
    taps = f"{url}/sandbox/users/{mina.user_id}/taps"
    status, body = await post(http, taps, message_id=2, data="do:예")
    assert status == 200
    assert (await bot.updates())[-1]["callback_query"]["id"] == body["query_id"]
    assert (await post(http, taps, message_id=2, data="do:아니오"))[0] == 409
    assert (await post(http, taps, message_id=2, data="do:아니오", forge=True))[0] == 200
    assert (await post(http, taps, message_id=2))[0] == 400


@pytest.mark.parametrize(("kind", "data"), [("documents", b"text\n\xb0\xa1\n"), ("photos", png(30, 20))])
async def test_files_go_up_and_down(http: aiohttp.ClientSession, url: str, mina: Phone, kind: str, data: bytes) -> None:
    form = aiohttp.FormData({"caption": "title: 리뷰"}, quote_fields=False)
    form.add_field("file", data, filename="일감.csv", content_type="text/csv")
    async with http.post(f"{url}/sandbox/users/{mina.user_id}/{kind}", data=form) as response:
        message = await response.json()
    assert message == mina.messages[-1]
    assert message["caption"] == "title: 리뷰"
    file = message["document"] if kind == "documents" else message["photo"][0]
    async with http.get(f"{url}/sandbox/files/{file['file_id']}") as response:
        assert (response.status, await response.read()) == (200, data)
        if kind == "documents":
            assert (response.content_type, response.content_disposition and response.content_disposition.filename) == (
                "text/csv",
                "일감.csv",
            )


async def test_blocking_and_what_it_forbids(http: aiohttp.ClientSession, url: str, bot: BotSide, mina: Phone) -> None:
    home = f"{url}/sandbox/users/{mina.user_id}"
    assert await post(http, f"{home}/blocks", blocked=True) == (200, {"blocked": True})
    assert (await bot.no("sendMessage", chat_id=mina.user_id, text="x"))[0] == 403
    assert (await post(http, f"{home}/messages", text="x"))[0] == 409
    assert await post(http, f"{home}/blocks", blocked=False) == (200, {"blocked": False})
    assert (await post(http, f"{home}/messages", text="x"))[0] == 200


@pytest.mark.parametrize("path", ["users/5/chat", "files/nothing"])
async def test_what_is_not_there_is_not_found(http: aiohttp.ClientSession, url: str, path: str) -> None:
    async with http.get(f"{url}/sandbox/{path}") as response:
        assert (response.status, "not found" in (await response.json())["error"]) == (404, True)


@pytest.mark.parametrize("text", ["", " "])
async def test_nothing_can_not_be_said(http: aiohttp.ClientSession, url: str, mina: Phone, text: str) -> None:
    assert (await post(http, f"{url}/sandbox/users/{mina.user_id}/messages", text=text))[0] == 400


async def test_calls_are_listed_from_a_number_on(http: aiohttp.ClientSession, url: str, bot: BotSide) -> None:
    await bot.ok("getMe")
    await bot.no("sendMessage", chat_id=5, text="x")
    calls = (await get(http, f"{url}/sandbox/calls?after=0"))["calls"]
    shown = [(call["seq"], call["method"], call["status"]) for call in calls]
    assert shown == [(1, "getMe", 200), (2, "sendMessage", 400)]
    assert (await get(http, f"{url}/sandbox/calls?after=1"))["calls"] == calls[1:]


async def test_faults_are_switched(http: aiohttp.ClientSession, url: str, sandbox: Sandbox) -> None:
    status, shown = await post(http, f"{url}/sandbox/faults", latency=0.5, drop_after=0.1)
    assert (status, shown) == (200, sandbox.faults.as_json())
    assert (sandbox.faults.latency, sandbox.faults.drop_after) == (0.5, 0.1)
    assert (await post(http, f"{url}/sandbox/faults", gremlins=1))[0] == 400
    await post(http, f"{url}/sandbox/faults", clear=True)
    assert sandbox.faults.latency == 0


async def test_what_happens_is_told_as_it_happens(
    http: aiohttp.ClientSession, url: str, sandbox: Sandbox, bot: BotSide, mina: Phone
) -> None:
    listening = asyncio.create_task(events(http, url, 7))
    await until(lambda: bool(sandbox.world.listeners))
    sent = await bot.ok("sendMessage", chat_id=mina.user_id, text="?", reply_markup=keyboard(["예"]))
    query_id = mina.tap("예")
    await bot.ok("answerCallbackQuery", callback_query_id=query_id, text="네")
    edited = await bot.ok("editMessageText", chat_id=mina.user_id, message_id=2, text="다음")
    await bot.ok("deleteMessage", chat_id=mina.user_id, message_id=2)
    await bot.ok("setMyCommands", commands=[{"command": "work", "description": "일하기"}])
    await post(http, f"{url}/sandbox/faults", latency=0)
    joined = sandbox.create_user("새 사람")
    told = await listening
    person = {"user_id": mina.user_id}
    toast = {"query_id": query_id, "text": "네", "show_alert": False, "at": sandbox.world.clock()}
    assert told[:3] == [
        {"type": "message", **person, "message": sent},
        {"type": "toast", **person, **toast},
        {"type": "edited", **person, "message": edited},
    ]
    assert told[3] == {"type": "deleted", **person, "message_id": 2}
    assert [event["type"] for event in told[4:]] == ["commands", "faults", "user"]
    assert told[6]["user_id"] == joined


async def test_calls_are_among_the_events(
    http: aiohttp.ClientSession, url: str, sandbox: Sandbox, bot: BotSide
) -> None:
    seen: list[Json] = []
    unsubscribe = sandbox.subscribe(seen.append)
    await bot.ok("getMe")
    unsubscribe()
    await bot.ok("getMe")
    assert seen == [{"type": "call", **sandbox.calls[0].as_json()}]
    assert TOKEN not in json.dumps(seen)


async def test_a_simulated_worker_is_switched(
    http: aiohttp.ClientSession, url: str, sandbox: Sandbox, mina: Phone
) -> None:
    sandbox.simulated[mina.user_id] = SimulatedWorker(mina, lambda question, choices: None, 3)
    switch = f"{url}/sandbox/simulated"
    status, shown = await post(http, switch, user_id=mina.user_id, on=True, pace=2)
    assert (status, shown) == (200, {"on": True, "available": True, "pace": 2})
    assert (await get(http, f"{url}/sandbox/state"))["users"][0]["simulated"] == shown
    _, shown = await post(http, switch, user_id=mina.user_id, on=False)
    assert shown == {"on": False, "available": True, "pace": 2}
    assert (await post(http, switch, user_id=5, on=True))[0] == 404


async def test_the_page_and_its_files_are_served(http: aiohttp.ClientSession, url: str) -> None:
    async with http.get(f"{url}/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
    async with http.get(f"{url}/page/index.html") as response:
        assert response.status == 200
    async with http.get(f"{url}/page/../core.py") as response:
        assert response.status == 404
