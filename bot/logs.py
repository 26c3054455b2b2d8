"""Plain lines on stderr, in which no token ever stands."""

import logging
import re

TOKEN = re.compile(r"bot\d+:[\w-]+|\b\d{6,}:[\w-]{30,}")
QUIET = ("aiohttp", "apscheduler", "asyncio", "httpcore", "httpx", "telegram")


class MaskingFormatter(logging.Formatter):
    """Masks tokens in the finished line, so that those in a traceback are masked, too."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("<token>", super().format(record))


def set_up(level: int = logging.INFO) -> None:
    """Log to stderr from this level on; the libraries only what is worth a warning."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
