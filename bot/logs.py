"""Lines on stderr, one event each, in which no token and nothing about a person stands.

JSON where nobody looks on, plain words in a terminal. Whatever is bound with structlog's contextvars, such as the
number of the update and the pseudonym of its person, stands in every line that is written meanwhile.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

TOKEN = re.compile(r"bot\d+:[\w-]+|\b\d{6,}:[\w-]{30,}")
PRIVATE = re.compile(r"""(?<!\w)'[^']*'(?!\w)|"[^"]*"|\b\d{5,}\b|[^\x00-\x7f]+""")
"""What may be about somebody in a message that we did not write: quoted words, long numbers, other scripts."""

FIGURES = ("handler", "ms", "result")
"""What else an event may carry."""

QUIET = ("aiohttp", "aiosqlite", "apscheduler", "asyncio", "httpcore", "httpx")
SILENT = ("telegram", "aiohttp.access")
"""PTB writes whole answers of Telegram into the log when it can't read them."""


def set_up(level: int = logging.INFO) -> None:
    """Log to stderr from this level on; the libraries only what is worth a warning."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(in_terminal=sys.stderr.isatty()))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def formatter(*, in_terminal: bool) -> logging.Formatter:
    """How a line looks."""
    chain: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=FIGURES),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_error,
        keep_private,
    )
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Processor = plain if in_terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return MaskingFormatter(foreign_pre_chain=chain, processors=[meta, renderer])


class MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    """Masks tokens in the finished line, wherever in it they stand."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("<token>", super().format(record))


def tell_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An exception as text: where it was, what it was, and of its message only what can't be about anybody."""
    raised = event.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(told(error))
    return event


def told(error: BaseException) -> Iterator[str]:
    """The lines that describe an exception and what led to it, the first cause first; no values of variables."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from told(before)
        yield "which led to"
    for each in traceback.extract_tb(error.__traceback__):
        yield f'  File "{each.filename}", line {each.lineno}, in {each.name}'
    yield f"{type(error).__qualname__}: {blanked(str(error))}"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from told(inner)


def keep_private(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The words of an event hold data of others only by accident; it is taken out."""
    event["event"] = blanked(str(event["event"]))
    return event


def blanked(message: str) -> str:
    """A message without what may be about somebody."""
    return PRIVATE.sub("…", TOKEN.sub("<token>", message))
