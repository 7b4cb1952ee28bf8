"""Whatever is edited, frozen, skipped and moved: who had a reminder knows in the end what holds."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.starts import expected_start_of
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import TORONTO, a_schedule, a_window, utc
from tests.notify.reminders.timeline import DAY, HOUR, Timeline, a_channel, mail_settings

EXAMPLES = int(os.environ.get("ICSFEED_TEST_CORRECTIONS", "6"))
THE_THIRD = date(2026, 12, 3)
SUBJECT = f"thursday/{THE_THIRD}"
START = utc(2026, 12, 3, 7)
BOTH = frozenset({"preview", "production"})
WINDOW = a_window(environments=BOTH)
POLICY = a_schedule(
    WINDOW,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    channels=(
        a_channel("every", DAY),
        a_channel("reminded", DAY, events=frozenset({ChannelEvent.REMINDER})),
        a_channel("production", DAY, environments=frozenset({"production"})),
    ),
    mail=mail_settings(DAY),
)
SELECTED = {
    "channel:every": BOTH,
    "channel:reminded": BOTH,
    "channel:production": frozenset({"production"}),
    "mail:every": BOTH,
    "mail:preview": frozenset({"preview"}),
}


def frozen(*environments: str) -> ChangeFreeze:
    days = NamedDays(days=DateRange(first=THE_THIRD, last=THE_THIRD))
    return ChangeFreeze(id="audit", name="Audit", pattern=days, zone=TORONTO, environments=frozenset(environments))


EDITS = (
    POLICY,
    replace(POLICY, freezes=(frozen(*BOTH),)),
    replace(POLICY, freezes=(frozen("production"),)),
    replace(POLICY, windows=()),
    replace(POLICY, windows=(replace(WINDOW, start=time(3)),)),
    replace(POLICY, windows=(replace(WINDOW, start=time(3)),), freezes=(frozen("preview"),)),
)
Act: TypeAlias = Callable[[Timeline, datetime], None]


def edit(number: int) -> Act:
    return lambda timeline, _: timeline.edit(EDITS[number])


def adjusting(*, skip: bool = False, silent: bool = False, later: timedelta | None = None) -> Act:
    to = Span(start=START + later, end=START + later + HOUR) if later is not None else None
    request = AdjustmentRequest(window_id="thursday", day=THE_THIRD, reason="Audit", skip=skip, silent=silent, to=to)

    def act(timeline: Timeline, now: datetime) -> None:
        adjust(timeline.workspace, request, actor=operator("ann", now))

    return act


def freezing(*environments: str, is_internal: bool) -> Act:
    def start(timeline: Timeline, now: datetime) -> None:
        request = FreezeRequest(reason="Incident", environments=frozenset(environments), is_internal=is_internal)
        start_freeze(timeline.workspace, request, uid_part="x", actor=operator("ann", now))

    return start


def end_last_freeze(timeline: Timeline, now: datetime) -> None:
    for freeze_id in timeline.database.record().freezes:
        end_freeze(timeline.workspace, freeze_id, actor=operator("ann", now))


ACTS: dict[str, Act] = {
    **{f"edit {number}": edit(number) for number in range(len(EDITS))},
    "skip": adjusting(skip=True),
    "skip silently": adjusting(skip=True, silent=True),
    "move by 2 hours": adjusting(later=2 * HOUR),
    "move by 2 days": adjusting(later=2 * DAY),
    "restore": adjusting(),
    "freeze production": freezing("production", is_internal=False),
    "freeze all internally": freezing(*BOTH, is_internal=True),
    "end freezes": end_last_freeze,
}


def told(timeline: Timeline, receiver: str) -> datetime | None:
    """The start that the receiver was told last; ``None`` where it was told that there is none."""
    last = [
        announcement
        for delivery, announcement in zip(timeline.sent, timeline.announcements, strict=True)
        if (delivery.receiver, delivery.subject) == (receiver, SUBJECT)
    ][-1]
    if last.event in {ChannelEvent.SKIPPED, ChannelEvent.WITHDRAWN} or last.span is None:
        return None
    return last.span.start


def truth(timeline: Timeline, receiver: str, now: datetime) -> datetime | None:
    situation = Situation(schedule=timeline.schedule, record=timeline.database.record(), now=now)
    start = expected_start_of(situation.visible_to(), SUBJECT)
    return None if start is None or start.environments.isdisjoint(SELECTED[receiver]) else start.at


@settings(max_examples=EXAMPLES, deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.booleans()), min_size=1, max_size=8))
def test_everybody_who_had_a_reminder_knows_what_holds(empty_file: Path, acts: list[tuple[str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(empty_file, folder)
        with closing(Database(f"sqlite:///{file}")) as database:
            timeline = Timeline(database=database, schedule=POLICY)
            timeline.subscribe("every")
            timeline.subscribe("preview", environments=",preview,")
            timeline.tick(START - 2 * DAY)
            now = START - DAY
            timeline.tick(now)
            assert {each.receiver for each in timeline.sent} == SELECTED.keys()
            for name, is_seen in acts:
                now += timedelta(minutes=10)
                with contextlib.suppress(IcsfeedError):  # not all of it is allowed at any time
                    ACTS[name](timeline, now)
                if is_seen:
                    timeline.tick(now)
            timeline.tick(now + HOUR)
            now += 2 * HOUR
            timeline.tick(now)
            assert {each: told(timeline, each) for each in SELECTED} == {
                each: truth(timeline, each, now) for each in SELECTED
            }
