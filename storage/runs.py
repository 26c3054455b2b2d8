"""The folders of a batch's runs, oldest first by name: the newest files in one place, and old runs taken away."""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from .documents import HIDDEN, sync

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Kept:
    """What a run's folder holds: its manifest, and the files that it lists."""

    manifest: Mapping[str, Any]
    files: tuple[Path, ...]


def read(folder: Path) -> Kept | None:
    """A run that is there; None where it has been taken away."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Kept(manifest, tuple(folder / each["name"] for each in manifest["files"]))


def freshen(files: Iterable[Path], folder: Path) -> None:
    """Have the same files in a folder, each in one step: the same bytes on the disk where that can be, else copies."""
    hidden = Path(mkdtemp(prefix=HIDDEN, dir=folder))
    try:
        for path in files:
            _same(path, hidden / path.name)
            (hidden / path.name).replace(folder / path.name)
        sync(folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def forget(folder: Path, keep: Mapping[str, int]) -> None:
    """Take away old runs, all but so many of each scope."""
    runs: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith(HIDDEN) and (kept := read(path)):
            runs[kept.manifest["scope"]].append(path)
    for scope, paths in runs.items():
        for path in paths[: -keep[scope]]:
            # The manifest goes first: a folder without one is no run.
            (path / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(path, ignore_errors=True)


def _same(path: Path, goal: Path) -> None:
    with suppress(OSError):
        os.link(path, goal)
        return
    shutil.copyfile(path, goal)
    with goal.open("rb") as file:
        os.fsync(file.fileno())
