"""A backup every hour, kept by age."""

from bot import safekeeping
from bot.context import Kit
from rules.model import MINUTE, Instant
from services.alerting import alert
from services.scheduling import claim_again
from storage.backups import Unsound

AGAIN = 15 * MINUTE
"""After a backup that failed, or was interrupted."""


async def run(kit: Kit, now: Instant) -> str:
    """Back up once the newest backup is an hour old. Owners hear of one that fails."""
    last = await safekeeping.newest(kit.config)
    if last is not None and 0 <= now - last.manifest.made_at < safekeeping.EVERY:
        return "not due"
    if not await kit.db.run(claim_again, now, "backup", AGAIN):
        return "failed a short while ago"
    try:
        made = await safekeeping.back_up(kit.config, now)
    except safekeeping.FAILURES as error:
        about = "alert.damaged" if isinstance(error, Unsound) else "alert.backup"
        await kit.db.run(alert, now, about, str(error))
        return f"failed: {error}"
    # A copy heals an index that is broken, so that the database itself has to be looked at, too.
    if faults := await safekeeping.faults_of(kit.config):
        await kit.db.run(alert, now, "alert.damaged", faults[0])
    gone = await safekeeping.forget_old(kit.config, now)
    return f"{made.backup.path.name}, {made.backup.manifest.size:,} bytes, {gone} old ones deleted"
