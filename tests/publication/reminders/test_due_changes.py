"""A change whose planned time has begun, or passed, while nobody has said that it has begun."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import pytest

from icsfeed.domain.changes import State, Step
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from tests.changes import a_change, after_step, record_of
from tests.publication.badges.golden import badges
from tests.publication.reminders.rendering import an_edition, reminder_text
from tests.reminders.situations import ANNOUNCED, emergency, in_toronto, policy

PLANNED: Final = Span(start=in_toronto(2026, 12, 8, 1), end=in_toronto(2026, 12, 8, 3))
NOTE: Final = "Due since Tue, Dec 8, 1:00 a.m. EST; nobody has announced yet that it has begun."


def confirmed_at(now: datetime) -> Situation:
    change = emergency((State.CONFIRMED, in_toronto(2026, 12, 7, 20), ANNOUNCED), planned=PLANNED)
    return Situation(schedule=policy(), record=record_of(change), now=now)


@pytest.mark.parametrize(
    ("now", "is_due", "is_listed"),
    [
        pytest.param(in_toronto(2026, 12, 8, 0, 59), False, True, id="a minute before it is to begin"),
        pytest.param(in_toronto(2026, 12, 8, 1), True, True, id="as it is to begin"),
        pytest.param(in_toronto(2026, 12, 8, 3, 10), True, True, id="after it was to end"),
        pytest.param(in_toronto(2026, 12, 8, 23, 59), True, True, id="at the end of the day"),
        pytest.param(in_toronto(2026, 12, 9), False, False, id="the next day"),
    ],
)
@pytest.mark.parametrize("channel", ["knowledge-base", "ticket", "ticket-text"])
def test_a_change_is_due_until_somebody_starts_it_or_the_day_ends(
    now: datetime, channel: str, *, is_due: bool, is_listed: bool
) -> None:
    text = " ".join(reminder_text(an_edition(confirmed_at(now)), channel).split())
    assert ("EC-7" in text, NOTE in text) == (is_listed, is_due)
    assert ("No maintenance is in progress." in text) is not is_due


def test_a_static_text_says_the_same_of_its_instant() -> None:
    text = " ".join(
        reminder_text(an_edition(confirmed_at(in_toronto(2026, 12, 8, 3, 10)), is_live=False), "ticket-text").split()
    )
    assert "As of Tue, Dec 8, 2026, 3:00 a.m. EST" in text
    assert "Due since Tue, Dec 8, 2026, 1:00 a.m. EST; nobody has announced yet that it has begun." in text


def test_french() -> None:
    text = " ".join(
        reminder_text(an_edition(confirmed_at(in_toronto(2026, 12, 8, 3, 10)), "fr"), "ticket-text").split()
    )
    assert "Devait commencer le mar. 8 déc., 01 h 00 HNE ; le début n’a pas encore été annoncé." in text


def test_telephone_and_badge_have_it_too() -> None:
    situation = confirmed_at(in_toronto(2026, 12, 8, 3, 10))
    assert reminder_text(an_edition(situation), "phone").startswith("An emergency change on Production")
    assert "emergency maintenance: Tue 8 Dec 01:00 EST" in badges(situation)["/badge.svg"]


def test_a_change_that_was_started_or_completed_is_not_due() -> None:
    now = in_toronto(2026, 12, 8, 3, 10)
    for state in (State.IN_PROGRESS, State.COMPLETED):
        change = emergency(
            (State.CONFIRMED, in_toronto(2026, 12, 7, 20), ANNOUNCED),
            (state, in_toronto(2026, 12, 8, 3, 5), ANNOUNCED),
            planned=PLANNED,
        )
        text = reminder_text(an_edition(Situation(schedule=policy(), record=record_of(change), now=now)), "ticket")
        assert "Due since" not in text


def test_a_cancelled_change_says_its_message_once() -> None:
    change = after_step(
        a_change(plan=replace(a_change().plan, span=PLANNED)), Step.CANCEL, in_toronto(2026, 12, 7, 20), "Not needed"
    )
    situation = Situation(schedule=policy(), record=record_of(change), now=in_toronto(2026, 12, 7, 21))
    for channel in ("knowledge-base", "ticket", "ticket-text"):
        assert reminder_text(an_edition(situation), channel).count("Not needed") == 1, channel
