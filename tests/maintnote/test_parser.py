"""circuit-maintenance-parser reads from a MAINTNOTE feed exactly what the calendar states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.lifecycle import with_clock_steps
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, Account
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.schedule import Organizer, Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.windows import Impact
from icsfeed.ical.series import Rendering
from icsfeed.publication.maintnote_feeds import MaintnoteFeed
from icsfeed.services.events import publish_events
from tests.bilingual import bilingual
from tests.changes import ANNOUNCED, PLAN, a_change, after_step
from tests.examples import NOW, POLICY, a_schedule, a_window, span, utc
from tests.maintnote.parser import Parser
from tests.situations import a_situation, served_feed

HOUR: Final = timedelta(hours=1)
ENVIRONMENTS: Final = tuple(Environment(id=each, name=each.capitalize()) for each in ("preview", "production"))
FEEDS: Final = tuple(
    Feed(slug=each.id, name=each.name, environments=frozenset({each.id}), kinds=frozenset(Kind))
    for each in ENVIRONMENTS
)
SCHEDULE: Final = replace(
    POLICY, environments=ENVIRONMENTS, windows=(), window_order=(), feeds=FEEDS, provider="example.com"
)
PLANNED_START: Final = PLAN.span.start
TENTATIVE: Final = a_change(announced=State.TENTATIVE)


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def circuits(*ids: str, impact: str = "OUTAGE") -> list[dict[str, str]]:
    return [{"circuit_id": each, "impact": impact} for each in ids]


def expected(**values: Any) -> dict[str, Any]:  # noqa: ANN401  (any attribute of a maintenance)
    """The emergency change as it was announced, with other values where given."""
    return {
        "provider": "example.com",
        "account": "public",
        "maintenance_id": "EC-7",
        "status": "TENTATIVE",
        "circuits": circuits("production"),
        "start": seconds(PLAN.span.start),
        "end": seconds(PLAN.span.end),
        "stamp": seconds(ANNOUNCED),
        "organizer": "mailto:support@example.com",
        "uid": "emergency.ec-7@maintenance.example.com",
        "sequence": 0,
        "summary": "Tentative: Emergency change: Security patch",
        **values,
    }


class History:
    """A change as it is published again and again, each time with the revisions that this adds to the ledger."""

    def __init__(self, parser: Parser, schedule: Schedule = SCHEDULE) -> None:
        self._parser, self._schedule, self._record = parser, schedule, Record()

    def read(self, *changes: Change, now: datetime, slug: str = "all") -> list[dict[str, Any]]:
        """What the parser reads once these are all the changes."""
        self._record = replace(self._record, changes={each.id: each for each in changes})
        situation = Situation(schedule=self._schedule, record=self._record, now=now)
        events = publish_events(situation)
        ledger = with_lines(self._record.ledger, events.missing_lines(self._record.ledger))
        self._record = replace(self._record, ledger=ledger)
        return self._parser.read(served_feed(situation.with_record(self._record), slug, Rendering.MAINTNOTE))


def test_every_step_of_a_change(parser: Parser) -> None:
    history, change = History(parser), TENTATIVE
    assert history.read(change, now=ANNOUNCED) == [expected()]

    confirmed_at = ANNOUNCED + HOUR
    change = after_step(change, Step.CONFIRM, confirmed_at)
    confirmed = {"status": "CONFIRMED", "summary": "Emergency change: Security patch"}
    assert history.read(change, now=confirmed_at) == [expected(**confirmed, sequence=1, stamp=seconds(confirmed_at))]

    moved_at, moved_to = confirmed_at + HOUR, span((2026, 12, 4, 8), (2026, 12, 4, 9))
    change = after_step(change, Step.UPDATE, moved_at, span=moved_to)
    moved = {"start": seconds(moved_to.start), "end": seconds(moved_to.end)}
    (read,) = history.read(change, now=moved_at)
    assert read == expected(**confirmed, **moved, sequence=2, stamp=seconds(moved_at))

    started_at = moved_to.start + timedelta(minutes=10)
    change = after_step(change, Step.START, started_at)
    in_progress = {"status": "IN-PROCESS", "summary": "In progress: Emergency change: Security patch"}
    late = {"start": seconds(started_at), "end": seconds(started_at + HOUR)}
    (read,) = history.read(change, now=started_at)
    assert read == expected(**in_progress, **late, sequence=3, stamp=seconds(started_at))

    extended_at = started_at + HOUR / 2
    longer = replace(moved_to, end=moved_to.end + HOUR)
    change = after_step(change, Step.UPDATE, extended_at, span=longer)
    extended = {"start": seconds(started_at), "end": seconds(longer.end)}
    (read,) = history.read(change, now=extended_at)
    assert read == expected(**in_progress, **extended, sequence=4, stamp=seconds(extended_at))

    completed_at = extended_at + HOUR
    change = after_step(change, Step.COMPLETE, completed_at)
    completed = {"status": "COMPLETED", "summary": "Completed: Emergency change: Security patch"}
    actual = {"start": seconds(started_at), "end": seconds(completed_at)}
    (read,) = history.read(change, now=completed_at)
    assert read == expected(**completed, **actual, sequence=5, stamp=seconds(completed_at))

    redacted_at = completed_at + HOUR
    change = after_step(change, Step.REDACT, redacted_at)
    completed["summary"] = "Completed: Emergency change: [withdrawn]"
    (read,) = history.read(change, now=redacted_at)
    assert read == expected(**completed, **actual, sequence=6, stamp=seconds(redacted_at))


def test_a_cancelled_change_is_cancelled_until_its_time_has_passed(parser: Parser) -> None:
    history, cancelled_at = History(parser), ANNOUNCED + HOUR
    history.read(TENTATIVE, now=ANNOUNCED)
    change = after_step(TENTATIVE, Step.CANCEL, cancelled_at)
    cancelled = {"status": "CANCELLED", "summary": "Cancelled: Emergency change: Security patch"}
    read = history.read(change, now=cancelled_at)
    assert read == [expected(**cancelled, sequence=1, stamp=seconds(cancelled_at))]
    assert history.read(change, now=PLAN.span.end) == []


def test_a_change_that_was_withdrawn_is_gone(parser: Parser) -> None:
    other = a_change(number=8)
    withdrawn = after_step(TENTATIVE, Step.CANCEL, ANNOUNCED + HOUR, silent=True)
    read = History(parser).read(withdrawn, other, now=ANNOUNCED + HOUR)
    assert [each["maintenance_id"] for each in read] == ["EC-8"]


def test_the_clock_starts_and_completes_an_automatic_change(parser: Parser) -> None:
    change = a_change()
    automatic = replace(change, updates=tuple(replace(each, automatic=True) for each in change.updates))
    assert with_clock_steps(automatic, PLAN.span.end).state is State.COMPLETED
    history = History(parser)
    statuses = {
        now: [(each["status"], each["sequence"]) for each in history.read(automatic, now=now)]
        for now in (PLANNED_START - HOUR, PLANNED_START, PLAN.span.end)
    }
    assert statuses == {
        PLANNED_START - HOUR: [("CONFIRMED", 0)],
        PLANNED_START: [("IN-PROCESS", 1)],
        PLAN.span.end: [("COMPLETED", 2)],
    }


@pytest.mark.parametrize("impact", Impact)
def test_each_impact(parser: Parser, impact: Impact) -> None:
    schedule = a_schedule(a_window(impact=impact))
    change = a_change(plan=replace(PLAN, impact=impact))
    read = parser.read(served_feed(a_situation(schedule, changes=[change]), rendering=Rendering.MAINTNOTE))
    assert {each["maintenance_id"].partition(".")[0] for each in read} == {"EC-7", "thursday"}
    assert {circuit["impact"] for each in read for circuit in each["circuits"]} == {impact.value.upper()}


def test_a_change_that_left_an_environment_is_cancelled_there(parser: Parser) -> None:
    """The ticket for production is closed; no second maintenance seems to begin."""
    left_at = ANNOUNCED + HOUR
    both = a_change(plan=replace(PLAN, environments=frozenset({"preview", "production"})))
    change = after_step(both, Step.UPDATE, left_at, environments=frozenset({"preview"}))
    history = History(parser)
    confirmed = expected(status="CONFIRMED", summary="Emergency change: Security patch")
    for slug in ("preview", "production"):
        assert history.read(both, now=ANNOUNCED, slug=slug) == [{**confirmed, "circuits": circuits(slug)}]
    assert history.read(both, now=ANNOUNCED) == [{**confirmed, "circuits": circuits("preview", "production")}]
    after = {"sequence": 1, "stamp": seconds(left_at)}
    there = {**confirmed, **after, "circuits": circuits("preview")}
    assert history.read(change, now=left_at) == [there]
    assert history.read(change, now=left_at, slug="preview") == [there]
    assert history.read(change, now=left_at, slug="production") == [
        {
            **there,
            "status": "CANCELLED",
            "summary": "Cancelled: Emergency change: Security patch",
            "circuits": circuits("production", impact="NO-IMPACT"),
        }
    ]


def of_windows(parser: Parser, *adjustments: Adjustment, now: datetime = NOW) -> dict[str, dict[str, Any]]:
    """The occurrences of the policy from December 2026 on, by maintenance id."""
    read = parser.read(
        served_feed(a_situation(POLICY, now=now, adjustments=adjustments), rendering=Rendering.MAINTNOTE)
    )
    return {each["maintenance_id"]: each for each in read if each["start"] >= seconds(utc(2026, 12, 1))}


def test_a_window_that_is_moved_keeps_its_id(parser: Parser) -> None:
    name = "thursday.20261210T020000"
    to = span((2026, 12, 11, 7), (2026, 12, 11, 9))
    before = of_windows(parser)
    after = of_windows(parser, Move(window_id="thursday", day=date(2026, 12, 10), to=to, reason="Rain"))
    assert before[name] == {
        **expected(),
        "provider": "maintenance.example.com",
        "maintenance_id": name,
        "uid": f"maintenance.{name}@maintenance.example.com",
        "status": "CONFIRMED",
        "start": seconds(utc(2026, 12, 10, 7)),
        "end": seconds(utc(2026, 12, 10, 11)),
        "stamp": seconds(utc(2025, 1, 1, 5)),
        "summary": "Scheduled maintenance",
    }
    assert after[name] == {
        **before[name],
        "start": seconds(to.start),
        "end": seconds(to.end),
        "summary": after[name]["summary"],
    }
    assert {each: after[each] for each in after if each != name} == {
        each: before[each] for each in before if each != name
    }


def test_a_window_that_is_skipped_is_cancelled_and_one_that_is_dropped_is_gone(parser: Parser) -> None:
    shown, silent = "thursday.20261210T020000", "thursday.20261217T020000"
    skips = [
        Skip(window_id="thursday", day=date(2026, 12, 10), reason="A holiday"),
        Skip(window_id="thursday", day=date(2026, 12, 17), reason="Nothing to do", silent=True),
    ]
    before, after = of_windows(parser), of_windows(parser, *skips)
    assert before.keys() - after.keys() == {silent}
    assert after[shown] == {**before[shown], "status": "CANCELLED", "summary": "Cancelled: Scheduled maintenance"}


def test_the_state_of_a_window_does_not_depend_on_the_clock(parser: Parser) -> None:
    """Otherwise SEQUENCE would have to, for each of a thousand occurrences."""
    name = "thursday.20261203T020000"
    nights = (utc(2026, 12, 2), utc(2026, 12, 3, 8), utc(2026, 12, 4))
    before, meanwhile, later = (of_windows(parser, now=now)[name] for now in nights)
    assert before == meanwhile == later
    assert before["status"] == "CONFIRMED"


def test_only_the_summary_is_in_another_language(parser: Parser) -> None:
    read = {}
    for folder in ("", "fr/"):
        events = publish_events(Situation(schedule=bilingual(), record=NOTHING, now=NOW))
        feed = MaintnoteFeed(events=events.in_language("fr" if folder else "en"), slug="all")
        read[folder] = parser.read(feed.of(PUBLIC_ACCOUNT).body)
    english, french = ([each.pop("summary") for each in read[folder]] for folder in ("", "fr/"))
    assert read[""] == read["fr/"]
    assert english
    assert all(one != other for one, other in zip(english, french, strict=True))


# No backslash before an n, in which the icalendar of the parser sees a line break: test_feeds has one.
HOSTILE: Final = "a;b,c\\d: \"e\" <f>&'g' {{h}} é 漢 \N{PILE OF POO}" + "x" * 60


HOSTILE_ACCOUNTS: Final = (
    Account(id=HOSTILE[:100], objects=(HOSTILE[1:100],)),
    Account(id="X-MAINTNOTE-STATUS:CANCELLED", objects=("a", "END:VEVENT", HOSTILE[:100])),
)


@pytest.mark.parametrize("account", HOSTILE_ACCOUNTS, ids=["one object", "three objects"])
def test_any_text_reaches_the_parser_as_it_is(parser: Parser, account: Account) -> None:
    organizer = Organizer(name=HOSTILE, email="support@example.com")
    calendar = replace(POLICY.calendar, organizer=organizer)
    schedule = replace(SCHEDULE, calendar=calendar, provider=HOSTILE)
    change = a_change(plan=replace(PLAN, summary=HOSTILE, reason=HOSTILE, ticket="https://example.com/?a=b;c,d"))
    events = publish_events(a_situation(schedule, changes=[change]))
    read = parser.read(MaintnoteFeed(events=events, slug="all").of(account).body)
    assert read == [
        expected(
            provider=HOSTILE,
            account=account.id,
            status="CONFIRMED",
            circuits=circuits(*account.objects),
            summary=f"Emergency change: {HOSTILE}",
        )
    ]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_parser_takes_no_feed_for_base64(parser: Parser, count: int) -> None:
    """It tries that first, which succeeds for a quarter of all lengths."""
    changes = [a_change(number=number) for number in range(1, count + 1)]
    read = parser.read(served_feed(a_situation(SCHEDULE, changes=changes), rendering=Rendering.MAINTNOTE))
    assert len(read) == count
