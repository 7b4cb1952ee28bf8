"""Events lead back to their announcements on the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Kind
from icsfeed.ical.events import change_event
from tests.examples import utc
from tests.publication.pages.stories import EMERGENCY, SCHEDULE, a_change, a_plan

UNTICKETED = a_change(
    Kind.PLANNED, 3, (utc(2026, 12, 1), State.CONFIRMED, "", a_plan(utc(2026, 12, 2), utc(2026, 12, 3), ticket=""))
)


def at(url: str, change: Change) -> tuple[list[str], str]:
    """The URL of the change's event where the calendar is at ``url``, and the digest of its facts."""
    event = change_event(replace(SCHEDULE, calendar=replace(SCHEDULE.calendar, url=url)), change)
    return [line for line in event.content.decode().split("\r\n") if line.startswith("URL")], event.digest


@pytest.mark.parametrize(
    ("url", "change", "expected"),
    [
        pytest.param("https://a.example.com", UNTICKETED, ["URL:https://a.example.com/#pc-3"], id="to the page"),
        pytest.param("https://a.example.com/ours/", UNTICKETED, ["URL:https://a.example.com/ours/#pc-3"], id="below"),
        pytest.param(
            "https://a.example.com",
            replace(UNTICKETED, id="storage"),
            ["URL:https://a.example.com/#planned.storage"],
            id="of the schedule file",
        ),
        pytest.param("", UNTICKETED, [], id="no address of the site"),
        pytest.param(
            "https://a.example.com",
            EMERGENCY,
            ["URL:https://support.example.com/tickets/4711"],
            id="a ticket comes first",
        ),
    ],
)
def test_an_event_leads_to_its_ticket_or_else_to_its_announcement(
    url: str, change: Change, expected: list[str]
) -> None:
    """It used to lead nowhere without a ticket. Where the site is, is no fact: the SEQUENCE stays."""
    lines, digest = at(url, change)
    assert lines == expected
    assert digest == at("", change)[1]


def test_in_another_language_it_leads_to_that_page() -> None:
    schedule = replace(SCHEDULE, calendar=replace(SCHEDULE.calendar, url="https://a.example.com"))
    event = change_event(schedule, UNTICKETED).in_language(schedule.in_language("fr"))
    assert b"\r\nURL:https://a.example.com/fr/#pc-3\r\n" in event.content
