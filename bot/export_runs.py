"""Planned exports: written into the data folder, put where the plan says, and tried again when that fails."""

import asyncio
import errno
import logging

from rules.exports import Scope, masked, unspoken
from rules.refusals import Refusal, Value
from services import export_runs, exporting, extracts
from services.export_runs import Begun
from services.exporting import Exported
from storage import delivering, runs

from .context import Kit
from .exports import wanted
from .supervision import outcome

log = logging.getLogger(__name__)

KEPT = {Scope.WHOLE.value: 3, Scope.NEW.value: 168}
"""So many runs stay in the data folder: three whole ones, and a week of hours of what was new."""

UPLOAD_SECONDS = 3_600


class Undelivered(Exception):
    """A target did not take the files; `__cause__` is what its driver raised."""


async def run_one(kit: Kit, run: int) -> bool | None:
    """Write a run that is due; whether that went well, None when it was not due any more."""
    begun = await kit.db.run(export_runs.begin, kit.clock.now(), run)
    if begun is None:
        return None
    error = await outcome(_write(kit, begun))
    if error is None:
        return True
    if isinstance(error, asyncio.CancelledError):
        raise error
    await _fail(kit, begun, error)
    return False


def target_of(kit: Kit, begun: Begun) -> str:
    """Where a run's files go besides the data folder; empty when nowhere."""
    return begun.plan.target or kit.config.export_target or ""


async def _write(kit: Kit, begun: Begun) -> None:
    began, plan = kit.clock.now(), begun.plan
    source = await kit.db.read(extracts.read_source, plan.batch)
    if begun.after is not None and source.last_answer <= begun.after and not begun.is_last:
        await kit.db.run(export_runs.succeed, began, begun, began, source.last_answer, has_files=False)
        return
    folder = kit.config.exports / plan.code
    exported = await exporting.export_folder(
        kit.db, plan.batch, folder, wanted(kit, plan.formats), period=begun.period, after=begun.after
    )
    await _deliver(kit, begun, exported)
    await kit.db.run(export_runs.succeed, kit.clock.now(), begun, began, exported.last_answer, has_files=True)
    if begun.after is None:
        await asyncio.to_thread(runs.freshen, exported.files[:-1], folder)
    await asyncio.to_thread(runs.forget, folder, KEPT)


async def _deliver(kit: Kit, begun: Begun, exported: Exported) -> None:
    """Put the files where the plan says, the manifest last."""
    if target := target_of(kit, begun):
        place = f"{begun.plan.code}/{begun.period}"
        error = await outcome(asyncio.to_thread(delivering.deliver, exported.files, target, place), UPLOAD_SECONDS)
        if error is not None:
            raise Undelivered from error


async def _fail(kit: Kit, begun: Begun, error: BaseException) -> None:
    target = target_of(kit, begun)
    cause = error.__cause__ if isinstance(error, Undelivered) else error
    key, blanks = reason_of(error, target)
    # The library's own words may hold the address with its password.
    said = unspoken(str(cause), target)
    log.error("export %s of %s failed: %s: %s", begun.period, begun.plan.code, type(cause).__name__, said)
    await kit.db.run(export_runs.fail, kit.clock.now(), begun.run, key, blanks)


def reason_of(error: BaseException, target: str) -> tuple[str, dict[str, Value]]:
    """Why a run failed, as a line of the catalogue and its blanks, without any secret."""
    match error:
        case Undelivered():
            return _reason_of_target(error.__cause__, target)
        case Refusal():
            return error.key, error.blanks
        case OSError(errno=errno.ENOSPC):
            return "export.reason_full", {}
        case OSError():
            return "export.reason_disk", {"detail": error.strerror or type(error).__name__}
        case _:
            return "export.reason_other", {"detail": type(error).__name__}


def _reason_of_target(cause: BaseException | None, target: str) -> tuple[str, dict[str, Value]]:
    scheme, shown = target.split("://")[0], masked(target)
    match cause:
        case ImportError():
            return "export.reason_driver", {"scheme": scheme}
        case TimeoutError() | ConnectionError():
            return "export.reason_unreachable", {"target": shown}
        case PermissionError():
            return "export.reason_denied", {"target": shown}
        case FileNotFoundError():
            return "export.reason_missing", {"target": shown}
        case _:
            return "export.reason_target", {"target": shown, "detail": type(cause).__name__}
