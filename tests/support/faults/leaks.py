"""Whether anything that nobody may read in a log, an error or a figure stands in what the suite wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from world import TOKEN

from .ground import IDS, NAME_MARK, TEXT_MARK
from .promises import Promise

LOGS = (".log", ".metrics")
USERNAME_MARK = "nametag_"


def found_in(folder: Path) -> Iterator[str]:
    """Each line that says too much: its file, and what kind of thing it tells."""
    ids = {line for path in folder.glob(f"*{IDS}") for line in path.read_text(encoding="utf-8").split()}
    secret = TOKEN.partition(":")[2]
    kinds = {"token": secret, "name": NAME_MARK, "username": USERNAME_MARK, "task text": TEXT_MARK}
    for path in logs(folder):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            yield from (f"{path.name}: {kind}" for kind, mark in kinds.items() if mark in line or escaped(mark) in line)
            yield from (f"{path.name}: id" for number in re.findall(r"\d{5,}", line) if number in ids)


def escaped(mark: str) -> str:
    """As JSON may write it."""
    return mark.encode("unicode-escape").decode()


def logs(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in LOGS)


def searched(folder: Path) -> Promise:
    found = list(found_in(folder))
    sizes = [path.stat().st_size for path in logs(folder)]
    metrics = sum(path.suffix == ".metrics" for path in logs(folder))
    named = f" ({', '.join(sorted(set(found))[:5])})" if found else ""
    return Promise(
        "token, person's name or id, task text in logs, errors and metrics",
        "grep over all output of the suite: 0",
        f"{len(found)} found{named} in {len(sizes)} files, {sum(sizes) >> 20} MiB, {metrics} of them metrics",
        not found and sum(sizes) > 0 and metrics > 0,
    )
