"""Customers ask for mail, confirm it, choose what they hear of, and unsubscribe."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.mail_subscribers import MailChoice, MailSubscriber
from icsfeed.domain.networks import network_of
from icsfeed.services.mail_links import LinkPurpose, MailLinks
from icsfeed.services.mail_requests import TooManyRequestsError, forget_unconfirmed
from icsfeed.services.mail_subscribing import (
    CONFIRMING,
    UNSUBSCRIBING,
    choose,
    confirm,
    link_holder,
    note_refusal,
    remove,
    subscriber_counts,
    unsubscribe,
)
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import NOW
from tests.mail.customers import SECRET, ask, link, mail_id, rows_of, subscriber

ADDRESS = "customer@example.com"
ID = mail_id(ADDRESS)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPERATOR = operator("op", NOW + DAY)
DELIVERIES = "SELECT receiver, subject, event, state, problem FROM deliveries ORDER BY number"
CHOICE = MailChoice(
    language="fr",
    environments=frozenset({"production", "eu-west"}),
    kinds=frozenset({Kind.EMERGENCY, Kind.FREEZE}),
    reminders=frozenset({DAY, HOUR}),
)


def subscribed(repository: Database, address: str = ADDRESS) -> MailSubscriber:
    """Somebody who has asked and confirmed."""
    ask(repository, address)
    holder = confirm(repository, link(repository, LinkPurpose.CONFIRM, address), now=NOW + HOUR)
    assert holder is not None
    return holder.subscriber


def trail(repository: Database) -> list[tuple[str, str, str, ActorKind | None]]:
    return [(each.action, each.subject, each.by, each.kind) for each in repository.entries()]


def test_who_asks_gets_a_mail_and_nothing_else(repository: Database) -> None:
    ask(repository, language="fr")
    assert subscriber(repository) == MailSubscriber(
        id=ID, address=ADDRESS, choice=MailChoice(language="fr"), requested_at=NOW
    )
    assert rows_of(repository, DELIVERIES) == [(f"mail:{ID}", "subscription", "confirmation", "waiting", None)]
    assert repository.entries() == ()
    assert subscriber_counts(repository) == {"active": 0, "paused": 0, "unconfirmed": 1}


def test_confirming(repository: Database) -> None:
    ask(repository)
    token = link(repository, LinkPurpose.CONFIRM)
    for hours in (1, 2):  # mail programs and people click twice
        holder = confirm(repository, token, now=NOW + hours * HOUR)
        assert holder is not None
        assert holder.subscriber == subscriber(repository)
        assert holder.subscriber.confirmed_at == NOW + HOUR
    assert holder is not None
    assert holder.path(LinkPurpose.UNSUBSCRIBE) == f"/unsubscribe/{link(repository, LinkPurpose.UNSUBSCRIBE)}"
    assert trail(repository) == [("mail confirm", f"mail:{ID}", f"mail:{ID}", ActorKind.CUSTOMER)]
    assert subscriber_counts(repository) == {"active": 1, "paused": 0, "unconfirmed": 0}


def test_looking_at_a_link_changes_nothing(repository: Database) -> None:
    ask(repository)
    before = subscriber(repository)
    for purpose, accepted in ((LinkPurpose.CONFIRM, CONFIRMING), (LinkPurpose.UNSUBSCRIBE, UNSUBSCRIBING)):
        holder = link_holder(repository, accepted, link(repository, purpose), now=NOW + HOUR)
        assert holder is not None
        assert holder.subscriber == before
    assert subscriber(repository) == before
    assert repository.entries() == ()


def test_a_link_is_good_for_its_own_purpose(repository: Database) -> None:
    subscribed(repository)
    tokens = {purpose: link(repository, purpose) for purpose in LinkPurpose}
    assert len(set(tokens.values())) == 3
    links = MailLinks(secret=SECRET, server="https://maintenance.example.com")
    for purpose in LinkPurpose:
        ids = {each: links.subscriber_id(purpose, token) for each, token in tokens.items()}
        assert ids == {each: ID if each is purpose else None for each in LinkPurpose}
    assert confirm(repository, tokens[LinkPurpose.UNSUBSCRIBE], now=NOW) is None
    assert not unsubscribe(repository, tokens[LinkPurpose.PREFERENCES], now=NOW)
    assert subscriber(repository) is not None


def test_made_up_links_lead_nowhere(repository: Database) -> None:
    tokens = ["", ".", "x", "é", "\ud800", "a.b", ID, f"{ID}.", f"{ID}.{'A' * 43}", "a" * 100_000]
    assert not unsubscribe(repository, tokens[-1], now=NOW)  # before there is any secret
    subscribed(repository)
    for token in tokens:
        assert link_holder(repository, CONFIRMING, token, now=NOW) is None
        assert choose(repository, token, CHOICE, now=NOW) is None
        assert not unsubscribe(repository, token, now=NOW)


def test_a_link_signed_with_another_secret_leads_nowhere(repository: Database) -> None:
    subscribed(repository)
    other = MailLinks(secret=SECRET[::-1], server="").token(LinkPurpose.UNSUBSCRIBE, ID)
    assert not unsubscribe(repository, other, now=NOW)
    # The empty secret of a database without any is none.
    assert not unsubscribe(repository, MailLinks(secret="", server="").token(LinkPurpose.UNSUBSCRIBE, ID), now=NOW)


def test_links_show_no_secret() -> None:
    assert SECRET not in repr(MailLinks(secret=SECRET, server="https://maintenance.example.com"))


def test_links_are_the_same_each_time_and_fit_in_a_line_of_a_mail() -> None:
    links = MailLinks(secret=SECRET, server="https://maintenance.example.com")
    url = links.url(LinkPurpose.UNSUBSCRIBE, ID)
    assert url == MailLinks(secret=SECRET, server="https://maintenance.example.com").url(LinkPurpose.UNSUBSCRIBE, ID)
    assert url.startswith(f"https://maintenance.example.com/unsubscribe/{ID}.")
    assert len(url) == 108


def test_choosing(repository: Database) -> None:
    subscribed(repository)
    token = link(repository, LinkPurpose.PREFERENCES)
    for _ in range(2):
        holder = choose(repository, token, CHOICE, now=NOW + DAY)
        assert holder is not None
        assert holder.subscriber.choice == CHOICE
        assert holder.subscriber == subscriber(repository)
    stored = rows_of(repository, "SELECT language, environments, kinds, reminders FROM mail_subscribers")
    assert stored == [("fr", ",eu-west,production,", ",emergency,freeze,", ",60,1440,")]
    assert [action for action, *_ in trail(repository)] == ["mail confirm", "mail change"]
    choose(repository, token, replace(CHOICE, reminders=frozenset()), now=NOW + DAY)
    assert rows_of(repository, "SELECT reminders FROM mail_subscribers") == [(",",)]
    after = subscriber(repository)
    assert after is not None
    assert after.choice.reminders == frozenset()
    choose(repository, token, MailChoice(language="en"), now=NOW + DAY)
    stored = rows_of(repository, "SELECT language, environments, kinds, reminders FROM mail_subscribers")
    assert stored == [("en", None, None, None)]


@pytest.mark.parametrize("name", ["environments", "kinds"])
def test_who_chooses_nothing_has_to_unsubscribe(name: str) -> None:
    with pytest.raises(BadInputError, match=f"^a mail subscriber chooses at least one of the {name}, or unsubscribes$"):
        MailChoice(language="en", **{name: frozenset()})


def test_a_link_to_preferences_confirms_nobody(repository: Database) -> None:
    """Nobody who has not confirmed has got such a link."""
    ask(repository)
    assert confirm(repository, link(repository, LinkPurpose.PREFERENCES), now=NOW) is None


def test_asking_again_before_confirming_starts_the_period_anew(repository: Database) -> None:
    ask(repository)
    ask(repository, "CUSTOMER@example.com", now=NOW + 6 * DAY, language="fr", new_id=lambda: "f" * 20)
    assert subscriber(repository) == MailSubscriber(
        id=ID, address=ADDRESS, choice=MailChoice(language="fr"), requested_at=NOW + 6 * DAY
    )
    states = [row.state for row in rows_of(repository, DELIVERIES)]
    assert states == ["replaced", "waiting"]
    assert confirm(repository, link(repository, LinkPurpose.CONFIRM), now=NOW + 12 * DAY) is not None


def test_asking_again_after_confirming_changes_nothing_but_sends_a_mail(repository: Database) -> None:
    """Else anybody could change another customer's language."""
    before = subscribed(repository)
    ask(repository, now=NOW + DAY, language="fr")
    assert subscriber(repository) == before
    assert [row.state for row in rows_of(repository, DELIVERIES)] == ["replaced", "waiting"]


def test_a_mail_that_is_being_sent_is_not_replaced(repository: Database) -> None:
    ask(repository)
    lease = "UPDATE deliveries SET lease_owner = 'one', lease_until = '2126-11-23 12:00:20'"
    with repository.writing(actor=OPERATOR, action="test", subject="") as writing:
        writing._connection.exec_driver_sql(lease)  # noqa: SLF001  (as a sender does)
    ask(repository, now=NOW + timedelta(seconds=1))
    assert [row.state for row in rows_of(repository, DELIVERIES)] == ["waiting", "waiting"]


def test_who_does_not_confirm_in_seven_days_is_forgotten(repository: Database) -> None:
    ask(repository)
    subscribed(repository, "other@example.com")
    token = link(repository, LinkPurpose.CONFIRM)
    last = NOW + 7 * DAY
    assert link_holder(repository, CONFIRMING, token, now=last - timedelta(seconds=1)) is not None
    assert confirm(repository, token, now=last) is None  # also where nobody has swept yet
    with repository.writing(actor=OPERATOR, action="sweep", subject="") as writing:
        forget_unconfirmed(writing.mail_subscribers, now=last)
    assert subscriber(repository) is None
    assert subscriber(repository, "other@example.com") is not None
    assert f"mail:{ID}" not in [row.receiver for row in rows_of(repository, DELIVERIES)]
    assert rows_of(repository, "SELECT number FROM mail_requests") == []


def test_somebody_elses_request_sweeps_too(repository: Database) -> None:
    ask(repository)
    ask(repository, "other@example.com", now=NOW + 7 * DAY)
    assert subscriber(repository) is None


def test_unsubscribing(repository: Database) -> None:
    subscribed(repository)
    token = link(repository, LinkPurpose.UNSUBSCRIBE)
    ask(repository, now=NOW + HOUR)
    assert unsubscribe(repository, token, now=NOW + DAY)
    assert subscriber(repository) is None
    assert unsubscribe(repository, token, now=NOW + DAY)
    assert confirm(repository, MailLinks(secret=SECRET, server="").token(LinkPurpose.CONFIRM, ID), now=NOW) is None
    assert trail(repository)[1:] == [("mail unsubscribe", f"mail:{ID}", f"mail:{ID}", ActorKind.CUSTOMER)]
    last = rows_of(repository, DELIVERIES)[-1]
    assert last == (f"mail:{ID}", "subscription", "confirmation", "dropped", "unsubscribed")


def test_who_comes_back_is_somebody_new(repository: Database) -> None:
    """A link in an old mail does not end a new subscription."""
    subscribed(repository)
    token = link(repository, LinkPurpose.UNSUBSCRIBE)
    unsubscribe(repository, token, now=NOW + DAY)
    ask(repository, now=NOW + DAY, new_id=lambda: "f" * 20)
    assert unsubscribe(repository, token, now=NOW + DAY)
    assert subscriber(repository) is not None


def test_an_operator_erases_an_address(repository: Database) -> None:
    subscribed(repository)
    assert remove(repository, " Customer@Example.com", actor=OPERATOR).id == ID
    assert subscriber(repository) is None
    assert trail(repository)[-1] == ("mail remove", f"mail:{ID}", "op", ActorKind.COMMAND)
    with pytest.raises(NotFoundError, match=r"^there is no mail subscriber with this address$"):
        remove(repository, ADDRESS, actor=OPERATOR)


def test_the_address_is_in_one_table_only(repository: Database) -> None:
    """What stays after an erasure names nobody."""
    subscribed(repository)
    choose(repository, link(repository, LinkPurpose.PREFERENCES), CHOICE, now=NOW + HOUR)
    remove(repository, ADDRESS, actor=OPERATOR)
    tables = ("audit_trail", "deliveries", "mail_requests", "mail_subscribers", "outbox_state")
    contents = {table: str(rows_of(repository, f"SELECT * FROM {table}")) for table in tables}  # noqa: S608  (these names)
    assert ID in contents["audit_trail"]
    assert [name for name, text in contents.items() if "customer@" in text or "192.0.2.1" in text] == []


def test_three_refusals_in_a_row_pause(repository: Database) -> None:
    subscribed(repository)
    results = []
    for day in range(4):
        with repository.writing(actor=OPERATOR, action="send", subject="") as writing:
            refused = note_refusal(writing.mail_subscribers, ID, now=NOW + day * DAY)
        assert refused is not None
        results.append((refused.refusals, refused.paused_at))
    assert results == [(1, None), (2, None), (3, NOW + 2 * DAY), (4, NOW + 2 * DAY)]
    assert subscriber_counts(repository) == {"active": 0, "paused": 1, "unconfirmed": 0}
    # Who comes by a link reads mail again.
    choose(repository, link(repository, LinkPurpose.PREFERENCES), MailChoice(language="en"), now=NOW + 5 * DAY)
    assert subscriber_counts(repository) == {"active": 1, "paused": 0, "unconfirmed": 0}


def test_a_mail_that_arrives_starts_the_count_anew(repository: Database) -> None:
    subscribed(repository)
    for _ in range(2):
        with repository.writing(actor=OPERATOR, action="send", subject="") as writing:
            note_refusal(writing.mail_subscribers, ID, now=NOW)
            note_refusal(writing.mail_subscribers, ID, now=NOW)
            writing.mail_subscribers.accept([ID, "f" * 20])
    after = subscriber(repository)
    assert after is not None
    assert (after.refusals, after.paused_at) == (0, None)


def test_a_refusal_of_somebody_who_is_gone(repository: Database) -> None:
    with repository.writing(actor=OPERATOR, action="send", subject="") as writing:
        assert note_refusal(writing.mail_subscribers, ID, now=NOW) is None


def test_five_requests_an_hour_for_an_address(repository: Database) -> None:
    for number in range(5):
        ask(repository, now=NOW + number * timedelta(minutes=10), client=f"192.0.2.{number}")
    before = rows_of(repository, DELIVERIES)
    with pytest.raises(TooManyRequestsError) as error:
        ask(repository, now=NOW + timedelta(minutes=45), client="192.0.2.99")
    assert error.value.retry_after == timedelta(minutes=15)
    assert rows_of(repository, DELIVERIES) == before
    ask(repository, "other@example.com", now=NOW + timedelta(minutes=45), client="192.0.2.99")
    ask(repository, now=NOW + HOUR, client="192.0.2.99")


def test_five_requests_an_hour_from_a_client(repository: Database) -> None:
    for number in range(5):
        ask(repository, f"customer{number}@example.com", client=f"2001:db8::{number}")
    with pytest.raises(TooManyRequestsError) as error:
        ask(repository, "victim@example.com", now=NOW + timedelta(minutes=20), client="2001:db8::ffff:ffff")
    assert error.value.retry_after == timedelta(minutes=40)
    assert subscriber(repository, "victim@example.com") is None
    ask(repository, "victim@example.com", client="2001:db8:0:1::1")


def test_limits_hold_across_workers(repository: Database, database_url: str) -> None:
    for number in range(5):
        ask(repository, f"customer{number}@example.com")
    other = Database(database_url)
    with pytest.raises(TooManyRequestsError):
        ask(other, "victim@example.com")
    other.close()


@pytest.mark.parametrize(
    ("client", "same", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:0:0:1", "2001:db8:0:1::1"),
        ("fe80::1%eth0", "fe80::2%eth1", "fe81::1"),
        ("unix:", "unix:", ""),
    ],
)
def test_what_counts_as_one_client(client: str, same: str, other: str) -> None:
    assert network_of(client) == network_of(same)
    assert network_of(client) != network_of(other)
