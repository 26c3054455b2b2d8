"""What is stored about a person, and how they leave."""

from rules import keeping
from rules.model import DAY, Instant
from services import pruning, receiving
from services.disclosing import Stored
from services.leaving import PAYMENT_YEARS, Farewell

from ..screen import Button, Row, Screen
from ..taps import CloseTap
from ..taps_personal import LeaveTap, ReturnTap
from ..words import Html, Words


def mydata_screen(words: Words, stored: Stored) -> Screen:
    """The card that goes with the document."""
    username = f" (@{stored.username})" if stored.username else ""
    lines = [
        words.line("personal.mydata"),
        words.line(
            "personal.mydata_person", name=stored.name, username=username, telegram=stored.telegram_id, code=stored.code
        ),
        "",
        words.line("personal.mydata_since", date=dated(words, stored.since)),
    ]
    if stored.consent_version is not None and stored.consent_at is not None:
        date = dated(words, stored.consent_at)
        lines.append(words.line("personal.mydata_consent", version=stored.consent_version, date=date))
    lines.append(
        words.line(
            "personal.mydata_work",
            answers=words.number(stored.answers),
            owed=words.money(stored.owed),
            paid=words.money(stored.paid),
        )
    )
    if stored.forget_at is not None:
        lines.append(words.line("personal.mydata_leaving", date=dated(words, stored.forget_at)))
    lines += ["", _kept(words)]
    return Screen("\n".join([*lines, "", words.line("personal.mydata_file")]))


def _kept(words: Words) -> Html:
    """How long what is kept."""
    return words.line(
        "personal.mydata_kept",
        days=receiving.KEPT // DAY,
        failed=receiving.KEPT_ASIDE // DAY,
        told=pruning.KEPT // DAY,
        years=PAYMENT_YEARS,
        backups=keeping.LONGEST // DAY,
    )


def farewell_screen(words: Words, farewell: Farewell) -> Screen:
    """What leaving means: before it has begun a question, afterwards where it stands."""
    return _left_screen(words, farewell) if farewell.is_underway else _leave_screen(words, farewell)


def _leave_screen(words: Words, farewell: Farewell) -> Screen:
    date = dated(words, farewell.forget_at)
    points: list[Html] = []
    if farewell.is_worker:
        points.append(words.line("personal.leave_work"))
    if farewell.was_staff:
        points.append(words.line("personal.leave_batches", batches=farewell.batches))
    if farewell.owed:
        points.append(words.line("personal.leave_owed", owed=words.money(farewell.owed), code=farewell.code))
        points.append(words.line("personal.leave_forget_owed", date=date))
    else:
        points.append(words.line("personal.leave_forget", date=date))
    points.append(words.line("personal.leave_backups", days=keeping.LONGEST // DAY))
    points.append(words.line("personal.leave_kept", years=PAYMENT_YEARS))
    back = words.line("personal.leave_return" if farewell.is_worker else "personal.leave_return_invited")
    keyboard: tuple[Row, ...] = (
        (Button(words.plain("personal.button_keep"), CloseTap()),),
        (Button(words.plain("personal.button_leave"), LeaveTap(farewell.forget_at)),),
    )
    return Screen("\n\n".join([words.line("personal.leave"), "\n".join(points), back]), keyboard)


def _left_screen(words: Words, farewell: Farewell) -> Screen:
    date = dated(words, farewell.forget_at)
    points: list[Html] = []
    if farewell.owed:
        points.append(words.line("personal.left_owed", owed=words.money(farewell.owed), code=farewell.code))
        points.append(words.line("personal.left_owed_how", date=date))
    else:
        points.append(words.line("personal.left_forget", date=date))
    points.append(words.line("personal.leave_backups", days=keeping.LONGEST // DAY))
    back = words.line("personal.left_return" if farewell.is_worker else "personal.left_return_invited")
    button = ((Button(words.plain("personal.button_return"), ReturnTap()),),) if farewell.is_worker else ()
    return Screen("\n\n".join([words.line("personal.left"), "\n".join(points), back]), button)


def forgotten_screen(words: Words, farewell: Farewell) -> Screen:
    """The last message to somebody."""
    lines = [words.line("personal.forgotten")]
    if farewell.owed:
        lines.append(words.line("personal.forgotten_owed", owed=words.money(farewell.owed), code=farewell.code))
    return Screen("\n\n".join(lines))


def handed_over_screen(words: Words, name: str, batches: int) -> Screen:
    """An owner hears that a coordinator has left."""
    return Screen(words.line("personal.handed_over", name=name, batches=batches))


def dated(words: Words, instant: Instant) -> str:
    """A date with its year, since it may be far away."""
    return words.plain("personal.date", year=words.local(instant).year, day=words.day(instant))
