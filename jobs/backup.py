"""A backup every hour, kept by age."""

from bot import safekeeping
from bot.context import Kit
from rules.model import DAY, MINUTE, Instant
from services.alerting import alert
from services.scheduling import claim_again
from storage.backups import Unsound

AGAIN = 15 * MINUTE
"""After a backup that failed, or was interrupted."""


async def run(kit: Kit, now: Instant) -> str:
    """Back up once the newest backup is an hour old, in the place of the oldest ones where the disk is full.

    Owners hear of both, and of a backup that fails.
    """
    last = await safekeeping.newest(kit.config)
    if last is not None and 0 <= now - last.manifest.made_at < safekeeping.EVERY:
        return "not due"
    if not await kit.db.run(claim_again, now, "backup", AGAIN):
        return "failed a short while ago"
    gone = await safekeeping.forget_old(kit.config, now)
    try:
        given_up = await safekeeping.give_up_old(kit.config)
        if given_up and await kit.db.run(claim_again, now, "telling of backups given up", DAY):
            await kit.db.run(alert, now, "alert.backups_given_up", str(given_up))
        made = await safekeeping.back_up(kit.config, now)
    except safekeeping.FAILURES as error:
        about = "alert.damaged" if isinstance(error, Unsound) else "alert.backup"
        await kit.db.run(alert, now, about, str(error))
        return f"failed: {error}"
    # A copy heals an index that is broken, so that the database itself has to be looked at, too.
    if faults := await safekeeping.faults_of(kit.config):
        await kit.db.run(alert, now, "alert.damaged", faults[0])
    gone += given_up + await safekeeping.forget_old(kit.config, now)
    return f"{made.backup.path.name}, {made.backup.manifest.size:,} bytes, {gone} old ones deleted"
