"""A vendor's own templates: published in place of the built-in texts, unless they have a mistake."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from icsfeed.domain.reminder_templates import ReminderTemplates, TemplateFile
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import Publication, publish
from icsfeed.publication.reminders import rendering
from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.plain_variables import Variable
from icsfeed.publication.reminders.template_check import template_mistakes, unknown_template_names
from icsfeed.publication.reminders.variables import variables_of
from icsfeed.services.reminders import reminder_facts
from tests.manual.documents import TOPICS
from tests.publication.reminders.rendering import an_edition
from tests.reminders.situations import SITUATIONS

BUILT_IN = {
    path.name: path.read_text(encoding="utf-8") for path in (Path(rendering.__file__).parent / "templates").glob("*.j2")
}


def with_templates(name: str = "emergency_under_way", *, others: tuple[str, ...] = (), **sources: str) -> Situation:
    """A situation whose schedule has those templates; a double underscore in a name is a dot."""
    files = tuple(TemplateFile(name=each.replace("__", "."), source=source) for each, source in sources.items())
    templates = ReminderTemplates(folder="reminders", files=files, other_names=others)
    situation = SITUATIONS[name]
    return replace(situation, schedule=replace(situation.schedule, reminders=templates))


def _with_template(name: str, source: str) -> Situation:
    situation = SITUATIONS["ordinary_week"]
    templates = ReminderTemplates(folder="reminders", files=(TemplateFile(name=name, source=source),), other_names=())
    return replace(situation, schedule=replace(situation.schedule, reminders=templates))


def published(situation: Situation) -> Publication:
    return publish(situation, changed_at=situation.now)


def text_at(publication: Publication, path: str) -> str:
    return publication.representations[path].body.decode()


def test_own_templates_take_the_place_of_the_built_in_ones() -> None:
    """That for one language goes before the one for all; a channel without any has the built-in text."""
    situation = with_templates(
        ticket__md__j2="{{ words.under_way }}: {{ under_way[0].name }}",
        ticket__fr__md__j2="En français : {{ under_way[0].name }}",
        phone__txt__j2="{{ speech.sentences | length > 0 }}",
    )
    publication, built_in = published(situation), published(SITUATIONS["emergency_under_way"])
    assert text_at(publication, "/reminders/ticket.md") == "In progress now: Replace a failing disk"
    assert text_at(publication, "/fr/reminders/ticket.md") == "En français : Replace a failing disk"
    assert text_at(publication, "/fr/reminders/phone.txt") == "True"
    assert text_at(publication, "/reminders/ticket.txt") == text_at(built_in, "/reminders/ticket.txt")
    own, other = (each.representations["/reminders/ticket.md"] for each in (publication, built_in))
    assert replace(own, body=b"") == replace(other, body=b"")
    assert publication.template_mistakes() == ()


def test_values_are_escaped_by_what_is_rendered() -> None:
    source = "{% set text = '<b> & _x_' %}{{ text }}"
    publication = published(
        with_templates(
            **{"knowledge-base__html__j2": source},  # type: ignore[arg-type]  # none of these names is "others"
            ticket__md__j2=source,
            ticket__txt__j2=source,
            phone__ssml__j2=f"<speak>{source}</speak>",
            phone__twiml__xml__j2=f"<Response>{source}</Response>",
            phone__txt__j2=source,
        )
    )
    markup, plain = "&lt;b&gt; &amp; _x_", "<b> & _x_"
    texts = {path: text_at(publication, path) for path in publication.representations}
    assert {
        path.removeprefix("/reminders/"): text for path, text in texts.items() if path.startswith("/reminders/")
    } == {
        "knowledge-base.html": markup,
        "ticket.md": "&lt;b&gt; &amp; \\_x\\_",
        "ticket.txt": plain,
        "phone.txt": plain,
        "phone.ssml": f"<speak>{markup}</speak>",
        "phone.twiml.xml": f"<Response>{markup}</Response>",
    }


def test_in_place_of_a_template_with_a_mistake_the_built_in_text_is_published() -> None:
    situation = with_templates(ticket__md__j2="\n{{ under_way[0].nme }}", ticket__txt__j2="{{ calendar.name }}")
    publication, built_in = published(situation), published(SITUATIONS["emergency_under_way"])
    for path in ("/reminders/ticket.md", "/fr/reminders/ticket.md"):
        assert text_at(publication, path) == text_at(built_in, path)
    assert text_at(publication, "/reminders/ticket.txt") == "Seed-to-Sale maintenance"
    assert publication.template_mistakes() == ("reminders/ticket.md.j2:2: 'dict object' has no attribute 'nme'",)


def test_a_file_that_could_not_be_read_is_a_mistake() -> None:
    situation = with_templates()
    file = TemplateFile(name="ticket.md.j2", problem="byte 1 is not UTF-8; save the file as UTF-8")
    templates = replace(situation.schedule.reminders, files=(file,))
    publication = published(replace(situation, schedule=replace(situation.schedule, reminders=templates)))
    assert text_at(publication, "/reminders/ticket.md").startswith("## Seed-to-Sale maintenance")
    assert publication.template_mistakes() == ("reminders/ticket.md.j2: byte 1 is not UTF-8; save the file as UTF-8",)


def test_the_built_in_templates_are_own_templates_without_mistakes() -> None:
    """They render in the sandbox to the same texts, and whatever there is to say."""
    files = tuple(TemplateFile(name=name, source=source) for name, source in BUILT_IN.items())
    situation = with_templates()
    templates = replace(situation.schedule.reminders, files=files)
    own = replace(situation, schedule=replace(situation.schedule, reminders=templates))
    assert template_mistakes(own) == ()
    publication, built_in = published(own), published(situation)
    paths = [path for path in publication.representations if "/reminders/" in path]
    assert len(paths) == 2 * len(CHANNELS)
    for path in paths:
        assert text_at(publication, path).strip() == text_at(built_in, path).strip(), path


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("{{ under_way[0].name }}", "list object has no element 0", id="with nothing under way"),
        pytest.param("{{ next.when }}", "'dict object' has no attribute 'when'", id="with nothing next"),
        pytest.param(
            "{% for each in finished %}{{ each.x }}{% endfor %}", "'dict object' has no attribute 'x'", id="completed"
        ),
        pytest.param("{% if not is_live %}{{ nme }}{% endif %}", "'nme' is undefined", id="in an export"),
        pytest.param("{% if language == 'fr' %}{{ nme }}{% endif %}", "'nme' is undefined", id="in French"),
        pytest.param(
            "{% for each in freezes if each.is_open_ended %}{{ nme }}{% endfor %}", "'nme' is undefined", id="freeze"
        ),
    ],
)
def test_check_finds_what_goes_wrong_at_another_time(source: str, message: str) -> None:
    """In an ordinary week, nothing is under way, completed or frozen."""
    found = template_mistakes(with_templates("ordinary_week", ticket__md__j2=f"Text {source}"))
    assert [(each.template, each.line, each.message) for each in found] == [("ticket.md.j2", 1, message)]


@pytest.mark.parametrize("name", ["phone.twiml.xml.j2", "phone.ssml.j2"])
def test_a_document_that_is_no_xml_is_a_mistake(name: str) -> None:
    source = "<Response>\n<Say>{{ speech.sentences|join }}</Say>\n"
    (mistake,) = template_mistakes(_with_template(name, source))
    assert mistake.template == name
    assert mistake.message == "the text is not well-formed XML: no element found: line 3, column 0 of the text"
    situation = _with_template(name, source + "</Response>")
    assert template_mistakes(situation) == ()


def test_a_text_that_says_nothing_is_a_mistake() -> None:
    """Nothing is under way in an ordinary week."""
    source = "{% for each in under_way %}\n{{ each.line }}\n{% endfor %}\n"
    situation = with_templates("ordinary_week", ticket__md__j2=source)
    assert [(each.template, each.message) for each in template_mistakes(situation)] == [
        ("ticket.md.j2", "the text is empty")
    ]
    assert text_at(published(situation), "/reminders/ticket.md").startswith("## ")


def test_unknown_names_are_warned_about() -> None:
    situation = with_templates(others=("README",), tickets__md__j2="", ticket__de__md__j2="", ticket__fr__md__j2="")
    assert list(unknown_template_names(situation.schedule)) == [
        'no reminder is made from "README"; templates are knowledge-base.html.j2, ticket.md.j2, ticket.txt.j2, '
        "phone.txt.j2, phone.ssml.j2, phone.twiml.xml.j2",
        'no reminder is made from "ticket.de.md.j2"; this calendar has no language "de"; its languages are en, fr',
        'no reminder is made from "tickets.md.j2"; did you mean "ticket.md.j2"?',
    ]


def names_in(variables: Variable) -> set[str]:
    """The names of the variables at every depth."""
    if isinstance(variables, dict):
        return set(variables).union(*map(names_in, variables.values()))
    return set().union(*map(names_in, variables)) if isinstance(variables, list) else set()


def test_the_manual_has_every_variable_and_no_other() -> None:
    text = TOPICS["reminders"].text.partition("### Variables")[2]
    written = set(re.findall(r"`([a-z_]+)`", text))
    variables = [
        variables_of(edition, reminder_facts(edition.situation, days=days), has_speech=True)
        for situation in SITUATIONS.values()
        for days in (1, 14)
        for edition in [an_edition(situation)]
    ]
    names = set().union(*map(names_in, variables))
    values = {
        "maintenance",
        "emergency",
        "planned",
        "freeze",
        "tentative",
        "confirmed",
        "completed",
        "cancelled",
        "outage",
        "degraded",
        "en",
    }
    assert written - values - names == set()
    assert names - written == set()


def test_no_reader_waits_longer_than_is_asked_for_a_slow_template() -> None:
    """A server has one thread for all requests: feeds wait behind a reminder. Only the first reader waits at all."""
    situation = with_templates(
        ticket__md__j2="{% for a in range(99999) %}{% for b in range(99999) %}{{ '' }}{% endfor %}{% endfor %}",
        ticket__txt__j2="Own",
    )
    publication = publish(situation, changed_at=situation.now, template_patience=0.01)
    built_in = published(SITUATIONS["emergency_under_way"])
    texts = [text_at(publication, path) for path in ("/reminders/ticket.md", "/reminders/ticket.txt")]
    assert texts == [text_at(built_in, path) for path in ("/reminders/ticket.md", "/reminders/ticket.txt")]
    assert [mistake.partition(": ")[2] for mistake in publication.template_mistakes()] == [
        "the template takes longer than 1 s"
    ]
