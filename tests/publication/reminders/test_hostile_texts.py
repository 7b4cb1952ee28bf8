"""Texts of the vendor with signs that mean something in HTML, Markdown or templates: they are shown as they are."""

from __future__ import annotations

from dataclasses import replace

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import plain_line
from icsfeed.publication.reminders.markdown import escaped_markdown
from tests.changes import PLAN, a_change, record_of
from tests.examples import POLICY, utc
from tests.publication.reminders.rendering import an_edition, reminder_text
from tests.reminders.situations import URL

HOSTILE = (
    "<script>alert(1)</script> & \"quotes\" 'single' {{ calendar }} {% x %} ]]> --> | `code` ``` * _ ~~ "
    "[link](javascript:x) ![p](x) # heading\n# heading\n- item\n\n<div onload=x>\u202etxet\u202c $math$ \\"
)
NOW = utc(2026, 12, 3, 8, 30)


def hostile_situation() -> Situation:
    plan = replace(PLAN, summary=HOSTILE, reason=HOSTILE)
    change = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 8)), plan=plan)
    updates = tuple(replace(update, message=HOSTILE) for update in change.updates)
    calendar = replace(POLICY.calendar, name=HOSTILE, description=HOSTILE)
    environments = tuple(replace(each, name=HOSTILE) for each in POLICY.environments)
    windows = tuple(replace(each, name=HOSTILE, description=HOSTILE) for each in POLICY.windows)
    schedule = replace(POLICY, calendar=calendar, environments=environments, windows=windows)
    return Situation(schedule=schedule, record=record_of(replace(change, updates=updates)), now=NOW)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_becomes_an_element(language: str) -> None:
    html = reminder_text(an_edition(hostile_situation(), language), "knowledge-base")
    document = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True).parseFragment(html)
    names = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    expected = "section h2 h3 p div ul li time br strong bdi a span table thead tbody tr th td"
    assert names - {"DOCUMENT_FRAGMENT"} == set(expected.split())
    assert "\u202e" not in html
    assert html.count("alert(1)") > 5, "the text is there"


@pytest.mark.parametrize("channel", ["ticket", "ticket-text"])
def test_no_text_begins_a_line_of_its_own(channel: str) -> None:
    text = reminder_text(an_edition(hostile_situation()), channel)
    heading = "# heading" if channel == "ticket" else "# heading\n"
    assert not any(line.startswith(heading) for line in text.splitlines())
    assert "\u202e" not in text


def test_plain_text_has_at_most_75_columns() -> None:
    text = reminder_text(an_edition(hostile_situation()), "ticket-text")
    assert max(map(len, text.splitlines())) == 75


def markdown_parser(flavor: str) -> MarkdownIt:
    """A parser that makes links of nothing but links, as most ticketing systems do."""
    return MarkdownIt(flavor).disable("linkify") if flavor == "gfm-like" else MarkdownIt(flavor)


def shown_texts(tokens: list[Token]) -> list[str]:
    """The text of each block, as readers see it."""
    return ["".join(part.content for part in each.children or ()) for each in tokens if each.type == "inline"]


FLAVORS = ("commonmark", "gfm-like")


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_markdown_parser_shows_every_text_as_it_is(flavor: str) -> None:
    tokens = markdown_parser(flavor).parse(reminder_text(an_edition(hostile_situation()), "ticket"))
    kinds = {part.type for each in tokens for part in (each, *(each.children or ()))}
    blocks = {
        f"{block}_{end}" for block in ("heading", "paragraph", "bullet_list", "list_item") for end in ("open", "close")
    }
    assert kinds == blocks | {"inline", "text", "link_open", "link_close"}
    links = [part.attrs["href"] for each in tokens for part in each.children or () if part.type == "link_open"]
    assert links == [f"{URL}/#ec-7", f"{URL}/"]
    texts = shown_texts(tokens)
    assert texts[0] == plain_line(HOSTILE)
    assert f"Emergency change EC-7: {plain_line(HOSTILE)}" in texts


@example(text="Platform #")
@example(text="- 1. # =")
@given(text=st.text(st.characters(codec="utf-8")).map(plain_line).map(str.strip).filter(bool))
def test_any_text_is_shown_as_it_is_wherever_it_stands(text: str) -> None:
    """In a heading, in a list, within a line and as the text of a link."""
    escaped = escaped_markdown(text)
    source = f"## {escaped}\n\n- {escaped}\n  - Reason: {escaped}\n\n[{escaped}](https://example.com/)\n"
    for flavor in FLAVORS:
        tokens = markdown_parser(flavor).parse(source)
        assert shown_texts(tokens) == [text, text, f"Reason: {text}", text]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Security patch", "Security patch"),
        ("# heading", "\\# heading"),
        ("1. item", "1\\. item"),
        ("1) item", "1\\) item"),
        ("- item", "\\- item"),
        ("=====", "\\====="),
        ("a_b *c* `d`", "a\\_b \\*c\\* \\`d\\`"),
        ("[x](y) ![z](w)", "\\[x\\](y) !\\[z\\](w)"),
        ("<b> &lt; |", "&lt;b&gt; &amp;lt; \\|"),
        ("2026-12-03, 02:00–06:00", "2026-12-03, 02:00–06:00"),
        ("\\", "\\\\"),
    ],
)
def test_markdown_is_escaped_where_it_means_something(text: str, escaped: str) -> None:
    assert escaped_markdown(text) == escaped
