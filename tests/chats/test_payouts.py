"""A worker asks for their money, one person closes, a second approves, the bank's result comes back."""

import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from tills import give_account, multitude, written
from world import Someone, World

from bot.scheduling import Schedule
from jobs import SCHEDULE
from rules import ledger
from rules.model import DAY, HOUR, MINUTE, Micros, PersonId
from rules.taxes import Profile
from services import auditing, closing
from services.people import find
from storage.checks import Violation, violations
from storage.ledger import balance


@dataclass(frozen=True)
class Till:
    """A coordinator, an owner, and workers with money."""

    world: World
    owner: Someone
    sora: Someone
    workers: list[Someone]

    async def id_of(self, someone: Someone) -> PersonId:
        person = await self.world.do(find, someone.telegram_id)
        assert person is not None
        return person.id

    async def account(self, someone: Someone, text: str = "", profile: Profile = Profile.RESIDENT) -> None:
        """As if they had filled in the form long ago."""
        sealed = self.world.kit.secret.lock(text or written(holder=someone.name))
        await self.world.do(give_account, await self.id_of(someone), sealed, profile)


@asynccontextmanager
async def till(
    folder: Path, *names: str, price: str = "18400", language: str = "ko", environment: dict[str, str] | None = None
) -> AsyncIterator[Till]:
    """Workers who have each earned the price, reviewed by now, with accounts of their own."""
    async with World.open(folder / "data", environment=environment) as world:
        owner = await world.owner()
        sora = await world.coordinator(owner)
        names = names or ("미나",)
        texts = "text\n" + "\n".join(f"{number}번째" for number in range(len(names)))
        await sora.send("r.csv", texts.encode(), f"title: 리뷰\nchoices: yes, no\nprice: {price}\noverlap: 1")
        await sora.tap("게시")
        workers = await world.workers(owner, *names, language=language)
        for worker in workers:
            await worker.say("/work")
            await worker.tap("yes")
        world.clock.advance(73 * HOUR)
        await world.job("settle")
        made = Till(world, owner, sora, workers)
        for number, worker in enumerate(workers):
            await made.account(worker, written(f"11012345678{number:02}", worker.name))
        yield made


async def all_paid(person: Someone) -> None:
    """Everything of a transfer has arrived; that can't be taken back, so it is asked once more."""
    asked_again = await person.tap("모두 지급됨")
    assert "되돌릴 수 없어요" in asked_again
    await person.tap("네, 모두 들어갔어요")


async def asked(worker: Someone) -> str:
    """Ask for everything; the code of the payout."""
    await worker.say("/payout")
    await worker.tap("출금 신청")
    await worker.tap("받을게요")
    return worker.screen.split("코드 ")[1].split()[0]


async def sent(shop: Till) -> str:
    """Close, approve and send; the code of the transfer."""
    await shop.sora.say("/payouts")
    await shop.sora.tap("마감하기")
    code = next(text for text in shop.sora.texts if "이체 T" in text).split("이체 ")[1].split()[0]
    await shop.owner.say("/payouts")
    await shop.owner.tap(code)
    await shop.owner.tap("승인하기")
    await shop.owner.tap("보냈어요")
    return code


def table(data: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline="")))


def sheet(rows: list[list[object]]) -> bytes:
    workbook, data = Workbook(), io.BytesIO()
    active = workbook.active
    assert active is not None
    for row in rows:
        active.append(row)
    workbook.save(data)
    return data.getvalue()


async def test_a_worker_sees_the_exact_amounts_before_asking(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        assert "출금 가능 18,400원" in await mina.say("/payout")
        quote = await mina.tap("출금 신청")
        assert "신청 금액 18,400원\n소득세 −550원\n지방소득세 −50원\n실수령액 17,800원" in quote
        assert "계좌 ••••1234" in quote
        assert ["네, 17,800원 받을게요", "아니요"] == mina.buttons
        assert "출금 가능 18,400원" in await mina.tap("아니요")
        await mina.tap("출금 신청")
        shown = await mina.tap("받을게요")
        assert "신청했어요." == mina.toast
        assert "진행 중인 출금 · 신청됨" in shown
        assert "출금 가능 0원" in shown
        await mina.tap("신청 취소")
        assert "출금 가능 18,400원" in mina.screen
        assert "취소함" in mina.screen
        assert [] == await shop.world.do(violations)


async def test_amounts_that_have_changed_are_shown_again(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        await mina.say("/payout")
        await mina.tap("출금 신청")
        await shop.account(mina, profile=Profile.NON_RESIDENT)
        assert "실수령액 14,360원" in await mina.tap("받을게요")
        assert "바뀌었어요" in (mina.toast or "")
        await mina.tap("14,360원")
        assert "진행 중인 출금" in mina.screen


async def test_who_has_too_little_or_no_account_is_told_so(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", price="4999") as shop:
        [mina] = shop.workers
        assert "5,000원부터" in await mina.say("/payout")
        assert ["계좌 바꾸기"] == mina.buttons
    async with till(tmp_path / "other") as shop:
        [mina] = shop.workers
        person = await shop.id_of(mina)
        await shop.world.do(lambda tx: tx.run("payees.forget", person=person))
        assert "계좌를 먼저 등록" in await mina.say("/payout")
        assert ["계좌 등록"] == mina.buttons


async def test_from_the_worker_to_the_bank_and_back(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", "준") as shop:
        first, other = [await asked(worker) for worker in shop.workers]
        code = await sent(shop)
        [mina, jun] = shop.workers
        assert "은행에 보냄" in await mina.say("/payout")

        bank = "출금 코드,처리결과,사유\r\n" + f"{first},정상,\r\n{other},오류,예금주 불일치\r\n"
        shown = await shop.sora.send("결과.csv", bank.encode("cp949"), "/payouts")
        assert "지급 1건 · 실패 1건" in shown
        assert "입금됐어요" in await told(shop, mina)
        assert "17,800원" in mina.screen
        news = await told(shop, jun)
        assert "18,400원" in news
        assert "이유: 예금주 불일치" in news
        assert "계좌 다시 등록" in jun.buttons[0]
        await shop.sora.say("/payouts")
        assert f"{code} · 완료" in shop.sora.screen
        assert "지급 완료 17,800원" in await mina.say("/balance")
        assert [] == await shop.world.do(violations)


async def told(shop: Till, someone: Someone) -> str:
    await shop.world.job("outbox")
    return someone.screen


async def test_the_files_are_the_bank_s_and_hold_what_they_should(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", "=준") as shop:
        first, other = [await asked(worker) for worker in shop.workers]
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        names = shop.sora.phone.documents
        code = names[0].removesuffix(".csv")
        assert [f"{code}.csv", f"{code}.xlsx", f"{code}-cp949.csv"] == names

        data = shop.sora.phone.document(f"{code}.csv")
        assert data.startswith("\ufeff".encode())
        [mine, yours, total] = table(data)
        assert {
            "bank_code": "090", "bank": "카카오뱅크", "account": "1101234567800", "holder": "미나", "amount": "17800",
            "memo_receiver": first, "memo_sender": mine["memo_sender"], "memo": code, "payout": first,
        } == mine  # fmt: skip
        assert ("'=준", "1101234567801", other) == (yours["holder"], yours["account"], yours["payout"])
        assert ("TOTAL", "2", "35600") == (total["bank_code"], total["account"], total["amount"])
        assert [mine, yours, total] == table(shop.sora.phone.document(f"{code}-cp949.csv"), "cp949")

        active = load_workbook(io.BytesIO(shop.sora.phone.document(f"{code}.xlsx"))).active
        assert active is not None
        rows = list(active.iter_rows(values_only=True))
        assert ("1101234567800", "17800") == (rows[1][2], rows[1][4])

        digest = hashlib.sha256(data).hexdigest()
        assert any(digest in text for text in shop.sora.texts)
        assert [] == list((tmp_path / "data" / "payouts").iterdir())


async def test_no_account_is_left_behind_in_any_file_or_message(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        code = await sent(shop)
        await all_paid(shop.owner)
        assert code
        number = b"1101234567800"
        kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert [] == [path.name for path in kept if number in path.read_bytes()]
        assert [] == [
            text for each in (shop.owner, shop.sora, *shop.workers) for text in each.texts if "1101234" in text
        ]


async def test_one_person_does_not_approve_their_own_unless_the_owner_says_so(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        await shop.owner.say("/payouts")
        await shop.owner.tap("마감하기")
        assert "승인하기" not in shop.owner.buttons
        assert "다른 담당자나 운영자가 승인하면" in "\n".join(shop.owner.texts)
        await shop.owner.say("/payouts")
        await shop.world.do(lambda tx: tx.run("people.set", name="alone", value="yes", now=0, person=1))
        await shop.owner.tap("승인 대기")
        assert "승인하기" not in shop.owner.buttons
        sora = await shop.id_of(shop.sora)
        await shop.world.do(lambda tx: tx.run("personal.leave", person=sora, now=0, until=0))
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        await shop.owner.tap("승인하기")
        assert "마감: 운영자 · 승인: 운영자" in shop.owner.screen


async def test_alone_an_owner_says_so_first(tmp_path: Path) -> None:
    async with World.open(tmp_path / "data") as world:
        owner = await world.owner()
        assert "승인할 다른 담당자나 운영자가 없어요" in await owner.say("/payouts")
        await owner.tap("혼자 운영해요")
        assert "같은 사람이 승인할 수 있어요" in owner.screen
        await owner.tap("이제 혼자가 아니에요")
        assert "승인할 다른 담당자나 운영자가 없어요" in owner.screen


async def test_a_transfer_that_nobody_else_could_approve_says_so_and_shows_the_way_on(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        sora = await shop.id_of(shop.sora)
        await shop.owner.say("/payouts")
        await shop.owner.tap("마감하기")
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        assert "승인하면 은행에 보낼 수 있어요" in shop.owner.screen and "혼자 운영해요" not in shop.owner.buttons

        await shop.world.do(lambda tx: tx.run("personal.leave", person=sora, now=0, until=0))
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        assert "혼자 운영한다면 아래 버튼" in shop.owner.screen and "승인하기" not in shop.owner.buttons
        await shop.owner.tap("혼자 운영해요")
        await shop.owner.tap("승인 대기")
        await shop.owner.tap("승인하기")
        assert "마감: 운영자 · 승인: 운영자" in shop.owner.screen
        assert [] == await shop.world.do(violations)


async def test_the_second_is_asked_and_the_first_is_told(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        assert "소라님이 이체 T" in await told(shop, shop.owner)
        await shop.owner.tap("보기")
        await shop.owner.tap("승인하기")
        assert "운영자님이 이체 T" in await told(shop, shop.sora)


async def test_a_result_from_excel_with_columns_of_the_bank_s_own_is_read(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", "준", "은주") as shop:
        codes = [await asked(worker) for worker in shop.workers]
        await sent(shop)
        bank = sheet(
            [
                ["이체결과 조회"],
                ["No", "입금은행", "입금계좌", "받는분 표시", "상태"],
                [1, "카카오뱅크", "110-***", codes[0], "처리 완료"],
                [2, "카카오뱅크", "110-***", codes[1], "성공"],
                [3, "카카오뱅크", "110-***", codes[2], "확인중"],
                [4, "카카오뱅크", "110-***", "다른 거래", "성공"],
            ]
        )
        shown = await shop.owner.send("result.xlsx", bank, "/payouts")
        assert "지급 1건 · 실패 0건" in shown
        assert "알아볼 수 없는 줄 1개" in shown
        assert "아직 처리하지 않은 줄 1개" in shown
        assert "지급 1건 · 실패 0건" in await shop.owner.send("result.xlsx", bank, "/payouts")
        assert [] == await shop.world.do(violations)


async def test_a_transfer_s_code_is_a_caption_too(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        payout = await asked(shop.workers[0])
        code = await sent(shop)
        shown = await shop.owner.send("r.tsv", f"payout\tstatus\n{payout.lower()}\tPAID\n".encode(), code.lower())
        assert "지급 1건 · 실패 0건" in shown


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("r.csv", b"a,b\n1,2\n", "찾지 못했어요"),
        ("r.pdf", b"%PDF", "r.pdf"),
        ("r.xlsx", b"PK\x03\x04 broken", "r.xlsx"),
        ("r.csv", b"payout,result\nABCDEFGH,paid\n", "ABCDEFGH: 모르는 출금 코드예요"),
    ],
)
async def test_a_file_that_is_no_result_changes_nothing(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        await sent(shop)
        assert expected in await shop.owner.send(name, data, "/payouts")
        assert [] == await shop.world.do(violations)


async def test_workers_can_not_close_or_hand_in_results(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        assert "담당자만" in await mina.say("/payouts")
        assert "담당자만" in await mina.send("r.csv", f"payout,result\n{code},paid\n".encode(), "/payouts")
        assert "은행에 보냄" in await mina.say("/payout")


async def test_what_looks_wrong_is_listed_before_and_after_the_closing(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", "준", "은주", "밥") as shop:
        mina, jun, eunju, bob = shop.workers
        await shop.account(mina, written("12345678", "다른 사람"))
        await shop.account(jun, written("12345678", "준"))
        await shop.account(bob, written("87654321", "밥 ñ"))
        for worker in shop.workers:
            await asked(worker)
        person = await shop.id_of(eunju)
        await shop.world.do(lambda tx: tx.run("payees.hold", person=person, until=1 << 50))

        shown = await shop.sora.say("/payouts")
        for expected in (
            "미나: 이름과 예금주가 달라요", "미나: 같은 계좌를", "준: 같은 계좌를", "은주: 계좌를 확인하는 중",
            "밥: 이름과 예금주가 달라요", "밥: 은행 파일에는 예금주를 악센트 없는",
        ):  # fmt: skip
            assert expected in shown
        await shop.sora.tap("마감하기")
        assert "3건" in next(text for text in shop.sora.texts if "이체 T" in text)
        [name] = [each for each in shop.sora.phone.documents if each.endswith("-problems.csv")]
        assert 6 == len(table(shop.sora.phone.document(name)))


async def test_an_account_that_the_key_does_not_open_stays_out(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", "준") as shop:
        mina, jun = shop.workers
        for worker in shop.workers:
            await asked(worker)
        person = await shop.id_of(mina)
        await shop.world.do(give_account, person, "locked with another key")
        assert "미나: 저장된 계좌를 지금 열쇠로 열 수 없어요 (이번 이체에서 빠져요)" in await shop.sora.say("/payouts")
        await sent(shop)
        await all_paid(shop.owner)
        assert "진행 중인 출금 · 신청됨" in await mina.say("/payout")
        assert "지급 완료" in await jun.say("/payout")


async def test_1200_who_wait_are_paid_in_three_transfers_made_one_after_the_other(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        lock = shop.world.kit.secret.lock
        sealed = [lock(written(f"1101234{number:06}", f"worker {number}")) for number in range(1_200)]
        boss = await shop.id_of(shop.owner)
        await shop.world.do(multitude, shop.world.clock.now(), boss, 1_200, sealed)
        screen = await shop.sora.say("/payouts")
        assert "신청 1,200건 · 12,000,000원" in screen and "이체 3개로 나눠서" in screen and "확인할 것" not in screen

        shop.sora.phone.tap("마감하기")
        shop.sora.phone.tap("마감하기")
        await shop.world.settle()
        assert "신청 700건" in await shop.sora.say("/payouts")
        await shop.sora.tap(next(text for text in shop.sora.buttons if "승인 대기" in text))
        assert (
            "500건 · 총액 5,000,000원" in shop.sora.texts[-1] and "남은 신청 700건은 다음 이체에" in shop.sora.texts[-1]
        )
        await shop.sora.tap("다음 이체 마감하기")
        assert any("남은 신청 200건은" in text for text in shop.sora.texts)
        await shop.sora.tap("다음 이체 마감하기")

        assert "기다리는 출금 신청이 없어요" in await shop.sora.say("/payouts")
        assert 3 == len([text for text in shop.sora.buttons if "승인 대기" in text])
        assert [] == await shop.world.do(violations)


async def test_a_transfer_whose_maker_was_stopped_half_way_can_be_gone_on_with(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        sora, terms = await shop.id_of(shop.sora), shop.world.kit.config.payments.terms
        await shop.world.do(closing.prepare, shop.world.clock.now(), sora, terms, ())
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        await shop.owner.tap("승인하기")
        assert "파일 SHA-256" in shop.owner.screen
        await shop.owner.tap("파일 받기")
        assert 3 == len(shop.owner.phone.documents)


async def test_an_account_that_changes_after_the_closing_makes_another_file(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        await asked(mina)
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        await shop.account(mina, written("99999999", "미나"))
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        await shop.owner.tap("승인하기")
        assert "취소하고 다시 마감" in (shop.owner.toast or "") + shop.owner.screen
        assert [] == shop.owner.phone.documents


async def test_giving_up_a_transfer_is_asked_twice(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        await shop.sora.tap("이체 취소")
        assert any("두 번 지급돼요" in text for text in shop.sora.texts)
        await shop.sora.tap("네, 은행에 안 보냈어요")
        assert any("취소됨" in text and "파일은 이제 쓰지 마세요" in text for text in shop.sora.texts)
        assert "신청 1건 · 18,400원" in await shop.sora.say("/payouts")


async def test_on_a_payday_the_bot_asks_and_says_so(tmp_path: Path) -> None:
    async with till(tmp_path, environment={"TAPWORK_PAYOUT_DAYS": "mon,tue,wed,thu,fri,sat,sun"}) as shop:
        [mina] = shop.workers
        assert "정해진 지급일에 알아서" in await mina.say("/payout")
        await mina.tap("자동 신청 끄기")
        shop.world.clock.advance(DAY)
        await shop.world.job("payday")
        assert "출금 가능 18,400원" in await mina.say("/payout")
        await mina.tap("자동 신청 켜기")
        shop.world.clock.advance(DAY)
        await shop.world.job("payday")
        await shop.world.job("outbox")
        assert "지급일이라 출금을 신청했어요" in mina.screen
        assert "17,800원" in mina.screen
        assert "진행 중인 출금" in await mina.tap("출금 보기")


async def test_a_payday_on_which_the_books_are_wrong_comes_once_they_are_right(tmp_path: Path) -> None:
    async with till(tmp_path, environment={"TAPWORK_PAYOUT_DAYS": "fri"}) as shop:
        world, [mina] = shop.world, shop.workers
        schedule = Schedule(world.kit, [job for job in SCHEDULE if job.name == "payday"])
        await schedule.look()
        await world.do(auditing.remember, world.clock.now(), [Violation("postings_sum_to_zero", "answer:1:1", 1)])
        for _ in range(8 * 24):
            world.clock.advance(HOUR)
            await schedule.look()
            await schedule.idle()
        assert "진행 중인 출금" not in await mina.say("/payout")
        await world.do(auditing.remember, world.clock.now(), [])
        for _ in range(3):
            world.clock.advance(5 * MINUTE)
            await schedule.look()
            await schedule.idle()
            await world.job("outbox")
        assert 1 == len([text for text in mina.texts if "지급일이라 출금을 신청했어요" in text])
        assert "진행 중인 출금" in await mina.say("/payout")


async def test_who_leaves_asks_for_the_last_won_and_hears_of_it(tmp_path: Path) -> None:
    async with till(tmp_path, price="7") as shop:
        [mina] = shop.workers
        await mina.say("/leave")
        await mina.tap("나가기")
        await asked(mina)
        await sent(shop)
        await all_paid(shop.owner)
        assert "입금됐어요" in await told(shop, mina)
        assert "7원" in mina.screen


async def test_a_slip_of_the_thumb_pays_nobody(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        assert "남은 1건" in await shop.owner.tap("모두 지급됨")
        await shop.owner.tap("아직이에요")
        assert "입금됐어요" not in await told(shop, mina)
        result = f"payout,result,reason\n{code},실패,예금주 불일치\n"
        await shop.owner.send("결과.csv", result.encode(), "/payouts")
        assert "예금주 불일치" in await told(shop, mina)


async def test_a_file_that_calls_a_payout_paid_and_failed_decides_nothing(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        lines = f"payout,result\n{code},정상\n{code},실패\n{code},정상\n"
        shown = await shop.owner.send("결과.csv", lines.encode(), "/payouts")
        assert "지급 0건 · 실패 0건" in shown
        assert "알아볼 수 없는 줄 1개" in shown
        assert "입금됐어요" not in await told(shop, mina)


async def test_payouts_are_among_what_is_told_of_oneself(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        await all_paid(shop.owner)
        await mina.say("/mydata")
        told_of = json.loads(mina.phone.document("tapwork-mydata.json"))
        assert [(code, "paid", "18400", "550", "50", "17800")] == [
            tuple(each[name] for name in ("code", "state", "gross", "income_tax", "local_tax", "net"))
            for each in told_of["payouts"]
        ]
        kinds = {entry["account"].split(":")[0] for entry in told_of["entries"]}
        assert {"pending", "available", "payout", "paid", "income_tax", "local_tax"} == kinds


async def test_everything_in_english(tmp_path: Path) -> None:
    async with till(tmp_path, "Eve", language="en") as shop:
        [eve] = shop.workers
        assert "Available ₩18,400" in await eve.say("/payout")
        assert "Income tax −₩550\nLocal tax −₩50\nYou get ₩17,800" in await eve.tap("Ask for a payout")
        await eve.tap("Yes, send me ₩17,800")
        assert "On its way · asked for" in eve.screen
        await shop.owner.say("/language")
        await shop.owner.tap("English")
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        assert "소라 has prepared transfer T" in await told(shop, shop.owner)
        await shop.owner.tap("Show T")
        await shop.owner.tap("Approve")
        assert "approved" in shop.owner.screen
        await shop.owner.tap("Sent")
        await shop.owner.tap("All paid")
        assert "Have all arrived?" in shop.owner.screen
        await shop.owner.tap("Yes, all have arrived")
        assert "1 paid · 0 failed · 0 without a result" in shop.owner.screen
        assert "Your money has arrived" in await told(shop, eve)


# What the bank says against itself ------------------------------------------------------------------------------------


async def bank_says(person: Someone, code: str, outcome: str) -> str:
    return await person.send("결과.csv", f"출금 코드,처리결과\r\n{code},{outcome}\r\n".encode("cp949"), "/payouts")


async def paid_to(shop: Till, worker: Someone) -> Micros:
    return await shop.world.do(balance, ledger.paid(await shop.id_of(worker)))


async def test_what_the_bank_has_not_done_yet_stays_with_the_bank(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        assert "아직 처리하지 않은 줄 1개는 그대로 기다려요" in await bank_says(shop.sora, code, "미처리")
        assert "은행에 보냄" in await mina.say("/payout")
        assert "지급 1건" in await bank_says(shop.sora, code, "정상")
        assert 17_800_000_000 == await paid_to(shop, mina)


async def test_paid_after_failed_waits_for_a_second_person_and_pays_once(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        await bank_says(shop.sora, code, "오류")
        await asked(mina)
        assert "다른 담당자나 운영자가 확인할 때까지" in await bank_says(shop.sora, code, "정상")

        assert "실제로 지급됐다면 다시 출금하게 두면 두 번 지급돼요" in await told(shop, shop.owner)
        assert "결과 파일을 올린 사람 말고" in shop.sora.screen
        assert "지급된 것이 맞아요" not in shop.sora.buttons
        assert "앞선 출금의 은행 결과를 확인하고 있어요" in await mina.say("/payout")
        shown = await shop.sora.say("/payouts")
        assert "은행 결과가 앞뒤로 다른 출금이 있어요" in shown
        assert "은행이 앞서 지급했을 수도 있어서" in shown
        await shop.sora.tap("마감하기")
        assert "마감할 출금 신청이 없어요" in (shop.sora.toast or "") + shop.sora.screen

        await shop.owner.say("/payouts")
        await shop.owner.tap(f"⚠ {code} 확인하기")
        assert "은행 거래 내역에서 17,800원 출금을 확인했나요?" in await shop.owner.tap("지급된 것이 맞아요")
        assert "지급된 것으로 적었어요" in await shop.owner.tap("네, 은행에서 확인했어요")
        assert "앞서 실패로 알려 드린 출금을 은행이 지급했어요" in await told(shop, mina)
        await mina.say("/mydata")
        [kept] = json.loads(mina.phone.document("tapwork-mydata.json"))["payouts_contradicted"]
        assert (code, "paid", "taken") == (kept["code"], kept["said"], kept["decision"])
        assert "출금 가능 0원" in await mina.say("/payout")
        assert 17_800_000_000 == await paid_to(shop, mina)
        assert "⚠" not in await shop.owner.say("/payouts") + "".join(shop.owner.buttons)
        assert [] == await shop.world.do(violations)


async def test_a_transfer_that_was_given_up_though_the_bank_had_it_pays_once(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        await shop.sora.tap("이체 취소")
        await shop.sora.tap("네, 은행에")
        await shop.owner.say("/payouts")
        await shop.owner.tap("마감하기")
        await bank_says(shop.owner, code, "정상")
        await shop.sora.say("/payouts")
        await shop.sora.tap("승인 대기")
        await shop.sora.tap("승인하기")
        assert "은행이 앞서 지급했을 수도 있어요" in (shop.sora.toast or "") + shop.sora.screen

        await shop.sora.say("/payouts")
        assert "취소한 이체의 출금인데 은행이 지급했다고 해요" in await shop.sora.tap(f"⚠ {code} 확인하기")
        await shop.sora.tap("지급된 것이 맞아요")
        await shop.sora.tap("네, 은행에서 확인했어요")
        assert "그 이체를 먼저 취소해 주세요" in (shop.sora.toast or "") + shop.sora.screen
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        await shop.owner.tap("이체 취소")
        await shop.owner.tap("네, 은행에 안")
        await shop.sora.say("/payouts")
        await shop.sora.tap(f"⚠ {code} 확인하기")
        await shop.sora.tap("지급된 것이 맞아요")
        assert "지급된 것으로 적었어요" in await shop.sora.tap("네, 은행에서 확인했어요")
        assert 17_800_000_000 == await paid_to(shop, mina)
        assert [] == await shop.world.do(violations)


async def test_money_that_came_back_can_be_asked_for_again_once_a_second_person_has_looked(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        await all_paid(shop.owner)
        await bank_says(shop.owner, code, "반환")
        assert "돈이 돌아왔다면" in await told(shop, shop.sora)
        await shop.sora.tap("돈이 돌아왔어요")
        assert "돌아온 것을 확인했나요?" in shop.sora.screen
        assert "이번 결과 파일에는 실패로 나와요" in await shop.sora.tap("다시 볼게요")
        await shop.sora.tap("돈이 돌아왔어요")
        await shop.sora.tap("네, 은행에서 확인했어요")
        assert "18,400원" in await told(shop, mina)
        assert "출금 가능 18,400원" in await mina.say("/payout")
        assert [] == await shop.world.do(violations)


async def test_nobody_is_told_late_what_is_not_true_any_more(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await sent(shop)
        await bank_says(shop.sora, code, "오류")
        await bank_says(shop.sora, code, "정상")
        await shop.owner.say("/payouts")
        await shop.owner.tap(f"⚠ {code} 확인하기")
        await shop.owner.tap("지급된 것이 맞아요")
        await shop.owner.tap("네, 은행에서 확인했어요")
        await told(shop, mina)
        assert not any("처리하지 못했어요" in text for text in mina.texts)
        assert "실패로 알려 드린 출금을 은행이 지급했어요" in mina.screen


# What was withheld ----------------------------------------------------------------------------------------------------


async def test_what_was_withheld_in_a_month_is_there_at_any_time_and_only_of_what_was_paid(tmp_path: Path) -> None:
    async with till(tmp_path, "미나", "준") as shop:
        first, other = [await asked(worker) for worker in shop.workers]
        await shop.owner.say("/payouts")
        assert "원천징수 파일" not in shop.owner.buttons
        await sent(shop)
        await bank_says(shop.owner, first, "정상")
        await shop.owner.say("/payouts")
        await shop.owner.tap("원천징수 파일")
        await shop.owner.tap(" · 1건")
        assert "은행 결과를 기다리는 1건은 아직 빠져" in shop.owner.texts[-1]
        await bank_says(shop.owner, other, "오류")

        shop.world.clock.advance(70 * DAY)
        await shop.account(shop.workers[0], written("99999999", "미나"))
        await shop.owner.say("/payouts")
        await shop.owner.tap("원천징수 파일")
        assert 2 == len(shop.owner.buttons)
        await shop.owner.tap(" · 1건")
        name = shop.owner.phone.documents[-1]
        [row] = table(shop.owner.phone.document(name))
        assert ("", "18400", "550", "50", "17800", first) == tuple(
            row[each] for each in ("resident_number", "gross", "income_tax", "local_tax", "net", "payout")
        )
        assert f"withholding-{row['paid_on'][:7]}.csv" == name
        assert "뗀 세금 600원" in shop.owner.texts[-1]


# Between two steps ----------------------------------------------------------------------------------------------------


async def test_a_transfer_whose_maker_was_stopped_half_way_is_told_at_the_next_look(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        sora, terms = await shop.id_of(shop.sora), shop.world.kit.config.payments.terms
        await shop.world.do(closing.prepare, shop.world.clock.now(), sora, terms, ())
        assert "마감했어요" not in await told(shop, shop.owner)
        await shop.sora.say("/payouts")
        assert "소라님이 이체 T" in await told(shop, shop.owner)
        await shop.owner.tap("보기")
        assert "파일 SHA-256" in shop.owner.screen
        assert "승인하기" in shop.owner.buttons


async def test_a_transfer_that_can_not_be_bound_any_more_can_only_be_given_up(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        await asked(shop.workers[0])
        sora, terms = await shop.id_of(shop.sora), shop.world.kit.config.payments.terms
        await shop.world.do(closing.prepare, shop.world.clock.now(), sora, terms, ())
        await shop.world.do(give_account, await shop.id_of(shop.workers[0]), "locked with another key")
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        assert ["파일 받기", "이체 취소", "출금 마감"] == shop.owner.buttons


async def test_what_changes_after_the_approval_is_said_before_it_counts_as_sent(tmp_path: Path) -> None:
    async with till(tmp_path) as shop:
        [mina] = shop.workers
        code = await asked(mina)
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        await shop.owner.say("/payouts")
        await shop.owner.tap("승인 대기")
        await shop.owner.tap("승인하기")
        await shop.account(mina, written("11012345678", "미나"), Profile.NON_RESIDENT)
        shown = await shop.owner.tap("보냈어요")
        assert "세금 유형이 바뀐 작업자가 1명" in shown
        assert "취소하고 다시 마감하면 두 번 지급돼요" in shown
        await shop.owner.tap("아직 안 올렸어요")
        assert "승인됨" in shop.owner.screen
        await shop.owner.tap("보냈어요")
        await shop.owner.tap("네, 은행에 이미 올렸어요")
        assert "은행에 보냄" in shop.owner.screen
        assert "지급 1건" in await bank_says(shop.owner, code, "정상")


async def test_a_holder_that_no_bank_file_can_hold_waits_and_accents_are_left_away(tmp_path: Path) -> None:
    async with till(tmp_path, "Zoë", "ไทย") as shop:
        for worker in shop.workers:
            await asked(worker)
        shown = await shop.sora.say("/payouts")
        assert "예금주에 은행 파일로 쓸 수 없는 글자가 있어요" in shown
        await shop.sora.tap("마감하기")
        code = shop.sora.phone.documents[0].removesuffix(".csv")
        rows = table(shop.sora.phone.document(f"{code}-cp949.csv"), "cp949")
        assert ["Zoe", ""] == [row["holder"] for row in rows]
        assert ["Zoë", ""] == [row["holder"] for row in table(shop.sora.phone.document(f"{code}.csv"))]


async def test_a_worker_whose_request_is_too_small_by_now_is_told_to_take_it_back(tmp_path: Path) -> None:
    async with till(tmp_path, price="6000") as shop:
        [mina] = shop.workers
        await asked(mina)
        config = shop.world.kit.config
        raised = replace(config.payments, terms=replace(config.payments.terms, minimum=Micros(10_000_000_000)))
        object.__setattr__(config, "payments", raised)
        await shop.sora.say("/payouts")
        await shop.sora.tap("마감하기")
        assert "최소 금액이 10,000원으로 올라서" in await told(shop, mina)
        await mina.tap("신청 취소")
        assert "출금 가능 6,000원" in mina.screen
