"""People sign in by a provider of OpenID Connect that others wrote, in a real Chromium; and a provider that is slow."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from icsfeed.store.database.database import Database
from icsfeed.web.operators.console.oidc.fetching import Exchange, Exchanges
from icsfeed.web.operators.console.oidc.refusals import ProviderUnavailableError
from tests.operators.access import create
from tests.operators.console.browsing import DESK, PHONE, check, running
from tests.operators.consoles import Operations, operations
from tests.operators.providers import CLIENT_SECRET, SECRET_VARIABLE, Provider, providing
from tests.operators.test_oidc import outcomes, schedule_with
from tests.publication.pages.browsers import a_chromium

PEOPLE = {
    "1": {"email": "alice@example.com", "email_verified": True, "groups": ["ops"]},
    "2": {"email": "bob@example.com", "groups": ["support"]},
    "3": {"email": "eve@example.com", "groups": ["sales"]},
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """The package oidc-provider-mock, on a port of this machine."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    lifetime: timedelta = getattr(request, "param", timedelta(hours=1))
    with warnings.catch_warnings(), ExitStack() as stack:
        import authlib.deprecate  # noqa: F401, PLC0415  (it adds a filter of its own)

        warnings.simplefilter("ignore")  # it uses parts of Authlib that are going away
        from oidc_provider_mock import User, run_server_in_thread  # noqa: PLC0415

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        users = [User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
        server = stack.enter_context(run_server_in_thread(user_claims=users, access_token_max_age=lifetime))
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def console(tmp_path: Path, issuer: str) -> Iterator[Operations]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        one = operations(
            tmp_path, database, schedule=schedule_with(issuer), environment={SECRET_VARIABLE: CLIENT_SECRET}
        )
        one.now = datetime.now(UTC)
        yield one


@pytest.fixture
def address(console: Operations) -> Iterator[str]:
    with running(console) as one:
        yield one


def opened(chromium: Chromium, address: str, **context: object) -> Page:
    page = chromium.new_context(base_url=address, **context).new_page()  # type: ignore[arg-type] # any option of a browser's context
    page.set_default_timeout(10_000)
    page.goto("/operator/sessions/")
    return page


def test_a_person_signs_in_by_the_provider_and_out(chromium: Chromium, address: str, console: Operations) -> None:
    page = opened(chromium, address, viewport=DESK, locale="en-US")
    check(page)
    page.click("text=Sign in with localhost")
    page.click("button:has-text('1')")
    page.wait_for_url("**/operator/sessions/")
    assert page.locator(".who").inner_text() == "alice@example.com"
    check(page)
    page.click("main button:has-text('Sign out')")
    assert page.get_by_role("status").inner_text() == "You are signed out."
    check(page)
    page.goto("/operator/sessions/")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
    page.context.close()
    assert outcomes(console) == [
        ("oidc", "accepted", "alice@example.com"),
        ("oidc", "signed out", "alice@example.com"),
    ]


def test_by_phone_in_french_without_scripts(chromium: Chromium, address: str, console: Operations) -> None:
    page = opened(chromium, address, viewport=PHONE, locale="fr-CA", java_script_enabled=False)
    page.click("text=Se connecter avec localhost")
    page.click("button:has-text('3')")
    assert page.get_by_role("alert").inner_text().startswith("Vous n’appartenez à aucun des groupes")
    page.click("text=Se connecter avec localhost")
    page.click("button:has-text('Deny')")
    # This provider's refusal lacks the state, which RFC 6749, section 4.1.2.1 requires.
    assert page.get_by_role("alert").inner_text().startswith("Cette connexion n’a pas commencé dans ce navigateur")
    page.click("text=Se connecter avec localhost")
    page.click("button:has-text('2')")
    page.wait_for_url("**/operator/sessions/")
    assert page.locator(".who").inner_text() == "bob@example.com lecture seule"
    page.context.close()
    assert [outcome for _, outcome, _ in outcomes(console)] == ["no group", "invalid response", "accepted"]


@pytest.mark.parametrize("issuer", [timedelta(minutes=-5)], indirect=True)
def test_an_expired_id_token_of_that_provider_is_refused(chromium: Chromium, address: str) -> None:
    page = opened(chromium, address, locale="en-US")
    page.click("text=Sign in with localhost")
    page.click("button:has-text('1')")
    assert page.get_by_role("alert").inner_text() == "The provider’s answer has expired. Sign in again."
    page.context.close()


@pytest.mark.parametrize("language", ["en-US", "fr-CA"])
def test_by_token_on_a_phone(chromium: Chromium, address: str, console: Operations, language: str) -> None:
    page = opened(chromium, address, viewport=PHONE, locale=language, has_touch=True)
    check(page)
    page.fill("#token", "icsfeed_wrong")
    page.tap("main button")
    page.wait_for_selector("#token[aria-invalid=true]")
    assert page.locator("#token").input_value() == ""
    check(page)
    page.fill("#token", create(console.database, now=console.now).text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/operator/sessions/")
    check(page)
    page.context.close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


def test_nobody_waits_longer_for_the_provider_than_the_patience(provider: Provider) -> None:
    """However slowly it sends: each byte comes in time, the answer does not."""
    provider.waits["/keys"] = 0.05
    exchanges, start = Exchanges(patience=0.4), time.monotonic()

    def fetch(exchange: Exchange) -> int:
        return exchange.get(f"{provider.issuer}/keys").status

    failures: list[Exception] = []

    def attempt() -> None:
        try:
            exchanges.result_of(fetch)
        except ProviderUnavailableError as error:
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 2
    assert len(failures) == 8
    assert provider.requests.count("GET /keys") <= 8
    provider.waits.clear()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(ProviderUnavailableError):  # while the late ones end
            assert exchanges.result_of(fetch) == 200
            break
    else:
        pytest.fail("those that were late never end")
