"""Times in feeds: one form in English, and the country's own in other languages."""

from __future__ import annotations

from dataclasses import replace

from icsfeed.domain.changes import State
from icsfeed.domain.event_facts import Message
from icsfeed.domain.feeds import Kind
from icsfeed.domain.item_facts import facts_of
from icsfeed.domain.zones import zone
from icsfeed.words.events import event_description, event_title, title_in_state
from icsfeed.words.languages import ENGLISH
from icsfeed.words.times import instant_in_words, short_instant_in_words, span_in_words
from tests.changes import a_change
from tests.examples import POLICY, TORONTO, span, utc
from tests.words.writing import FRENCH

NIGHT = span((2026, 12, 1, 7), (2026, 12, 1, 11))


def test_spans() -> None:
    assert span_in_words(NIGHT, TORONTO, ENGLISH) == "Tue 2026-12-01 02:00–06:00 EST"
    assert span_in_words(NIGHT, TORONTO, FRENCH) == "mar. 1er déc. 2026, 02\u00a0h\u00a000 – 06\u00a0h\u00a000\u00a0HNE"
    assert span_in_words(NIGHT, zone("Europe/Paris"), FRENCH) == "mar. 1er déc. 2026, 08:00 – 12:00\u00a0CET"


def test_instants() -> None:
    assert instant_in_words(NIGHT.start, TORONTO, ENGLISH) == "Tue 2026-12-01 02:00 EST"
    assert instant_in_words(NIGHT.start, TORONTO, FRENCH) == "mar. 1er déc. 2026, 02\u00a0h\u00a000\u00a0HNE"
    assert short_instant_in_words(NIGHT.start, TORONTO, ENGLISH) == "2026-12-01 02:00 EST"
    assert short_instant_in_words(NIGHT.start, TORONTO, FRENCH) == "2026-12-01 02:00 HNE"


def test_a_description_has_no_english_weekday_in_french() -> None:
    facts = replace(
        facts_of(POLICY, a_change()),
        planned_start=NIGHT.start,
        planned_end=NIGHT.end,
        messages=(Message(at=utc(2026, 12, 1, 8), text="En retard"),),
    )
    description = event_description(facts, FRENCH, TORONTO)
    assert "Prévu\u00a0: mar. 1er déc. 2026, 02\u00a0h\u00a000 – 06\u00a0h\u00a000\u00a0HNE" in description
    assert "2026-12-01 03:00 HNE\u00a0: En retard" in description


def test_a_cancelled_window_is_feminine_in_french() -> None:
    titles = [title_in_state("X", State.CANCELLED, FRENCH, kind) for kind in (Kind.MAINTENANCE, Kind.EMERGENCY)]
    assert titles == ["Annulée\u00a0: X", "Annulé\u00a0: X"]


def test_a_freeze_that_an_operator_started_has_a_name_of_our_own() -> None:
    facts = replace(facts_of(POLICY, a_change()), kind=Kind.FREEZE, state=State.CONFIRMED)
    names = [event_title(replace(facts, name=name), FRENCH) for name in ("", "Stop", "Change freeze")]
    assert names == ["Gel des changements", "Stop", "Change freeze"]
