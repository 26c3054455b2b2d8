"""People who can't be reached: nothing is pushed to them, what they hold goes to others, their money stays."""

from rules.model import Instant
from storage import Tx

from .people import reached
from .slicing import end_all
from .working import lapse


def lose(tx: Tx, now: Instant, telegram_id: int) -> int:
    """Somebody has blocked the bot, or is no more; how many tasks went back to their queues."""
    reached(tx, telegram_id, is_reachable=False)
    person = tx.one("people.by_telegram", telegram=telegram_id)
    held = tx.all("assignments.of_worker", worker=person["id"]) if person is not None else []
    for row in held:
        lapse(tx, now, row["id"], row["task_id"], row["batch_id"], row["revision"])
    if person is not None:
        end_all(tx, now, person["id"])
    return len(held)
