"""Who is an owner is what the settings say, also once they say less."""

from desk import Desk

from rules.model import PersonId
from services import enrolling
from services.enrolling import Newcomer
from services.people import Role, find
from storage import Tx


async def owner(desk: Desk, telegram_id: int, owners: frozenset[int]) -> PersonId:
    newcomer = Newcomer(telegram_id, f"owner {telegram_id}", None, "ko")
    return (await desk.do(enrolling.arrive, desk.now, newcomer, "", owners, "invite")).id


def add_project(tx: Tx, person: PersonId) -> None:
    tx.one("drafts.add_project", coordinator=person, title="theirs", kind="single", choices="[]", now=1)


async def roles(desk: Desk, telegram_id: int) -> frozenset[Role]:
    found = await desk.do(find, telegram_id)
    assert found is not None
    return found.roles


async def test_an_owner_who_is_taken_out_of_the_settings_loses_every_right_and_the_batches(desk: Desk) -> None:
    first = frozenset(row["telegram_id"] for row in await desk.do(lambda tx: tx.all("people.owners")))
    left, stays = await owner(desk, 901, frozenset({901, 902})), await owner(desk, 902, frozenset({901, 902}))
    await desk.do(add_project, left)

    assert 1 == await desk.do(enrolling.keep_owners, desk.now, first | {902})

    assert (frozenset(), True) == (await roles(desk, 901), Role.OWNER in await roles(desk, 902))
    assert ["theirs"] == [title for _, title in await desk.do(enrolling.projects_of, stays)]
    assert 0 == await desk.do(enrolling.keep_owners, desk.now, first | {902})


async def test_the_only_owner_who_is_there_stays_until_another_one_comes(desk: Desk) -> None:
    await owner(desk, 901, frozenset({901}))

    assert 0 == await desk.do(enrolling.keep_owners, desk.now, frozenset({902}))
    assert Role.OWNER in await roles(desk, 901)

    await owner(desk, 902, frozenset({902}))
    await desk.do(enrolling.keep_owners, desk.now, frozenset({902}))
    assert frozenset() == await roles(desk, 901)
