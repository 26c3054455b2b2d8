"""An event loop whose time passes only when nobody has anything to do: a day of waiting takes a minute."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple, Unpack

from rules.model import Instant
from storage import Database, Tx

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

START = 1_790_000_000.0
LONGEST_LOOK = 0.05
Ready = list[tuple[selectors.SelectorKey, int]]


class Watch(selectors.BaseSelector):
    """A selector that lets virtual time pass instead of waiting, while no thread works for the loop."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()
        self.now = 0.0
        self.busy = 0

    def select(self, timeout: float | None = None) -> Ready:
        ready = self._inner.select(0)
        if ready or (timeout is None and self.busy == 0):
            return ready or self._inner.select(None)
        if self.busy:
            return self._look(timeout)
        self.now += max(0.0, timeout or 0.0)
        return ready

    def _look(self, timeout: float | None) -> Ready:
        """While threads work, time passes as it does for them."""
        began = monotonic()
        ready = self._inner.select(LONGEST_LOOK if timeout is None else min(timeout, LONGEST_LOOK))
        self.now += monotonic() - began
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._inner.get_map()

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.get_key(fileobj)

    def close(self) -> None:
        self._inner.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0; `held` says that something works elsewhere, so that time must not pass."""

    def __init__(self) -> None:
        self.watch = Watch()
        super().__init__(self.watch)

    def time(self) -> float:
        return self.watch.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        self.watch.busy += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(lambda _: self._released())
        return future

    def _released(self) -> None:
        self.watch.busy -= 1


def watch() -> Watch:
    """Of the running loop, which must be virtual."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop.watch


class VirtualClock:
    """The wall clock of that time: milliseconds for the bot, seconds for the sandbox."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def now(self) -> Instant:
        return Instant(int(self() * 1000))

    def __call__(self) -> float:
        return START + self._watch.now


class VirtualTimer:
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def seconds(self) -> float:
        return self._watch.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PatientDatabase:
    """A database whose thread holds time still while it works."""

    def __init__(self, inner: Database, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._watch.busy += 1
        try:
            return await self._inner.run(unit, *args, **kwargs)
        finally:
            self._watch.busy -= 1

    async def read(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._watch.busy += 1
        try:
            return await self._inner.read(unit, *args, **kwargs)
        finally:
            self._watch.busy -= 1

    async def close(self) -> None:
        await self._inner.close()


async def really(work: Awaitable[T]) -> T:
    """Do something that waits for processes; time passes as it does for them."""
    watching = watch()
    watching.busy += 1
    try:
        return await work
    finally:
        watching.busy -= 1
