"""What the web application carries."""

from __future__ import annotations

import asyncio

from aiohttp import web

from sandbox.core import Sandbox
from sandbox.replies import Json

Stream = asyncio.Queue[Json | None]

SANDBOX = web.AppKey("sandbox", Sandbox)
PARTING: web.AppKey[list[Stream]] = web.AppKey("parting")
