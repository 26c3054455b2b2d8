"""Which files each format has, what each holds, and who writes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from rules.exports import USUAL, Format
from rules.model import Kind
from rules.refusals import Refusal
from storage.datasets import PictureSet, TextSet
from storage.documents import CsvDocument, Document, JsonArray, JsonLines, Text, TsvDocument
from storage.workbooks import MOST_ROWS, Workbook

from .interchange import studio_settings, toloka_columns
from .records import Source

Maker = Callable[[Path], Document]

ANSWER_COLUMNS = ("task", "worker", "label", "answered_at", "seconds", "is_gold", "status", "guide_version")
LABEL_COLUMNS = ("task", "label", "confidence", "answers", "status", "probabilities", "meta")

ANSWER_FILES: Mapping[Format, str] = {
    Format.CSV: "answers.csv",
    Format.JSONL: "answers.jsonl",
    Format.PARQUET: "answers.parquet",
}
LABEL_FILES: Mapping[Format, str] = {
    Format.CSV: "labels.csv",
    Format.JSONL: "labels.jsonl",
    Format.XLSX: "labels.xlsx",
    Format.PARQUET: "labels.parquet",
}
DATASET_FILES = ("imagefolder.zip", "texts.zip")
STUDIO_FILE, STUDIO_SETTINGS, TOLOKA_FILE = "labelstudio.json", "labelstudio.xml", "toloka.tsv"


@dataclass(frozen=True)
class Wanted:
    """What to write: which formats, times in which time zone, and where a batch's pictures are."""

    timezone: ZoneInfo
    pictures: Path | None = None
    formats: tuple[Format, ...] = USUAL
    most_rows: int = MOST_ROWS

    @property
    def answer_files(self) -> tuple[str, ...]:
        return tuple(name for each, name in ANSWER_FILES.items() if each in self.formats)

    @property
    def label_files(self) -> tuple[str, ...]:
        return tuple(name for each, name in LABEL_FILES.items() if each in self.formats)

    @property
    def has_dataset(self) -> bool:
        return Format.HUGGINGFACE in self.formats

    @property
    def has_answers_by_task(self) -> bool:
        return Format.LABELSTUDIO in self.formats or Format.TOLOKA in self.formats

    @property
    def needs_content(self) -> bool:
        return self.has_dataset or self.has_answers_by_task


def check(formats: Iterable[Format]) -> None:
    """Raises Refusal where a format's library is not installed."""
    if Format.PARQUET in formats and find_spec("pyarrow") is None:
        raise Refusal("export.no_parquet")


def makers(source: Source, wanted: Wanted) -> dict[str, Maker]:
    """The files of an export by name, labels first, each with what writes it. Raises Refusal as `check` does."""
    check(wanted.formats)
    found: dict[str, Maker] = {}
    for each in wanted.formats:
        found |= _makers(each, source, wanted)
    return dict(sorted(found.items(), key=lambda file: (not file[0].startswith("labels"), file[0])))


def _makers(each: Format, source: Source, wanted: Wanted) -> Mapping[str, Maker]:
    match each:
        case Format.CSV:
            return {
                "answers.csv": partial(CsvDocument, columns=ANSWER_COLUMNS),
                "labels.csv": partial(CsvDocument, columns=LABEL_COLUMNS),
            }
        case Format.JSONL:
            return {"answers.jsonl": JsonLines, "labels.jsonl": JsonLines}
        case Format.XLSX:
            sheet = partial(Workbook, columns=LABEL_COLUMNS, title="labels", most=wanted.most_rows)
            return {"labels.xlsx": sheet}
        case Format.PARQUET:
            return _parquet(source, wanted.timezone)
        case Format.HUGGINGFACE:
            return {"imagefolder.zip": PictureSet, "texts.zip": TextSet}
        case Format.LABELSTUDIO:
            return {STUDIO_FILE: JsonArray, STUDIO_SETTINGS: partial(Text, content=studio_settings(source))}
        case Format.TOLOKA:
            return {TOLOKA_FILE: partial(TsvDocument, columns=toloka_columns(source))}


def _parquet(source: Source, timezone: ZoneInfo) -> Mapping[str, Maker]:
    from storage.parquet import Column, ParquetDocument  # Its library is an extra, and slow to load.

    label = Column.TEXTS if source.kind is Kind.MULTIPLE else Column.TEXT
    answers = (
        Column.TEXT,
        Column.TEXT,
        label,
        Column.INSTANT,
        Column.FRACTION,
        Column.FLAG,
        Column.TEXT,
        Column.NUMBER,
    )
    labels = (Column.TEXT, label, Column.FRACTION, Column.NUMBER, Column.TEXT, Column.SHARES, Column.OBJECT)
    answer_columns = dict(zip(ANSWER_COLUMNS, answers, strict=True))
    label_columns = dict(zip(LABEL_COLUMNS, labels, strict=True))
    return {
        "answers.parquet": partial(ParquetDocument, columns=answer_columns, timezone=timezone.key),
        "labels.parquet": partial(ParquetDocument, columns=label_columns, timezone=timezone.key),
    }
