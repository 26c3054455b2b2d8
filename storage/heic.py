"""HEIC pictures, decoded in a process of their own: on damaged files libheif can crash, and the bot must not."""

import io
import json
import os
import resource
import subprocess
import sys
from functools import partial

import pi_heif
from PIL import Image

from rules.refusals import Refusal
from storage.pixels import Opened, Pixels, Prepared, describe, finish, plain

KINDS = frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"})
BYTES_A_PIXEL = 5.0
MOST_SECONDS = 30
MOST_ADDRESSES = 2 * 2**30
REFUSED = 3


def is_heic(data: bytes) -> bool:
    """Whether the file says that it is HEIC; not whether it can be read."""
    return data[4:8] == b"ftyp" and pi_heif.get_file_mimetype(data[:12]) in KINDS


def prepare_apart(data: bytes) -> Prepared:
    """Blocks for about a quarter of a second; a crash, a hang or damage is the refusal `picture.unreadable`."""
    command = [sys.executable, "-c", "from storage.heic import main; main()"]
    surroundings = {"PYTHONPATH": os.pathsep.join(sys.path)}  # No secrets of ours where hostile data is decoded.
    try:
        run = subprocess.run(  # noqa: S603 - the command is ours
            command, input=data, capture_output=True, timeout=MOST_SECONDS, env=surroundings, check=False
        )
    except subprocess.TimeoutExpired as endless:
        raise Refusal("picture.unreadable") from endless
    if run.returncode == REFUSED:
        refusal = json.loads(run.stdout)
        raise Refusal(refusal["key"], **refusal["blanks"])
    if run.returncode != 0:
        raise Refusal("picture.unreadable")
    return describe(run.stdout)


def main() -> None:
    """A HEIC file on standard input becomes a JPEG, or a refusal as JSON, on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(finish(_open(sys.stdin.buffer.read())).jpeg)
    except Refusal as refusal:
        json.dump({"key": refusal.key, "blanks": refusal.blanks}, sys.stdout)
        sys.exit(REFUSED)


def _open(data: bytes) -> Opened:
    picture = pi_heif.open_heif(io.BytesIO(data))
    return Opened(picture.size, BYTES_A_PIXEL, partial(_decode, picture))


def _decode(picture: pi_heif.HeifFile) -> Pixels:
    """libheif applies the orientation itself; bands are cut from its buffer, since a copy would double the memory."""
    data, stride, mode = picture.data, picture.stride, picture.mode
    width, height = picture.size

    def band(top: int, bottom: int) -> Image.Image:
        rows = data[top * stride : bottom * stride]
        return plain(Image.frombytes(mode, (width, bottom - top), rows, "raw", mode, stride), None)

    return Pixels((width, height), band, picture.info.get("icc_profile"), 1)
