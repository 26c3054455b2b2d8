"""Files that coordinators send."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence

from PIL import Image


def table(*texts: str, gold: Sequence[tuple[str, str]] = ()) -> bytes:
    """A CSV of texts, and of gold rows with their labels."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["text", "gold"])
    writer.writerows([text, ""] for text in texts)
    writer.writerows(gold)
    return out.getvalue().encode()


def picture(shade: int) -> bytes:
    """A small picture in one colour."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, 120, 255 - shade)).save(out, "PNG")
    return out.getvalue()


def album(count: int, rows: Sequence[Sequence[str]] = ()) -> bytes:
    """A ZIP of pictures named 1.png, 2.png ...; with a table when rows (header first) are given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(1, count + 1):
            archive.writestr(f"{number}.png", picture(number * 20))
        if rows:
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            archive.writestr("rows.csv", text.getvalue())
    return out.getvalue()


def caption(**settings: object) -> str:
    """Settings as a coordinator types them under a file."""
    said = {"title": "Reviews", "choices": "positive, negative", "price": 20, "overlap": 1} | settings
    return "\n".join(f"{key}: {value}" for key, value in said.items())
