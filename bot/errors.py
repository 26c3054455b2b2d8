"""The one error handler: refusals become words; anything else is logged with a reference that the person sees."""

import logging

from telegram.error import BadRequest, Forbidden, NetworkError

from rules.codes import new_code
from rules.refusals import Refusal

from .context import Context
from .screen import Screen

log = logging.getLogger(__name__)


async def word_error(context: Context, error: Exception) -> None:
    """Tell the person what went wrong."""
    match error:
        case Refusal():
            await tell(
                context, context.words.plain(error.key, **error.blanks), context.words.line(error.key, **error.blanks)
            )
        case Forbidden():
            log.info("a person has blocked the bot")
        case NetworkError() if not isinstance(error, BadRequest):
            # What was asked for is done and stored; the next tap brings the card up to date.
            log.warning("Telegram could not be reached: %s", type(error).__name__)
        case _:
            reference = new_code(6)
            log.error("reference %s", reference, exc_info=error)
            words = context.words
            await tell(
                context,
                words.plain("refusal.bug", reference=reference),
                words.line("refusal.bug", reference=reference),
            )


async def tell(context: Context, plain: str, html: str) -> None:
    """A short text as a toast where there is a tap to answer; otherwise, or when it is long, as a message."""
    if context.tapped is not None and len(plain) <= 200:
        await context.toast(plain, alert=len(plain) > 60)
    else:
        await context.say(Screen(html))
