"""Texts of the vendor with signs that mean something in HTML, Markdown or templates: they are shown as they are."""

from __future__ import annotations

from dataclasses import replace

import html5lib
import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.publication.reminders.markdown import escaped_markdown
from tests.changes import PLAN, a_change, record_of
from tests.examples import POLICY, utc
from tests.publication.reminders.rendering import an_edition, reminder_text

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
