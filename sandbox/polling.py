"""Methods by which a bot gets its updates."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from sandbox.contents import Arguments
from sandbox.replies import Json, Refused, bad_request
from sandbox.webhooks import Address, Webhook
from sandbox.world import World

WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
LONGEST_POLL = 50
MOST_UPDATES = 100
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


async def get_updates(world: World, call: Arguments) -> list[Json]:
    if call.bot.webhook is not None:
        raise Refused(409, WEBHOOK_ACTIVE)
    limit = int(call.params.get("limit", MOST_UPDATES))
    timeout = min(LONGEST_POLL, max(0, int(call.params.get("timeout", 0))))
    call.bot.updates.allow(call.params.get("allowed_updates"))
    offset = int(call.params.get("offset", 0))
    limit = limit if 1 <= limit <= MOST_UPDATES else MOST_UPDATES
    return await call.bot.updates.poll(offset, limit, timeout, world.limits.slow_repeated_polls)


def set_webhook(world: World, call: Arguments) -> bool:
    url = str(call.params.get("url", ""))
    if not url:
        return delete_webhook(world, call)
    if not url.startswith(("https://", "http://")):
        raise bad_request("bad webhook: invalid webhook URL specified")
    secret = str(call.params.get("secret_token", ""))
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = int(call.params.get("max_connections", 40))
    _stop(call)
    if call.params.get("drop_pending_updates"):
        call.bot.updates.clear()
    call.bot.updates.allow(call.params.get("allowed_updates"))
    call.bot.updates.cut("Conflict: terminated by setWebhook request")
    address = Address(
        url, secret, min(100, max(1, connections)), world.limits.webhook_retry_seconds, _answering(world, call)
    )
    call.bot.webhook = Webhook(call.bot.updates, address, world.clock)
    call.bot.webhook.start()
    return True


def delete_webhook(world: World, call: Arguments) -> bool:
    _stop(call)
    if call.params.get("drop_pending_updates"):
        call.bot.updates.clear()
    return True


def get_webhook_info(world: World, call: Arguments) -> Json:
    waiting = len(call.bot.updates)
    webhook = call.bot.webhook
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}
    if call.bot.updates.allowed:
        info["allowed_updates"] = call.bot.updates.allowed
    return info | webhook.info() if webhook is not None else info


def _stop(call: Arguments) -> None:
    if call.bot.webhook is not None:
        call.bot.webhook.stop()
        call.bot.webhook = None


def _answering(world: World, call: Arguments) -> Callable[[str, Json], Awaitable[object]]:
    async def answer(method: str, params: Json) -> object:
        return await world.call(call.bot.token, method, params)

    return answer
