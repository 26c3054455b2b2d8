"""The installation's secret key: made at the first start, readable by its owner only."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from rules.model import Instant


class Secret:
    """Signs what goes out in buttons, and makes what only this installation can make."""

    def __init__(self, key: bytes, restored_at: Instant | None = None) -> None:
        """Buttons from before a restore are not valid: their numbers may have come to mean something else."""
        self._key = key
        self._era = f"{restored_at}:" if restored_at is not None else ""

    def seal(self, telegram_id: int, payload: str) -> str:
        """Eight bytes of HMAC over person and payload, in eleven letters."""
        digest = hmac.digest(self._key, f"{self._era}{telegram_id}:{payload}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:8]).rstrip(b"=").decode()

    def is_sealed(self, telegram_id: int, payload: str, seal: str) -> bool:
        return hmac.compare_digest(self.seal(telegram_id, payload).encode(), seal.encode())

    def pseudonym(self, person: int) -> str:
        """How the log calls a person: the same always, and no way back without the key."""
        return hmac.digest(self._key, f"log:{person}".encode(), hashlib.sha256).hex()[:10]

    def webhook_token(self) -> str:
        """What Telegram shows with every update that it brings."""
        return hmac.digest(self._key, b"webhook", hashlib.sha256).hex()


def mark_of(path: Path) -> str | None:
    """What tells this key from others and does not give it away; None where there is none."""
    try:
        return hmac.digest(path.read_bytes(), b"mark", hashlib.sha256).hex()[:16]
    except FileNotFoundError:
        return None


def load_secret(path: Path, restored_at: Instant | None = None) -> Secret:
    """The key in a file, which is made with mode 0600 when it is not there."""
    try:
        return Secret(path.read_bytes(), restored_at)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return Secret(key, restored_at)
