"""For any schedule: no public byte depends on what is private; subscribers see it as if it were public."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import is_private_key
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.publishing import publish
from icsfeed.services.events import publish_events
from tests.changes import PLAN, a_change
from tests.properties.freezes import freezes
from tests.properties.schedules import NOWS, adjustments, schedules, windows

ACME: Final = Environment(id="acme", name="Acme’s cluster", public=False)
ONLY_ACME: Final = frozenset({"acme"})
ACME_FEED: Final = Feed(
    slug="acme", name="Acme", environments=frozenset({"acme", "production"}), kinds=frozenset(Kind), public=False
)


@st.composite
def with_private_parts(draw: st.DrawFn, schedule: Schedule) -> Schedule:
    """The schedule with a private environment: windows and freezes of its own, and others that it shares."""
    home = schedule.calendar.zone
    extra_windows = [replace(draw(windows(number, home)), environments=ONLY_ACME) for number in (90, 91)]
    extra_freezes = [replace(draw(freezes(90, ["acme"], st.just(home))), environments=ONLY_ACME)]
    return replace(
        schedule,
        environments=(*schedule.environments, ACME),
        windows=(
            *(
                replace(window, environments=window.environments | ONLY_ACME) if draw(st.booleans()) else window
                for window in schedule.windows
            ),
            *extra_windows,
        ),
        freezes=(
            *(
                replace(freeze, environments=freeze.environments | ONLY_ACME) if draw(st.booleans()) else freeze
                for freeze in schedule.placed_freezes
            ),
            *extra_freezes,
        ),
        feeds=(*schedule.feeds, ACME_FEED),
    )


def public_bytes(situation: Situation) -> dict[str, bytes]:
    """The feed of everything in each form, and the first page: pages have no other source than feeds."""
    publication = publish(situation, changed_at=situation.now)
    return {
        path: publication.representations[path].body
        for path in ("/feeds/all.ics", "/feeds/all.expanded.ics", "/feeds/all.json", "/feeds/all.atom", "/")
    }


@settings(max_examples=6)
@given(data=st.data(), now=NOWS)
def test_no_public_byte_depends_on_what_is_private(data: st.DataObject, now: datetime) -> None:
    schedule = data.draw(schedules())
    whole = data.draw(with_private_parts(schedule))
    public = {window.id for window in schedule.windows}
    adjusted = data.draw(adjustments(whole, now.year))
    start = now.replace(microsecond=0)
    plan = replace(
        PLAN, span=Span(start=start, end=start.replace(year=start.year + 1)), environments=frozenset({"production"})
    )
    shared = a_change(plan=plan)
    own = a_change(plan=replace(plan, environments=ONLY_ACME), number=8)
    record = Record(
        changes={each.id: each for each in (_also_for_acme(shared), own)},
        adjustments={(each.window_id, each.day): each for each in adjusted},
    )
    less = Record(
        changes={shared.id: shared},
        adjustments={(each.window_id, each.day): each for each in adjusted if each.window_id in public},
    )
    situation = Situation(schedule=whole, record=record, now=now)
    assert public_bytes(situation) == public_bytes(Situation(schedule=schedule, record=less, now=now))
    events = publish_events(situation)
    assert {line.uid for line in events.missing_lines({}) if not is_private_key(line.uid)} == {
        event.uid for event in events.every()
    } | {event.uid for event in events.private["acme"].every() if not event.is_private}


def _also_for_acme(change: Change) -> Change:
    (first,) = change.updates
    wider = replace(first, plan=replace(first.plan, environments=first.plan.environments | ONLY_ACME))
    assert wider.state is State.CONFIRMED
    return replace(change, updates=(wider,))


@settings(max_examples=6)
@given(data=st.data(), now=NOWS)
def test_subscribers_see_what_they_would_if_it_were_public(data: st.DataObject, now: datetime) -> None:
    whole = data.draw(with_private_parts(data.draw(schedules())))
    opened = replace(
        whole,
        environments=tuple(replace(each, public=True) for each in whole.environments),
        freezes=whole.placed_freezes,
        feeds=tuple(replace(each, public=True) for each in whole.feeds),
    )
    adjusted = data.draw(adjustments(whole, now.year))
    record = Record(adjustments={(each.window_id, each.day): each for each in adjusted})
    private = publish(Situation(schedule=whole, record=record, now=now), changed_at=now).private["acme"]
    public = publish(Situation(schedule=opened, record=record, now=now), changed_at=now).representations
    for suffix in (".ics", ".expanded.ics"):
        path = f"/feeds/acme{suffix}"
        assert uids(private[path].body) == uids(public[path].body)


def uids(calendar: bytes) -> list[bytes]:
    """The UID and the times of each event, in order."""
    lines = calendar.replace(b"\r\n ", b"").split(b"\r\n")
    return [line for line in lines if line.startswith((b"UID:", b"DTSTART", b"DTEND", b"RRULE", b"EXDATE"))]
