from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from bot.secret import KeyUnusable, Secret, WrongKey, load_secret
from rules.model import Instant

KEY = bytes(range(32))


def test_what_is_locked_is_unlocked_by_the_same_key_also_after_a_restore() -> None:
    sealed = Secret(KEY).lock("김미나 3333011234567")

    assert "김미나 3333011234567" == Secret(KEY).unlock(sealed)
    assert "김미나 3333011234567" == Secret(KEY, restored_at=Instant(1)).unlock(sealed)


def test_nothing_of_it_can_be_seen_and_the_same_looks_different_each_time() -> None:
    first, second = (Secret(KEY).lock("3333011234567") for _ in range(2))

    assert first != second
    assert b"33330112" not in urlsafe_b64decode(first)


def test_another_key_or_a_changed_letter_unlocks_nothing() -> None:
    sealed = Secret(KEY).lock("3333011234567")
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]

    for secret, text in ((Secret(bytes(32)), sealed), (Secret(KEY), changed), (Secret(KEY), ""), (Secret(KEY), "김")):
        with pytest.raises(WrongKey):
            secret.unlock(text)


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_key_that_keeps_nothing_secret_is_refused(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(key)

    with pytest.raises(KeyUnusable, match=f"has {len(key)} bytes"):
        load_secret(path)
    assert key == path.read_bytes()


def test_a_key_is_made_once_unless_something_is_locked_with_a_lost_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"

    with pytest.raises(KeyUnusable, match="is missing"):
        load_secret(path, is_needed=True)
    sealed = load_secret(path).lock("3333011234567")
    assert "3333011234567" == load_secret(path, is_needed=True).unlock(sealed)
    assert 0o600 == path.stat().st_mode & 0o777
