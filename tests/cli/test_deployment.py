"""What the files for systemd and Docker promise, as far as it can be seen without either."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path

import pytest
from socket_ports import free_port
from sources import ROOT
from world import TOKEN

from bot.cli import HOPELESS, WRONG_USE
from sandbox import Sandbox
from sandbox.server import serve

UNIT = ROOT / "docs" / "deploy" / "tapwork.service"
SECONDS = 30


def test_the_image_holds_every_package_and_nothing_else_is_sent_to_its_making() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.split(".")[0] for name in settings["tool"]["setuptools"]["packages"]}
    copied = [line.split()[1:-1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    names = {name for line in copied for name in line if not name.startswith(("--", "/"))}
    assert packages | {"pyproject.toml", "requirements.lock", "README.md", "LICENSE"} == names == allowed


def test_the_image_runs_as_somebody_who_may_nothing_else() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert "USER tapwork" in lines
    assert lines.index("USER tapwork") < lines.index('CMD ["tapwork", "run"]')


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    here = UNIT.read_text(encoding="utf-8").replace("/opt/tapwork/.venv/bin/tapwork", sys.executable)
    (tmp_path / UNIT.name).write_text(here.replace("=tapwork\nGroup=tapwork", "=root\nGroup=root"), encoding="utf-8")

    command = [str(shutil.which("systemd-analyze")), "verify", "--man=no", str(tmp_path / UNIT.name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)

    assert (0, "") == (done.returncode, done.stderr)


def test_what_trying_again_does_not_mend_is_not_tried_again() -> None:
    [line] = [each for each in UNIT.read_text(encoding="utf-8").splitlines() if each.startswith("RestartPrevent")]

    assert f"RestartPreventExitStatus={WRONG_USE} {HOPELESS}" == line


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    """Where systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(SECONDS)
        yield listening


async def started(folder: Path, url: str) -> Process:
    settings = {
        "TAPWORK_TOKEN": TOKEN,
        "TAPWORK_API_URL": url,
        "TAPWORK_DATA_DIR": str(folder / "data"),
        "NOTIFY_SOCKET": str(folder / "notify"),
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", cwd=folder, env=environment)


async def test_a_bot_tells_systemd_when_it_is_ready_alive_and_stopping(
    tmp_path: Path, supervisor: socket.socket
) -> None:
    sandbox = Sandbox()
    sandbox.create_bot(TOKEN, "tapwork_bot")
    server = await serve(sandbox)
    process = await started(tmp_path, server.url)
    heard = [await asyncio.to_thread(supervisor.recv, 100) for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    heard.append(await asyncio.to_thread(supervisor.recv, 100))
    status = await asyncio.wait_for(process.wait(), SECONDS)
    await server.close()

    assert [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"] == heard
    assert 0 == status


async def test_a_bot_that_has_not_reached_telegram_is_not_ready(tmp_path: Path, supervisor: socket.socket) -> None:
    supervisor.settimeout(3)
    process = await started(tmp_path, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TimeoutError):
        await asyncio.to_thread(supervisor.recv, 100)
    assert (tmp_path / "data" / "tapwork.db").exists()
    process.send_signal(signal.SIGTERM)

    assert 0 == await asyncio.wait_for(process.wait(), SECONDS)
