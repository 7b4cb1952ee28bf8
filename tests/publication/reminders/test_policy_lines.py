"""The regular times: each window with what it means for customers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icsfeed.domain.situation import Situation
from icsfeed.domain.windows import Impact
from tests.publication.reminders.rendering import an_edition, reminder_text
from tests.reminders.situations import in_toronto, policy

CHANNELS = ("knowledge-base", "ticket", "ticket-text")


def texts(*impacts: Impact) -> list[str]:
    """The reminders of the policy whose windows have no description, and those impacts."""
    windows = tuple(
        replace(window, description="", impact=impact) for window, impact in zip(policy().windows, impacts, strict=True)
    )
    situation = Situation(schedule=replace(policy(), windows=windows), now=in_toronto(2026, 12, 7, 12))
    return [reminder_text(an_edition(situation), channel).replace("\n  limited", " limited") for channel in CHANNELS]


@pytest.mark.parametrize("text", texts(Impact.OUTAGE, Impact.DEGRADED), ids=CHANNELS)
def test_each_window_says_its_own_effect(text: str) -> None:
    lines = [line for line in text.partition("Regular maintenance")[2].split("\n") if "The service may be" in line]
    effects = ("The service may be unavailable.", "The service may be slow or limited.")
    assert sorted(effect for line in lines for effect in effects if effect in line) == sorted(effects)


@pytest.mark.parametrize("text", texts(Impact.OUTAGE, Impact.OUTAGE), ids=CHANNELS)
def test_an_effect_that_all_share_is_said_once(text: str) -> None:
    assert text.partition("Regular maintenance")[2].count("The service may be unavailable.") == 1
