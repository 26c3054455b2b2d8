"""The installation's secret key: made at the first start, readable by its owner only."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


class Secret:
    """Signs what goes out in buttons, and makes what only this installation can make."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, telegram_id: int, payload: str) -> str:
        """Eight bytes of HMAC over person and payload, in eleven letters."""
        digest = hmac.digest(self._key, f"{telegram_id}:{payload}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:8]).rstrip(b"=").decode()

    def is_sealed(self, telegram_id: int, payload: str, seal: str) -> bool:
        return hmac.compare_digest(self.seal(telegram_id, payload).encode(), seal.encode())

    def pseudonym(self, person: int) -> str:
        """How the log calls a person: the same always, and no way back without the key."""
        return hmac.digest(self._key, f"log:{person}".encode(), hashlib.sha256).hex()[:10]

    def webhook_token(self) -> str:
        """What Telegram shows with every update that it brings."""
        return hmac.digest(self._key, b"webhook", hashlib.sha256).hex()


def load_secret(path: Path) -> Secret:
    """The key in a file, which is made with mode 0600 when it is not there."""
    try:
        return Secret(path.read_bytes())
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return Secret(key)
