"""Events and updates in words, in each language from the same facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.event_facts import EventFacts
from icsfeed.domain.event_facts import Message as OperatorMessage
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.item_facts import facts_of
from icsfeed.domain.windows import Impact
from icsfeed.words.events import cancelled_instance_description, event_description, event_title
from icsfeed.words.languages import ENGLISH, Language
from icsfeed.words.updates import alteration_texts, difference_texts, update_title
from tests.changes import after_step
from tests.examples import TORONTO, utc
from tests.publication.pages.stories import EMERGENCY, SCHEDULE
from tests.words.writing import FRENCH, dates_in

BOTH = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
CHANGE = EventFacts(
    kind=Kind.EMERGENCY,
    name="Security patch",
    start=utc(2026, 12, 8, 16),
    end=utc(2026, 12, 8, 18),
    state=State.IN_PROGRESS,
    environments=BOTH,
    impact=Impact.NO_IMPACT,
    reason="It is being exploited.",
    change_id="EC-7",
    ticket="https://tickets.example.com/7",
    freeze="Year-end freeze",
    messages=(
        OperatorMessage(at=utc(2026, 12, 8, 15), text="First."),
        OperatorMessage(at=utc(2026, 12, 8, 16), text="Then."),
    ),
)
WINDOW = EventFacts(
    kind=Kind.MAINTENANCE,
    name="Weekly maintenance",
    start=utc(2026, 12, 10, 7),
    end=utc(2026, 12, 10, 11),
    environments=BOTH,
    impact=Impact.OUTAGE,
    description="Sign in again afterwards.",
)
FREEZE = EventFacts(kind=Kind.FREEZE, name="Year-end freeze", start=date(2026, 12, 25), end=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("facts", "english", "french"),
    [
        pytest.param(
            CHANGE,
            "In progress: Emergency change: Security patch",
            "En cours\N{NO-BREAK SPACE}: Changement d’urgence\N{NO-BREAK SPACE}: Security patch",
            id="a change says its state and its kind",
        ),
        pytest.param(
            replace(CHANGE, state=State.CONFIRMED, kind=Kind.PLANNED),
            "Planned change: Security patch",
            "Changement planifié\N{NO-BREAK SPACE}: Security patch",
            id="confirmed goes without saying",
        ),
        pytest.param(WINDOW, "Weekly maintenance", "Weekly maintenance", id="a window has its own name"),
        pytest.param(
            replace(WINDOW, state=State.CANCELLED),
            "Cancelled: Weekly maintenance",
            "Annulée\N{NO-BREAK SPACE}: Weekly maintenance",
            id="some calendar programs show a cancelled event like any other",
        ),
        pytest.param(FREEZE, "Year-end freeze", "Year-end freeze", id="a freeze"),
    ],
)
def test_titles(facts: EventFacts, english: str, french: str) -> None:
    assert [event_title(facts, language) for language in (ENGLISH, FRENCH)] == [english, french]


def test_the_description_of_a_change() -> None:
    assert event_description(CHANGE, ENGLISH, TORONTO) == (
        "Environments: Preview, Production\n"
        "Impact: none\n"
        "State: in progress\n"
        "Number: EC-7\n"
        "\n"
        "Reason: It is being exploited.\n"
        "\n"
        "This emergency change falls in a change freeze (Year-end freeze).\n"
        "\n"
        "Ticket: https://tickets.example.com/7\n"
        "\n"
        "2026-12-08 11:00 EST: Then.\n"
        "2026-12-08 10:00 EST: First."
    )
    assert event_description(CHANGE, FRENCH, TORONTO).replace("\N{NO-BREAK SPACE}", " ") == (
        "Environnements : Preview, Production\n"
        "Impact : aucun\n"
        "État : en cours\n"
        "Numéro : EC-7\n"
        "\n"
        "Motif : It is being exploited.\n"
        "\n"
        "Ce changement d’urgence tombe pendant un gel des changements (Year-end freeze).\n"
        "\n"
        "Ticket : https://tickets.example.com/7\n"
        "\n"
        "2026-12-08 11:00 HNE : Then.\n"
        "2026-12-08 10:00 HNE : First."
    )


def test_a_change_in_the_schedule_file_has_an_id_and_no_number() -> None:
    description = event_description(replace(CHANGE, change_id="storage-move", messages=()), ENGLISH, TORONTO)
    assert description.splitlines()[3] == "Id: storage-move"


@pytest.mark.parametrize(
    ("facts", "english"),
    [
        pytest.param(
            WINDOW,
            "Environments: Preview, Production\nImpact: outage\n\nSign in again afterwards.",
            id="a window as the policy has it",
        ),
        pytest.param(
            replace(WINDOW, moved_from=datetime(2026, 12, 9, 2), reason="A harvest.", description=""),  # noqa: DTZ001
            "Moved from 2026-12-09 02:00 EST: A harvest.\n\nEnvironments: Preview, Production\nImpact: outage",
            id="moved",
        ),
        pytest.param(
            replace(WINDOW, state=State.CANCELLED, reason="A conference.", description=""),
            "This maintenance does not take place: A conference.\n\nEnvironments: Preview, Production\nImpact: outage",
            id="skipped",
        ),
        pytest.param(FREEZE, "No planned change happens on these days.", id="a freeze"),
    ],
)
def test_descriptions(facts: EventFacts, english: str) -> None:
    assert event_description(facts, ENGLISH, TORONTO) == english


def test_one_instance_of_a_series_is_cancelled() -> None:
    assert cancelled_instance_description(WINDOW, "A conference.", ENGLISH) == (
        "This maintenance does not take place: A conference.\n\n"
        "Environments: Preview, Production\nImpact: outage\n\n"
        "Sign in again afterwards."
    )


def test_only_the_latest_messages_are_in_a_description() -> None:
    """Ten of them, and no more than 10,000 characters, but the latest in any case."""
    many = tuple(OperatorMessage(at=utc(2026, 12, 8, 10, minute), text=str(minute)) for minute in range(12))
    lines = event_description(replace(CHANGE, messages=many), ENGLISH, TORONTO).splitlines()
    assert (lines[-11], lines[-2:]) == (
        "2026-12-08 05:11 EST: 11",
        ["2026-12-08 05:02 EST: 2", "(2 earlier)"],
    )
    long = tuple(replace(each, text="x" * 10_001) for each in many[:2])
    assert event_description(replace(CHANGE, messages=long), ENGLISH, TORONTO).splitlines()[-1] == "(1 earlier)"


def test_the_facts_of_a_change_are_told_as_the_pages_and_feeds_do() -> None:
    facts = facts_of(SCHEDULE, EMERGENCY)
    assert event_title(facts, ENGLISH) == "In progress: Emergency change: Security patch for the login service"
    assert event_description(facts, ENGLISH, TORONTO).splitlines()[-2:] == [
        "2026-12-08 10:30 EST: The patch takes half an hour longer.",
        "2026-12-08 09:05 EST: We patch the login service today. You may be asked to log in again.",
    ]


def update_texts(change: Change, language: Language) -> list[tuple[str, list[str]]]:
    dates = dates_in(language)
    return [
        (
            update_title(change, update, language),
            list(
                alteration_texts(
                    change,
                    update.number,
                    language,
                    write_span=lambda span: str(dates.span(span)),
                    environment_names=SCHEDULE.environment_names,
                )
            ),
        )
        for update in change.updates
    ]


def test_updates() -> None:
    assert update_texts(EMERGENCY, ENGLISH) == [
        ("Announced", []),
        (
            "Changed",
            [
                "New impact: outage",
                "New time: Tue, Dec 8, 11:00\N{NO-BREAK SPACE}a.m. – 1:30\N{NO-BREAK SPACE}p.m.\N{NO-BREAK SPACE}EST",
            ],
        ),
        ("Work has started", []),
    ]
    assert [title for title, _ in update_texts(EMERGENCY, FRENCH)] == ["Annoncé", "Modifié", "Les travaux ont commencé"]


def test_steps_that_were_taken_back_and_texts_that_were_withdrawn() -> None:
    change = after_step(EMERGENCY, Step.COMPLETE, utc(2026, 12, 8, 17), "Done")
    change = after_step(change, Step.UNDO, utc(2026, 12, 8, 17, 1))
    change = after_step(change, Step.REDACT, utc(2026, 12, 8, 17, 2), target=4)
    assert [title for title, _ in update_texts(change, ENGLISH)[3:]] == [
        "Completed",
        "Taken back: Completed",
        "Text withdrawn",
    ]
    assert [title for title, _ in update_texts(change, FRENCH)[3:]] == [
        "Terminé",
        "Étape retirée\N{NO-BREAK SPACE}: Terminé",
        "Texte retiré",
    ]


def test_texts_that_were_corrected_later_are_not_repeated() -> None:
    """A wrong title or reason used to stay in each update that had brought it."""
    change = after_step(
        EMERGENCY, Step.UPDATE, utc(2026, 12, 8, 17), summary="Wrong", reason="Bad", ticket="https://a.example.com/1"
    )
    change = after_step(
        change, Step.UPDATE, utc(2026, 12, 8, 17, 1), summary="Right", reason="Good", ticket="https://a.example.com/2"
    )
    assert [lines for _, lines in update_texts(change, ENGLISH)[3:]] == [
        ["Title changed", "Reason changed", "Ticket changed"],
        ["New title: Right", "New reason: Good", "New ticket: https://a.example.com/2"],
    ]
    assert update_texts(change, FRENCH)[3][1] == ["Titre modifié", "Motif modifié", "Ticket modifié"]


def test_planned_times_in_each_language() -> None:
    facts = replace(CHANGE, planned_start=utc(2026, 12, 8, 15), planned_end=utc(2026, 12, 8, 19))
    texts = [event_description(facts, language, TORONTO).splitlines()[0] for language in (ENGLISH, FRENCH)]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts] == [
        "Planned: Tue 2026-12-08 10:00–14:00 EST",
        "Prévu : mar. 8 déc. 2026, 10 h 00 – 14 h 00 HNE",
    ]


def test_differences_for_operators() -> None:
    """Values are what operators type."""
    assert [list(difference_texts(EMERGENCY, number, ENGLISH, TORONTO)) for number in (1, 2, 3)] == [
        [],
        [
            "impact: degraded → outage",
            "time: Tue 2026-12-08 11:00–13:00 EST → Tue 2026-12-08 11:00–13:30 EST",
        ],
        ["state: confirmed → in progress"],
    ]
