"""Announcements as Atom feeds, read by an outside parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import LedgerLine, Revision
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.publishing import publish
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import NOW, POLICY, SUNDAY, THURSDAY, span, utc

TWO = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(SUNDAY, environments=frozenset({"preview"})), THURSDAY),
    feeds=(Feed(slug="preview", name="Preview", environments=frozenset({"preview"}), kinds=frozenset(Kind)),),
)
ATOM = "{http://www.w3.org/2005/Atom}"


def body(record: Record, *, schedule: Schedule = TWO, slug: str = "all", base_url: str = "") -> bytes:
    publication = publish(Situation(schedule=schedule, record=record, now=NOW), changed_at=NOW, base_url=base_url)
    atom = publication.representations[f"/feeds/{slug}.atom"]
    assert atom.content_type == "application/atom+xml; charset=utf-8"
    return atom.body


def parse(content: bytes) -> Any:  # noqa: ANN401  (feedparser's own)
    """The feed as an outside parser reads it, without any errors."""
    feed = feedparser.parse(content, sanitize_html=False)
    assert (feed.bozo, feed.version) == (False, "atom10")
    return feed


def with_amendment(change: Change, **plan: object) -> Change:
    """The change after an update that alters its plan."""
    update = Update(
        number=change.latest.number + 1,
        at=change.latest.at + timedelta(minutes=30, microseconds=5),
        by="bob@example.com",
        message="It takes\nlonger <than> thought",
        state=change.state,
        plan=replace(change.plan, **plan),  # type: ignore[arg-type]  # any field
    )
    return change.with_update(update)


STARTED = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 8, 15)))
LONGER = with_amendment(
    STARTED,
    span=Span(start=PLAN.span.start, end=utc(2026, 12, 3, 10)),
    environments=frozenset({"preview", "production"}),
    ticket="https://tickets.example.com/?id=7&show=all",
    reason="",
)


def test_a_change_lists_its_updates_newest_first() -> None:
    feed = parse(body(record_of(LONGER)))
    (entry,) = feed.entries
    assert {key: entry[key] for key in ("title", "updated", "published")} == {
        "title": "In progress: Emergency change: Security patch",
        "updated": "2026-12-03T08:45:00+00:00",
        "published": "2026-11-23T10:00:00+00:00",
    }
    assert [each.term for each in entry.tags] == ["emergency"]
    assert entry.content[0].type == "text/html"
    assert entry.content[0].value == (
        "<p>When: Thu 2026-12-03 03:00–05:00 EST<br />Environments: Preview, Production<br />Impact: outage<br />"
        "State: in progress<br />Number: EC-7</p>"
        '<p>Ticket: <a href="https://tickets.example.com/?id=7&amp;show=all">'
        "https://tickets.example.com/?id=7&amp;show=all</a></p>"
        "<p><strong>Thu 2026-12-03 03:45 EST, in progress</strong><br />It takes<br />longer &lt;than&gt; thought<br />"
        "New environments: Preview, Production<br />New time: Thu 2026-12-03 03:00–05:00 EST<br />"
        "New ticket: https://tickets.example.com/?id=7&amp;show=all</p>"
        "<p><strong>Thu 2026-12-03 03:15 EST, in progress</strong><br />Message 2</p>"
        "<p><strong>Mon 2026-11-23 05:00 EST, confirmed</strong><br />Message 1</p>"
    )


def test_steps_that_were_taken_back_actual_times_and_corrected_texts() -> None:
    """The entry used to repeat every title there had been, and to show the planned time alone."""
    change = after_step(a_change(), Step.UPDATE, utc(2026, 11, 23, 11), summary="Wrong", reason="")
    change = after_step(change, Step.UPDATE, utc(2026, 11, 23, 12), summary="Right")
    change = after_step(change, Step.START, utc(2026, 12, 3, 7))
    change = after_step(change, Step.UNDO, utc(2026, 12, 3, 7, 1))
    change = after_step(change, Step.START, utc(2026, 12, 3, 8, 5), "At last")
    change = after_step(change, Step.REDACT, utc(2026, 12, 3, 8, 6), target=6)
    (entry,) = parse(body(record_of(change))).entries
    assert entry.content[0].value == (
        "<p>When: Thu 2026-12-03 03:05–04:05 EST<br />Planned: Thu 2026-12-03 03:00–04:00 EST<br />"
        "Environments: Production<br />Impact: outage<br />State: in progress<br />Number: EC-7</p>"
        "<p><strong>Thu 2026-12-03 03:06 EST, text withdrawn</strong></p>"
        "<p><strong>Thu 2026-12-03 03:05 EST, in progress</strong><br />[withdrawn]</p>"
        "<p><strong>Thu 2026-12-03 02:01 EST, taken back: Work has started</strong></p>"
        "<p><strong>Thu 2026-12-03 02:00 EST, in progress</strong></p>"
        "<p><strong>Mon 2026-11-23 07:00 EST, confirmed</strong><br />New title: Right</p>"
        "<p><strong>Mon 2026-11-23 06:00 EST, confirmed</strong><br />Title changed</p>"
        "<p><strong>Mon 2026-11-23 05:00 EST, confirmed</strong><br />Message 1</p>"
    )


def test_operators_are_not_named() -> None:
    assert {update.by for update in LONGER.updates} == {"ann@example.com", "bob@example.com"}
    content = body(record_of(LONGER))
    assert b"ann@" not in content
    assert b"bob@" not in content


def test_a_reason_is_stated() -> None:
    (entry,) = parse(body(record_of(a_change()))).entries
    assert "<br />Reason: It is being exploited</p>" in entry.content[0].value


def test_the_latest_announcement_is_first_and_dates_the_feed() -> None:
    early, late = a_change(), a_change(Kind.PLANNED, (State.CANCELLED, utc(2026, 11, 24)), number=1)
    feed = parse(body(record_of(early, late)))
    assert [entry.title for entry in feed.entries] == [
        "Cancelled: Planned change: Security patch",
        "Emergency change: Security patch",
    ]
    assert feed.feed.updated == "2026-11-24T00:00:00+00:00"


def test_a_cancelled_change_stays_in_the_feed_after_its_time() -> None:
    record = record_of(a_change(Kind.PLANNED, (State.CANCELLED, utc(2026, 11, 24))))
    later = publish(Situation(schedule=TWO, record=record, now=utc(2027, 5, 1)), changed_at=NOW).representations[
        "/feeds/all.atom"
    ]
    assert len(parse(later.body).entries) == 1


def test_an_empty_feed_is_valid_and_dated_without_a_clock() -> None:
    content = body(Record())
    feed = parse(content)
    assert (feed.entries, feed.feed.updated) == ([], "2025-01-01T05:00:00+00:00")
    later = publish(Situation(schedule=TWO, now=NOW + timedelta(days=20)), changed_at=NOW).representations[
        "/feeds/all.atom"
    ]
    assert later.body == content


def test_the_same_record_gives_the_same_bytes() -> None:
    """By itself, feedgen dates feeds and entries to the moment of their creation."""
    first = body(record_of(LONGER, a_change(Kind.PLANNED)))
    second = publish(
        Situation(schedule=TWO, record=record_of(LONGER, a_change(Kind.PLANNED)), now=NOW + timedelta(hours=1)),
        changed_at=NOW,
    ).representations["/feeds/all.atom"]
    assert first == second.body


MOVED, SKIPPED, SILENT = date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 17)
ADJUSTED: dict[tuple[str, date], Adjustment] = {
    ("thursday", MOVED): Move(
        window_id="thursday", day=MOVED, to=span((2026, 12, 4, 7), (2026, 12, 4, 9)), reason="A & B"
    ),
    ("thursday", SKIPPED): Skip(window_id="thursday", day=SKIPPED, reason="Not needed"),
    ("thursday", SILENT): Skip(window_id="thursday", day=SILENT, reason="Nobody is told", silent=True),
    ("thursday", date(2026, 11, 26)): Skip(window_id="thursday", day=date(2026, 11, 26), reason="Frozen anyway"),
    ("thursday", date(2026, 12, 18)): Skip(window_id="thursday", day=date(2026, 12, 18), reason="On a Friday"),
    ("gone", MOVED): Skip(window_id="gone", day=MOVED, reason="Edited away"),
    ("thursday", date(2029, 1, 4)): Skip(window_id="thursday", day=date(2029, 1, 4), reason="Not published yet"),
}


def with_adjustments(at: dict[str, int]) -> Record:
    """A record whose ledger dates each adjusted occurrence of the expanded calendar."""
    record = Record(entry=1, adjustments=ADJUSTED)
    events = publish(Situation(schedule=TWO, record=record, now=NOW), changed_at=NOW).events
    digests = {event.uid: event.digest for event in events.every()}
    ledger = {}
    for day, hour in at.items():
        uid = f"maintenance.thursday.{day}T020000@maintenance.example.com"
        revision = Revision(sequence=1, at=utc(2026, 11, 23, hour))
        ledger[uid] = (LedgerLine(uid=uid, digest=digests[uid], revision=revision),)
    return replace(record, ledger=ledger)


def test_visible_adjustments_are_entries_dated_to_the_day_of_the_adjustment() -> None:
    feed = parse(body(with_adjustments({"20261203": 9, "20261210": 10})))
    assert [(entry.title, entry.updated, entry.content[0].value) for entry in feed.entries] == [
        (
            "Cancelled: Scheduled maintenance, Thu 2026-12-10 02:00–06:00 EST",
            "2026-11-23T10:00:00+00:00",
            "<p>The maintenance of Thu 2026-12-10 02:00–06:00 EST does not take place.<br />Not needed</p>",
        ),
        (
            "Moved: Scheduled maintenance, Fri 2026-12-04 02:00–04:00 EST",
            "2026-11-23T09:00:00+00:00",
            "<p>The maintenance of Thu 2026-12-03 02:00–06:00 EST takes place Fri 2026-12-04 02:00–04:00 EST instead."
            "<br />A &amp; B</p>",
        ),
    ]


def test_an_occurrence_skipped_by_the_clock_has_no_entry() -> None:
    """On 8 March 2026 Toronto's clock goes from 02:00 to 03:00."""
    sunday = replace(SUNDAY, start=time(2), end=time(3))
    adjusted: dict[tuple[str, date], Adjustment] = {
        (sunday.id, day): Skip(window_id=sunday.id, day=day, reason="Not needed")
        for day in (date(2026, 3, 8), date(2026, 3, 15))
    }
    record = Record(entry=1, adjustments=adjusted)
    feed = parse(body(record, schedule=replace(TWO, windows=(sunday,))))
    assert [entry.title for entry in feed.entries] == [
        "Cancelled: Scheduled maintenance, Sun 2026-03-15 02:00–03:00 EDT"
    ]


def test_ids_are_stable_and_unique_across_feeds_calendars_and_entries() -> None:
    record = replace(with_adjustments({"20261203": 9}), changes=record_of(STARTED, a_change(Kind.PLANNED)).changes)
    first = parse(body(record))
    again = parse(body(replace(record, changes=record_of(LONGER, a_change(Kind.PLANNED)).changes)))
    assert sorted(entry.id for entry in first.entries) == sorted(entry.id for entry in again.entries)
    assert {entry.title: entry.id for entry in first.entries}["In progress: Emergency change: Security patch"] == (
        "urn:uuid:30ed2c64-b03e-566d-b95f-b55fcd6d0cb1"
    )
    second = replace(TWO, calendar=replace(TWO.calendar, uid_domain="maintenance.example.net"))
    ids = {
        *(entry.id for entry in first.entries),
        first.feed.id,
        parse(body(record, slug="preview")).feed.id,
        parse(body(record, schedule=second)).feed.id,
    }
    assert len(ids) == len(first.entries) + 3


def test_a_feed_has_the_announcements_that_it_selects() -> None:
    elsewhere = a_change(number=8, plan=replace(PLAN, environments=frozenset({"preview"}), summary="Elsewhere"))
    feed = parse(body(record_of(a_change(), elsewhere), slug="preview"))
    assert [entry.title for entry in feed.entries] == ["Emergency change: Elsewhere"]


@pytest.mark.parametrize(
    ("url", "base_url", "expected"),
    [
        pytest.param("", "", ["all.atom", "../", "../#ec-7"], id="unknown address: relative to the feed itself"),
        pytest.param(
            "",
            "https://a.example.com/calendar/",
            [
                "https://a.example.com/calendar/feeds/all.atom",
                "https://a.example.com/calendar/",
                "https://a.example.com/calendar/#ec-7",
            ],
            id="the server's address",
        ),
        pytest.param(
            "https://b.example.com",
            "https://a.example.com",
            ["https://b.example.com/feeds/all.atom", "https://b.example.com/", "https://b.example.com/#ec-7"],
            id="the schedule's address takes precedence",
        ),
    ],
)
def test_links(url: str, base_url: str, expected: list[str]) -> None:
    schedule = replace(TWO, calendar=replace(TWO.calendar, url=url))
    root = etree.fromstring(body(record_of(a_change()), schedule=schedule, base_url=base_url))
    links = list(root.iter(f"{ATOM}link"))
    assert [link.get("href") for link in links] == expected
    assert [link.get("rel") for link in links] == ["self", "alternate", None]  # section 4.2.7.2


def test_the_elements_that_the_standard_requires() -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2."""
    root = etree.fromstring(body(record_of(a_change())))
    assert [child.tag.removeprefix(ATOM) for child in root] == [
        *("id", "title", "updated", "author", "link", "link", "generator", "entry")
    ]
    assert [child.tag.removeprefix(ATOM) for child in root[-1]] == [
        *("id", "title", "updated", "content", "link", "category", "published")
    ]
    assert [each.text for each in root.iter(f"{ATOM}name", f"{ATOM}generator")] == ["Customer Support", "icsfeed"]


def test_without_an_organizer_the_calendar_is_the_author() -> None:
    calendar = replace(TWO.calendar, organizer=None, description="When we are down")
    feed = parse(body(Record(), schedule=replace(TWO, calendar=calendar)))
    assert (feed.feed.author, feed.feed.subtitle) == ("Seed-to-Sale maintenance", "When we are down")


def test_characters_that_xml_does_not_allow_are_replaced() -> None:
    """They make lxml refuse the whole feed."""
    plan = replace(PLAN, summary="a\x00b\x0bc\ufffe\uffffd \N{SNOWMAN} \U0001f600 <&>")
    (entry,) = parse(body(record_of(a_change(plan=plan)))).entries
    assert entry.title == "Emergency change: a\ufffdb\ufffdc\ufffd\ufffdd \N{SNOWMAN} \U0001f600 <&>"


def test_only_the_latest_hundred_announcements_are_included() -> None:
    changes = [a_change(Kind.EMERGENCY, (State.CANCELLED, NOW + timedelta(seconds=n)), number=n) for n in range(1, 103)]
    feed = parse(body(record_of(*changes)))
    assert len(feed.entries) == 100
    assert feed.entries[-1].updated == "2026-11-23T12:00:03+00:00"
