"""Sites for tests: their schedules and records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from typing import Final

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, Plan, State, Update, recorded_id
from icsfeed.domain.feeds import Environment, Feed, Kind, automatic_feeds
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Organizer, Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.publication.editions import editions
from icsfeed.publication.pages.site import page_makers
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation, Representations
from icsfeed.services.events import publish_events
from icsfeed.words.languages import LANGUAGES, Language
from tests.examples import MONTH_END, POLICY, THURSDAY, span, utc

BASE: Final = "https://maintenance.example.com"
NOON: Final = utc(2026, 12, 8, 17)
"""Tuesday noon in Toronto: two days before a window, two weeks before a freeze."""

OPERATOR: Final = "mallory.operator"
"""No customer may see this name."""

ENVIRONMENTS: Final = (Environment(id="preview", name="Preview"), Environment(id="production", name="Production"))
EVERYWHERE: Final = frozenset({"preview", "production"})
SCHEDULE: Final = replace(
    POLICY,
    calendar=replace(
        POLICY.calendar,
        description="When the Seed-to-Sale platform is down for maintenance, and when nothing is changed.",
        vendor="Example Inc.",
        support_url="https://www.example.com/support",
        embed_in=("https://kb.example.com",),
    ),
    environments=ENVIRONMENTS,
    windows=tuple(replace(window, environments=EVERYWHERE) for window in POLICY.windows),
    feeds=automatic_feeds(POLICY.calendar.name, ENVIRONMENTS),
)


def a_plan(start: datetime, end: datetime, **overrides: object) -> Plan:
    """What is announced of a change."""
    plan = Plan(
        summary="Security patch for the login service",
        environments=frozenset({"production"}),
        impact=Impact.DEGRADED,
        span=Span(start=start, end=end),
        reason="The vulnerability is being exploited elsewhere.",
        ticket="https://support.example.com/tickets/4711",
    )
    return replace(plan, **overrides)  # type: ignore[arg-type] # any field


def a_change(kind: Kind, number: int, *updates: tuple[datetime, State, str, Plan]) -> Change:
    """A change with those updates."""
    return Change(
        kind=kind,
        id=recorded_id(kind, number),
        updates=tuple(
            Update(number=place, at=at, by=OPERATOR, message=message, state=state, plan=plan)
            for place, (at, state, message, plan) in enumerate(updates, start=1)
        ),
    )


def a_record(*changes: Change, adjustments: tuple[Adjustment, ...] = ()) -> Record:
    """What was recorded."""
    return replace(
        NOTHING,
        changes={change.id: change for change in changes},
        adjustments={(each.window_id, each.day): each for each in adjustments},
    )


EMERGENCY: Final = a_change(
    Kind.EMERGENCY,
    7,
    (
        utc(2026, 12, 8, 14, 5),
        State.CONFIRMED,
        "We patch the login service today. You may be asked to log in again.",
        a_plan(utc(2026, 12, 8, 16), utc(2026, 12, 8, 18)),
    ),
    (
        utc(2026, 12, 8, 15, 30),
        State.CONFIRMED,
        "The patch takes half an hour longer.",
        a_plan(utc(2026, 12, 8, 16), utc(2026, 12, 8, 18, 30), impact=Impact.OUTAGE),
    ),
    (
        utc(2026, 12, 8, 16, 2),
        State.IN_PROGRESS,
        "",
        a_plan(utc(2026, 12, 8, 16), utc(2026, 12, 8, 18, 30), impact=Impact.OUTAGE),
    ),
)
PLANNED: Final = a_change(
    Kind.PLANNED,
    3,
    (
        utc(2026, 12, 1, 15),
        State.TENTATIVE,
        "The new storage arrives; we will say by Friday whether the date holds.",
        a_plan(
            utc(2026, 12, 19, 4),
            utc(2026, 12, 19, 9),
            summary="Move to the new storage",
            environments=EVERYWHERE,
            impact=Impact.OUTAGE,
            reason="",
            ticket="",
        ),
    ),
)
CANCELLED: Final = a_change(
    Kind.PLANNED,
    2,
    (
        utc(2026, 11, 20, 15),
        State.CONFIRMED,
        "",
        a_plan(utc(2026, 12, 9, 2), utc(2026, 12, 9, 4), summary="Renew certificates", reason="", ticket=""),
    ),
    (
        utc(2026, 12, 5, 15),
        State.CANCELLED,
        "No longer needed.",
        a_plan(utc(2026, 12, 9, 2), utc(2026, 12, 9, 4), summary="Renew certificates", reason="", ticket=""),
    ),
)
ADJUSTMENTS: Final = (
    Skip(window_id="thursday", day=date(2026, 12, 17), reason="The team is at a conference."),
    Move(
        window_id="sunday",
        day=date(2026, 12, 13),
        to=span((2026, 12, 14, 7), (2026, 12, 14, 11)),
        reason="A customer's harvest.",
    ),
)
BUSY: Final = a_record(EMERGENCY, PLANNED, CANCELLED, adjustments=ADJUSTMENTS)
ANNOUNCED: Final = a_record(PLANNED, CANCELLED, adjustments=ADJUSTMENTS)


def many_feeds(count: int) -> Schedule:
    """The schedule with that many feeds, besides `all`."""
    return replace(
        SCHEDULE,
        feeds=tuple(
            Feed(
                slug=f"tenant-{number}",
                name=f"Tenant {number}",
                environments=EVERYWHERE,
                kinds=frozenset(Kind),
                description=f"All that concerns tenant {number}.",
            )
            for number in range(1, count + 1)
        ),
    )


def a_site(
    schedule: Schedule = SCHEDULE,
    record: Record = NOTHING,
    *,
    now: datetime = NOON,
    base: str = BASE,
    languages: tuple[Language, ...] = LANGUAGES,
) -> Mapping[str, Representation]:
    """Every page and its assets, with the badges that one page shows, rendered on demand."""
    if schedule is not SCHEDULE or not any(record is each for each in (NOTHING, BUSY, ANNOUNCED)):
        return _new_site(schedule, record, now, base, languages)
    key = (id(record), now, base, languages)
    if key not in _SITES:
        _SITES[key] = _new_site(schedule, record, now, base, languages)
    return _SITES[key]


_SITES: Final[dict[tuple[int, datetime, str, tuple[Language, ...]], Mapping[str, Representation]]] = {}
"""What many tests look at; nobody can change it."""


def _new_site(
    schedule: Schedule, record: Record, now: datetime, base: str, languages: tuple[Language, ...]
) -> Mapping[str, Representation]:
    situation = Situation(schedule=schedule, record=record, now=now)
    public = editions(publish_events(situation).situation, base_url=base, is_live=True, languages=languages)
    published = publish(situation, changed_at=now, base_url=base).representations
    for_programs = {path: partial(published.__getitem__, path) for path in published}
    badges = {path: make for path, make in for_programs.items() if re.search(r"/badge[/.]", path)}
    return Representations({**dict(page_makers(public, for_programs)), **badges})


LONG: Final = "Straßenbahnhaltestellenfahrplan" * 330
ATTACK: Final = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">\'"&amp;{{ 7 * 7 }}'
BACKWARD: Final = "\u202eמתוכננת תחזוקה \u2066(2:00)"  # noqa: RUF001  (Hebrew)


@cache
def hostile_site() -> Mapping[str, Representation]:
    """Texts of an attacker, and of somebody with too much to say."""
    texts = [ATTACK, BACKWARD, LONG]
    changes = [
        a_change(
            kind,
            number,
            (
                utc(2026, 12, 7),
                State.CONFIRMED,
                f"{text}\n\n{text}",
                a_plan(utc(2026, 12, 9, 4), utc(2026, 12, 9, 8), summary=text, reason=text),
            ),
        )
        for kind in (Kind.EMERGENCY, Kind.PLANNED)
        for number, text in enumerate(texts, start=1)
    ]
    skips = [
        Skip(window_id=f"window-{number}", day=date(2026, 12, 10), reason=text) for number, text in enumerate(texts)
    ]
    schedule = replace(
        SCHEDULE,
        calendar=replace(
            SCHEDULE.calendar,
            name=ATTACK,
            vendor=LONG,
            description=f"{BACKWARD} {LONG}",
            organizer=Organizer(name=ATTACK, email="support@example.com"),
        ),
        environments=tuple(
            Environment(id=each, name=text) for each, text in zip(("e0", "production", "e2"), texts, strict=True)
        ),
        windows=tuple(
            replace(THURSDAY, id=f"window-{number}", name=text, description=text, environments=frozenset({"e0", "e2"}))
            for number, text in enumerate(texts)
        ),
        freezes=tuple(
            replace(MONTH_END, id=f"freeze-{number}", name=text, description=text) for number, text in enumerate(texts)
        ),
        feeds=tuple(
            Feed(
                slug=f"f{number}",
                name=text,
                description=text,
                environments=frozenset({"production"}),
                kinds=frozenset(Kind),
            )
            for number, text in enumerate(texts)
        ),
    )
    return a_site(schedule, a_record(*changes, adjustments=tuple(skips)))
