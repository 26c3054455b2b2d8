"""A fault of the disk costs nobody their tap: it is tried again, and told only when it does not go at all."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from world import Someone, World

from services import batches, drafting, working
from storage import Tx
from storage.soundness import is_fault

TROUBLE = "저희 쪽에 문제가"
FAULT = sqlite3.OperationalError("disk I/O error")


async def at_work(world: World) -> Someone:
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    await owner.send("reviews.csv", "text\n좋아요\n별로예요\n".encode(), "choices: 긍정, 부정\nprice: 20\noverlap: 1")
    await owner.tap("게시")
    await mina.say("/work")
    return mina


def failing(
    monkeypatch: pytest.MonkeyPatch, errors: list[Exception], module: Any = working, name: str = "answer"
) -> None:
    """A unit of work that ends in these ways before it comes through."""
    real: Callable[..., object] = getattr(module, name)

    def unit(*args: Any, **kwargs: Any) -> object:
        if errors:
            raise errors.pop(0)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, unit)


def answers(tx: Tx) -> int:
    row = tx.one("measures.answers")
    return int(row["answers"]) if row else 0


def toasts(world: World) -> list[str]:
    calls = [call for call in world.sandbox.calls if call.method == "answerCallbackQuery"]
    return [str(call.params["text"]) for call in calls if "text" in call.params]


async def set_aside(world: World) -> bool:
    return await world.do(lambda tx: tx.one("moments.last", name="alert:alert.set_aside")) is not None


async def test_a_tap_on_which_the_disk_fails_twice_counts_and_nobody_notices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = await at_work(world)
    errors: list[Exception] = [FAULT, OSError(28, "No space left on device")]
    failing(monkeypatch, errors)
    before = len(toasts(world))

    await mina.tap("긍정")

    assert ([], 1, False) == (errors, await world.do(answers), await set_aside(world))
    assert "별로예요" in mina.screen
    assert [] == [each for each in toasts(world)[before:] if TROUBLE in each]


async def test_a_tap_that_does_not_go_at_all_is_told_once_and_set_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = await at_work(world)
    failing(monkeypatch, [FAULT] * 3)
    before = len(toasts(world))

    await mina.tap("긍정")

    assert (0, True) == (await world.do(answers), await set_aside(world))
    assert 1 == len(toasts(world)) - before
    await mina.tap("긍정")
    assert 1 == await world.do(answers), "the same button goes on once the disk does"


async def test_a_bug_is_told_at_once_and_not_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mina = await at_work(world)
    errors: list[Exception] = [KeyError("x"), KeyError("x")]
    failing(monkeypatch, errors)
    before = len(toasts(world))

    await mina.tap("긍정")

    assert (1, 1, False) == (len(errors), len(toasts(world)) - before, await set_aside(world))


async def test_what_has_been_done_is_not_done_again_for_a_fault_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is published for good when its card can't be read; who tapped is told of that."""
    owner = await world.owner()
    await owner.send("reviews.csv", b"text\na\n", "choices: good, bad\nprice: 20\noverlap: 1")
    published: list[bool] = []
    real = drafting.publish
    monkeypatch.setattr(drafting, "publish", lambda *args: published.append(real(*args)))
    errors: list[Exception] = [FAULT]
    failing(monkeypatch, errors, batches, "card")

    await owner.tap("게시")

    assert ([], [True], False) == (errors, published, await set_aside(world))
    assert TROUBLE in owner.screen
    await owner.say("/batches")
    assert any("reviews" in label for label in owner.buttons)


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (FAULT, True),
        (sqlite3.DatabaseError("database disk image is malformed"), True),
        (OSError(28, "No space left on device"), True),
        (OSError(5, "Input/output error"), True),
        (sqlite3.IntegrityError("CHECK constraint failed"), False),
        (sqlite3.ProgrammingError("You did not supply a value"), False),
        (FileNotFoundError(2, "No such file"), False),
        (TimeoutError(), False),
        (KeyError("x"), False),
    ],
)
def test_what_is_a_fault_of_the_storage(error: Exception, is_one: bool) -> None:
    assert is_one == is_fault(error)
