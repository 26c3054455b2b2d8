from __future__ import annotations

import html

import pytest
from bot_side import BotSide
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import Json, Phone
from sandbox.markup import parse_html, utf16_length
from sandbox.replies import Refused


def parsed(source: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, entities = parse_html(source)
    return text, [(one["type"], one["offset"], one["length"]) for one in entities]


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("b", "bold"),
        ("strong", "bold"),
        ("i", "italic"),
        ("em", "italic"),
        ("u", "underline"),
        ("ins", "underline"),
        ("s", "strikethrough"),
        ("strike", "strikethrough"),
        ("del", "strikethrough"),
        ("code", "code"),
        ("pre", "pre"),
        ("blockquote", "blockquote"),
        ("tg-spoiler", "spoiler"),
    ],
)
def test_each_tag_makes_its_entity(tag: str, kind: str) -> None:
    assert ("a word", [(kind, 2, 4)]) == parsed(f"a <{tag}>word</{tag}>")


def test_offsets_count_utf16_units() -> None:
    assert parsed("🙂🙂 <b>긍정</b>") == ("🙂🙂 긍정", [("bold", 5, 2)])


def test_outer_entities_come_before_inner_ones() -> None:
    assert parsed("<b><i>a<u>b</u></i></b>") == ("ab", [("bold", 0, 2), ("italic", 0, 2), ("underline", 1, 1)])


def test_attributes_are_kept() -> None:
    assert parse_html('<a href="https://a.b/?c=1&amp;d=2">x</a>') == (
        "x",
        [{"type": "text_link", "offset": 0, "length": 1, "url": "https://a.b/?c=1&d=2"}],
    )
    assert parsed('<span class="tg-spoiler">x</span>') == ("x", [("spoiler", 0, 1)])
    assert parsed("<blockquote expandable>x</blockquote>") == ("x", [("expandable_blockquote", 0, 1)])
    block = '<pre><code class="language-python">x = 1</code></pre>'
    assert parse_html(block) == ("x = 1", [{"type": "pre", "offset": 0, "length": 5, "language": "python"}])


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&lt;b&gt; &amp; &quot;", '<b> & "'),
        ("&#44032;&#x1F642;", "가🙂"),
        ("&nbsp; &unknown; & &", "&nbsp; &unknown; & &"),
        ("&amp;lt;", "&lt;"),
        ("a > b", "a > b"),
    ],
)
def test_only_four_names_and_numbers_are_references(source: str, text: str) -> None:
    assert (text, []) == parsed(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("가<div>x</div>", 'Unsupported start tag "div" at byte offset 3'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<br/>", 'Unsupported start tag "br" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_wrong_markup_is_refused_with_the_place(source: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_html(source)
    assert (400, f"Bad Request: can't parse entities: {reason}") == (refused.value.status, refused.value.description)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert (text, []) == parse_html(html.escape(text, quote=True).replace("&#x27;", "'"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["b", "i", "u", "s", "code"]), st.text("가a🙂 ", min_size=1)), max_size=6))
def test_entities_lie_where_their_words_are(parts: list[tuple[str, str]]) -> None:
    text, entities = parse_html("".join(f"<{tag}>{word}</{tag}>" for tag, word in parts))
    raw = text.encode("utf-16-le")
    assert [word for _, word in parts] == [
        raw[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in entities
    ]
    assert utf16_length(text) == sum(utf16_length(word) for _, word in parts)


async def test_white_space_around_a_text_goes_and_entities_move_along(bot: BotSide, mina: Phone) -> None:
    source = "\n <b> bold </b> \n"
    message: Json = await bot.ok("sendMessage", chat_id=mina.user_id, text=source, parse_mode="HTML")
    assert (message["text"], message["entities"]) == ("bold", [{"offset": 0, "length": 4, "type": "bold"}])


async def test_entities_may_be_given_instead_of_markup(bot: BotSide, mina: Phone) -> None:
    entities = [{"type": "italic", "offset": 3, "length": 2}]
    message = await bot.ok("sendMessage", chat_id=mina.user_id, text="<b>두말", entities=entities)
    assert ("<b>두말", entities) == (message["text"], message["entities"])


async def test_commands_and_addresses_become_entities_by_themselves(bot: BotSide, mina: Phone) -> None:
    text = "누르세요 /work, <code>/not</code> https://a.example/x."
    message = await bot.ok("sendMessage", chat_id=mina.user_id, text=text, parse_mode="HTML")
    assert [(one["type"], one["offset"], one["length"]) for one in message["entities"]] == [
        ("bot_command", 5, 5),
        ("code", 12, 4),
        ("url", 17, 19),
    ]


@pytest.mark.parametrize(("mode", "status"), [("MarkdownV2", 501), ("BBCode", 400)])
async def test_other_markup_is_refused_loudly(bot: BotSide, mina: Phone, mode: str, status: int) -> None:
    got, _ = await bot.no("sendMessage", chat_id=mina.user_id, text="*x*", parse_mode=mode)
    assert status == got
