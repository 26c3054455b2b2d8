"""When a batch's files are written by themselves, and what people hear of it."""

import json

from rules.exports import Chat, Format, Scope, When, masked
from rules.model import Instant
from services.export_runs import Failure
from services.planning import LastRun, PlanCard
from services.taking import Listed

from ..screen import Button, Row, Screen
from ..taps_batches import CardTap
from ..taps_export import AgainTap, AskTargetTap, ExportTap, FormatTap, NoTargetTap, PlanPartTap, PlanTap, SetPlanTap
from ..words import Html, Words

IN_A_ROW = 2
PARTS = ("when", "format", "scope", "chat")


def card_screen(words: Words, card: PlanCard, usual_target: str | None, now: Instant) -> Screen:
    """A plan, and a button for each of its parts."""
    plan = card.plan
    place = masked(plan.target or usual_target or "")
    formats = ", ".join(words.plain(f"export.format_{each}") for each in plan.formats)
    lines = [
        words.line("export.plan", title=plan.title, code=plan.code),
        Html(),
        words.line(f"export.plan_{plan.when}"),
        words.line(f"export.scope_{plan.scope}"),
        words.line("export.plan_formats", formats=formats),
        words.line(f"export.chat_{plan.chat}"),
        words.line("export.plan_target", target=place) if place else words.line("export.plan_folder"),
    ]
    if card.last is not None:
        lines += [Html(), last_run(words, card.last, now)]
    return Screen("\n".join(lines), _keyboard(words, card))


def part_screen(words: Words, card: PlanCard, part: str) -> Screen:
    """What a part of the plan may be; what it is is ticked. Raises ValueError for a part that there is not."""
    plan = card.plan
    match part:
        case "format":
            buttons = [_format(words, plan.batch, each, is_on=each in plan.formats) for each in Format]
        case "when":
            buttons = [_choice(words, plan.batch, part, each, is_on=each is plan.when) for each in When]
        case "scope":
            buttons = [_choice(words, plan.batch, part, each, is_on=each is plan.scope) for each in Scope]
        case "chat":
            buttons = [_choice(words, plan.batch, part, each, is_on=each is plan.chat) for each in Chat]
        case _:
            raise ValueError(part)
    back = Button(words.plain("posting.back"), PlanTap(plan.batch))
    return Screen(words.line(f"export.ask_{part}", title=plan.title), (*_paired(buttons), (back,)))


def last_run(words: Words, last: LastRun, now: Instant) -> Html:
    """What became of the newest run."""
    if last.reason is None:
        return words.line("export.last_written" if last.state == "written" else "export.last_due", period=last.period)
    reason = worded(words, last.reason)
    if last.state == "failed":
        return words.line("export.last_failed", period=last.period, reason=reason)
    return words.line("export.last_retried", period=last.period, reason=reason, at=words.when(last.due, now))


def worded(words: Words, reason: str) -> Html:
    """Why a run failed."""
    told = json.loads(reason)
    return words.line(told["key"], **told["blanks"])


def ask_target(words: Words, batch: int, *, is_owner: bool) -> Screen:
    """Ask for a place."""
    key = "export.ask_target_owner" if is_owner else "export.ask_target"
    return Screen(words.line(key), ((Button(words.plain("posting.back"), PlanTap(batch)),),))


def completed_screen(listed: Listed, words: Words) -> Screen:
    """A batch is finished, and its files stay where they are."""
    take = Button(words.plain("export.take"), ExportTap(listed.batch))
    return Screen(words.line("export.completed_only", title=listed.title, code=listed.code), ((take,),))


def failed_screen(failure: Failure, words: Words) -> Screen:
    """A planned export does not work."""
    reason = words.line(failure.key, **failure.blanks)
    head = words.line("export.failed", title=failure.title, code=failure.code, period=failure.period, reason=reason)
    then = words.line("export.failed_for_good" if failure.is_final else "export.failed_for_now")
    again = Button(words.plain("export.again"), AgainTap(failure.run))
    return Screen(f"{head}\n\n{then}", ((again,), (Button(words.plain("export.see_plan"), PlanTap(failure.batch)),)))


def works_screen(listed: Listed, words: Words) -> Screen:
    """It works again."""
    return Screen(words.line("export.works", title=listed.title, code=listed.code))


def _keyboard(words: Words, card: PlanCard) -> tuple[Row, ...]:
    plan = card.plan
    parts = [Button(words.plain(f"export.part_{part}"), PlanPartTap(plan.batch, part)) for part in PARTS]
    target = [Button(words.plain("export.set_target"), AskTargetTap(plan.batch))]
    if plan.target:
        target.append(Button(words.plain("export.no_target"), NoTargetTap(plan.batch)))
    rows: list[Row] = [(Button(words.plain("export.take"), ExportTap(plan.batch)),), *_paired(parts), tuple(target)]
    if card.last is not None and card.last.reason is not None:
        rows.append((Button(words.plain("export.again"), AgainTap(card.last.run)),))
    return (*rows, (Button(words.plain("posting.back"), CardTap(plan.batch)),))


def _choice(words: Words, batch: int, part: str, value: str, *, is_on: bool) -> Button:
    return _ticked(words, f"export.set_{value}", SetPlanTap(batch, part, value), is_on=is_on)


def _format(words: Words, batch: int, each: Format, *, is_on: bool) -> Button:
    return _ticked(words, f"export.format_{each}", FormatTap(batch, each, int(not is_on)), is_on=is_on)


def _ticked(words: Words, key: str, tap: SetPlanTap | FormatTap, *, is_on: bool) -> Button:
    return Button(words.plain("export.chosen" if is_on else "export.not_chosen", name=words.plain(key)), tap)


def _paired(buttons: list[Button]) -> list[Row]:
    return [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]
