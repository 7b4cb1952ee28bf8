"""The console's calendar: months, days, and occurrences that are skipped, moved and restored after a preview."""

from __future__ import annotations

import re
from datetime import date

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.operators import Scope
from icsfeed.domain.spans import Span
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.freezing import FreezeRequest, start_freeze
from tests.actors import operator
from tests.examples import utc
from tests.operators.access import NOW
from tests.operators.console.stories import NASTY, hidden, words, workspace
from tests.operators.consoles import Operations

OCCURRENCE = "/operator/windows/thursday/2026-12-10/"


def adjustments(console: Operations) -> dict[date, object]:
    return {day: each for (_, day), each in console.database.record().adjustments.items()}


def actors(console: Operations, subject: str) -> list[tuple[str, str, str, str]]:
    return [(each.by, str(each.kind), each.action, each.address) for each in console.database.entries(subject=subject)]


def skip(console: Operations, day: date, reason: str = "Nobody is there") -> None:
    request = AdjustmentRequest(window_id="thursday", day=day, reason=reason, skip=True)
    adjust(workspace(console), request, actor=operator("bob", NOW))


def test_the_calendar_begins_with_the_present_month(console: Operations) -> None:
    response = console.signed_in().get("/operator/calendar/")
    assert (response.status_code, response.location) == (303, "/operator/calendar/2026/11/")


def test_a_month_has_what_takes_place_what_does_not_and_what_is_not_public(console: Operations) -> None:
    skip(console, date(2026, 12, 10))
    reason = "An audit"
    request = FreezeRequest(
        reason=reason, environments=frozenset({"production"}), until=utc(2026, 12, 2), is_internal=True
    )
    start_freeze(workspace(console), request, uid_part="a", actor=operator("bob", NOW))
    page = console.signed_in(scope=Scope.READ).get("/operator/calendar/2026/12/").text
    text = words(page)
    assert "Thursday, December 3, 2026 2:00 a.m. Scheduled maintenance 4 " in text
    assert "Thursday, December 10, 2026 2:00 a.m. Scheduled maintenance (does not take place)" in text
    assert "Tuesday, December 1, 2026 until 7:00 p.m. Change freeze CF-1 Internal" in text
    assert "Monday, December 7, 2026 10:00 p.m. A <script>alert(1)</script> & {{ 7 * 7 }} Private" in text
    assert "Friday, December 25, 2026 Month-end freeze" in text
    assert f'href="{OCCURRENCE}"' in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "path", ["2026/13/", "2026/11/31/", "1066/10/", "2999/12/31/", "2026/11/99999999999999999999/"]
)
def test_there_is_no_page_of_a_date_that_does_not_exist_or_is_out_of_reach(console: Operations, path: str) -> None:
    assert console.signed_in().get(f"/operator/calendar/{path}").status_code == 404


def test_a_day_says_why_it_is_frozen(console: Operations) -> None:
    text = words(console.signed_in().get("/operator/calendar/2026/12/31/").text)
    assert "Month-end freeze The last 7 days of every month The books are closed" in text
    assert "When Fri, Dec 25 – Thu, Dec 31 Environments Production Source the schedule file" in text
    assert "Scheduled maintenance Does not take place: Month-end freeze" in text
    assert "No change freeze touches this day." in words(
        console.signed_in(name="Bob").get("/operator/calendar/2026/12/10/").text
    )


def test_an_occurrence_is_skipped_after_a_preview(console: Operations) -> None:
    browser = console.signed_in()
    browser.get(f"{OCCURRENCE}skip")
    preview = browser.post(f"{OCCURRENCE}skip", {"reason": NASTY, "silent": "no"})
    assert (preview.status_code, adjustments(console)) == (200, {})
    text = words(preview.text)
    assert "Customers read Cancelled: Scheduled maintenance, Thu 2026-12-10 02:00–06:00 EST" in text
    assert f"Reason: {NASTY}" in text
    assert "In calendars shown as cancelled" in text
    assert "Feeds all, insiders Told operations" in text
    response = browser.post(f"{OCCURRENCE}skip", hidden(preview.text))
    assert (response.status_code, response.location) == (303, f"{OCCURRENCE}?done=skip")
    day = date(2026, 12, 10)
    assert adjustments(console) == {day: Skip(window_id="thursday", day=day, reason=NASTY)}
    assert actors(console, "thursday 2026-12-10") == [("Alice", "person", "window skip", "192.0.2.1")]
    assert "Skipped. Customers see it now." in words(browser.get(response.location).text)


def test_a_confirmation_that_is_sent_twice_does_nothing_twice(console: Operations) -> None:
    browser = console.signed_in()
    browser.get(f"{OCCURRENCE}skip")
    confirmation = hidden(browser.post(f"{OCCURRENCE}skip", {"reason": "Away", "silent": "yes"}).text)
    answers = [browser.post(f"{OCCURRENCE}skip", confirmation) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert adjustments(console)[date(2026, 12, 10)] == Skip(
        window_id="thursday", day=date(2026, 12, 10), reason="Away", silent=True
    )
    assert len(actors(console, "thursday 2026-12-10")) == 1


def test_a_preview_of_what_somebody_changed_since_is_shown_again(console: Operations) -> None:
    browser = console.signed_in()
    browser.get(f"{OCCURRENCE}move")
    fields = {"reason": "Away", "start": "2026-12-11T02:00", "end": ""}
    confirmation = hidden(browser.post(f"{OCCURRENCE}move", fields).text)
    skip(console, date(2026, 12, 10))
    again = browser.post(f"{OCCURRENCE}move", confirmation)
    assert again.status_code == 409
    assert "somebody else changed this occurrence in the meantime" in words(again.text)
    assert isinstance(adjustments(console)[date(2026, 12, 10)], Skip)
    assert browser.post(f"{OCCURRENCE}move", hidden(again.text)).status_code == 303
    assert isinstance(adjustments(console)[date(2026, 12, 10)], Move)


def test_an_occurrence_is_moved_to_a_free_time_and_restored(console: Operations) -> None:
    browser = console.signed_in()
    form = browser.get(f"{OCCURRENCE}move").text
    assert "Free times nearby Wed, Dec 9, 2:00 a.m. – 6:00 a.m. EST Fri, Dec 11, 2:00 a.m. – 6:00 a.m. EST" in words(
        form
    )
    prefilled = browser.get(f"{OCCURRENCE}move?start=2026-12-11T02:00&end=2026-12-11T06:00").text
    assert 'name="start" type="datetime-local" value="2026-12-11T02:00"' in prefilled
    fields = {"reason": "Away", "start": "2026-12-11T02:00", "end": "2026-12-11T06:00"}
    preview = browser.post(f"{OCCURRENCE}move", fields).text
    assert "The maintenance of Thu 2026-12-10 02:00–06:00 EST takes place Fri 2026-12-11 02:00–06:00 EST" in words(
        preview
    )
    edited = browser.post(f"{OCCURRENCE}move", {**hidden(preview), "edit": "yes"}).text
    assert 'name="reason" type="text" value="Away"' in edited
    assert browser.post(f"{OCCURRENCE}move", hidden(preview)).status_code == 303
    to = Span(start=utc(2026, 12, 11, 7), end=utc(2026, 12, 11, 11))
    assert adjustments(console)[date(2026, 12, 10)] == Move(
        window_id="thursday", day=date(2026, 12, 10), to=to, reason="Away"
    )
    assert "Moved from Thu, Dec 10, 2:00 a.m. – 6:00 a.m. EST: Away" in words(browser.get(OCCURRENCE).text)
    preview = browser.post(f"{OCCURRENCE}restore").text
    assert "The maintenance takes place as planned: Thu, Dec 10, 2:00 a.m. – 6:00 a.m. EST." in words(preview)
    assert browser.post(f"{OCCURRENCE}restore", hidden(preview)).status_code == 303
    assert adjustments(console) == {}


def test_a_time_that_the_clock_shows_twice_is_asked_about(console: Operations) -> None:
    browser = console.signed_in()
    path = "/operator/windows/thursday/2027-11-04/move"
    browser.get(path)
    fields = {"reason": "Away", "start": "2027-11-07T01:30", "end": "2027-11-07T05:30"}
    refusal = browser.post(path, fields)
    assert refusal.status_code == 400
    assert "Which one do you mean? Sun 2027-11-07 01:30 EDT Sun 2027-11-07 01:30 EST" in words(refusal.text)
    preview = browser.post(path, {**fields, "start_exact": "2027-11-07T01:30:00-05:00"})
    assert hidden(preview.text)["start"] == "2027-11-07T01:30:00-05:00"
    edited = browser.post(path, {**hidden(preview.text), "edit": "yes"}).text
    assert 'value="2027-11-07T01:30:00-05:00" checked' in edited


@pytest.mark.parametrize(
    ("step", "fields", "status", "message"),
    [
        ("skip", {"reason": " "}, 400, "the reason is missing; write it for customers, who read it"),
        ("move", {"reason": "x"}, 400, "the new start is missing; write when the occurrence starts instead"),
        ("move", {"reason": "x", "start": "soon"}, 400, '"soon" is not an instant; write one such as'),
        ("move", {"reason": "x", "start": "2026-12-26T02:00"}, 422, "can't be moved into the change freeze"),
        ("skip", {"reason": "x\u202e"}, 400, "the reason has the direction control U+202E at position 2"),
    ],
)
def test_what_is_wrong_stands_in_the_form_and_nothing_is_recorded(
    console: Operations, step: str, fields: dict[str, str], status: int, message: str
) -> None:
    browser = console.signed_in()
    browser.get(f"{OCCURRENCE}{step}")
    response = browser.post(f"{OCCURRENCE}{step}", {**fields, "confirmed": "yes"})
    assert response.status_code == status
    assert message in words(response.text)
    assert adjustments(console) == {}


def test_an_occurrence_of_the_past_says_why_nothing_can_be_done(console: Operations) -> None:
    text = words(console.signed_in().get("/operator/windows/thursday/2026-11-05/").text)
    assert "the occurrence of thursday on Thu 2026-11-05 is over" in text
    assert "Skip it" not in text


@pytest.mark.parametrize("path", ["friday/2026-12-11/", "thursday/2026-12-11/", "thursday/soon/"])
def test_there_is_no_page_of_an_occurrence_that_the_policy_does_not_have(console: Operations, path: str) -> None:
    assert console.signed_in().get(f"/operator/windows/{path}").status_code == 404


def test_a_preview_has_what_customers_read_in_their_language_whatever_the_operators_is(console: Operations) -> None:
    browser = console.signed_in(language="fr")
    browser.get(f"{OCCURRENCE}skip")
    text = words(browser.post(f"{OCCURRENCE}skip", {"reason": "Congé"}).text)
    assert "Les clients lisent Cancelled: Scheduled maintenance, Thu 2026-12-10" in text  # the calendar is in English
    assert "Dans les calendriers affichée comme annulée" in text


def test_a_move_keeps_the_length_where_no_end_is_given(console: Operations) -> None:
    browser = console.signed_in()
    form = browser.get(f"{OCCURRENCE}move").text
    assert 'name="start" type="datetime-local" value="2026-12-10T02:00"' in form
    assert 'name="end" type="datetime-local" value=""' in form
    text = words(browser.post(f"{OCCURRENCE}move", {"reason": "Away", "start": "2026-12-12T03:00", "end": ""}).text)
    assert "When Sat, Dec 12, 3:00 a.m. – 7:00 a.m. EST Lasts 4 hours" in text


def test_a_freeze_of_several_days_is_one_row_on_a_phone(console: Operations) -> None:
    page = console.signed_in().get("/operator/calendar/2026/12/").text
    cells = re.findall(r'<td class="([^"]*)">', page)
    frozen = [each for each in cells if "frozen" in each]
    assert any("continued" in each for each in frozen)
    assert "continued" not in frozen[0]
    assert page.count('<span class="run">') >= 1
