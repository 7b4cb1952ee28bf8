"""A calendar is the same in every language: the same events, at the same revisions and times, with other texts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.feeds import ALL
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.translated_texts import translations_of
from icsfeed.ical.series import ARRANGEMENTS, Rendering, Series, Single
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.publishing import publish
from icsfeed.services.events import publish_events
from tests.changes import a_change
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.properties.test_outside_readers import snapshot_of
from tests.readers import READERS, Reader
from tests.situations import a_situation

_TEXT_PROPERTIES: Final = "PRODID|NAME|X-WR-CALNAME|DESCRIPTION|X-WR-CALDESC|SUMMARY|CATEGORIES|ORGANIZER"
_TEXTS: Final = re.compile(rf"^(?:{_TEXT_PROPERTIES})[:;].*\r\n", re.MULTILINE)
_FRENCH: Final = st.text('abcéèàç ’;,:\\"\n', min_size=1, max_size=20).filter(str.strip)


@st.composite
def translated(draw: st.DrawFn) -> Schedule:
    """A schedule with some of its texts in French."""
    schedule = draw(schedules())

    def text(english: str) -> str:
        return draw(st.just(english) | _FRENCH)

    calendar = replace(schedule.calendar, name=text(schedule.calendar.name), description=text("What is down"))
    french = replace(
        schedule,
        calendar=calendar,
        environments=tuple(replace(each, name=text(each.name)) for each in schedule.environments),
        windows=tuple(replace(each, name=text(each.name), description=text("")) for each in schedule.windows),
        freezes=tuple(replace(each, name=text(each.name), description=text("")) for each in schedule.freezes),
    )
    return replace(schedule, translations={"fr": french})


def in_both_languages(situation: Situation, rendering: Rendering) -> tuple[str, str]:
    public = publish(situation, changed_at=situation.now).representations
    english, french = (
        public[feed_path(ALL, rendering, folder)].body.replace(b"\r\n ", b"").decode() for folder in ("", "fr/")
    )
    return english, french


def a_situation_with_everything(data: st.DataObject, schedule: Schedule, now: datetime) -> Situation:
    """Adjusted occurrences, and a change whose message is in both languages."""
    adjusted: tuple[Adjustment, ...] = data.draw(adjustments(schedule, now.year))
    change = a_change()
    latest = replace(change.latest, message_translations=translations_of({"en": "Message 1", "fr": data.draw(_FRENCH)}))
    plan = replace(latest.plan, environments=frozenset(schedule.environment_names))
    change = replace(change, updates=(replace(latest, plan=plan),))
    return a_situation(schedule, now=now, adjustments=adjusted, changes=[change])


@pytest.mark.parametrize("rendering", ARRANGEMENTS)
@settings(max_examples=25)
@given(data=st.data(), schedule=translated(), now=NOWS)
def test_only_texts_differ_between_languages(
    rendering: Rendering, data: st.DataObject, schedule: Schedule, now: datetime
) -> None:
    english, french = in_both_languages(a_situation_with_everything(data, schedule, now), rendering)
    assert _TEXTS.sub("", english) == _TEXTS.sub("", french)
    names = [re.findall(f"^({_TEXT_PROPERTIES})[:;]", each, re.MULTILINE) for each in (english, french)]
    assert [name for name in names[0] if "DESC" not in name] == [name for name in names[1] if "DESC" not in name]


@settings(max_examples=25)
@given(data=st.data(), schedule=translated(), now=NOWS)
def test_the_facts_of_an_event_are_those_in_all_languages(
    data: st.DataObject, schedule: Schedule, now: datetime
) -> None:
    """Whichever comes first; and another French text of one window alters its events, and no others."""
    situation = a_situation_with_everything(data, schedule, now)
    digests = {event.uid: event.digest for event in publish_events(situation).every()}
    swapped = replace(
        schedule.in_language("fr"),
        calendar=replace(schedule.in_language("fr").calendar, languages=("fr", "en")),
        translations={"en": replace(schedule, translations={})},
    )
    other = Situation(schedule=swapped, record=situation.record, now=now)
    assert {event.uid: event.digest for event in publish_events(other).every()} == digests
    if schedule.windows:
        french = schedule.translations["fr"]
        window = french.windows[0]
        corrected = tuple(
            replace(each, name="Corrigé, enfin") if each.id == window.id else each for each in french.windows
        )
        edited = replace(schedule, translations={"fr": replace(french, windows=corrected)})
        events = [*publish_events(Situation(schedule=edited, record=situation.record, now=now)).every()]
        altered = {event.uid for event in events if digests[event.uid] != event.digest}
        assert altered == {
            event.uid
            for event in events
            if isinstance(event.source, (Series, Single)) and event.source.window.id == window.id
        }


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("rendering", ARRANGEMENTS)
@settings(max_examples=4)
@given(data=st.data(), schedule=translated(), now=NOWS)
def test_outside_readers_find_the_same_in_both_languages(
    reader: Reader, rendering: Rendering, data: st.DataObject, schedule: Schedule, now: datetime
) -> None:
    situation = a_situation_with_everything(data, schedule, now)
    public = publish(situation, changed_at=now).representations
    english, french = (
        snapshot_of(reader, public[feed_path(ALL, rendering, folder)].body, now) for folder in ("", "fr/")
    )
    assert english == french
