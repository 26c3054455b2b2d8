import gc
import random
import re
import tomllib
import tracemalloc
from pathlib import Path
from string import Formatter
from time import process_time

import pytest
from posted import PICTURE, stored, zipped
from refused import said

from rules.refusals import Refusal
from rules.rows import Row
from storage.uploads import open_upload
from storage.uploads.ids import SeenIds

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "storage/uploads").glob("*.py"), ROOT / "rules/settings.py", ROOT / "rules/rows.py"]
LINES = {
    language: tomllib.loads((ROOT / f"locales/{language}/upload.toml").read_text("utf-8")) for language in ("ko", "en")
}
SEEDS = {
    "a.csv": b'text,id,gold\n"a\nb",1,x|y\nc,2,\n',
    "korean.csv": "text;id\n가나;1\n".encode("cp949"),
    "wide.tsv": "text\tid\n가나\t1\n".encode("utf-16"),
    "a.jsonl": b'{"text":"a","id":1}\n{"text":["a"],"meta":{"x":1}}\n',
    "a.json": b'{"rows":[{"text":"a"},{"text":"\\ud800"}]}',
    "a.zip": zipped({"set/고양이/1.jpg": PICTURE, "set/2.jpg": PICTURE, "set/labels.csv": b"image,gold\n2.jpg,a\n"}),
}


def test_every_reason_is_worded_and_no_wording_is_left_over() -> None:
    used = {key for source in SOURCES for key in re.findall(r'"upload\.(\w+)"', source.read_text("utf-8"))}
    places = {"at_line", "at_entry"}
    assert (set(LINES["ko"]), set(LINES["en"])) == (used | places, used | places)


def test_both_languages_have_the_same_blanks() -> None:
    blanks = {
        language: {key: {blank for _, blank, _, _ in Formatter().parse(line) if blank} for key, line in lines.items()}
        for language, lines in LINES.items()
    }
    assert blanks["ko"] == blanks["en"]


@pytest.mark.parametrize("ids", [False, True])
def test_a_hundred_thousand_rows_stream_through_little_memory(tmp_path: Path, ids: bool) -> None:
    path = tmp_path / "large"
    with path.open("w", encoding="cp949") as table:
        table.write("id,text,gold,source\n" if ids else "other,text,gold,source\n")
        table.writelines(f"row {number},리뷰 {number} 재미있어요,긍정,naver\n" for number in range(100_000))
    with open_upload(path, "large.csv") as upload:
        started = process_time()
        count = sum(isinstance(one, Row) for one in upload.rows())
        seconds = process_time() - started
        gc.collect()
        tracemalloc.start()
        for _ in upload.rows():
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 2_000_000
    assert seconds < 15


def test_ids_are_remembered_with_the_place_of_their_first_use() -> None:
    seen = SeenIds()
    assert [seen.first_place("a", 2), seen.first_place("b", "#2"), seen.first_place("A", 4)] == [None, None, None]
    assert [seen.first_place("a", 5), seen.first_place("b", 6)] == [2, "#2"]
    seen.close()


@pytest.mark.parametrize("name", SEEDS)
def test_no_damage_to_a_file_ends_in_anything_but_rows_faults_and_refusals(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    for _ in range(300):
        data = bytearray(SEEDS[name])
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[place] = chance.randrange(256)
                case 1:
                    data[place:place] = chance.choice([b'"', b"\0", b",", b"\r", b"{", b"[", b"\xff"])
                case _:
                    del data[place : place + chance.randint(1, 9)]
            data = data or bytearray(b"\n")
        read_all(stored(tmp_path, name, bytes(data)), name)


def read_all(path: Path, name: str) -> None:
    try:
        with open_upload(path, name) as upload:
            for found in upload.rows():
                if not isinstance(found, Row):
                    said(found)
                elif found.image:
                    upload.picture(found.image)
    except Refusal as refusal:
        said(refusal)
