"""The pages of mail subscriptions, as customers, mail programs and strangers get them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TypeAlias

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from icsfeed.domain.feeds import Kind
from icsfeed.domain.mail_subscribers import MailChoice
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.settings import Settings
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import NOW
from tests.mail.customers import link, rows_of, subscriber
from tests.mail.vendors import SCHEDULE, WITHOUT_MAIL, application
from tests.publication.fakes import Clock

ADDRESS = "customer@example.com"
ASK = "/subscribe/mail"
EVERYTHING = {
    "choice": "1",
    "environment": ["preview", "production"],
    "kind": [kind.value for kind in Kind],
    "reminder": ["4320", "1440", "90"],
    "language": "en",
}
Start: TypeAlias = Callable[..., FlaskClient]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    yield database
    database.close()


@pytest.fixture
def start(tmp_path: Path, database: Database, clock: Clock) -> Start:
    def started(text: str = SCHEDULE, settings: Settings | None = None) -> FlaskClient:
        return application(tmp_path, database, clock, text, settings=settings).test_client()

    return started


@pytest.fixture
def client(start: Start) -> FlaskClient:
    return start()


def title_of(response: TestResponse) -> str:
    found = re.search("<h1>(.*)</h1>", response.text)
    assert found is not None, response.text
    return unescape(found[1])


def notice_of(response: TestResponse) -> str:
    found = re.search('<p class="(?:good|bad)".*?>(.*?)</p>', response.text)
    return unescape(found[1]) if found is not None else ""


def boxes(response: TestResponse) -> dict[str, bool]:
    """The check boxes of a page by name and value, and whether they are checked."""
    found = re.findall(r'<input type="checkbox" name="(\w+)" value="(\w+)"( checked)?>', response.text)
    return {f"{name} {value}": bool(checked) for name, value, checked in found}


def asked(client: FlaskClient, address: str = ADDRESS, language: str = "en") -> TestResponse:
    return client.post(ASK, data={"email": address, "language": language})


def link_path(database: Database, purpose: LinkPurpose, address: str = ADDRESS) -> str:
    folder = "/unsubscribe/" if purpose is LinkPurpose.UNSUBSCRIBE else "/subscribe/confirm/"
    return folder + link(database, purpose, address)


@pytest.fixture
def confirmed(client: FlaskClient, database: Database) -> FlaskClient:
    """A client, after a customer has confirmed."""
    asked(client)
    assert client.post(link_path(database, LinkPurpose.CONFIRM)).status_code == 200
    return client


def test_from_asking_to_unsubscribing(client: FlaskClient, database: Database) -> None:
    assert title_of(asked(client)) == "Check your mailbox"
    confirm = link_path(database, LinkPurpose.CONFIRM)
    page = client.get(confirm)
    assert title_of(page) == "Confirm your subscription"
    assert "<bdi>customer@example.com</bdi>" in page.text
    assert subscriber(database) is not None
    page = client.post(confirm)
    assert title_of(page) == "Your email subscription"
    assert notice_of(page) == "Your subscription is confirmed. Choose what you want to hear of."
    page = client.get(confirm)
    assert (title_of(page), notice_of(page)) == ("Your email subscription", "")
    unsubscribe = re.search('href="(/unsubscribe/[^"]+)"', page.text)
    assert unsubscribe is not None
    assert title_of(client.get(unsubscribe[1])) == "Unsubscribe from these emails?"
    assert title_of(client.post(unsubscribe[1])) == "You are unsubscribed"
    assert subscriber(database) is None


def test_the_choice(confirmed: FlaskClient, database: Database) -> None:
    path = link_path(database, LinkPurpose.PREFERENCES)
    every = {
        **dict.fromkeys(["environment preview", "environment production"], True),
        **dict.fromkeys([f"kind {kind.value}" for kind in Kind], True),
        **dict.fromkeys(["reminder 4320", "reminder 1440", "reminder 90"], True),
    }
    assert boxes(confirmed.get(path)) == every
    chosen = {"choice": "1", "environment": "production", "kind": ["emergency"], "reminder": "90", "language": "fr"}
    page = confirmed.post(path, data=chosen)
    assert (title_of(page), notice_of(page)) == ("Votre abonnement par courriel", "Votre choix est enregistré.")
    expected = {name: name in {"environment production", "kind emergency", "reminder 90"} for name in every}
    assert boxes(page) == boxes(confirmed.get(path)) == expected
    stored = subscriber(database)
    assert stored is not None
    assert stored.choice == MailChoice(
        language="fr",
        environments=frozenset({"production"}),
        kinds=frozenset({Kind.EMERGENCY}),
        reminders=frozenset({timedelta(minutes=90)}),
    )
    confirmed.post(path, data=EVERYTHING)
    stored = subscriber(database)
    assert stored is not None
    assert stored.choice == MailChoice(language="en")
    confirmed.post(path, data={**EVERYTHING, "reminder": []})
    stored = subscriber(database)
    assert stored is not None
    assert stored.choice == MailChoice(language="en", reminders=frozenset())


@pytest.mark.parametrize(
    ("left_out", "notice"),
    [
        ("environment", "Choose at least one environment, or unsubscribe."),
        ("kind", "Choose at least one kind of announcement, or unsubscribe."),
    ],
)
def test_nothing_is_no_choice(left_out: str, notice: str, confirmed: FlaskClient, database: Database) -> None:
    before = subscriber(database)
    form = {**EVERYTHING, left_out: [], "reminder": ["90"], "language": "fr"}
    page = confirmed.post(link_path(database, LinkPurpose.PREFERENCES), data=form)
    assert (page.status_code, title_of(page), notice_of(page)) == (400, "Your email subscription", notice)
    # As the customer left the form.
    ticked = {f"{name} {value}" for name in ("environment", "kind", "reminder") for value in form[name]}
    assert {name for name, is_ticked in boxes(page).items() if is_ticked} == ticked
    assert '<option value="fr" lang="fr" selected>' in page.text
    assert subscriber(database) == before


def test_a_private_environment_is_neither_offered_nor_taken(confirmed: FlaskClient, database: Database) -> None:
    path = link_path(database, LinkPurpose.PREFERENCES)
    assert "cme" not in confirmed.get(path).text.replace("Seed-to-Sale", "")
    confirmed.post(path, data={**EVERYTHING, "environment": ["acme", "production"], "kind": ["emergency", "gossip"]})
    stored = subscriber(database)
    assert stored is not None
    assert (stored.choice.environments, stored.choice.kinds) == (
        frozenset({"production"}),
        frozenset({Kind.EMERGENCY}),
    )
    page = confirmed.post(path, data={**EVERYTHING, "environment": ["acme"]})
    assert (page.status_code, subscriber(database)) == (400, stored)


def test_every_address_gets_the_same_answer(client: FlaskClient, database: Database) -> None:
    unknown = asked(client)
    unconfirmed = asked(client)
    client.post(link_path(database, LinkPurpose.CONFIRM))
    after = asked(client)
    assert [(each.status, list(each.headers), each.data) for each in (unconfirmed, after)] == [
        (unknown.status, list(unknown.headers), unknown.data)
    ] * 2
    assert ADDRESS not in unknown.text


def test_headers(client: FlaskClient, database: Database) -> None:
    asked(client)
    tokens = [link_path(database, purpose) for purpose in LinkPurpose]
    for response in (client.get(ASK), asked(client), *map(client.get, tokens), *map(client.head, tokens)):
        assert {name: response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")} == {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        }
        policy = response.headers["Content-Security-Policy"]
        rules = "default-src 'none'; style-src 'sha256-…'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        assert re.sub("sha256-[^']+", "sha256-…", policy) == rules
        assert "Set-Cookie" not in response.headers


def test_pages_are_valid(confirmed: FlaskClient, database: Database) -> None:
    paths = [ASK, *(link_path(database, purpose) for purpose in LinkPurpose), "/unsubscribe/none"]
    pages = [*map(confirmed.get, paths), asked(confirmed, "none"), asked(confirmed, "other@example.com")]
    for page in pages:
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert "<script" not in page.text
        assert "Seed &amp; Sale" in page.text


def test_looking_changes_nothing(client: FlaskClient, database: Database) -> None:
    """Mail scanners and previews open every link in a mail."""
    asked(client)
    paths = [link_path(database, purpose) for purpose in LinkPurpose]
    before, entry = rows_of(database, "SELECT * FROM mail_subscribers"), database.entry()
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            client.open(path, method=method, query_string={"choice": "1", "List-Unsubscribe": "One-Click"})
    assert rows_of(database, "SELECT * FROM mail_subscribers") == before
    assert database.entry() == entry


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
        ),
        ("text/plain", ""),
    ],
    ids=["urlencoded", "multipart", "empty"],
)
def test_one_click_unsubscribes(content_type: str, body: str, confirmed: FlaskClient, database: Database) -> None:
    """RFC 8058, section 3.2: without cookies, and from wherever the mail provider sends it."""
    path = link_path(database, LinkPurpose.UNSUBSCRIBE)
    headers = {"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"}
    for is_repeated in (False, True):  # providers repeat it
        response = confirmed.post(path, data=body, content_type=content_type, headers=headers)
        assert (response.status_code, title_of(response)) == (200, "You are unsubscribed")
        assert ("Désabonnement effectué" in response.text) == is_repeated  # then nobody knows the language
        assert "Location" not in response.headers
    assert subscriber(database) is None


def test_links_that_lead_nowhere(confirmed: FlaskClient, database: Database) -> None:
    paths = {purpose: link_path(database, purpose) for purpose in LinkPurpose}
    wrong = ["/unsubscribe/x", paths[LinkPurpose.UNSUBSCRIBE][:-1], paths[LinkPurpose.CONFIRM] + "A"]
    confirmed.post(paths[LinkPurpose.UNSUBSCRIBE])
    old = [paths[LinkPurpose.CONFIRM], paths[LinkPurpose.PREFERENCES]]
    for path in (*wrong, *old):
        for response in (confirmed.get(path), confirmed.post(path), confirmed.post(path, data=EVERYTHING)):
            assert (response.status_code, title_of(response)) == (404, "There is no such subscription")
            assert "L’abonnement a pris fin" in response.text
    page = confirmed.get(paths[LinkPurpose.UNSUBSCRIBE])
    assert (page.status_code, title_of(page)) == (200, "You are not subscribed any more")
    assert "Cet abonnement a pris fin. Vous n’avez rien à faire." in page.text


def test_a_link_that_is_too_old(client: FlaskClient, database: Database, clock: Clock) -> None:
    asked(client)
    path = link_path(database, LinkPurpose.CONFIRM)
    clock.advance(days=7)
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert title_of(asked(client)) == "Check your mailbox"
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]


def test_a_paused_subscription_says_so(confirmed: FlaskClient, database: Database) -> None:
    stored = subscriber(database)
    assert stored is not None
    with database.writing(actor=operator("op", NOW), action="test", subject="") as writing:
        writing.mail_subscribers.put(replace(stored, refusals=3, paused_at=NOW))
    path = link_path(database, LinkPurpose.PREFERENCES)
    assert notice_of(confirmed.get(path)) == (
        "They are paused at the moment: the mail server has refused this address several times. Save to get them again."
    )
    assert notice_of(confirmed.post(path, data=EVERYTHING)) == "Your choice is saved."
    assert subscriber(database) == replace(stored, confirmed_at=NOW)


def test_no_address(client: FlaskClient, database: Database) -> None:
    for email in ("", "customer", '"><script>alert(1)</script>@example.com', "a@example.com\r\nBcc: b@example.com"):
        page = client.post(ASK, data={"email": email, "language": "fr"})
        assert (page.status_code, title_of(page)) == (400, "Annonces par courriel")
        assert notice_of(page) == "Ce n’est pas une adresse courriel. Écrivez-en une comme nom@example.com."
        assert "<script" not in page.text
        html5lib.HTMLParser(strict=True).parse(page.text)
    assert client.post(ASK, data={"language": "fr"}).status_code == 400
    assert rows_of(database, "SELECT * FROM mail_subscribers") == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ('{"email": "customer@example.com"}', "application/json", 415),
        ("email=customer@example.com", "text/plain", 415),
        ("email=customer@example.com", "", 415),
        ("--x--", "multipart/form-data; boundary=x", 415),
        (f"email=customer@example.com&x={'y' * 16_384}", "application/x-www-form-urlencoded", 413),
    ],
)
def test_other_requests_are_refused(
    body: str, content_type: str, status: int, client: FlaskClient, database: Database
) -> None:
    assert client.post(ASK, data=body, content_type=content_type).status_code == status
    assert rows_of(database, "SELECT * FROM mail_subscribers") == []


def test_the_sixth_request_within_an_hour(client: FlaskClient, clock: Clock) -> None:
    for number in range(5):
        assert asked(client, f"customer{number}@example.com").status_code == 200
        clock.advance(minutes=5)
    page = asked(client, "victim@example.com")
    assert (page.status_code, page.headers["Retry-After"], title_of(page)) == (429, "2100", "Too many requests")
    assert "Please try again in 35 minutes." in page.text
    clock.advance(minutes=35)
    assert asked(client, "victim@example.com").status_code == 200


@pytest.mark.parametrize(("hops", "status"), [(0, 429), (1, 200)])
def test_the_client_behind_a_trusted_proxy_counts(hops: int, status: int, start: Start) -> None:
    client = start(settings=Settings(trusted_hops=hops))
    for number in range(6):
        # The first value is made up by the client, the second written by the proxy.
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.{number}"}
        response = client.post(ASK, data={"email": f"customer{number}@example.com"}, headers=headers)
    assert response.status_code == status


def test_made_up_addresses_of_clients_do_not_count(start: Start) -> None:
    client = start(settings=Settings(trusted_hops=1))
    for number in range(6):
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"}
        response = client.post(ASK, data={"email": f"customer{number}@example.com"}, headers=headers)
    assert response.status_code == 429


def test_the_language_is_that_of_the_page(client: FlaskClient, database: Database) -> None:
    assert title_of(asked(client, language="fr")) == "Consultez votre boîte de réception"
    assert title_of(client.get(link_path(database, LinkPurpose.CONFIRM))) == "Confirmez votre abonnement"
    assert title_of(asked(client, "other@example.com", language="de")) == "Check your mailbox"
    page = client.get(f"{ASK}?language=fr")
    assert '<html lang="fr">' in page.text
    assert '<input type="hidden" name="language" value="fr">' in page.text


def test_links_lead_below_the_prefix(start: Start, database: Database) -> None:
    client = start(settings=Settings(prefix="/ops"))
    client.post(f"/ops{ASK}", data={"email": ADDRESS})
    page = client.post(f"/ops{link_path(database, LinkPurpose.CONFIRM)}")
    links = re.findall('href="([^"]+)"', page.text)
    assert links == ["https://status.example.com/", f"/ops{link_path(database, LinkPurpose.UNSUBSCRIBE)}"]


def test_there_is_nothing_without_mail(start: Start, database: Database) -> None:
    client = start(WITHOUT_MAIL)
    for path in (ASK, "/subscribe/confirm/x", "/unsubscribe/x"):
        assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert rows_of(database, "SELECT * FROM mail_subscribers") == []
