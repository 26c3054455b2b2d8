"""The drill of docs/operations.md, typed word for word: it works, and the doctor says what it is said to say."""

import asyncio
import os
import re
import shlex
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from office import config_at
from sources import ROOT
from world import OWNER, TOKEN

from bot.clock import WallClock
from bot.safekeeping import back_up
from bot.secret import load_secret
from jobs import SCHEDULE
from rules.model import HOUR, MINUTE, Instant
from sandbox import Sandbox
from sandbox.server import Running, serve
from services import scheduling
from storage import open_database
from storage.backups import found

DRILL = (
    (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("## Restoring: the drill")[1].split("\n## ")[0]
)
BLOCKS = re.findall(r"```\n(.*?)```", DRILL, re.DOTALL)


@dataclass(frozen=True)
class Place:
    """An installation in a folder that stands for the root of a machine."""

    root: Path
    folder: Path
    data: Path
    beginning: str
    key: str

    def as_here(self, typed: str) -> str:
        for path in ("/etc/tapwork", "/var/lib/tapwork", "/opt/tapwork", "/path/of/your/copy"):
            typed = typed.replace(path, f"{self.root}{path}")
        return typed.replace("-o tapwork -g tapwork ", "")

    async def type(self, *typed: str) -> tuple[int | None, str]:
        """What a terminal says to it."""
        script = "set -e\n" + "\n".join(self.as_here(each) for each in (self.beginning, *typed))
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        environment |= {"LC_ALL": "C.UTF-8"}
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", script, cwd=self.folder, env=environment, stdout=PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await asyncio.wait_for(shell.communicate(), 60)
        return shell.returncode, said.decode()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = (sys.executable, "-m", "bot", "run")
        bot = await asyncio.create_subprocess_exec(*command, cwd=self.folder, env=environment, stderr=PIPE)
        try:
            yield
        finally:
            bot.terminate()
            await bot.communicate()


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
async def telegram() -> AsyncIterator[Running]:
    sandbox = Sandbox()
    sandbox.create_bot(TOKEN, "tapwork_bot")
    server = await serve(sandbox)
    yield server
    await server.close()


@pytest.fixture(params=["checkout", "systemd"])
def place(request: pytest.FixtureRequest, tmp_path: Path, telegram: Running) -> Place:
    is_checkout = request.param == "checkout"
    folder = tmp_path / ("checkout" if is_checkout else "etc/tapwork")
    data = folder / "data" if is_checkout else tmp_path / "var/lib/tapwork"
    for each in (folder, data):
        each.mkdir(parents=True)
    data.chmod(0o700)
    tapwork = folder / ".venv/bin/tapwork" if is_checkout else tmp_path / "opt/tapwork/.venv/bin/tapwork"
    program(tapwork, f'exec {shlex.quote(sys.executable)} -m bot "$@"')
    program(tmp_path / "bin/sudo", 'test "$1 $2 $3" = "-u tapwork --" && shift 3 && exec "$@"')
    settings = [f"TAPWORK_TOKEN={TOKEN}", f"TAPWORK_API_URL={telegram.url}", f"TAPWORK_OWNERS={OWNER}"]
    settings += [] if is_checkout else [f"TAPWORK_DATA_DIR={data}"]
    (folder / ".env").write_text("\n".join(settings), encoding="utf-8")
    return Place(tmp_path, folder, data, BLOCKS[0 if is_checkout else 1], BLOCKS[3 if is_checkout else 4])


async def until_backed_up(place: Place, count: int) -> None:
    async with asyncio.timeout(60):
        while len(found(place.data / "backups")) < count:  # noqa: ASYNC110 - another process makes them
            await asyncio.sleep(0.2)


def amiss(said: str) -> list[str]:
    return [line for line in said.splitlines() if not line.startswith("ok")]


async def with_an_old_backup(place: Place) -> None:
    """Nobody has worked there since that was made."""
    long_ago = Instant(WallClock().now() - 26 * HOUR)
    config = config_at(place.data)
    load_secret(config.secret_file)
    db = await open_database(config.database_url)
    await db.run(scheduling.register, long_ago, {job.name: 5 * MINUTE for job in SCHEDULE})
    await back_up(config, long_ago)
    await db.close()


async def test_after_the_drill_the_doctor_finds_all_well(place: Place) -> None:
    await with_an_old_backup(place)
    typed = re.findall(r"`(tapwork restore \$data/backups)` takes the newest", DRILL)

    restored = await place.type(*(f"{each} --yes" for each in typed))
    async with place.at_work():
        await until_backed_up(place, 2)
        examined = await place.type("tapwork doctor")

    assert (0, 1) == (restored[0], len(typed)), restored[1]
    assert 1 == len(list(place.data.glob("tapwork-replaced-*.db")))
    assert (0, []) == (examined[0], amiss(examined[1])), examined[1]


async def test_the_rehearsal_touches_nothing_and_its_doctor_warns_of_what_it_says(place: Place) -> None:
    await with_an_old_backup(place)
    copy = place.root / "path/of/your/copy/secret.key"
    copy.parent.mkdir(parents=True)
    copy.write_bytes((place.data / "secret.key").read_bytes())
    async with place.at_work():
        await until_backed_up(place, 2)
        status, said = await place.type(place.key, BLOCKS[5])

    warned = amiss(said.split("Start the bot")[1])[1:]
    promised = ["No bot is running", "There is no backup in"]
    assert 0 == status, said
    assert [True, True] == [line.startswith(f"warn {words}") for line, words in zip(warned, promised, strict=True)]
    assert all(f"`{words}`" in DRILL for words in promised)
    assert not (place.data / "rehearsal").exists()
    assert [] == list(place.data.glob("tapwork-replaced-*.db"))
