"""What can be written of a batch, when by itself, and where to."""

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from .refusals import Refusal


class Format(StrEnum):
    """A kind of file that labels and answers can be had in, by the name that people type."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"
    HUGGINGFACE = "huggingface"
    LABELSTUDIO = "labelstudio"
    TOLOKA = "toloka"


class When(StrEnum):
    """When a batch's files are written by themselves; all but the last also when it is finished."""

    NIGHTLY = "nightly"
    HOURLY = "hourly"
    COMPLETION = "completion"
    NEVER = "never"


class Scope(StrEnum):
    """All answers, or those since the plan's last run and the labels of their tasks."""

    WHOLE = "whole"
    NEW = "new"


class Chat(StrEnum):
    """Which runs bring their files into the chat."""

    EACH = "each"
    END = "end"
    NO = "no"


USUAL = (Format.CSV, Format.JSONL, Format.XLSX)
ALIASES = {"hf": "huggingface", "imagefolder": "huggingface", "label-studio": "labelstudio", "excel": "xlsx"}

STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "sftp", "ssh"})
"""Where coordinators may have files put; an owner may name any place, such as a folder of the server."""

TARGET = re.compile(r"[a-z][a-z0-9+]*://[^\s?#]+")
LONGEST_TARGET = 300
RETRY_MINUTES = (1, 5, 25, 125)
"""The pauses before a run that failed is tried again; after the last of them it has failed for good."""

TOLD_AFTER = 3
"""The failure that people hear of."""


def formats_of(said: str) -> tuple[Format, ...]:
    """Formats by their names, parted by commas or spaces, in their own order. Raises Refusal for an unknown one."""
    names = [ALIASES.get(name, name) for name in re.split(r"[,\s]+", said.strip().lower()) if name]
    known = {each.value for each in Format}
    for name in names:
        if name not in known:
            raise Refusal("export.no_format", name=name[:40], formats=", ".join(Format))
    return ordered(Format(name) for name in names)


def ordered(formats: Iterable[Format]) -> tuple[Format, ...]:
    """Each once, in the order in which they are always told."""
    chosen = frozenset(formats)
    return tuple(each for each in Format if each in chosen)


def target_of(said: str, *, is_owner: bool) -> str:
    """A place that was typed. Raises Refusal for what is none, for a password, and for places of owners only."""
    target = said.strip().rstrip("/")
    if len(target) > LONGEST_TARGET or not TARGET.fullmatch(target) or "::" in target:
        raise Refusal("export.bad_target")
    parts = urlsplit(target)
    if "@" in parts.netloc and ":" in parts.netloc.rpartition("@")[0]:
        raise Refusal("export.target_password")
    if parts.scheme not in STORES and not is_owner:
        raise Refusal("export.target_owner", scheme=parts.scheme)
    return target


def masked(target: str) -> str:
    """A place as it may be shown and logged: without user and password, and without what follows a question mark."""
    shown = re.sub(r"(?<=://)[^/\s]*@", "***@", target)
    return re.split(r"[?#]", shown)[0]


def unspoken(text: str, target: str) -> str:
    """A library's message about a place, without the secrets that the place's address carries."""
    address = urlsplit(target)
    said = address.netloc.rpartition("@")[0]
    for secret in sorted({said, *said.split(":")[1:], address.query, address.fragment}, key=len, reverse=True):
        text = text.replace(secret, "***") if secret else text
    return masked_all(text)


def masked_all(text: str) -> str:
    return re.sub(r"(?<=://)[^/\s@]*@", "***@", text)
