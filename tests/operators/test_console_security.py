"""What protects the console: nobody gets in by any path, by another site's form, in a frame, or by a stored script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import Client

from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from tests.operators.access import ELSEWHERE, MINUTE, UNKNOWN, create
from tests.operators.consoles import HOME, SECURE, SIGN_IN, Browser, Operations, operations

OPEN = {
    "/operator/sign-in",
    "/operator/sign-in/oidc",
    "/operator/sign-in/oidc/return",
    "/operator/language",
    "/operator/static/<name>",
}
END = "/operator/sessions/end"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Operations]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        yield operations(tmp_path, database)


def paths(console: Operations) -> list[tuple[str, str]]:
    """Every route below the console's path that is not open to all, with a method."""
    return sorted(
        (method, re.sub("<(?:[^:>]*:)?[^>]*>", "1", rule.rule))
        for rule in console.app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/operator") and rule.rule not in OPEN and method != "OPTIONS"
    )


def test_every_route_of_the_console_is_closed_to_those_who_have_not_signed_in(console: Operations) -> None:
    create(console.database)
    routes = paths(console)
    assert len(routes) > 30
    for method, path in [*routes, ("GET", "/operator/no/such/page"), ("DELETE", HOME), ("OPTIONS", HOME)]:
        response = Client(console.app).open(path, method=method, base_url=SECURE)
        assert (response.status_code, response.location.partition("?")[0]) == (303, SIGN_IN), (method, path)
        assert console.app.name not in response.text


def test_every_form_of_the_console_needs_its_token(console: Operations) -> None:
    browser = console.signed_in()
    posts = [path for method, path in paths(console) if method == "POST"]
    assert len(posts) > 15
    before = console.database.entry()
    for path in [*posts, SIGN_IN, "/operator/language"]:
        assert browser.post(path, csrf="").status_code == 400, path
    assert console.database.entry() == before


def test_those_who_may_only_read_change_nothing(console: Operations) -> None:
    browser = console.signed_in(scope=Scope.READ)
    own = {"/operator/sign-out", END}
    posts = [path for method, path in paths(console) if method == "POST" and path not in own]
    before = console.database.entry()
    for path in posts:
        response = browser.post(path, {"session": "others"})
        assert response.status_code in {400, 403, 404, 422}, (path, response.status_code)
    assert console.database.entry() == before


def test_a_form_of_another_browser_or_of_before_the_sign_in_is_refused(console: Operations) -> None:
    alice, bob = console.signed_in(name="Alice"), console.signed_in(name="Bob")
    visitor = console.browser()
    visitor.get(SIGN_IN)
    for csrf in (bob.form_token, visitor.form_token, alice.form_token[:-2], "x", "\N{GRINNING FACE}"):
        response = alice.post(END, {"session": "others"}, csrf=csrf)
        assert response.status_code == 400
        assert "This form is older than your sign-in, or was not made here." in response.text
    assert alice.post(END, {"session": "others"}).status_code == 303


def test_a_form_that_another_site_sends_is_refused(console: Operations) -> None:
    """Even one that got hold of a token: by https, the page that sends a form must be of this host."""
    browser = console.signed_in()
    for referer in ("https://evil.example/", "http://maintenance.example.com/", ""):
        browser.headers = {"Referer": referer}
        assert browser.post(END, {"session": "others"}).status_code == 400
    browser.headers = {}
    assert browser.post(END, {"session": "others"}).status_code == 303


def test_another_site_signs_nobody_in_with_its_own_token(console: Operations) -> None:
    """An attacker would see what somebody does in the attacker's name."""
    token, browser = create(console.database).text, console.browser()
    assert browser.post(SIGN_IN, {"token": token}, csrf="").status_code == 400
    other = console.browser()
    other.get(SIGN_IN)
    assert browser.post(SIGN_IN, {"token": token}, csrf=other.form_token).status_code == 400
    assert browser.get(HOME).status_code == 303


def test_the_token_of_a_form_stays_good_as_long_as_its_session(console: Operations) -> None:
    browser = console.signed_in()
    old = browser.form_token
    for _ in range(4):
        console.later(50 * MINUTE)
        assert browser.get(HOME).status_code == 200
    assert browser.post(END, {"session": "others"}, csrf=old).status_code == 303


def test_a_session_cookie_opens_nothing_but_the_console(console: Operations) -> None:
    browser = console.signed_in()
    for path in ("/api/v1/changes", "/api/v1/audit", "/api/v1/tokens"):
        assert browser.get(path).status_code == 401, path
    assert browser.post("/api/v1/changes").status_code == 401


@pytest.mark.parametrize("path", [HOME, SIGN_IN, "/operator/no/such/page", "/operator", END])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_every_answer_has_the_headers_that_keep_browsers_safe(
    console: Operations, path: str, is_signed_in: bool
) -> None:
    create(console.database)
    browser = console.signed_in(name="Bob") if is_signed_in else console.browser()
    headers = browser.get(path).headers
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    names = ("Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options")
    assert [headers[name] for name in names] == ["same-origin", "same-origin", "nosniff", "DENY"]
    assert headers["Cache-Control"] == "no-store"


def test_pages_have_nothing_inline(console: Operations) -> None:
    browser = console.signed_in()
    for method, path in paths(console):
        if method == "GET":
            text = browser.get(path).text
            assert re.findall(r"<style|<script(?! src=)|\son[a-z]+=|\sstyle=|javascript:", text) == [], path


def test_wrong_methods_and_long_forms_are_told(console: Operations) -> None:
    browser = console.signed_in()
    response = browser.get(END)
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (405, {"POST", "OPTIONS"})
    assert browser.post(END, {"session": "x" * 200_000}).status_code == 413
    assert browser.get("/operator/no/such/page").status_code == 404
    assert "There is no such page" in browser.get("/operator/no/such/page").text


def test_without_its_database_the_console_says_so(console: Operations, tmp_path: Path) -> None:
    browser = console.signed_in()
    (tmp_path / "icsfeed.db").rename(tmp_path / "elsewhere.db")
    for path in (HOME, SIGN_IN):
        response = browser.get(path)
        assert (response.status_code, "Retry-After" in response.headers) == (503, True)
        assert "Not available at the moment" in response.text
    (tmp_path / "elsewhere.db").rename(tmp_path / "icsfeed.db")
    assert browser.get(HOME).status_code == 200


def test_without_a_schedule_the_console_says_so(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        console = operations(tmp_path, database)
        console.path.write_text("[calendar", encoding="utf-8")
        response = console.browser(language="fr").get(HOME)
        assert response.status_code == 503
        assert response.text.startswith("Indisponible pour le moment.")


def test_an_attacker_with_many_wrong_tokens_leaves_a_bounded_record_and_locks_nobody_out(
    console: Operations,
) -> None:
    alice = create(console.database, "Alice").text
    attacker = console.browser(address=ELSEWHERE)
    attacker.get(SIGN_IN)
    statuses = [attacker.post(SIGN_IN, {"token": UNKNOWN}).status_code for _ in range(14)]
    assert statuses == [401] * 10 + [429] * 4
    with console.database.operator_rows() as rows:
        assert rows is not None
        assert len(rows.sign_ins.all()) == 10
    neighbour = console.browser(address=ELSEWHERE)
    assert neighbour.sign_in(alice).status_code == 303


def _cookie(browser: Browser) -> str:
    return browser.cookies()["__Host-icsfeed"]


def test_sessions_of_one_token_are_several_and_each_has_its_own_secret(console: Operations) -> None:
    token = create(console.database).text
    browsers = [console.browser() for _ in range(3)]
    for browser in browsers:
        browser.sign_in(token)
    assert len(set(map(_cookie, browsers))) == 3
