"""Short codes that people can read to each other, and secrets that nobody can guess."""

import hashlib
import secrets
from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code(length: int) -> str:
    """A random code without letters and digits that look alike."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def free_code(length: int, is_taken: Callable[[str], bool]) -> str:
    """A random code that nobody has; among many thousands two draws do meet."""
    while is_taken(code := new_code(length)):
        pass
    return code


def new_invite_code() -> str:
    """128 random bits, in the letters that a deep link may carry."""
    return secrets.token_urlsafe(16)


def digest(code: str) -> str:
    """What is stored of an invite code."""
    return hashlib.sha256(code.encode()).hexdigest()


def pseudonym(seed: bytes, batch: int, worker: int) -> str:
    """A worker's name in a batch's exports: stable within the batch, unrelated to the Telegram id."""
    digested = hashlib.blake2b(f"{batch}:{worker}".encode(), key=seed[:64], digest_size=5)
    return f"w{digested.hexdigest()}"
