"""Own templates are bounded in time, memory and output, and each mistake has its file and line."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from icsfeed.publication.reminders.escaping import Escaping
from icsfeed.publication.reminders.own_texts import TemplateEntry, TemplateMistake, rendered


def results_of(templates: dict[str, str], **bounds: float) -> dict[str, str | TemplateMistake]:
    entries = [TemplateEntry(template=name, escaping=Escaping.XML, variables=0) for name in templates]
    variables: dict[str, object] = {"name": "<b> & {{ x }}", "items_of": ["one"]}
    return dict(zip(templates, rendered(templates, entries, [variables], **bounds), strict=True))  # type: ignore[list-item]


def children() -> set[str]:
    """The processes whose parent this one is, zombies too."""
    return {
        stat.parent.name
        for stat in Path("/proc").glob("[0-9]*/stat")
        if stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1] == str(os.getpid())
    }


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\n{{ nme }}", 2, "'nme' is undefined"),
        ("a\n\n{{ name.first }}", 3, "'str object' has no attribute 'first'"),
        ("{% for each in items_of %}\n{% endfr %}", 2, "Encountered unknown tag 'endfr'"),
        ("{% if %}", 1, "Expected an expression, got 'end of statement block'"),
        ("\n{{ name.__class__.__mro__ }}", 2, "templates may not do this: access to attribute '__class__'"),
        ("{{ cycler.__init__.__globals__ }}", 1, "templates may not do this: access to attribute '__init__'"),
        ("{% include 'self' %}", 1, "the template includes or calls itself without an end"),
        ("{% include 'other' %}", 1, 'there is no template "other" in this folder'),
        ("{{ 9 ** 9 ** 9 }}", 1, 'the operator "**" is not available'),
        ("{{ 'x' * 1000000000 }}", 1, "the product is too large"),
        ("{{ 1000000000 * ['x', 'y'] }}", 1, "the product is too large"),
        (
            "{% set n = namespace(x=7) %}{% for i in range(90000) %}\n{% set n.x = n.x * n.x * 3 %}{% endfor %}",
            2,
            "the product is too large",
        ),
        ("{% set n = namespace(x='x' * 99) %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}", 1, "the"),
        ("{{ '%0999999999d' % 5 }}", 1, "the template needs more than 512 MB of memory"),
        ("{{ 'x' * 200001 }}", 0, "the text is longer than 200,000 characters"),
        ("{{ range(100001) | length }}", 1, "Range too big"),
        ("{{ lipsum() }}", 1, "'lipsum' is undefined"),
        ("{{ items_of | random }}", 1, "No filter named 'random'"),
    ],
)
def test_each_mistake_has_its_line(source: str, line: int, message: str) -> None:
    result = results_of({"self": source})["self"]
    assert isinstance(result, TemplateMistake)
    assert (result.template, result.line, result.message[: len(message)]) == ("self", line, message)


def test_a_mistake_in_an_included_template_is_that_one_s() -> None:
    result = results_of({"ticket.md.j2": "{% include '_footer.j2' %}", "_footer.j2": "\n{{ nme }}"})["ticket.md.j2"]
    assert isinstance(result, TemplateMistake)
    assert result.text("reminders") == "reminders/_footer.j2:2: 'nme' is undefined"


def test_values_are_escaped_and_what_they_hold_is_no_template() -> None:
    assert results_of({"a": "{{ name }}{{ name | safe }}"}) == {"a": "&lt;b&gt; &amp; {{ x }}<b> & {{ x }}"}


ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{{ '' }}{% endfor %}{% endfor %}"


def test_an_endless_template_stops_and_the_others_are_rendered() -> None:
    """The sandbox of Jinja bounds no time."""
    before = children()
    results = results_of({"first": "1", "endless": ENDLESS, "last": "{{ name | length }}"}, seconds=0.3)
    mistake = results["endless"]
    assert isinstance(mistake, TemplateMistake)
    assert (mistake.line, mistake.message) == (1, "the template takes longer than 0.3 s")
    assert (results["first"], results["last"]) == ("1", "13")
    assert children() <= before


def test_a_process_that_does_not_end_is_ended() -> None:
    """No computing time passes where a template's limit is longer than the patience; the others are rendered then."""
    before, start = children(), time.monotonic()
    results = results_of({"first": "1", "endless": ENDLESS, "last": "2"}, seconds=60, patience=3)
    assert time.monotonic() - start < 30
    assert isinstance(mistake := results["endless"], TemplateMistake)
    assert mistake.message == "the template takes too long, or too much memory"
    assert (results["first"], results["last"]) == ("1", "2")
    assert children() <= before


def test_a_template_that_takes_too_long_does_so_once() -> None:
    """It would in each language, and in each situation with which it is checked."""
    entry = TemplateEntry(template="endless", escaping=Escaping.NONE, variables=0)
    start = os.times().children_user
    results = rendered({"endless": ENDLESS}, [entry] * 30, [{}], seconds=0.3)
    assert {each.message for each in results if isinstance(each, TemplateMistake)} == {
        "the template takes longer than 0.3 s"
    }
    assert os.times().children_user - start < 10


def test_the_process_does_not_get_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret there is out of reach even for a template that escapes from the sandbox."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    assert results_of({"a": "{{ name }}"})["a"] == "&lt;b&gt; &amp; {{ x }}"
