"""Editions: when time alone changes what texts say, and as of when an export says it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.publication.editions import Edition, editions, turns_of_today
from icsfeed.publication.publishing import publish
from tests.changes import a_change, after_step
from tests.examples import POLICY, utc
from tests.situations import a_situation

MIDNIGHT: Final = utc(2026, 12, 3, 5)
NEXT_MIDNIGHT: Final = utc(2026, 12, 4, 5)
WINDOW: Final = (utc(2026, 12, 3, 7), utc(2026, 12, 3, 11))
LATE_EMERGENCY: Final = after_step(
    after_step(a_change(Kind.EMERGENCY), Step.START, utc(2026, 12, 3, 8, 30)), Step.COMPLETE, utc(2026, 12, 3, 13)
)
"""It was planned from 8:00 to 9:00 (UTC)."""


def english(situation: Situation) -> Edition:
    return editions(situation, base_url="https://maintenance.example.com", is_live=False)[0]


@pytest.mark.parametrize(
    ("situation", "turns"),
    [
        pytest.param(
            a_situation(POLICY, now=utc(2026, 12, 2, 12)),
            {utc(2026, 12, 2, 5), MIDNIGHT},
            id="a day without anything: its midnights",
        ),
        pytest.param(
            a_situation(POLICY, now=utc(2026, 12, 3, 12)),
            {MIDNIGHT, *WINDOW, NEXT_MIDNIGHT},
            id="a window's start and end",
        ),
        pytest.param(
            a_situation(POLICY, now=utc(2026, 11, 24, 12)),
            {utc(2026, 11, 24, 5), utc(2026, 11, 25, 5)},
            id="the first day of a freeze",
        ),
        pytest.param(
            a_situation(POLICY, now=utc(2026, 11, 26, 12)),
            {utc(2026, 11, 26, 5), utc(2026, 11, 27, 5)},
            id="a window that a freeze drops: no text names its times",
        ),
        pytest.param(
            a_situation(POLICY, now=utc(2026, 12, 3, 12), changes=[LATE_EMERGENCY]),
            {
                MIDNIGHT,
                *WINDOW,
                utc(2026, 12, 3, 8),
                utc(2026, 12, 3, 8, 30),
                utc(2026, 12, 3, 9),
                utc(2026, 12, 3, 13),
                NEXT_MIDNIGHT,
            },
            id="a change's planned and actual times",
        ),
        pytest.param(
            a_situation(POLICY, now=utc(2026, 3, 8, 12)),
            {utc(2026, 3, 8, 5), utc(2026, 3, 8, 7), utc(2026, 3, 8, 10), utc(2026, 3, 9, 4)},
            id="a day of 23 hours",
        ),
    ],
)
def test_the_instants_at_which_time_alone_changes_texts(situation: Situation, turns: set[datetime]) -> None:
    assert set(turns_of_today(situation)) == turns


@pytest.mark.parametrize(
    ("now", "as_of"),
    [
        pytest.param(utc(2026, 12, 3, 6), MIDNIGHT, id="before the window: midnight"),
        pytest.param(utc(2026, 12, 3, 7), WINDOW[0], id="at its start"),
        pytest.param(utc(2026, 12, 3, 10, 59), WINDOW[0], id="within it"),
        pytest.param(utc(2026, 12, 4, 4, 59), WINDOW[1], id="after it, until midnight"),
    ],
)
def test_an_edition_is_of_the_latest_instant_at_which_its_texts_may_have_changed(
    now: datetime, as_of: datetime
) -> None:
    """So an export in which nothing has changed has the same bytes."""
    assert english(a_situation(POLICY, now=now)).as_of == as_of


def test_what_is_recorded_counts_as_well() -> None:
    situation = a_situation(POLICY, now=utc(2026, 12, 2, 12))
    announced_at = utc(2026, 12, 2, 11)
    recorded = situation.with_record(type(situation.record)(at=announced_at, changed_at=announced_at))
    assert english(recorded).as_of == announced_at


@pytest.mark.parametrize("now", [utc(2026, 12, 3, 6), utc(2026, 12, 3, 7), utc(2026, 12, 3, 23)])
def test_a_publication_is_fresh_until_the_next_of_these_instants(now: datetime) -> None:
    situation = a_situation(POLICY, now=now)
    upcoming = min(turn for turn in turns_of_today(situation) if turn > now)
    assert publish(situation, changed_at=utc(2026, 1, 2)).fresh_until == upcoming


def test_each_language_has_its_folder() -> None:
    first, second = editions(a_situation(POLICY), base_url="https://maintenance.example.com", is_live=True)
    assert (first.folder, second.folder) == ("", "fr/")
    assert second.url("/fr/badge.svg") == "https://maintenance.example.com/fr/badge.svg"
