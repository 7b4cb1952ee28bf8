"""The shared situations are what their names say."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from icsfeed.domain.changes import State
from icsfeed.services.upcoming import upcoming
from tests.examples import TORONTO
from tests.reminders.situations import SITUATIONS

TWO_WEEKS: Final = timedelta(days=14)
AHEAD: Final = {
    "ordinary_week": [
        "maintenance 12-10 02:00 -0500 – 12-10 06:00 -0500",
        "maintenance 12-13 02:00 -0500 – 12-13 06:00 -0500",
        "maintenance 12-17 02:00 -0500 – 12-17 06:00 -0500",
        "maintenance 12-20 02:00 -0500 – 12-20 06:00 -0500",
    ],
    "freeze_week": [
        "freeze 11-24 00:00 -0500 – 12-01 00:00 -0500",
        "maintenance 12-03 02:00 -0500 – 12-03 06:00 -0500",
        "maintenance 12-06 02:00 -0500 – 12-06 06:00 -0500",
    ],
    "march_sunday": [
        "maintenance 03-08 03:00 -0400 – 03-08 06:00 -0400",
        "maintenance 03-12 02:00 -0400 – 03-12 06:00 -0400",
        "maintenance 03-15 02:00 -0400 – 03-15 06:00 -0400",
        "maintenance 03-19 02:00 -0400 – 03-19 06:00 -0400",
    ],
    "emergency_under_way": [
        "emergency 12-08 14:00 -0500 – 12-08 16:00 -0500",
        "maintenance 12-10 02:00 -0500 – 12-10 06:00 -0500",
        "maintenance 12-13 02:00 -0500 – 12-13 06:00 -0500",
        "maintenance 12-17 02:00 -0500 – 12-17 06:00 -0500",
        "maintenance 12-20 02:00 -0500 – 12-20 06:00 -0500",
    ],
    "emergency_tonight": [
        "emergency 12-08 22:00 -0500 – 12-08 23:30 -0500",
        "maintenance 12-10 02:00 -0500 – 12-10 06:00 -0500",
        "maintenance 12-13 02:00 -0500 – 12-13 06:00 -0500",
        "maintenance 12-17 02:00 -0500 – 12-17 06:00 -0500",
        "maintenance 12-20 02:00 -0500 – 12-20 06:00 -0500",
    ],
    "just_completed": [
        "maintenance 12-10 02:00 -0500 – 12-10 06:00 -0500",
        "maintenance 12-13 02:00 -0500 – 12-13 06:00 -0500",
        "maintenance 12-17 02:00 -0500 – 12-17 06:00 -0500",
        "maintenance 12-20 02:00 -0500 – 12-20 06:00 -0500",
    ],
    "nothing_ahead": [],
    "month_end_midnight": [
        "maintenance 04-30 22:00 -0400 – 05-01 02:00 -0400",
        "maintenance 05-03 02:00 -0400 – 05-03 06:00 -0400",
        "maintenance 05-07 02:00 -0400 – 05-07 06:00 -0400",
        "maintenance 05-10 02:00 -0400 – 05-10 06:00 -0400",
        "maintenance 05-14 02:00 -0400 – 05-14 06:00 -0400",
    ],
}
"""What the two weeks from each situation's instant hold, in Toronto."""


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_has_ahead_what_its_docstring_says(name: str) -> None:
    situation = SITUATIONS[name]
    assert [
        f"{each.kind} {each.span.start.astimezone(TORONTO):%m-%d %H:%M %z}"
        f" – {each.span.end.astimezone(TORONTO):%m-%d %H:%M %z}"
        for each in upcoming(situation, situation.now, TWO_WEEKS)
    ] == AHEAD[name]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("emergency_under_way", State.IN_PROGRESS),
        ("emergency_tonight", State.CONFIRMED),
        ("just_completed", State.COMPLETED),
    ],
)
def test_emergencies_are_in_the_state_that_their_situations_name(name: str, state: State) -> None:
    assert SITUATIONS[name].change("EC-7").state is state


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_text_of_the_schedule_is_in_both_languages(name: str) -> None:
    situation = SITUATIONS[name]
    english, french = (situation.in_language(code).schedule for code in ("en", "fr"))
    assert {each.name for each in english.windows}.isdisjoint(each.name for each in french.windows)
    assert {each.name for each in english.freezes}.isdisjoint(each.name for each in french.freezes)
    assert english.calendar.name != french.calendar.name
