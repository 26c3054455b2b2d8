"""A database under which units of work raise, and whose process dies: before a transaction, in it, or right after."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from enum import Enum
from typing import Concatenate, NoReturn, ParamSpec, TypeVar

from services import scheduling
from storage import Database, Tx

P = ParamSpec("P")
T = TypeVar("T")


class Fate(Enum):
    """What becomes of a unit of work, and of the process that hands it in."""

    RAISES = "raises"
    DIES_BEFORE = "dies before"
    DIES_WITHIN = "dies within"
    DIES_AFTER = "dies after"


class CrashedError(Exception):
    """The transaction is rolled back; the process goes on."""


class DiedError(BaseException):
    """The process is gone."""


class MortalDatabase:
    """`share` of all units meet a fate; once the process has died, nothing works any more."""

    def __init__(self, inner: Database, chance: random.Random, share: float, fates: Counter[tuple[str, Fate]]) -> None:
        self.inner = inner
        self.is_dead = False
        self.share = share
        self.fates = fates
        self.finished: Counter[tuple[str, str]] = Counter()
        self._chance = chance

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._require_life()
        fate = self._chance.choice(tuple(Fate)) if self._chance.random() < self.share else None
        if fate is not None:
            self.fates[f"{unit.__module__}.{unit.__name__}", fate] += 1
        if fate is Fate.DIES_BEFORE:
            self._die()
        try:
            doomed = fate in (Fate.RAISES, Fate.DIES_WITHIN)
            outcome = await self.inner.run(rolled_back(unit) if doomed else unit, *args, **kwargs)
        except CrashedError:
            if fate is Fate.DIES_WITHIN:
                self._die()
            raise
        if unit is scheduling.finish:
            self.finished[str(args[1]), str(args[2])] += 1
        if fate is Fate.DIES_AFTER:
            self._die()
        return outcome

    async def read(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._require_life()
        return await self.inner.read(unit, *args, **kwargs)

    async def close(self) -> None:
        await self.inner.close()

    def _require_life(self) -> None:
        if self.is_dead:
            raise DiedError

    def _die(self) -> NoReturn:
        self.is_dead = True
        raise DiedError


def rolled_back(unit: Callable[Concatenate[Tx, P], T]) -> Callable[Concatenate[Tx, P], T]:
    """The same, raising when all is done and nothing committed."""

    def doomed(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> T:
        unit(tx, *args, **kwargs)
        raise CrashedError

    return doomed
