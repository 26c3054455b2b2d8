"""What the doctor says of the form for accounts, and of the key that they are locked with."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from forms import Office, opened
from socket_ports import free_port
from world import seam

from bot import checkup
from bot.app import assembled
from bot.config import Address, Config
from bot.findings import Level
from bot.secret import KeyUnusable


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as office:
        yield office


async def told(office: Office, config: Config) -> list[tuple[Level, str]]:
    """What is said of the page for accounts."""
    found = await checkup.look_at_files(config, office.world.kit.words("en"), office.world.clock.now())
    return [(finding.level, finding.text) for finding in found if "page for accounts" in finding.text]


async def test_a_form_that_answers_is_well(office: Office) -> None:
    config = office.world.kit.config

    assert [(Level.OK, f"The page for accounts is open: {office.url}")] == await told(office, config)
    everywhere = replace(config, listen=Address("0.0.0.0", config.listen.port if config.listen else 0))  # noqa: S104
    assert [Level.OK] == [level for level, _ in await told(office, everywhere)]


async def test_a_form_that_nobody_serves_or_under_another_path_is_told(office: Office) -> None:
    config = office.world.kit.config
    elsewhere = replace(config, listen=Address("127.0.0.1", free_port()))
    other_path = replace(config, public_url=f"{office.url}/other")

    for wrong in (elsewhere, other_path):
        [(level, text)] = await told(office, wrong)
        assert (Level.WARN, True) == (level, "TAPWORK_LISTEN" in text)


async def test_without_a_public_address_nothing_is_said(office: Office) -> None:
    assert [] == await told(office, replace(office.world.kit.config, public_url=None))


async def test_a_key_that_does_not_open_the_accounts_is_told(office: Office) -> None:
    world = office.world
    [mina] = await world.workers(await world.owner(), "미나")

    async def said() -> list[tuple[Level, str]]:
        kit = world.kit
        found = await checkup.look_at_database(kit.config, kit.db, kit.words("en"), world.clock.now())
        return [(finding.level, finding.text.split(";")[0]) for finding in found if "accounts" in finding.text]

    assert [] == await said()
    await office.register(mina)
    assert [(Level.OK, "The secret key opens the accounts that are stored.")] == await said()
    path = world.kit.config.secret_file
    path.write_bytes(bytes(32))
    assert [Level.BAD] == [level for level, _ in await said()]


async def test_a_bot_whose_key_is_lost_makes_no_other_while_accounts_are_locked_with_it(office: Office) -> None:
    world = office.world
    [mina] = await world.workers(await world.owner(), "미나")
    await office.register(mina)
    config = world.kit.config
    config.secret_file.unlink()

    with pytest.raises(KeyUnusable, match="is missing"):
        async with assembled(config, db=world.kit.db, clock=world.clock, requests=seam(world.sandbox)):
            pass
    assert not config.secret_file.exists()
