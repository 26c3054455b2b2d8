"""The installation's secret key: made at the first start, readable by its owner only."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rules.model import Instant

PAYEE_KEY = b"tapwork payee data"
LEAST_KEY_BYTES = 16


ADVICE = (
    "Put the copy there that was kept apart. If it is lost for good, make a new one of 32 random bytes with mode 0600; "
    "workers then have to write their accounts again."
)


class WrongKey(Exception):
    """What was locked with another key, or has been changed since, can't be unlocked."""


class KeyUnusable(Exception):
    """What is wrong with the secret key, and what to do, for whoever sits at the terminal."""


class Secret:
    """Signs what goes out in buttons, locks what nobody may read in the database, and makes what only we can make."""

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

    def lock(self, text: str) -> str:
        """Text that only this installation's key unlocks; another one each time."""
        return self._lock().encrypt(text.encode()).decode()

    def unlock(self, sealed: str) -> str:
        """What was locked. Raises WrongKey when that was with another key, or when a letter of it has changed."""
        try:
            return self._lock().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise WrongKey from None

    def _lock(self) -> Fernet:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PAYEE_KEY).derive(self._key)
        return Fernet(urlsafe_b64encode(key))

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


def load_secret(path: Path, restored_at: Instant | None = None, *, is_needed: bool = False) -> Secret:
    """The key in a file. Raises KeyUnusable for one that is too short to keep anything secret.

    Where there is none, it is made with mode 0600, except where what is locked already `is_needed`.
    """
    try:
        return Secret(_checked(path.read_bytes(), path), restored_at)
    except FileNotFoundError:
        if is_needed:
            raise KeyUnusable(_lost(path)) from None
        path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return Secret(key, restored_at)


def _checked(key: bytes, path: Path) -> bytes:
    if len(key) < LEAST_KEY_BYTES:
        raise KeyUnusable(
            f"The secret key {path} has {len(key)} bytes, and at least {LEAST_KEY_BYTES} are needed. {ADVICE}"
        )
    return key


def _lost(path: Path) -> str:
    return f"The secret key {path} is missing, and workers' accounts in the database are locked with it. {ADVICE}"
