"""Freezes with hours as events: each stretch is one of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from icsfeed.domain.feeds import Kind
from icsfeed.domain.freeze_patterns import FreezeHours, RecurringDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import weekly
from tests.examples import POLICY, TORONTO
from tests.situations import a_situation, events_in


def test_stretches_that_begin_on_one_day_are_events_of_their_own() -> None:
    """33 hours from each Thursday and Friday, 17:00, of which a Thursday is lifted: two had the UID of that Friday."""
    freeze = ChangeFreeze(
        id="weekend",
        name="Weekend",
        pattern=RecurringDays(recurrence=weekly(3, 4), hours=FreezeHours(start=time(17), length=timedelta(hours=33))),
        zone=TORONTO,
        effective_from=date(2026, 12, 3),
        effective_until=date(2026, 12, 5),
        lifted=(date(2026, 12, 3),),
    )
    schedule = replace(POLICY, windows=(), freezes=(freeze,))
    events = [each for each in events_in(a_situation(schedule)) if each.kind is Kind.FREEZE]
    assert [(each.uid.partition("@")[0], each.span.length) for each in events] == [
        ("freeze.weekend.20261204T000000", timedelta(hours=17)),
        ("freeze.weekend.20261204T170000", timedelta(hours=31)),
    ]
