"""The calendar objects of announcements: who imports one sees what subscribers of the feed see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

import icalendar
import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.plans import Amendment
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.publishing import publish
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import Workspace
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from tests.actors import operator
from tests.changes import PLAN
from tests.examples import utc
from tests.notify.messages.stories import LATER, announcement, delivery, result, shop
from tests.readers import READERS, Reader, require
from tests.services.workspace import a_workspace, advance_change, announce_plan

NOW = utc(2026, 12, 1, 12)
SENT = utc(2026, 12, 1, 12, 34)
EVERYWHERE = frozenset({"production", "preview"})
E = ChannelEvent

_VEVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_DTSTAMP = re.compile(rb"^DTSTAMP:.*\r\n", re.MULTILINE)


def _announced(workspace: Workspace) -> str:
    announce_plan(workspace, PLAN, now=NOW, message="First", uid_part="0123456789")
    return "EC-1"


def _amend(workspace: Workspace, amendment: Amendment) -> None:
    advance_change(workspace, Step.UPDATE, amendment=amendment, now=NOW + timedelta(minutes=1))


def _moved(workspace: Workspace) -> str:
    _announced(workspace)
    _amend(workspace, Amendment(start=LATER.start, end=LATER.end))
    return "EC-1"


def _cancelled(workspace: Workspace) -> str:
    _moved(workspace)
    advance_change(workspace, Step.CANCEL, now=NOW + timedelta(minutes=2))
    return "EC-1"


def _completed(workspace: Workspace) -> str:
    _announced(workspace)
    for minutes, step in ((1, Step.START), (20, Step.COMPLETE)):
        advance_change(workspace, step, now=NOW + timedelta(minutes=minutes))
    return "EC-1"


def _redacted(workspace: Workspace) -> str:
    _announced(workspace)
    advance_change(workspace, Step.REDACT, now=NOW + timedelta(minutes=1))
    return "EC-1"


def _automatic(workspace: Workspace) -> str:
    """The clock has started it, and nobody has recorded that."""
    plan = replace(PLAN, span=Span(start=utc(2026, 12, 1, 12, 30), end=utc(2026, 12, 1, 14)))
    announce_plan(workspace, plan, now=NOW, automatic=True)
    return "EC-1"


def _written(workspace: Workspace) -> str:
    del workspace
    return "till"


def _adjustment(day: date, to: Span | None = None, *, skip: bool = False) -> Callable[[Workspace], str]:
    def adjust_it(workspace: Workspace) -> str:
        request = AdjustmentRequest(window_id="thursday", day=day, reason="Not needed", skip=skip, to=to)
        adjust(workspace, request, actor=operator("ann", NOW))
        return f"thursday/{day}"

    return adjust_it


def _frozen(workspace: Workspace) -> str:
    _freeze(workspace)
    return "thursday/2026-12-03"


def _freeze(workspace: Workspace) -> str:
    request = FreezeRequest(environments=EVERYWHERE, reason="An incident")
    start_freeze(workspace, request, uid_part="0123456789", actor=operator("ann", NOW))
    return "CF-1"


def _freeze_ended(workspace: Workspace) -> str:
    _freeze(workspace)
    end_freeze(workspace, "CF-1", actor=operator("bo", NOW + timedelta(minutes=10)))
    return "CF-1"


DECEMBER_3, LAST_OF_YEAR = date(2026, 12, 3), date(2026, 12, 31)
STORIES = {
    "announced": (_announced, E.ANNOUNCED, 1),
    "moved": (_moved, E.MOVED, 1),
    "cancelled": (_cancelled, E.CANCELLED, 1),
    "completed": (_completed, E.COMPLETED, 1),
    "redacted": (_redacted, E.WITHDRAWN, 1),
    "started by the clock": (_automatic, E.STARTED, 1),
    "from the schedule file": (_written, E.REMINDER, 1),
    "skipped": (_adjustment(DECEMBER_3, skip=True), E.SKIPPED, 2),
    "last of its year skipped": (_adjustment(LAST_OF_YEAR, skip=True), E.SKIPPED, 1),
    "occurrence moved": (_adjustment(DECEMBER_3, LATER), E.MOVED, 2),
    "reminder": (lambda _: "thursday/2026-12-10", E.REMINDER, 1),
    "last of its year": (lambda _: "thursday/2026-12-31", E.REMINDER, 1),
    "night on which the clock changes": (lambda _: "sunday/2027-03-14", E.REMINDER, 1),
    "frozen": (_frozen, E.SKIPPED, 1),
    "freeze": (_freeze, E.FREEZE, 1),
    "freeze ended": (_freeze_ended, E.FREEZE, 1),
}
"""What happens, what is announced, and how many VEVENTs show it."""


def schedule() -> Schedule:
    """The shop, whose Sundays meet the nights on which the clocks change."""
    whole = shop()
    (thursday,) = whole.windows
    sunday = replace(thursday, id="sunday", recurrence=weekly(6))
    return replace(whole, windows=(thursday, sunday))


@cache
def after_story(tell: Callable[[Workspace], str]) -> tuple[Situation, str]:
    workspace, repository = a_workspace(schedule())
    subject = tell(workspace)
    return Situation(schedule=workspace.schedule, record=repository.record(), now=SENT), subject


def feed_in(whole: Situation, language: str) -> bytes:
    """The feed of everything, as a server would show it."""
    folder = "" if language == "en" else f"{language}/"
    path = feed_path("all", Rendering.SERIES, folder)
    return publish(whole, changed_at=NOW).representations[path].body


@cache
def feed_after(tell: Callable[[Workspace], str], language: str) -> bytes:
    whole, _ = after_story(tell)
    return feed_in(whole, language)


def events_in(content: bytes) -> list[bytes]:
    return _VEVENT.findall(content)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("tell", "event", "count"), STORIES.values(), ids=STORIES.keys())
def test_each_event_is_the_feeds_own_but_for_its_stamp(
    tell: Callable[[Workspace], str], event: ChannelEvent, count: int, language: str
) -> None:
    whole, subject = after_story(tell)
    news = announcement(whole, delivery(subject, event, NOW), language=language)
    events = events_in(news.calendar)
    assert len(events) == count
    in_feed = [_DTSTAMP.sub(b"", each) for each in events_in(feed_after(tell, language))]
    assert [each for each in events if _DTSTAMP.sub(b"", each) not in in_feed] == []
    assert set(_DTSTAMP.findall(news.calendar)) == {b"DTSTAMP:20261201T123400Z\r\n"}
    assert f"UID:{news.uid}\r\nSEQUENCE:{news.sequence}\r\n".encode() in events[0]


@pytest.mark.parametrize(("tell", "event", "count"), STORIES.values(), ids=STORIES.keys())
def test_it_is_what_rfc_5546_asks_of_a_published_object(
    tell: Callable[[Workspace], str], event: ChannelEvent, count: int
) -> None:
    """RFC 5546, section 3.2.1; and RFC 5545, sections 3.4 and 3.6."""
    del count
    whole, subject = after_story(tell)
    calendar = icalendar.Calendar.from_ical(announcement(whole, delivery(subject, event, NOW)).calendar)
    properties = {name: str(value) for name, value in calendar.items()}
    assert properties == {
        "VERSION": "2.0",
        "PRODID": "-//icsfeed//Maintenance calendar//EN",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
    }
    for each in calendar.walk("VEVENT"):
        for name in ("DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID"):
            assert isinstance(each[name], object)
            assert not isinstance(each[name], list)
        assert str(each["ORGANIZER"]) == "mailto:help@example.com"
        assert {"ATTENDEE", "REQUEST-STATUS"}.isdisjoint(each)
    zones = {str(each["TZID"]) for each in calendar.walk("VTIMEZONE")}
    assert zones == {match.decode() for match in re.findall(rb";TZID=([^:;]+)", calendar.to_ical())}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_importing_and_subscribing_agree(reader: Reader) -> None:
    require(reader)
    first, last = datetime.fromisoformat("2026-01-01T00:00:00Z"), datetime.fromisoformat("2028-01-01T00:00:00Z")
    for name in ("moved", "cancelled", "skipped", "occurrence moved", "night on which the clock changes", "freeze"):
        tell, event, _ = STORIES[name]
        whole, subject = after_story(tell)
        calendar = announcement(whole, delivery(subject, event, NOW)).calendar
        uids = {match.decode() for match in re.findall(rb"^UID:(.*)\r$", calendar, re.MULTILINE)}
        subscribed = [each for each in reader.read(feed_after(tell, "en"), first, last) if each.uid in uids]
        assert reader.read(calendar, first, last) == subscribed, name
        assert subscribed, name


def test_a_cancelled_change_is_cancelled_in_its_object() -> None:
    whole, subject = after_story(_cancelled)
    news = announcement(whole, delivery(subject, E.CANCELLED, NOW))
    assert b"\r\nSTATUS:CANCELLED\r\n" in news.calendar
    assert news.sequence == 2


def test_a_cancelled_change_whose_time_is_past_is_in_no_feed_and_so_has_no_object() -> None:
    whole, subject = after_story(_cancelled)
    later = replace(whole, now=LATER.end)
    news = announcement(later, delivery(subject, E.CANCELLED, NOW))
    assert (news.calendar, news.uid, news.sequence) == (b"", "", None)
    assert events_in(feed_in(later, "en"))
    assert b"ec-1" not in feed_in(later, "en")


def test_a_withdrawn_change_has_no_object() -> None:
    workspace, repository = a_workspace(schedule())
    _announced(workspace)
    advance_change(workspace, Step.CANCEL, silent=True, now=NOW)
    whole = Situation(schedule=workspace.schedule, record=repository.record(), now=SENT)
    news = announcement(whole, delivery("EC-1", E.WITHDRAWN, NOW))
    assert (news.is_gone, news.calendar, news.uid) == (True, b"", "")


def test_who_can_no_longer_see_a_change_gets_the_cancellation_that_their_feed_shows() -> None:
    workspace, repository = a_workspace(schedule())
    announce_plan(workspace, replace(PLAN, environments=EVERYWHERE), now=NOW)
    _amend(workspace, Amendment(environments=frozenset({"acme"})))
    whole = Situation(schedule=workspace.schedule, record=repository.record(), now=SENT)
    news = announcement(whole, delivery("EC-1", E.UPDATED, NOW))
    (event,) = events_in(news.calendar)
    assert b"\r\nSTATUS:CANCELLED\r\n" in event
    assert _DTSTAMP.sub(b"", event) in [_DTSTAMP.sub(b"", each) for each in events_in(feed_in(whole, "en"))]
    assert b"acme" not in news.calendar.lower()


def test_without_an_organizer_there_is_no_object() -> None:
    """METHOD:PUBLISH needs one; mail does, too."""
    whole, subject = after_story(_announced)
    calendar = replace(whole.schedule.calendar, organizer=None)
    alone = replace(whole, schedule=replace(whole.schedule, calendar=calendar))
    news = announcement(alone, delivery(subject, E.ANNOUNCED, NOW))
    assert news.calendar == b""
    assert news.uid == "emergency.ec-1.0123456789@shop.example.com"


def test_no_private_word_is_in_anything_public() -> None:
    """The change touches a private environment, too, whose operators wrote about it while nobody else was affected."""
    workspace, repository = a_workspace(schedule())
    private = replace(PLAN, environments=frozenset({"acme"}), summary="Secret summary", reason="Secret reason")
    announce_plan(workspace, private, now=NOW, message="Secret message")
    both = frozenset({"acme", "production"})
    _amend(workspace, Amendment(environments=both, summary="Public summary", reason="Public reason"))
    whole = Situation(schedule=workspace.schedule, record=repository.record(), now=SENT)
    seen = announcement(whole, delivery("EC-1", E.UPDATED, NOW))
    assert "Public summary" in str(seen)
    assert [word for word in ("secret", "acme") if word in (str(seen) + seen.calendar.decode()).lower()] == []
    full = result(whole, delivery("EC-1", E.UPDATED, NOW), private=frozenset({"acme"}), was_informed=False)
    assert "Secret message" in str(full)
    assert "Acme's own" in str(full)
