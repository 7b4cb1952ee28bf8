"""The console's pages of drafts: what would be public, and the decision of another operator."""

from __future__ import annotations

import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.changes import Plan
from icsfeed.domain.feeds import Kind
from icsfeed.domain.operators import Scope
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.drafting import announce_or_draft
from tests.actors import operator
from tests.examples import span
from tests.operators.access import DAY, NOW, create
from tests.operators.console.stories import NASTY, words, workspace
from tests.operators.consoles import Operations

DRAFT = "/operator/drafts/DR-1"


def draft(console: Operations, by: str = "bob", summary: str = NASTY) -> None:
    plan = Plan(
        summary=summary,
        environments=frozenset({"production"}),
        impact=Impact.DEGRADED,
        span=span((2026, 12, 8, 20), (2026, 12, 8, 21)),
    )
    request = AnnouncementRequest(kind=Kind.PLANNED, plan=plan)
    announce_or_draft(workspace(console), request, uid_part="a", actor=operator(by, NOW))


def changes(console: Operations) -> list[str]:
    return list(console.database.record().changes)


def test_a_draft_shows_what_would_be_public_and_another_operator_approves_it_once(console: Operations) -> None:
    draft(console)
    browser = console.signed_in()
    assert f"DR-1: {NASTY} Waits for approval Planned change, written by bob" in words(
        browser.get("/operator/drafts/").text
    )
    page = browser.get(DRAFT).text
    text = words(page)
    assert "<script>alert" not in page
    assert "DR-1" not in text.partition("Preview: not public yet")[2].partition("Approve and publish")[0]
    assert "The number is given at approval: PC-1, if nothing else is announced before." in text
    assert f"On the page Planned change PC-1 Confirmed {NASTY} Tue, Dec 8, 3:00 p.m." in text
    assert "Feeds all, insiders Informed operations" in text
    assert changes(console) == []
    answers = [browser.post(f"{DRAFT}/approve") for _ in range(2)]
    assert [each.location for each in answers] == ["/operator/changes/PC-1?done=approved"] * 2
    assert changes(console) == ["PC-1"]
    assert "Approved Alice, Sat, Nov 28, 7:00 a.m. EST, PC-1" in words(browser.get(DRAFT).text)
    assert "No draft waits for approval." in words(browser.get("/operator/drafts/").text)
    assert "DR-1" in words(browser.get("/operator/drafts/?all").text)


def test_ones_own_draft_says_why_somebody_else_has_to_approve_it(console: Operations) -> None:
    draft(console, by=" ALICE ")
    browser = console.signed_in()
    text = words(browser.get(DRAFT).text)
    assert "You wrote this draft, so somebody else has to approve it." in text
    assert "Approve and publish" not in text
    response = browser.post(f"{DRAFT}/approve")
    assert response.status_code == 422
    assert "another operator has to approve it ask one" in words(response.text)
    assert changes(console) == []


def test_a_draft_of_somebody_whose_token_one_has_created_says_why_not(console: Operations) -> None:
    alice = console.signed_in(lasts=60 * DAY)
    alice.get("/operator/tokens/")
    alice.post("/operator/tokens/create", {"name": "Eve", "scope": "write", "expires": "30d"})
    draft(console, by="Eve")
    why = (
        'DR-1 was drafted by "Eve", and the token "Eve" was created by "Alice", so both count as one operator; another '
        'operator has to approve it, whose token or sign-in does not go back to "Alice"; nothing was changed'
    )
    page = alice.get(DRAFT).text
    assert why in words(page)
    assert "Approve and publish" not in page
    assert "Withdraw the draft" in page
    response = alice.post(f"{DRAFT}/approve")
    assert (response.status_code, why in words(response.text)) == (422, True)
    assert changes(console) == []
    assert "Approve and publish" in console.signed_in(name="Carol").get(DRAFT).text


def test_a_session_that_began_with_a_token_of_the_author_does_not_approve(console: Operations) -> None:
    created = create(console.database, "Eve", by=Actor(name="Alice", kind=ActorKind.PERSON, at=NOW))
    draft(console, by="Alice")
    browser = console.browser()
    browser.sign_in(created.text)
    assert 'and the token "Eve" was created by "Alice"' in words(browser.get(DRAFT).text)
    assert browser.post(f"{DRAFT}/approve").status_code == 422
    assert changes(console) == []


def test_a_draft_is_withdrawn_once_and_not_approved_any_more(console: Operations) -> None:
    draft(console)
    browser = console.signed_in()
    browser.get(DRAFT)
    answers = [browser.post(f"{DRAFT}/withdraw") for _ in range(2)]
    assert [each.location for each in answers] == [f"{DRAFT}?done=draft-withdrawn"] * 2
    other = console.signed_in(name="Carol")
    response = other.post(f"{DRAFT}/approve")
    assert response.status_code == 409
    assert "DR-1 was withdrawn by Alice" in words(response.text)
    assert changes(console) == []


def test_a_draft_whose_time_is_past_says_that_it_can_not_be_announced_any_more(console: Operations) -> None:
    draft(console)
    console.later(11 * DAY)
    text = words(console.signed_in().get(DRAFT).text)
    assert "DR-1 can't be announced any more: its start, Tue 2026-12-08 15:00 EST, is past; withdraw it" in text
    assert "Approve and publish" not in text


def test_those_who_may_only_read_see_drafts_and_decide_nothing(console: Operations) -> None:
    draft(console)
    browser = console.signed_in(scope=Scope.READ)
    text = words(browser.get(DRAFT).text)
    assert NASTY in text
    assert "Approve and publish" not in text
    assert "Withdraw the draft" not in text
    assert [browser.post(f"{DRAFT}/{each}").status_code for each in ("approve", "withdraw")] == [403, 403]
    assert changes(console) == []


@pytest.mark.parametrize("path", ["DR-9", "soon", "DR-1/"])
def test_there_is_no_page_of_a_draft_that_nobody_wrote(console: Operations, path: str) -> None:
    assert console.signed_in().get(f"/operator/drafts/{path}").status_code == 404
