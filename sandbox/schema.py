"""Checks the parameters of a call against the published Bot API."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from sandbox.replies import Json

Fields = Mapping[str, Sequence[Any]]
INTEGER = re.compile(r"-?\d+")
TRUTHS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


class Violation(ValueError):
    """A call that the Bot API's documentation does not allow."""


@cache
def bot_api() -> Schema:
    return Schema(json.loads(resources.files("sandbox").joinpath("schema/bot_api.json").read_text("utf-8")))


class Schema:
    def __init__(self, data: Json) -> None:
        self._methods: dict[str, Fields] = data["methods"]
        self._types: dict[str, Fields] = data["types"]
        self._unions: dict[str, list[str]] = data["unions"]
        self._names = {name.lower(): name for name in self._methods}

    def method(self, name: str) -> str | None:
        """The method's name as documented; the server does not mind the case."""
        return self._names.get(name.lower())

    def check(self, method: str, params: Mapping[str, object], uploads: Collection[str]) -> Json:
        """The parameters with their real types, decoded where they came as text; raises Violation."""
        fields = self._methods[method]
        given = {name: value for name, value in params.items() if value is not None}
        for name in given.keys() - fields.keys():
            raise Violation(f'{method}: unknown parameter "{name}"')
        for name, (_, required, *_constant) in fields.items():
            if required and name not in given and name not in uploads:
                raise Violation(f'{method}: parameter "{name}" is missing')
        return {name: self._decoded(f"{method}.{name}", fields[name][0], value) for name, value in given.items()}

    def _decoded(self, path: str, kind: str, value: object) -> object:
        """A parameter of a form arrives as text, whatever its type."""
        if isinstance(value, str):
            value = _from_text(path, kind, value)
        self._check_value(path, kind, value)
        return value

    def _check_value(self, path: str, kind: str, value: object) -> None:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                raise Violation(f"{path}: an array is expected")
            for index, item in enumerate(value):
                self._check_value(f"{path}[{index}]", kind.removeprefix("Array of "), item)
            return
        members = self._members(kind)
        if len(members) > 1:
            self._check_union(path, members, value)
        elif kind in self._types:
            self._check_object(path, kind, value)
        elif not _is_plain(kind, value):
            raise Violation(f"{path}: {kind} is expected, not {json.dumps(value, ensure_ascii=False)[:80]}")

    def _members(self, kind: str) -> list[str]:
        return self._unions.get(kind) or re.split(r" or | and |, ", kind)

    def _check_union(self, path: str, members: list[str], value: object) -> None:
        plain = [kind for kind in members if kind not in self._types and kind not in self._unions]
        if any(_is_plain(kind, value) for kind in plain):
            return
        if not isinstance(value, dict):
            raise Violation(f"{path}: one of {', '.join(members)} is expected")
        objects = [kind for kind in members if kind in self._types]
        fitting = [kind for kind in objects if self._could_be(kind, value)]
        if not fitting:
            raise Violation(f"{path}: fits none of {', '.join(members)}")
        self._check_object(path, fitting[0], value)

    def _could_be(self, kind: str, value: Json) -> bool:
        """Whether the fields that tell the members of a union apart are there."""
        return all(
            not required or (name in value and (not constant or value[name] == constant[0]))
            for name, (_, required, *constant) in self._types[kind].items()
        ) and (bool(value.keys() & self._types[kind].keys()) or not value)

    def _check_object(self, path: str, kind: str, value: object) -> None:
        if not isinstance(value, dict):
            raise Violation(f"{path}: {kind} is expected")
        fields = self._types[kind]
        for name in value.keys() - fields.keys():
            raise Violation(f'{path}: {kind} has no field "{name}"')
        for name, (field_kind, required, *constant) in fields.items():
            if name not in value:
                if required:
                    raise Violation(f'{path}: {kind} needs "{name}"')
                continue
            if constant and value[name] != constant[0]:
                raise Violation(f'{path}.{name}: "{constant[0]}" is expected')
            self._check_value(f"{path}.{name}", field_kind, value[name])


def _from_text(path: str, kind: str, text: str) -> object:
    if kind in ("Integer", "Integer or String"):
        return int(text) if INTEGER.fullmatch(text) else text
    if kind == "Float":
        return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
    if kind in ("Boolean", "True"):
        return TRUTHS.get(text, text)
    if kind in ("String", "InputFile", "InputFile or String"):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise Violation(f"{path}: not JSON") from None


def _is_plain(kind: str, value: object) -> bool:
    match kind:
        case "String" | "InputFile":
            return isinstance(value, str)
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "True":
            return value is True
    return False
