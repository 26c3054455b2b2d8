"""Readers of files that hang, die, lie or pry: the bot hears a refusal in time, and nothing of them stays."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from struct import pack

import pytest
from parcels import album
from refused import said

from rules.refusals import Refusal
from rules.settings import Fault
from storage.uploads.apart import File, reading
from storage.uploads.wire import LARGEST_FRAME, Drawn, Ready, allowance

QUICK = replace(allowance(0), patience=3.0)
SEVENTH = json.dumps({"entries": [{"fault": ["upload.no_object", {}, 7, None]}]}).encode()
OPENED = json.dumps({"opened": True}).encode()


def program(*lines: str) -> tuple[str, ...]:
    """A reader that is none."""
    start = (
        "import os, resource, signal, sys, time",
        "say, listen = sys.stdout.buffer.write, sys.stdin.buffer.read",
        "hear = lambda: listen(int.from_bytes(listen(4), 'big'))",
    )
    return sys.executable, "-c", "\n".join((*start, *lines, "sys.stdout.buffer.flush()", "time.sleep(60)"))


def frame(data: bytes) -> str:
    return f"say({pack('>I', len(data)) + data!r}); sys.stdout.buffer.flush()"


def left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def key_of(folder: Path, *lines: str) -> str:
    """How reading ends with such a reader; all of it is gone then."""
    path = folder / "a.csv"
    path.write_text("text\na\n")
    with pytest.raises(Refusal) as caught:
        async with reading(File(path, "a.csv"), folder, program=program(*lines), allowed=QUICK) as reader:
            while await reader.next(10):
                pass
    said(caught.value)
    assert [path] == left(folder)
    return caught.value.key


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ((), "upload.too_heavy"),
        (("os.kill(os.getpid(), signal.SIGKILL)",), "upload.too_heavy"),
        (("os.kill(os.getpid(), signal.SIGXCPU)",), "upload.too_heavy"),
        (("os.kill(os.getpid(), signal.SIGSEGV)",), "upload.unreadable"),
        (("raise KeyError",), "upload.unreadable"),
        (("raise MemoryError",), "upload.too_heavy"),
        (("sys.exit()",), "upload.unreadable"),
        (("print('hello', flush=True)",), "upload.unreadable"),
        ((frame(b"[]"),), "upload.unreadable"),
        ((frame(b"[" * 100_000),), "upload.unreadable"),
        ((f"say({pack('>I', LARGEST_FRAME + 1)!r})",), "upload.unreadable"),
        ((frame(OPENED), frame(b'{"entries": 1}')), "upload.unreadable"),
        ((frame(OPENED), frame(b'{"entries": [{"row": [1, 2]}]}')), "upload.unreadable"),
        ((frame(OPENED), frame(b'{"entries": [{"fault": [1, {}, null, null]}]}')), "upload.unreadable"),
        ((frame(OPENED), frame(b'{"entries": ' + json.dumps([{}] * 11).encode() + b"}")), "upload.unreadable"),
        ((frame(OPENED), frame(SEVENTH), *["hear()"] * 3, "sys.exit()"), "upload.unreadable_after"),
        ((frame(OPENED), frame(SEVENTH)), "upload.too_heavy_after"),
        ((frame(b'{"refused": ["upload.empty", {"file": ["a"]}]}'),), "upload.unreadable"),
        ((frame(b'{"refused": ["upload.empty", {"file": "a.csv"}]}'),), "upload.empty"),
    ],
)
async def test_however_a_reader_ends_it_is_a_refusal(tmp_path: Path, lines: tuple[str, ...], key: str) -> None:
    assert key == await key_of(tmp_path, *lines)


async def test_a_reader_knows_no_secrets_and_has_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPWORK_TOKEN", "7123456789:secret")
    path = tmp_path / "a.csv"
    path.write_text("text\na\n")
    async with reading(File(path, "a.csv"), tmp_path) as reader:
        [entry] = await reader.next(10)
        process = Path("/proc") / str(reader.process)
        names = {each.partition("=")[0] for each in (process / "environ").read_text().split("\0") if each}
        limits = {line[:25].strip(): line[25:].split()[0] for line in (process / "limits").read_text().splitlines()}

    assert isinstance(entry, Ready)
    assert {"PYTHONPATH"} == names
    assert (str(512 << 20), "0") == (limits["Max address space"], limits["Max core file size"])
    assert not process.exists()
    assert os.environ["TAPWORK_TOKEN"]


async def test_what_takes_too_much_time_or_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" + ",".join(["[]"] * 3_000_000) + "]")
    for allowed in (replace(allowance(0), memory=120 << 20, opening=30), replace(allowance(0), opening=1)):
        with pytest.raises(Refusal) as caught:
            async with reading(File(path, "a.json"), tmp_path, allowed=allowed):
                pass
        assert "upload.too_heavy" == caught.value.key
    assert [path] == left(tmp_path)


async def test_pictures_come_prepared_and_bad_ones_as_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(album(2))
    async with reading(File(path, "a.zip"), tmp_path) as reader:
        entries = await reader.next(10)
        end = await reader.next(10)
        followed = await reader.prepare(b"no picture")

    drawn = [entry.picture for entry in entries if isinstance(entry, Ready)]
    assert [(60, 40)] * 2 == [(each.width, each.height) for each in drawn if isinstance(each, Drawn)]
    assert [] == end
    assert isinstance(followed, Refusal)
    assert "picture.not_a_picture" == followed.key
    assert not any(isinstance(entry, Fault) for entry in entries)


async def test_a_folder_named_from_where_the_bot_stands_serves_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.zip").write_bytes(album(2))

    async with reading(File(Path("p.zip"), "p.zip"), Path()) as reader:
        entries = await reader.next(10)

    assert len(entries) == 2
    assert not any(isinstance(entry, Fault) for entry in entries)
