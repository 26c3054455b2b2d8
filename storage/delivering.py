"""Whole exports on their way to other places: folders, buckets, servers, whatever fsspec knows."""

from collections.abc import Iterable
from pathlib import Path

import fsspec
from fsspec.spec import AbstractFileSystem

WHOLE_OR_NOTHING = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss"})
"""Stores that show an object only when all of it has arrived; renaming would copy it there."""


def deliver(files: Iterable[Path], target: str, place: str) -> None:
    """Put files into a place below a target, in this order, each under its name only when it is whole.

    Raises whatever the driver of the target raises: ImportError where it is not installed.
    """
    store, root = fsspec.url_to_fs(target, skip_instance_cache=True)
    folder = f"{root.rstrip('/')}/{place}"
    store.makedirs(folder, exist_ok=True)
    for path in files:
        _put(store, path, f"{folder}/{path.name}", is_atomic=target.split("://")[0] in WHOLE_OR_NOTHING)


def _put(store: AbstractFileSystem, path: Path, goal: str, *, is_atomic: bool) -> None:
    if is_atomic:
        store.put_file(str(path), goal)
        return
    folder, _, name = goal.rpartition("/")
    part = f"{folder}/.{name}.part"
    store.put_file(str(path), part)
    if store.exists(goal):
        store.rm(goal)
    store.mv(part, goal)
