"""Signing in to the console by token: cookies, sessions, and where somebody goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import Client

from icsfeed.domain.operator_sessions import MAX_SESSION_LENGTH, MAX_SESSION_PAUSE
from icsfeed.domain.operators import Scope
from icsfeed.services import operator_tokens
from icsfeed.services.operator_access import MAX_FAILURES
from icsfeed.store.database.database import Database
from icsfeed.web.operators.console.destinations import own_page
from icsfeed.web.proxies import behind_proxies
from tests.actors import operator
from tests.operators.access import ELSEWHERE, HOUR, MINUTE, NOW, UNKNOWN, create
from tests.operators.consoles import HOME, SECURE, SIGN_IN, Browser, Operations, operations

LOOPBACK = "http://127.0.0.1:8080"
SESSIONS = "/operator/sessions/"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Operations]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        yield operations(tmp_path, database)


def outcomes(database: Database) -> list[tuple[str, str, str]]:
    with database.operator_rows() as rows:
        assert rows is not None
        return [(each.method.value, each.outcome.value, each.name) for each in rows.sign_ins.all()]


def is_signed_in(browser: Browser) -> bool:
    return browser.get(SESSIONS).status_code == 200


def test_a_person_signs_in_by_a_token_goes_on_and_signs_out(console: Operations) -> None:
    token, browser = create(console.database, "Alice").text, console.browser()
    response = browser.get(f"{SESSIONS}?a=b")
    assert (response.status_code, response.location) == (303, f"{SIGN_IN}?next=/operator/sessions/%3Fa%3Db")
    page = browser.get(response.location)
    assert '<input type="hidden" name="next" value="/operator/sessions/?a=b">' in page.text
    assert re.search(r'<input id="token" name="token" type="password" .*autocomplete="current-password"', page.text)
    response = browser.post(SIGN_IN, {"token": f" {token}\n", "next": f"{SESSIONS}?a=b"})
    assert (response.status_code, response.location) == (303, f"{SESSIONS}?a=b")
    assert "Alice" in browser.get(SESSIONS).text
    response = browser.post("/operator/sign-out")
    assert (response.status_code, response.location) == (303, f"{SIGN_IN}?out=yes")
    assert "You are signed out." in browser.get(response.location).text
    assert not is_signed_in(browser)
    assert outcomes(console.database) == [("token", "accepted", "Alice"), ("token", "signed out", "Alice")]


def test_somebody_who_is_signed_in_needs_no_form(console: Operations) -> None:
    response = console.signed_in().get(f"{SIGN_IN}?next={SESSIONS}")
    assert (response.status_code, response.location) == (303, SESSIONS)


@pytest.mark.parametrize(
    ("base_url", "name", "attributes"),
    [
        (SECURE, "__Host-icsfeed", {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}),
        (LOOPBACK, "icsfeed", {"HttpOnly", "Path=/", "SameSite=Lax"}),
        ("http://[::1]:8080", "icsfeed", {"HttpOnly", "Path=/", "SameSite=Lax"}),
    ],
)
def test_cookies_are_for_this_host_alone(console: Operations, base_url: str, name: str, attributes: set[str]) -> None:
    token, browser = create(console.database).text, console.browser(base_url)
    first = browser.get(SIGN_IN)
    response = browser.post(SIGN_IN, {"token": token})
    cookies = [*first.headers.getlist("Set-Cookie"), *response.headers.getlist("Set-Cookie")]
    values = {each.partition("=")[0]: set(each.split("; ")[1:]) for each in cookies if "=;" not in each}
    assert values == {name: attributes, f"{name}-form": attributes}


def test_nobody_signs_in_where_others_could_read_the_token(console: Operations) -> None:
    token, browser = create(console.database).text, console.browser("http://maintenance.example.com")
    for path in (SIGN_IN, HOME):
        page = browser.get(path)
        assert page.status_code == 403
        assert "The console needs https" in page.text
    assert browser.post(SIGN_IN, {"token": token}).status_code == 403
    assert outcomes(console.database) == []


def test_behind_a_proxy_everything_stays_below_the_prefix_and_the_address_is_the_visitors(
    console: Operations,
) -> None:
    token = create(console.database).text
    client = Client(behind_proxies(console.app.wsgi_app, hops=1, prefix=""))
    headers = {
        "X-Forwarded-For": ELSEWHERE,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "example.com",
        "X-Forwarded-Prefix": "/calendar",
        "Referer": "https://example.com/calendar/operator/sign-in",
    }
    response = client.get(HOME, headers=headers)
    assert response.location == "/calendar/operator/sign-in?next=/operator/"
    page = client.get(SIGN_IN, headers=headers)
    csrf = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    assert 'action="/calendar/operator/sign-in"' in page.text
    form_cookie = page.headers["Set-Cookie"].partition(";")[0]
    response = client.post(
        SIGN_IN, data={"token": token, "csrf_token": csrf, "next": HOME}, headers={**headers, "Cookie": form_cookie}
    )
    assert (response.status_code, response.location) == (303, "/calendar/operator/")
    with console.database.operator_rows() as rows:
        assert rows is not None
        assert [each.address for each in rows.sign_ins.all()] == [ELSEWHERE]


def test_a_session_never_takes_an_id_that_the_browser_brought(console: Operations) -> None:
    """Session fixation."""
    token, browser = create(console.database).text, console.browser()
    browser.client.set_cookie("__Host-icsfeed", "f" * 64, domain="maintenance.example.com", secure=True)
    assert browser.sign_in(token).status_code == 303
    first = browser.cookies()["__Host-icsfeed"]
    assert first != "f" * 64
    assert is_signed_in(browser)
    for each in ("f" * 64, "x" * 5000, "\N{LATIN SMALL LETTER E WITH ACUTE}", "\x00"):
        other = console.browser()
        other.headers["Cookie"] = f"__Host-icsfeed={each}"
        assert not is_signed_in(other)


def test_signing_in_again_ends_the_session_before(console: Operations) -> None:
    token, browser = create(console.database).text, console.browser()
    browser.sign_in(token)
    first = browser.cookies()["__Host-icsfeed"]
    response = browser.post(SIGN_IN, {"token": token})
    assert response.status_code == 303
    assert browser.cookies()["__Host-icsfeed"] != first
    thief = console.browser()
    thief.headers["Cookie"] = f"__Host-icsfeed={first}"
    assert not is_signed_in(thief)
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/operator/changes/EC-7", "/operator/changes/EC-7"),
        ("/operator/calendar/2026/12/", "/operator/calendar/2026/12/"),
        ("/operator/audit/?since=7&change=EC-7", "/operator/audit/?since=7&change=EC-7"),
        ("", HOME),
        ("//evil.example", HOME),
        ("https://evil.example", HOME),
        ("https:evil.example", HOME),
        ("https:/evil.example", HOME),
        ("javascript:alert(1)", HOME),
        ("\\\\evil.example", HOME),
        ("/\\evil.example", HOME),
        ("/\t/evil.example", HOME),
        (" //evil.example", HOME),
        ("/operator//evil.example", HOME),
        ("/operator/../../evil", HOME),
        ("/operator/..", HOME),
        ("/operator/./x", HOME),
        ("/operator/%2e%2e/x", HOME),
        ("/operator/\\evil.example", HOME),
        ("/operator\\@evil.example", HOME),
        ("/operator/@evil.example/x", "/operator/@evil.example/x"),
        ("/operatorx/", HOME),
        ("/feeds/all.ics", HOME),
        ("/operator/x\r\nSet-Cookie: a=b", HOME),
        ("/operator/x\n", HOME),
        ("/operator/x?next=//evil.example", HOME),
        ("/operator/#//evil.example", HOME),
        ("/operator/sign-out", HOME),
        ("/operator/sign-in/oidc", HOME),
        ("/operator/" + "a" * 400, HOME),
        ("/operator/\N{FULLWIDTH SOLIDUS}evil", HOME),
    ],
)
def test_after_signing_in_somebody_goes_on_within_the_console_alone(address: str, page: str) -> None:
    assert own_page(address) == page


@pytest.mark.parametrize(
    "address", ["//evil.example", "https:evil.example", "/\\evil.example", "/operator/x\r\nX-A: b"]
)
def test_nobody_is_led_elsewhere_by_a_link_to_the_sign_in(console: Operations, address: str) -> None:
    token, browser = create(console.database).text, console.browser()
    shown = browser.client.get(SIGN_IN, query_string={"next": address}, base_url=SECURE)
    assert '<input type="hidden" name="next" value="/operator/">' in shown.text
    browser.get(SIGN_IN)
    response = browser.post(SIGN_IN, {"token": token, "next": address})
    assert (response.status_code, response.location) == (303, HOME)
    shown = browser.client.get(SIGN_IN, query_string={"next": address}, base_url=SECURE)
    assert (shown.status_code, shown.location) == (303, HOME)


def test_a_long_address_is_refused_in_no_time() -> None:
    """No part of the pattern can match the same characters in two ways."""
    assert own_page("/operator/" + "a" * 280 + "!") == HOME


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_in_the_url_signs_nobody_in(console: Operations, method: str) -> None:
    token, browser = create(console.database).text, console.browser()
    browser.get(SIGN_IN)
    path = f"{SIGN_IN}?token={token}"
    response = browser.get(path) if method == "GET" else browser.post(path)
    assert response.status_code == (200 if method == "GET" else 401)
    assert not is_signed_in(browser)


def test_after_too_many_wrong_tokens_the_form_says_when_to_try_again_but_takes_a_valid_one(
    console: Operations,
) -> None:
    token, browser = create(console.database).text, console.browser(language="fr")
    browser.get(SIGN_IN)
    for _ in range(MAX_FAILURES[0][0]):
        response = browser.post(SIGN_IN, {"token": UNKNOWN})
        assert response.status_code == 401
        assert "this token is not valid" in response.text
    response = browser.post(SIGN_IN, {"token": UNKNOWN})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "901")
    assert "16 minutes" in response.text
    assert UNKNOWN not in response.text
    assert outcomes(console.database) == [("token", "unknown token", "")] * MAX_FAILURES[0][0]
    assert browser.post(SIGN_IN, {"token": token}).status_code == 303


@pytest.mark.parametrize("token", ["", "icsfeed_", "x" * 100_000, "<script>alert(1)</script>", "\N{GRINNING FACE}"])
def test_what_is_no_token_is_refused_and_not_repeated(console: Operations, token: str) -> None:
    create(console.database)
    browser = console.browser()
    browser.get(SIGN_IN)
    response = browser.post(SIGN_IN, {"token": token})
    assert response.status_code == 401
    assert not token or token not in response.text


def test_a_session_ends_with_its_token(console: Operations) -> None:
    database = console.database
    browser = console.signed_in(name="Alice")
    assert is_signed_in(browser)
    operator_tokens.revoke(database, "Alice", actor=operator("Bob", console.now))
    response = browser.get(SESSIONS)
    assert (response.status_code, response.location) == (303, f"{SIGN_IN}?next={SESSIONS}&ended=yes")
    assert "Your session has ended." in browser.get(response.location).text


def test_a_session_ends_when_its_token_expires(console: Operations) -> None:
    browser = console.signed_in(lasts=30 * MINUTE)
    console.later(29 * MINUTE)
    assert is_signed_in(browser)
    console.later(MINUTE)
    assert not is_signed_in(browser)


def test_a_session_ends_after_a_pause_and_after_a_shift(console: Operations) -> None:
    browser = console.signed_in()
    console.later(MAX_SESSION_PAUSE)
    assert not is_signed_in(browser)
    browser = console.signed_in(name="Bob")
    start = console.now
    while console.now < start + MAX_SESSION_LENGTH - HOUR / 2:
        console.later(HOUR / 2)
        assert is_signed_in(browser)
    console.later(HOUR / 2)
    assert not is_signed_in(browser)


def test_a_form_that_is_sent_after_the_end_leads_to_the_sign_in(console: Operations) -> None:
    browser = console.signed_in()
    console.later(MAX_SESSION_PAUSE)
    response = browser.post("/operator/sessions/end", {"session": "others"})
    assert (response.status_code, response.location) == (303, f"{SIGN_IN}?next=/operator/&ended=yes")


def test_one_ends_ones_other_sessions_and_nobody_elses(console: Operations) -> None:
    token = create(console.database, "Alice", lasts=None).text
    desk, phone, lost = (console.browser(address=each) for each in ("192.0.2.1", "192.0.2.2", "192.0.2.3"))
    for each in (desk, phone, lost):
        each.sign_in(token)
        console.later(MINUTE)
    bob = console.signed_in(name="Bob")
    listed = desk.get(SESSIONS).text
    assert re.findall(r"<b><bdi>(.*?)</bdi></b>", listed) == ["192.0.2.3", "192.0.2.2", "192.0.2.1"]
    lost_id, phone_id = re.findall(r'name="session" value="([0-9a-f]+)"', listed)
    bob.get(SESSIONS)
    assert bob.post("/operator/sessions/end", {"session": lost_id}).status_code == 404
    assert is_signed_in(lost)
    response = desk.post("/operator/sessions/end", {"session": lost_id})
    assert (response.status_code, response.location) == (303, f"{SESSIONS}?done=sessions-ended")
    assert "Ended." in desk.get(response.location).text
    assert [is_signed_in(each) for each in (desk, phone, lost, bob)] == [True, True, False, True]
    assert desk.post("/operator/sessions/end", {"session": "others"}).status_code == 303
    assert [is_signed_in(each) for each in (desk, phone, bob)] == [True, False, True]
    assert desk.post("/operator/sessions/end", {"session": phone_id}).status_code == 404
    ended = [each for each in console.database.entries() if each.action == "session end"]
    assert [(each.by, each.subject) for each in ended] == [("Alice", "Alice")] * 2


def test_the_name_of_a_token_is_shown_as_text(console: Operations) -> None:
    browser = console.signed_in(name="<script>alert(1)</script> & {{ 7*7 }} \"'", scope=Scope.READ)
    text = browser.get(SESSIONS).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7*7 }} &#34;&#39;" in text
    assert "<script>alert" not in text
    assert "read only" in text


def test_two_servers_with_one_database_share_sessions_and_forms(console: Operations, tmp_path: Path) -> None:
    """Also a server that was restarted while somebody wrote a form."""
    browser = console.signed_in()
    browser.get(SESSIONS)
    other = operations(tmp_path, console.database)
    browser.client = Client(other.app)
    browser.client._cookies = console.signed_in(name="Bob").client._cookies  # noqa: SLF001
    assert is_signed_in(browser)
    browser.client.application = console.app
    assert browser.post("/operator/sessions/end", {"session": "others"}).status_code == 303


def test_without_a_token_there_is_no_console(console: Operations) -> None:
    browser = console.browser()
    for path in ("/operator", HOME, SIGN_IN, SESSIONS, "/operator/static/console.css"):
        assert browser.get(path).status_code == 404
    create(console.database, now=NOW)
    assert browser.get(SIGN_IN).status_code == 200


def test_signing_in_leaves_no_secret_in_the_log_nor_in_the_database(console: Operations, tmp_path: Path) -> None:
    token = create(console.database).text
    browser = console.browser()
    browser.sign_in(token)
    cookie = browser.cookies()["__Host-icsfeed"]
    browser.post(SIGN_IN, {"token": UNKNOWN})
    browser.post("/operator/sign-out")
    for secret in (token, cookie, UNKNOWN):
        assert secret not in console.log.getvalue()
        for entry in console.database.entries():
            assert secret not in repr(entry)
    if console.database.file is not None:
        content = b"".join(each.read_bytes() for each in tmp_path.glob("icsfeed.db*"))
        assert b"sign_ins" in content
        assert [secret.encode() in content for secret in (token, cookie, UNKNOWN)] == [False] * 3
