"""Looks after the machine: what the owners should know before it stops the work."""

from bot.context import Kit
from rules.model import Instant


async def run(kit: Kit, _now: Instant) -> str:
    """Warn the owners of a disk that runs full."""
    report = await kit.health.warn()
    return ", ".join(report.faults) or "all well"
