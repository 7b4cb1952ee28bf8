"""One vendor, and what happens there: the situations and deliveries from which the tests make announcements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.announcements import Announcement, NothingToTell
from icsfeed.domain.changes import Change, Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.announcements import announcement_for
from icsfeed.store.schedule_file import read_schedule
from tests.changes import PLAN, a_change, after_step
from tests.examples import utc
from tests.situations import a_situation

FILE: Final = """
[calendar]
name = { en = "Shop maintenance", fr = "Maintenance de la boutique" }
vendor = "Example Inc."
timezone = "America/Toronto"
uid_domain = "shop.example.com"
url = "https://shop.example.com"
organizer = { name = { en = "Help desk", fr = "Service d’aide" }, email = "help@example.com" }

[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "preview"
name = { en = "Preview", fr = "Préversion" }

[[environments]]
id = "acme"
name = "Acme's own"
public = false

[[maintenance_windows]]
id = "thursday"
name = { en = "Scheduled maintenance", fr = "Maintenance planifiée" }
description = { en = "The shop is closed.", fr = "La boutique est fermée." }
days = ["Thursday"]
start = 02:00
end = 06:00
environments = ["production", "preview"]
impact = "outage"

[[change_freezes]]
id = "christmas"
name = { en = "Christmas", fr = "Noël" }
from = 2026-12-24
through = 2026-12-26

[[changes]]
id = "till"
kind = "planned"
summary = { en = "Replace the till", fr = "Remplacer la caisse" }
environments = ["production"]
start = 2026-12-08T01:00:00
duration = "2h"
announced = 2026-11-20T01:00:00
message = { en = "The new till is on its way", fr = "La nouvelle caisse arrive" }
"""

NOW: Final = utc(2026, 12, 1, 12)
PLANNED: Final = PLAN.span
LATER: Final = Span(start=utc(2026, 12, 4, 8), end=utc(2026, 12, 4, 10))
CHANGE: Final = a_change()
"""EC-7: announced for 3 December, 03:00 to 04:00 in Toronto."""


def shop() -> Schedule:
    return read_schedule(FILE.encode(), "schedule.toml")


def after(step: Step, at: datetime, message: str = "", change: Change = CHANGE, **how: Any) -> Change:  # noqa: ANN401
    return after_step(change, step, at, message, **how)


def situation(
    *,
    now: datetime = NOW,
    changes: Iterable[Change] = (),
    adjustments: Iterable[Adjustment] = (),
    freezes: Iterable[RecordedFreeze] = (),
    schedule: Schedule | None = None,
) -> Situation:
    whole = a_situation(schedule or shop(), now=now, changes=changes, adjustments=adjustments)
    return whole.with_record(replace(whole.record, freezes={each.id: each for each in freezes}))


def delivery(subject: str, event: ChannelEvent, queued_at: datetime = NOW, **fields: Any) -> Delivery:  # noqa: ANN401
    return Delivery(number=1, receiver="mail:x1", subject=subject, event=event, queued_at=queued_at, **fields)


def result(
    whole: Situation,
    about: Delivery,
    *,
    was_informed: bool = True,
    environments: frozenset[str] | None = None,
    private: frozenset[str] = frozenset(),
    language: str = "en",
) -> Announcement | NothingToTell:
    return announcement_for(
        whole.visible_to(private).in_language(language),
        about,
        was_informed=was_informed,
        environments=environments,
    )


def announcement(whole: Situation, about: Delivery, **how: Any) -> Announcement:  # noqa: ANN401
    outcome = result(whole, about, **how)
    assert isinstance(outcome, Announcement), outcome
    return outcome


def reason(whole: Situation, about: Delivery, **how: Any) -> str:  # noqa: ANN401
    """Why the delivery tells nothing."""
    outcome = result(whole, about, **how)
    assert isinstance(outcome, NothingToTell), outcome
    return outcome.reason
