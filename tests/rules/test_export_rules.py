import pytest

from rules.exports import Format, formats_of, masked, target_of, unspoken
from rules.refusals import Refusal


def test_formats_are_known_by_their_names_and_other_tools_names_and_told_in_one_order() -> None:
    assert (Format.CSV, Format.PARQUET, Format.LABELSTUDIO) == formats_of(" label-studio, PARQUET csv,csv ")
    assert (Format.HUGGINGFACE,) == formats_of("hf")
    assert () == formats_of("")


def test_an_unknown_format_is_named_with_those_that_there_are() -> None:
    with pytest.raises(Refusal) as error:
        formats_of("csv,coco")

    assert "export.no_format" == error.value.key
    assert {
        "name": "coco",
        "formats": "csv, jsonl, xlsx, parquet, huggingface, labelstudio, toloka",
    } == error.value.blanks


@pytest.mark.parametrize(
    "said", ["s3://bucket/라벨", "gs://bucket", "sftp://sora@host:22/home/labels", "abfs://box/deep/er"]
)
def test_coordinators_may_name_stores(said: str) -> None:
    assert said == target_of(f" {said}/ ", is_owner=False)


@pytest.mark.parametrize(
    ("said", "is_owner", "reason"),
    [
        ("bucket/folder", True, "export.bad_target"),
        ("s3://", True, "export.bad_target"),
        ("s3://a b", True, "export.bad_target"),
        ("simplecache::s3://bucket", True, "export.bad_target"),
        ("https://host/put?sig=secret", True, "export.bad_target"),
        ("s3://" + "x" * 300, True, "export.bad_target"),
        ("sftp://sora:secret@host/labels", True, "export.target_password"),
        ("file:///etc", False, "export.target_owner"),
        ("memory://x", False, "export.target_owner"),
        ("http://169.254.169.254/latest", False, "export.target_owner"),
    ],
)
def test_other_places_are_refused(said: str, is_owner: bool, reason: str) -> None:
    with pytest.raises(Refusal) as error:
        target_of(said, is_owner=is_owner)

    assert reason == error.value.key


def test_an_owner_may_name_a_folder_of_the_server() -> None:
    assert "file:///mnt/labels" == target_of("file:///mnt/labels", is_owner=True)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("sftp://sora:p4ss@host:22/x", "sftp://***@host:22/x"),
        ("sftp://sora@host/x@y", "sftp://***@host/x@y"),
        ("sftp://sora:p@ss@host/x", "sftp://***@host/x"),
        ("az://box/x?sig=secret", "az://box/x"),
        ("s3://bucket/x", "s3://bucket/x"),
    ],
)
def test_a_place_is_shown_without_its_secrets(target: str, shown: str) -> None:
    assert shown == masked(target)


def test_a_library_s_message_is_told_without_the_secrets_of_the_place() -> None:
    said = "can't log in to sftp://sora:p4ss@host as sora with p4ss (sig=secret)"

    told = unspoken(said, "sftp://sora:p4ss@host/x?sig=secret")

    assert "can't log in to sftp://***@host as sora with *** (***)" == told
