"""Every bad file through the real chat: told what is wrong and where, nothing half done, the next message as always."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator

import pytest
from bad_archives import ARCHIVES
from bad_files import ENCODINGS, LONG, NAMES, OBJECTS, TABLES
from bad_pictures import DAMAGED, ODD
from bad_workbooks import WORKBOOKS
from dropping import Chat, Figures, drop
from PIL import Image
from watching import Watch
from world import World

GROUPS = {
    "encodings": ENCODINGS,
    "tables": TABLES,
    "long tables": LONG,
    "names": NAMES,
    "objects": OBJECTS,
    "workbooks": WORKBOOKS,
    "archives": ARCHIVES,
    "damaged pictures": DAMAGED,
    "odd pictures": ODD,
}
IS_THOROUGH = os.environ.get("TAPWORK_FAULTS") == "1"


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    figures = Figures()
    yield figures
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{figures.line}")


@pytest.mark.parametrize("group", GROUPS)
async def test_a_bad_file_is_answered_in_words_and_leaves_nothing(world: World, figures: Figures, group: str) -> None:
    owner = await world.owner()
    sora = Chat(world, await world.coordinator(owner, "소라", "ko"), "ko")
    ann = Chat(world, await world.coordinator(owner, "Ann", "en"), "en")
    small = [file for file in GROUPS[group] if not file.is_heavy]
    heavy = [file for file in GROUPS[group] if file.is_heavy and IS_THOROUGH]

    problems: list[str] = []
    for pair in (small[at : at + 2] for at in range(0, len(small), 2)):
        problems += await drop(world, tuple(zip((sora, ann), pair, strict=False)), figures)
    for file in heavy:
        problems += await drop(world, ((sora, file),), figures)

    assert [] == problems
    assert figures.reader > 0, "nobody was watched"
    for path in world.kit.config.pictures.glob("*/*.jpg"):
        with Image.open(path) as picture:
            assert ("JPEG", True, {}) == (picture.format, max(picture.size) <= 1280, dict(picture.getexif()))


async def test_what_a_reader_takes_is_seen() -> None:
    program = "taken = b'x' * (90 << 20); del taken"
    with Watch() as watch:
        process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", f"{program}; input()", stdin=PIPE)
        await asyncio.sleep(0.3)
        await process.communicate(b"\n")

    assert 90 < watch.peak < 120


def test_there_are_at_least_eighty_of_them() -> None:
    assert sum(map(len, GROUPS.values())) >= 80
