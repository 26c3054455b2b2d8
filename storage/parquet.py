"""Parquet files, in groups of rows: a table of a million rows needs no more memory than one group."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import assert_never

import pyarrow
from pyarrow.parquet import ParquetWriter

from .documents import Record, Value, compact

ROWS_IN_A_GROUP = 5_000


class Column(Enum):
    """What a column holds."""

    TEXT = "text"
    TEXTS = "several texts"
    NUMBER = "number"
    FRACTION = "fraction"
    FLAG = "flag"
    INSTANT = "instant"
    SHARES = "a share for each label"
    OBJECT = "an object, as JSON"


class ParquetDocument:
    """Columns of real types; instants to the millisecond in a time zone, shares as a list of label and share."""

    def __init__(self, path: Path, columns: Mapping[str, Column], timezone: str) -> None:
        self._columns = columns
        fields = [pyarrow.field(name, kind_of(column, timezone)) for name, column in columns.items()]
        self._schema = pyarrow.schema(fields)
        self._file = path.open("wb")
        self._writer = ParquetWriter(self._file, self._schema, compression="zstd")
        self._waiting: list[dict[str, object]] = []

    def write(self, records: Iterable[Record]) -> None:
        for record in records:
            self._waiting.append({name: SPELLED[kind](record[name]) for name, kind in self._columns.items()})
            if len(self._waiting) == ROWS_IN_A_GROUP:
                self._flush()

    def close(self) -> bool:
        if not self._file.closed:
            with self._file:
                self._flush()
                self._writer.close()
                self._file.flush()
                os.fsync(self._file.fileno())
        return True

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pyarrow.Table.from_pylist(self._waiting, schema=self._schema))
            self._waiting.clear()


def kind_of(column: Column, timezone: str) -> pyarrow.DataType:
    match column:
        case Column.TEXT | Column.OBJECT:
            return pyarrow.string()
        case Column.TEXTS:
            return pyarrow.list_(pyarrow.string())
        case Column.NUMBER:
            return pyarrow.int64()
        case Column.FRACTION:
            return pyarrow.float64()
        case Column.FLAG:
            return pyarrow.bool_()
        case Column.INSTANT:
            return pyarrow.timestamp("ms", tz=timezone)
        case Column.SHARES:
            share = pyarrow.struct({"label": pyarrow.string(), "share": pyarrow.float64()})
            return pyarrow.list_(share)
        case _:
            assert_never(column)


def sound(value: Value) -> str | None:
    """A text that has a UTF-8 form: half a surrogate pair has none."""
    return None if value is None else str(value).encode(errors="replace").decode()


def several(value: Value) -> list[str | None] | None:
    return [sound(each) for each in value] if isinstance(value, tuple) else None


def shares(value: Value) -> list[dict[str, object]] | None:
    if not isinstance(value, Mapping):
        return None
    return [{"label": sound(label), "share": share} for label, share in value.items()]


def instant(value: Value) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))


def as_json(value: Value) -> str | None:
    return sound(compact(value)) if isinstance(value, Mapping) else None


def unchanged(value: Value) -> Value:
    return value


SPELLED: Mapping[Column, Callable[[Value], object]] = {
    Column.TEXT: sound,
    Column.TEXTS: several,
    Column.NUMBER: unchanged,
    Column.FRACTION: unchanged,
    Column.FLAG: unchanged,
    Column.INSTANT: instant,
    Column.SHARES: shares,
    Column.OBJECT: as_json,
}
