"""The files of uploads, found by their names: the table of uploads knows only those that could be read."""

import re
from contextlib import suppress
from pathlib import Path

from rules.model import UploadId

_NAMES = re.compile(r"(\d{1,18})(?:-refused\.csv)?", re.ASCII)


def uploads_in(folder: Path) -> dict[UploadId, float]:
    """The uploads that have files here, each with the time at which the newest of them was written."""
    found: dict[UploadId, float] = {}
    for path in folder.glob("*"):
        name = _NAMES.fullmatch(path.name)
        with suppress(FileNotFoundError):
            if name is not None:
                upload = UploadId(int(name[1]))
                found[upload] = max(path.stat().st_mtime, found.get(upload, 0.0))
    return found


def delete_upload(folder: Path, upload: UploadId) -> None:
    """Delete the file that somebody sent, and the list of what was refused in it.

    What the command line posted lies elsewhere under a name of its own, and is not ours to delete.
    """
    (folder / str(upload)).unlink(missing_ok=True)
    (folder / f"{upload}-refused.csv").unlink(missing_ok=True)
