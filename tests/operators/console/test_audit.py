"""The console's page of the audit trail, and the same as JSON lines."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from icsfeed.domain.operators import Scope
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from tests.actors import operator
from tests.operators.access import HERE, NOW, UNKNOWN
from tests.operators.console.stories import NASTY, words, workspace
from tests.operators.consoles import Operations

AUDIT = "/operator/audit/"
LINES = "/operator/audit.jsonl"


def record(console: Operations) -> None:
    """A freeze that started and ended, and an occurrence that was skipped a day later."""
    bob = operator("bob", NOW)
    request = FreezeRequest(reason=NASTY, environments=frozenset({"production"}))
    start_freeze(workspace(console), request, uid_part="a", actor=bob)
    end_freeze(workspace(console), "CF-1", actor=bob)
    adjustment = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 10), reason="Away", skip=True)
    adjust(workspace(console), adjustment, actor=operator("carol", NOW + timedelta(days=1)))


def actions(text: str) -> list[str]:
    return [json.loads(line)["action"] for line in text.splitlines()]


def test_the_newest_comes_first_with_who_from_where_and_what_changed(console: Operations) -> None:
    record(console)
    console.later(timedelta(days=2))
    console.browser(address="203.0.113.9").sign_in(UNKNOWN)
    page = console.signed_in(scope=Scope.READ).get(AUDIT).text
    text = words(page)
    assert f"sign in token Alice person from {HERE}" in text
    assert "refused sign-in token unknown from 203.0.113.9" in text
    assert "window skip thursday 2026-12-10 carol command line" in text
    assert f"freeze start CF-1 bob command line reason {NASTY}" in text
    assert text.index("window skip") < text.index("freeze end") < text.index("freeze start")
    assert 'href="/operator/windows/thursday/2026-12-10/"' in page
    assert 'href="/operator/freezes/CF-1/"' in page
    assert "<script>alert" not in page


def test_actions_are_said_in_the_operators_language_and_unknown_ones_as_they_are_recorded(console: Operations) -> None:
    record(console)
    with console.database.writing(actor=operator("dave", NOW), action="lights dim", subject="hall") as writing:
        writing.adjust("thursday", date(2026, 12, 10), None, reason="Back")
    page = console.signed_in(language="fr").get(AUDIT).text
    text = words(page)
    for each in ("connexion", "maintenance sautée thursday 2026-12-10", "fin d’un gel CF-1", "début d’un gel CF-1"):
        assert each in text
    assert '<strong><bdi lang="en">lights dim</bdi></strong>' in page
    assert "window skip" not in page


def test_it_is_narrowed_to_one_subject_and_to_what_happened_since(console: Operations) -> None:
    record(console)
    console.later(timedelta(days=2))
    browser = console.signed_in()
    text = words(browser.get(f"{AUDIT}?change=cf-1").text)
    assert ("freeze start" in text, "window skip" in text) == (True, False)
    text = words(browser.get(f"{AUDIT}?since=2026-11-29T00:00").text)
    assert ("freeze start" in text, "window skip" in text) == (False, True)
    assert actions(browser.get(f"{LINES}?change=CF-1").text) == ["freeze start", "freeze end"]
    assert actions(browser.get(f"{LINES}?since=2026-11-29T00:00").text) == ["window skip", "sign in", "token create"]


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("change=CF-9", 400, "CF-9"),
        ("since=soon", 400, '"soon" is not an instant'),
        ("cursor=x", 400, '"x" is not a cursor'),
    ],
)
def test_a_filter_that_selects_nothing_there_is_stands_in_the_form(
    console: Operations, query: str, status: int, message: str
) -> None:
    browser = console.signed_in()
    for path in (AUDIT, LINES):
        if path == LINES and query.startswith("cursor"):
            continue
        response = browser.get(f"{path}?{query}")
        assert response.status_code == status
        assert message in words(response.text)


def test_pages_lead_on_by_a_cursor_and_lines_go_beyond_one(console: Operations) -> None:
    count = 52
    for number in range(count):
        with console.database.writing(actor=operator("bob", NOW), action="test", subject=str(number)) as writing:
            writing.leave_entry()
    browser = console.signed_in()
    first = browser.get(AUDIT).text
    older = first.partition('href="/operator/audit/?cursor=')[2].partition('"')[0]
    second = words(browser.get(f"{AUDIT}?cursor={older}").text)
    assert f"test {count - 1}" in words(first)
    assert f"test {count - 1}" not in second
    assert ("Newest" in second, "Older" in second) == (True, False)
    assert "test 0 bob" in second
    response = browser.get(LINES)
    assert response.headers["Content-Type"] == "application/jsonl; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=audit.jsonl"
    assert len(response.text.splitlines()) == count + 2
