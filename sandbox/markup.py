"""HTML of the Bot API into plain text and entities, with the errors that the server gives for wrong markup."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.replies import Json, bad_request

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]{1,4}));?")
START = re.compile(r"<([^\s/>]*)([^>]*)>")
ATTRIBUTE = re.compile(r"""\s*([^\s=/]+)\s*(=)?\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))?""")
FOUND = re.compile(
    r"(?<![\w/@])(?P<command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])|(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)])"
)


@dataclass
class Open:
    tag: str
    offset: int
    attributes: dict[str, str]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities with offsets in UTF-16 units; raises Refused for markup the server does not take."""
    return _HtmlReader(source).read()


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._position = 0
        self._text: list[str] = []
        self._length = 0
        self._open: list[Open] = []
        self._entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self._position < len(self._source):
            character = self._source[self._position]
            if character == "<":
                self._tag()
            elif character == "&":
                self._reference()
            else:
                self._plain()
        if self._open:
            raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        order = sorted(enumerate(self._entities), key=lambda pair: (pair[1]["offset"], -pair[1]["length"], -pair[0]))
        return "".join(self._text), [entity for _, entity in order]

    def _plain(self) -> None:
        end = self._position
        while end < len(self._source) and self._source[end] not in "<&":
            end += 1
        self._append(self._source[self._position : end])
        self._position = end

    def _append(self, text: str) -> None:
        self._text.append(text)
        self._length += utf16_length(text)

    def _reference(self) -> None:
        match = REFERENCE.match(self._source, self._position)
        meant = _referred(match) if match else None
        self._append(meant or "&")
        self._position = match.end() if match and meant else self._position + 1

    def _tag(self) -> None:
        begin = self._byte_offset()
        if self._source.startswith("</", self._position):
            self._end_tag(begin)
            return
        match = START.match(self._source, self._position)
        if match is None:
            raise _cannot_parse(f"Unclosed start tag at byte offset {begin}")
        name = match[1].lower()
        if name not in TAGS:
            raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {begin}')
        attributes = _attributes(match[2], name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._open.append(Open(name, self._length, attributes))
        self._position = match.end()

    def _end_tag(self, begin: int) -> None:
        end = self._source.find(">", self._position)
        if end < 0:
            raise _cannot_parse(f"Unclosed end tag at byte offset {begin}")
        name = self._source[self._position + 2 : end].strip().lower()
        if not self._open:
            raise _cannot_parse(f"Unexpected end tag at byte offset {begin}")
        opened = self._open.pop()
        if name not in ("", opened.tag):
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            raise _cannot_parse(f"Unmatched end tag at byte offset {begin}, {expected}")
        self._position = end + 1
        if self._length > opened.offset:
            self._close(opened)

    def _close(self, opened: Open) -> None:
        entity: Json = {"offset": opened.offset, "length": self._length - opened.offset, "type": TAGS[opened.tag]}
        match opened.tag:
            case "a":
                url = opened.attributes.get("href", "") or _utf16_slice("".join(self._text), entity)
                if "." not in url and not url.startswith("tg:"):
                    return
                entity["url"] = url
            case "blockquote" if "expandable" in opened.attributes:
                entity["type"] = "expandable_blockquote"
            case "tg-emoji":
                entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
            case "code" if self._inside_pre(opened):
                entity["language"] = opened.attributes["class"].removeprefix("language-")
            case "pre":
                entity |= self._language_of(entity)
        self._entities.append(entity)

    def _inside_pre(self, opened: Open) -> bool:
        inside = bool(self._open) and self._open[-1].tag == "pre"
        return inside and opened.attributes.get("class", "").startswith("language-")

    def _language_of(self, pre: Json) -> Json:
        """A code entity with a language that fills the whole block melts into it."""
        last = self._entities[-1] if self._entities else {}
        if "language" in last and last["type"] == "code":
            self._entities.pop()
            if (last["offset"], last["length"]) == (pre["offset"], pre["length"]):
                return {"language": last["language"]}
        return {}

    def _byte_offset(self) -> int:
        return len(self._source[: self._position].encode())


def _referred(match: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED.get(name)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else None


def _attributes(source: str, tag: str, begin: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in ATTRIBUTE.finditer(source.rstrip("/ \t\n")):
        name, equals, double, single, bare = match.groups()
        if equals and double is None and single is None and bare is None:
            raise _cannot_parse(f'Unexpected end of name token at byte offset {begin} in the tag "{tag}"')
        found[name.lower()] = double or single or bare or ""
    return {name: _dereferenced(value) for name, value in found.items()}


def _dereferenced(value: str) -> str:
    return REFERENCE.sub(lambda match: _referred(match) or match[0], value)


def _utf16_slice(text: str, entity: Json) -> str:
    raw = text.encode("utf-16-le")
    begin = 2 * int(entity["offset"])
    return raw[begin : begin + 2 * int(entity["length"])].decode("utf-16-le", "replace")


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without white space around it; entities move along, those left empty or beyond the end go."""
    body = text.replace("\r", "").strip()
    before = utf16_length(text[: len(text) - len(text.lstrip())])
    length = utf16_length(body)
    kept = []
    for entity in entities:
        begin = max(0, entity["offset"] - before)
        end = min(length, entity["offset"] + entity["length"] - before)
        if begin < end:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return body, kept


def with_found_entities(text: str, entities: list[Json]) -> list[Json]:
    """Adds the commands and addresses that Telegram makes clickable by itself."""
    taken = [
        (one["offset"], one["offset"] + one["length"])
        for one in entities
        if one["type"] in ("code", "pre", "text_link")
    ]
    found = []
    for match in FOUND.finditer(text):
        begin = utf16_length(text[: match.start()])
        length = utf16_length(match[0])
        if not any(begin < other_end and other_begin < begin + length for other_begin, other_end in taken):
            found.append({"offset": begin, "length": length, "type": "bot_command" if match["command"] else "url"})
    return sorted([*entities, *found], key=lambda one: int(one["offset"])) if found else entities


def _cannot_parse(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
