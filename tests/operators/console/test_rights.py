"""Those who may only read see every page, without a button that changes something, and their forms are refused."""

from __future__ import annotations

import re

import pytest

from icsfeed.domain.operators import Scope
from icsfeed.services import subscribing
from icsfeed.services.freezing import FreezeRequest, start_freeze
from icsfeed.web.operators.console.subscriber_cards import subscriber_id
from tests.actors import operator
from tests.operators.access import NOW
from tests.operators.console.stories import NASTY, words, workspace
from tests.operators.consoles import Browser, Operations

ACME = f"/operator/subscribers/{subscriber_id('Acme')}/"
OCCURRENCE = "/operator/windows/thursday/2026-12-10/"
PAGES = (
    "/operator/calendar/2026/12/",
    "/operator/calendar/2026/12/10/",
    OCCURRENCE,
    "/operator/freezes/",
    "/operator/freezes/CF-1/",
    "/operator/drafts/",
    "/operator/audit/",
    "/operator/subscribers/",
    ACME,
    "/operator/mail/",
    "/operator/deliveries/",
    "/operator/tokens/",
    "/operator/sessions/all/",
)
FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    (f"{OCCURRENCE}skip", {"reason": "x", "silent": "no"}),
    (f"{OCCURRENCE}move", {"reason": "x", "start": "2026-12-11T02:00"}),
    (f"{OCCURRENCE}restore", {}),
    ("/operator/freezes/start", {"reason": "x", "environments": "production"}),
    ("/operator/freezes/CF-1/end", {}),
    ("/operator/subscribers/", {"name": "Beta"}),
    (f"{ACME}rotate", {"latest": NOW.isoformat()}),
    (f"{ACME}change", {"account": "2"}),
    (f"{ACME}revoke", {}),
    ("/operator/mail/remove", {"id": "1"}),
    ("/operator/deliveries/retry", {}),
    ("/operator/tokens/create", {"name": "bot", "scope": "read"}),
    ("/operator/tokens/revoke", {"name": "Alice"}),
)
OPEN_TO_READERS = {"/operator/language", "/operator/sign-out", "/operator/mail/search"}
"""What a form of a reader may be sent to."""


@pytest.fixture
def reader(console: Operations) -> Browser:
    """Somebody who may only read, where there is a bit of everything."""
    bob = operator("bob", NOW)
    request = FreezeRequest(reason=NASTY, environments=frozenset({"laboratory"}))
    start_freeze(workspace(console), request, uid_part="a", actor=bob)
    at = workspace(console)
    subscribing.add(at.schedule, at.repository, "Acme", feed="insiders", token="t" * 32, actor=bob)
    return console.signed_in(scope=Scope.READ)


def test_no_page_has_a_form_that_changes_anything_and_each_escapes_every_text(reader: Browser) -> None:
    for path in PAGES:
        response = reader.get(path)
        assert (path, response.status_code) == (path, 200)
        forms = re.findall(r'<form[^>]* method="post" action="([^"]+)"', response.text)
        assert (path, set(forms) - OPEN_TO_READERS) == (path, set())
        assert "<script>alert" not in response.text, path
        assert "& 49" not in words(response.text), path


def test_every_form_is_refused_and_nothing_is_recorded(console: Operations, reader: Browser) -> None:
    reader.get("/operator/calendar/2026/12/")
    entry = console.database.entry()
    for path, fields in FORMS:
        for confirmation in ({}, {"confirmed": "yes"}):
            assert (path, reader.post(path, {**fields, **confirmation}).status_code) == (path, 403)
    assert console.database.entry() == entry


def test_not_even_the_form_is_shown(reader: Browser) -> None:
    for path in (f"{OCCURRENCE}skip", "/operator/freezes/start"):
        assert (path, reader.get(path).status_code) == (path, 403)


def test_a_form_without_its_token_is_refused(console: Operations) -> None:
    browser, entry = console.signed_in(), console.database.entry()
    for path, fields in FORMS:
        response = browser.post(path, {**fields, "confirmed": "yes"}, csrf="")
        assert (path, response.status_code) == (path, 400)
    assert console.database.entry() == entry


def test_nobody_sees_a_page_without_signing_in(console: Operations) -> None:
    browser = console.browser()
    for path in (*PAGES, "/operator/audit.jsonl"):
        response = browser.get(path)
        assert (path, response.status_code) == (path, 303)
        assert response.location.startswith("/operator/sign-in?next=")
