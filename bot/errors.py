"""The one error handler: refusals become words; anything else is logged with a reference that the person sees."""

import logging

from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from rules.codes import new_code
from rules.refusals import Refusal

from .context import Context
from .screen import Screen

log = logging.getLogger(__name__)


async def word_error(context: Context, error: Exception) -> str:
    """Tell the person what went wrong; a word for the log. When even that does not reach them, it is logged only."""
    try:
        return await _word(context, error)
    except TelegramError as unsaid:
        log.warning("a person could not be told: %s", type(unsaid).__name__)
        return "untold"


async def _word(context: Context, error: Exception) -> str:
    words = context.words
    match error:
        case Refusal():
            plain, line = words.plain(error.key, **error.blanks), words.line(error.key, **error.blanks)
            await tell(context, plain, line)
            return error.key
        case Forbidden():
            return "blocked"
        case NetworkError() if not isinstance(error, BadRequest):
            # What was asked for is done and stored; the next tap brings the card up to date.
            log.warning("Telegram could not be reached: %s", type(error).__name__)
            return "unreached"
        case _:
            reference = new_code(6)
            log.error("reference %s", reference, exc_info=error)
            plain = words.plain("refusal.bug", reference=reference)
            await tell(context, plain, words.line("refusal.bug", reference=reference))
            return "failed"


async def tell(context: Context, plain: str, html: str) -> None:
    """A short text as a toast where a tap waits for one; otherwise, or when it is long, as a message.

    Of the same message several times in a chat that has to be left alone for a while, one is sent.
    """
    if context.may_toast and len(plain) <= 200:
        await context.toast(plain, alert=len(plain) > 60)
    else:
        await context.say(Screen(html), key=html)
