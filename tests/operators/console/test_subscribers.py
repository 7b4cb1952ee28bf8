"""The console's pages of customers: private feeds, whose addresses are shown once, and mail subscribers."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.domain.feeds import Kind
from icsfeed.domain.mail_subscribers import MailChoice, MailSubscriber
from icsfeed.domain.operators import Scope
from icsfeed.domain.subscribers import Subscriber
from tests.actors import operator
from tests.operators.access import NOW
from tests.operators.console.stories import CUSTOMER, a_console, field, hidden, words
from tests.operators.consoles import Browser, Operations

PRIVATE = "/operator/subscribers/"
MAIL = "/operator/mail/"
ID = "0123456789abcdef0123"


def subscribers(console: Operations) -> dict[str, Subscriber]:
    return dict(console.database.record().subscribers.by_key)


def add(browser: Browser, name: str = "Acme <b>Inc.</b>", **fields: object) -> str:
    """The page with the address of a new subscriber."""
    browser.get(PRIVATE)
    return browser.post(PRIVATE, {"name": name, "feed": "insiders", "alarms": "30m, 1d", **fields}).text


def token_of(page: str) -> str:
    return field(page, "feed").rsplit("/", 2)[1]


def own_path(browser: Browser) -> str:
    """The path of the page of the only subscriber."""
    (path,) = re.findall(rf'href="({PRIVATE}[0-9a-f]{{20}}/)"', browser.get(PRIVATE).text)
    return str(path)


def test_a_new_subscribers_addresses_are_shown_once_and_stand_nowhere_else(console: Operations) -> None:
    browser = console.signed_in()
    page = add(browser, account="137.035", objects="circuit-1\ncircuit-2")
    token = token_of(page)
    assert field(page, "feed") == f"https://maintenance.example.com/private/{token}/insiders.ics"
    assert field(page, "page") == f"https://maintenance.example.com/private/{token}/"
    (subscriber,) = subscribers(console).values()
    assert console.database.record().subscribers.holder(token, now=NOW) == subscriber
    assert (subscriber.name, subscriber.feed, subscriber.alarms) == (
        "Acme <b>Inc.</b>",
        "insiders",
        (timedelta(days=1), timedelta(minutes=30)),
    )
    assert (subscriber.account.id, subscriber.account.objects) == ("137.035", ("circuit-1", "circuit-2"))
    path = own_path(browser)
    pages = [browser.get(each).text for each in (PRIVATE, path, "/operator/audit/", "/operator/audit.jsonl")]
    assert [each for each in pages if token in each] == []
    assert "Acme" not in path
    assert "Never fetched yet" in words(pages[0])
    assert "Reminders 1 d, 30 min Account 137.035 circuit-1 circuit-2 Last fetched never yet" in words(pages[1])


def test_a_name_that_is_taken_is_refused_so_a_form_that_is_sent_twice_adds_nobody(console: Operations) -> None:
    browser = console.signed_in()
    add(browser)
    page = add(browser, name="ACME <b>Inc.</b>")
    assert 'there is a subscriber "Acme <b>Inc.</b>" already' in words(page)
    assert len(subscribers(console)) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "the name is missing"),
        ({"feed": "moon"}, '"moon"'),
        ({"alarms": "soon"}, '"soon" is not a length of time'),
    ],
)
def test_what_is_wrong_stands_in_the_form(console: Operations, fields: dict[str, str], message: str) -> None:
    browser = console.signed_in()
    assert message in words(add(browser, **{"name": "Acme", **fields}))
    assert subscribers(console) == {}


def test_a_new_address_is_made_once_however_often_the_form_is_sent(console: Operations) -> None:
    browser = console.signed_in()
    old = token_of(add(browser))
    path = own_path(browser)
    console.later(timedelta(minutes=1))
    fields = {**hidden(browser.get(path).text.partition("rotate")[2].partition("</form>")[0]), "overlap": "7d"}
    first, second = (browser.post(f"{path}rotate", fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 409)
    assert "got a new address at" in words(second.text)
    new, record = token_of(first.text), console.database.record()
    assert new != old
    for days, holders in ((6, 2), (8, 1)):
        at = console.now + timedelta(days=days)
        assert sum(record.subscribers.holder(each, now=at) is not None for each in (old, new)) == holders
    assert "Old address valid until Sat, Dec 5" in words(browser.get(path).text)


def test_a_form_without_the_address_that_it_was_about_is_refused(console: Operations) -> None:
    browser = console.signed_in()
    add(browser)
    assert browser.post(f"{own_path(browser)}rotate", {"latest": "now"}).status_code == 400


def test_an_account_is_changed_and_a_feed_revoked_for_good(console: Operations) -> None:
    browser = console.signed_in()
    token = token_of(add(browser, account="1"))
    path = own_path(browser)
    response = browser.post(f"{path}change", {"account": "2", "objects": "a\r\nb"})
    assert (response.status_code, response.location) == (303, f"{path}?done=saved")
    account = next(iter(subscribers(console).values())).account
    assert (account.id, account.objects) == ("2", ("a", "b"))
    preview = browser.post(f"{path}revoke").text
    assert "Revoke the feed of Acme <b>Inc.</b>? Feed insiders Effect Their addresses stop working at once" in words(
        preview
    )
    assert console.database.record().subscribers.holder(token, now=NOW) is not None
    assert [browser.post(f"{path}revoke", hidden(preview)).status_code for _ in range(2)] == [303, 303]
    assert console.database.record().subscribers.holder(token, now=NOW) is None
    assert "Acme" not in browser.get(PRIVATE).text
    assert "Acme <b>Inc.</b> insiders revoked" in words(browser.get(f"{PRIVATE}?all").text)


def test_with_the_servers_token_key_an_export_knows_the_address_too(tmp_path: Path) -> None:
    key = tmp_path / "tokens.key"
    key.write_text("k" * 32, encoding="utf-8")
    key.chmod(0o600)
    with a_console(tmp_path, environment={"ICSFEED_TOKEN_KEY_FILE": str(key)}) as console:
        add(console.signed_in())
        (subscriber,) = subscribers(console).values()
        assert subscriber.tokens[0].salt


def subscribe(console: Operations, *addresses: str, **choice: object) -> None:
    """Mail subscribers with these addresses, who have confirmed."""
    with console.database.writing(actor=operator("bob", NOW), action="test", subject="mail") as writing:
        for number, address in enumerate(addresses):
            writing.mail_subscribers.put(
                MailSubscriber(
                    id=ID if number == 0 else f"{number:020x}",
                    address=address,
                    choice=MailChoice(**{"language": "en", **choice}),  # type: ignore[arg-type]
                    requested_at=NOW,
                    confirmed_at=NOW,
                )
            )
        writing.leave_entry()


def test_mail_subscribers_are_counted_by_state_language_and_choice(console: Operations) -> None:
    subscribe(console, CUSTOMER, "two@example.net", kinds=frozenset({Kind.EMERGENCY}))
    page = console.signed_in(scope=Scope.READ).get(MAIL).text
    text = words(page)
    assert "By state Active 2 Paused 0 Not confirmed yet 0 By language English 2 By environment Production 2" in text
    assert "By kind Maintenance windows 0 Emergency changes 2 Planned changes 0" in text
    assert "example.net" not in page


@pytest.mark.parametrize("search", [f" {CUSTOMER.upper()} ", ID])
def test_one_is_looked_up_by_the_exact_address_or_id_and_erased(console: Operations, search: str) -> None:
    subscribe(console, CUSTOMER, "two@example.net")
    browser = console.signed_in()
    browser.get(MAIL)
    page = browser.post(f"{MAIL}search", {"subscriber": search})
    assert f"Mail subscriber {ID} Address {CUSTOMER} State Active" in words(page.text)
    preview = browser.post(f"{MAIL}remove", {"id": ID}).text
    assert f"Erase this mail subscriber? Address {CUSTOMER} Id {ID}" in words(preview)
    assert [browser.post(f"{MAIL}remove", hidden(preview)).location for _ in range(2)] == [f"{MAIL}?done=erased"] * 2
    with console.database.mail_subscribers() as rows:
        assert rows is not None
        assert rows.with_id(ID) is None
        assert rows.counts()["active"] == 1
    assert [each.action for each in console.database.entries(subject=f"mail:{ID}")] == ["mail remove"]


def test_those_who_may_only_read_see_no_address_and_erase_nobody(console: Operations) -> None:
    subscribe(console, CUSTOMER)
    browser = console.signed_in(scope=Scope.READ)
    browser.get(MAIL)
    page = browser.post(f"{MAIL}search", {"subscriber": ID})
    assert "Address shown only to those who may write State Active" in words(page.text)
    assert CUSTOMER not in page.text
    assert browser.post(f"{MAIL}remove", {"id": ID, "confirmed": "yes"}).status_code == 403
    with console.database.mail_subscribers() as rows:
        assert rows is not None
        assert rows.with_id(ID) is not None


@pytest.mark.parametrize(
    ("search", "status", "message"),
    [
        ("nobody@example.net", 404, "there is no mail subscriber with this address"),
        ("not@an@address", 400, "this is not a mail address"),
        ("0", 404, "there is no mail subscriber with this id"),
    ],
)
def test_a_search_in_vain_says_why_and_repeats_nothing(
    console: Operations, search: str, status: int, message: str
) -> None:
    browser = console.signed_in()
    browser.get(MAIL)
    page = browser.post(f"{MAIL}search", {"subscriber": search})
    assert page.status_code == status
    assert message in words(page.text)
    assert "nobody@" not in page.text
    assert "not@" not in page.text
