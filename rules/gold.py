"""When a gold task is slipped in."""

import hashlib

from .model import BatchId, PersonId

FIRST = (2, 6)
LATER = (5, 13)


def gap(seed: bytes, batch: BatchId, worker: PersonId, dealt: int) -> int:
    """How many ordinary tasks come before a worker's next gold task.

    Unpredictable without the seed, and the same whenever it is asked again.
    """
    least, most = LATER if dealt else FIRST
    digest = hashlib.blake2b(f"{batch}:{worker}:{dealt}".encode(), key=seed[:64], digest_size=8).digest()
    return least + int.from_bytes(digest, "big") % (most - least + 1)
