"""What a message holds, made from a call's parameters: text, captions, photos, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.files import UPLOAD_LIMIT, FileKind, FileStore, StoredFile
from sandbox.markup import parse_html, trimmed, utf16_length, with_found_entities
from sandbox.people import Bot
from sandbox.replies import Json, Refused, UploadedFile, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CONTENT_KEYS = frozenset(
    {
        "text",
        "entities",
        "caption",
        "caption_entities",
        "photo",
        "document",
        "show_caption_above_media",
        "has_media_spoiler",
    }
)


@dataclass(frozen=True)
class Arguments:
    """One call: who makes it, its checked parameters, its uploads."""

    bot: Bot
    params: Json
    uploads: Mapping[str, UploadedFile]


def formatted(source: str, parse_mode: str | None, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """Text without markup and its entities; raises Refused for markup or entities that do not fit."""
    match (parse_mode or "").lower():
        case "":
            text, found = source, [_checked_entity(one, source) for one in entities or []]
        case "html":
            text, found = parse_html(source)
        case "markdown" | "markdownv2":
            raise Refused(501, "Not Implemented: the sandbox reads HTML and entities, not Markdown")
        case _:
            raise bad_request("unsupported parse_mode")
    text, found = trimmed(text, found)
    return text, with_found_entities(text, found)


def text_content(params: Json) -> Json:
    """`text` and `entities` of a message."""
    source = str(params["text"])
    if not source:
        raise bad_request("message text is empty")
    text, entities = formatted(source, params.get("parse_mode"), params.get("entities"))
    if not text:
        raise bad_request("text must be non-empty")
    if len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": entities} if entities else {})}


def caption_content(params: Json) -> Json:
    """`caption` and `caption_entities` of a message, nothing for an empty one."""
    text, entities = formatted(str(params.get("caption", "")), params.get("parse_mode"), params.get("caption_entities"))
    if len(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return {
        **({"caption": text} if text else {}),
        **({"caption_entities": entities} if text and entities else {}),
        **({"show_caption_above_media": True} if params.get("show_caption_above_media") else {}),
    }


def media_content(
    files: FileStore, call: Arguments, kind: FileKind, params: Json, source: str | None, field: str
) -> Json:
    """A photo or document with its caption; `source` is a file_id or attach://name, else the upload is in `field`."""
    caption = caption_content(params)
    stored = _media_file(files, call, kind, source, field)
    media: Json = {"photo": stored.photo_sizes()} if kind is FileKind.PHOTO else {"document": stored.document()}
    spoiler = {"has_media_spoiler": True} if params.get("has_spoiler") else {}
    return {**media, **caption, **spoiler}


def _media_file(files: FileStore, call: Arguments, kind: FileKind, source: str | None, field: str) -> StoredFile:
    upload = call.uploads.get((source or field).removeprefix("attach://"))
    if upload is not None:
        if len(upload.data) > UPLOAD_LIMIT:
            raise Refused(413, "Request Entity Too Large")
        files.uploads += 1
        return files.add(call.bot.id, kind, upload)
    if source is None:
        raise bad_request(f"there is no {field} in the request")
    if source.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = files.find(call.bot.id, source)
    if stored.kind is not kind:
        raise bad_request(f"can't use file of type {stored.kind.value} as {kind.value}")
    return stored


def _checked_entity(entity: Json, text: str) -> Json:
    begin, length = int(entity["offset"]), int(entity["length"])
    if begin < 0 or length < 0 or begin + length > utf16_length(text):
        raise bad_request(f"entity begins or ends beyond the text: offset {begin}, length {length}")
    return entity
