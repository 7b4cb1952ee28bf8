"""The console's pages of tokens and of all sessions."""

from __future__ import annotations

import pytest

from icsfeed.domain.operators import Scope
from icsfeed.services import operator_sessions, operator_tokens
from tests.operators.access import DAY, HERE, create
from tests.operators.console.stories import field, hidden, words
from tests.operators.consoles import SIGN_IN, Browser, Operations

TOKENS = "/operator/tokens/"
SESSIONS = "/operator/sessions/all/"


def names(console: Operations) -> list[str]:
    return [each.name for each in operator_tokens.tokens(console.database) if each.is_valid(console.now)]


def can_sign_in(console: Operations, token: str) -> bool:
    return console.browser().sign_in(token).status_code == 303


def new_token(browser: Browser, name: str = "chat <b>bot", **fields: str) -> str:
    browser.get(TOKENS)
    page = browser.post(f"{TOKENS}create", {"name": name, "scope": "read", "expires": "30d", **fields})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    return page.text


def test_a_new_token_is_shown_once_and_works(console: Operations) -> None:
    browser = console.signed_in(lasts=60 * DAY)
    page = new_token(browser)
    token = field(page, "token")
    assert "The token chat <b>bot It is shown only this once." in words(page)
    assert "Scope read Expires Mon, Dec 28, 7:00 a.m. EST" in words(page)
    assert can_sign_in(console, token)
    pages = [browser.get(each).text for each in (TOKENS, "/operator/audit/", "/operator/audit.jsonl")]
    assert [each for each in pages if token in each] == []
    assert "chat <b>bot read created by Alice, Sat, Nov 28, 7:00 a.m. EST" in words(pages[0])


def test_a_form_that_is_sent_twice_makes_one_token(console: Operations) -> None:
    browser = console.signed_in(lasts=60 * DAY)
    new_token(browser)
    page = browser.post(f"{TOKENS}create", {"name": "chat <b>bot", "scope": "read", "expires": "30d"})
    assert page.status_code == 422
    assert 'there is a valid token "chat <b>bot" already choose another name' in words(page.text)
    assert "revoke the token here, and create another one" in words(page.text)
    assert names(console) == ["Alice", "chat <b>bot"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "the name is missing"),
        ({"scope": "everything"}, '"everything" is not one of the values of "scope"'),
        ({"expires": "2020-01-01"}, '"2020-01-01" is over'),
    ],
)
def test_what_is_wrong_stands_in_the_form(console: Operations, fields: dict[str, str], message: str) -> None:
    browser = console.signed_in()
    browser.get(TOKENS)
    page = browser.post(f"{TOKENS}create", {"name": "bot", "scope": "read", "expires": "30d", **fields})
    assert page.status_code == 400
    assert message in words(page.text)
    assert names(console) == ["Alice"]


def test_a_token_is_revoked_after_a_question_and_ends_its_sessions(console: Operations) -> None:
    token, browser, other = create(console.database, "chat bot").text, console.signed_in(), console.browser()
    other.sign_in(token)
    browser.get(TOKENS)
    preview = browser.post(f"{TOKENS}revoke", {"name": "chat bot"}).text
    assert "Revoke the token chat bot? Scope read and write" in words(preview)
    assert names(console) == ["chat bot", "Alice"]
    answers = [browser.post(f"{TOKENS}revoke", hidden(preview)) for _ in range(2)]
    assert [each.location for each in answers] == [f"{TOKENS}?done=token-revoked"] * 2
    assert names(console) == ["Alice"]
    assert other.get(TOKENS).status_code == 303
    assert not can_sign_in(console, token)
    assert "chat bot" not in words(browser.get(TOKENS).text)
    assert "chat bot read and write Revoked" in words(browser.get(f"{TOKENS}?all").text)


def test_those_who_may_only_read_create_and_revoke_nothing(console: Operations) -> None:
    browser = console.signed_in(scope=Scope.READ)
    page = words(browser.get(TOKENS).text)
    assert "Alice read created by Alice" in page
    assert "A new token" not in page
    assert "Revoke" not in page
    for path, fields in (("create", {"name": "bot", "scope": "read"}), ("revoke", {"name": "Alice"})):
        assert browser.post(TOKENS + path, fields).status_code == 403
    assert names(console) == ["Alice"]


def test_all_sessions_say_who_and_from_where_and_any_other_one_can_be_ended(console: Operations) -> None:
    browser = console.signed_in()
    other = console.browser(address="198.51.100.7")
    other.sign_in(create(console.database, "Bob", scope=Scope.READ).text)
    page = browser.get(SESSIONS).text
    text = words(page)
    assert "Bob read only from 198.51.100.7 Signed in: Sat, Nov 28, 7:00 a.m. EST" in text
    assert f"Alice this session from {HERE}" in text
    assert page.count("/end") == 1
    (bob,) = [
        each
        for each in operator_sessions.active_sessions(console.database, now=console.now)
        if each.operator.name == "Bob"
    ]
    answers = [browser.post(f"{SESSIONS}{bob.id}/end") for _ in range(2)]
    assert [each.location for each in answers] == [f"{SESSIONS}?done=session-ended"] * 2
    response = other.get(SESSIONS)
    assert (response.status_code, response.location.partition("?")[0]) == (303, SIGN_IN)
    assert [(each.by, each.action) for each in console.database.entries(subject="Bob")] == [
        ("Alice", "token create"),
        ("Alice", "session end"),
    ]
    assert browser.post(f"{SESSIONS}unknown/end").status_code == 404


def test_those_who_may_only_read_end_nobodys_session(console: Operations) -> None:
    browser = console.signed_in(scope=Scope.READ)
    console.signed_in(name="Bob")
    page = browser.get(SESSIONS).text
    assert "Bob from" in words(page)
    assert "/end" not in page
    (bob,) = [
        each
        for each in operator_sessions.active_sessions(console.database, now=console.now)
        if each.operator.name == "Bob"
    ]
    assert browser.post(f"{SESSIONS}{bob.id}/end").status_code == 403
    assert len(operator_sessions.active_sessions(console.database, now=console.now)) == 2
