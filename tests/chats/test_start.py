from world import World


async def test_a_stranger_without_an_invite_is_told_how_to_get_in(world: World) -> None:
    eve = world.somebody("이브")

    assert "초대받은 분만" in await eve.say("/start")


async def test_an_owner_is_greeted_as_one(world: World) -> None:
    owner = await world.owner()

    assert "/coordinators" in owner.screen


async def test_a_worker_comes_in_by_a_link_and_agrees(world: World) -> None:
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")

    assert "남은 작업이 없어요" in mina.screen
