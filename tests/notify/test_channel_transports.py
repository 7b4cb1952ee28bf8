"""Announcements reach real receivers as the schedule says."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from icsfeed import __version__
from icsfeed.domain.channels import CHANNEL_EVENTS, Channel, ChannelEvent
from icsfeed.domain.feeds import Kind
from icsfeed.notify.channel_transports import ChannelTransports
from icsfeed.notify.failures import TemporaryFailureError
from icsfeed.notify.transports import Envelope
from tests.notify.messages.stories import CHANGE, NOW, announcement, delivery, shop, situation
from tests.notify.receivers import receiver, status

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
WEBHOOK = Channel(
    id="tickets",
    events=frozenset(CHANNEL_EVENTS),
    kinds=frozenset(Kind),
    webhook="env:HOOK_URL",
    secret="env:HOOK_SECRET",
    allow_private_addresses=True,
)
CHAT = Channel(id="chat", events=frozenset(CHANNEL_EVENTS), kinds=frozenset(Kind), url="env:CHAT_URL")
CONFIRMED = Envelope(
    announcement=announcement(situation(changes=[CHANGE]), delivery("EC-7", ChannelEvent.ANNOUNCED)), key="0123abcd"
)


def send(
    channel: Channel,
    environment: Mapping[str, str],
    *,
    target: int = 1,
    at: datetime = NOW,
    envelope: Envelope = CONFIRMED,
) -> None:
    transports = ChannelTransports(environment=environment, clock=lambda: at)
    transport = transports.transport(shop(), channel, target)
    transport.send(envelope)
    transport.close()


def failure(channel: Channel, environment: Mapping[str, str], *, target: int = 1) -> str:
    with pytest.raises(TemporaryFailureError) as failed:
        send(channel, environment, target=target)
    message = str(failed.value)
    assert [value for value in environment.values() if value and value in message] == []
    return message


def test_a_webhook_is_signed_as_standard_webhooks_has_it() -> None:
    with receiver() as there:
        send(WEBHOOK, {"HOOK_URL": there.url, "HOOK_SECRET": SECRET}, at=datetime.now(UTC))
    (request,) = there.received
    body = Webhook(SECRET).verify(request.body, request.headers)
    assert (body["type"], body["data"]["id"]) == ("announced", "EC-7")
    assert request.headers["webhook-id"] == "0123abcd"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["user-agent"] == f"icsfeed/{__version__}"


def test_a_repeat_has_the_same_id_and_a_time_of_its_own() -> None:
    with receiver(status(503), status(204)) as there:
        environment = {"HOOK_URL": there.url, "HOOK_SECRET": SECRET}
        assert failure(WEBHOOK, environment) == "the receiver answered 503"
        send(WEBHOOK, environment, at=NOW + timedelta(minutes=1))
    first, second = (request.headers for request in there.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert first["webhook-signature"] != second["webhook-signature"]


def test_a_chat_room_gets_the_first_line_as_title_and_the_rest_as_text() -> None:
    with receiver(status(200)) as there:
        send(CHAT, {"CHAT_URL": f"json://127.0.0.1:{there.port}/room"})
    (request,) = there.received
    message = json.loads(request.body)
    assert message["title"] == "Emergency change EC-7: announced – Security patch"
    assert message["message"].splitlines()[-1] == "https://shop.example.com/#ec-7"
    assert message["title"] not in message["message"]


def test_each_target_of_a_chat_is_counted_once_and_sent_to_alone() -> None:
    with receiver(status(200)) as there:
        environment = {"CHAT_URL": f"ntfy://127.0.0.1:{there.port}/first/second"}
        transports = ChannelTransports(environment=environment, clock=lambda: NOW)
        assert (transports.target_count(CHAT), transports.target_count(CHAT)) == (2, 2)
        assert transports.target_count(WEBHOOK) == 1
        send(CHAT, environment, target=2)
    assert [json.loads(request.body)["topic"] for request in there.received] == ["second"]


UNSET = (
    'channels "{id}": {key} is "env:{variable}", but the variable {variable} is not set; '
    "set it where the sender runs, and start that again"
)


@pytest.mark.parametrize(
    ("channel", "environment", "message"),
    [
        pytest.param(CHAT, {}, UNSET.format(id="chat", key="url", variable="CHAT_URL"), id="no URL"),
        pytest.param(WEBHOOK, {}, UNSET.format(id="tickets", key="webhook", variable="HOOK_URL"), id="no address"),
        pytest.param(
            WEBHOOK,
            {"HOOK_URL": "https://hooks.example.com/token", "HOOK_SECRET": ""},
            UNSET.format(id="tickets", key="secret", variable="HOOK_SECRET"),
            id="an empty secret",
        ),
        pytest.param(
            WEBHOOK,
            {"HOOK_URL": "https://hooks.example.com/token", "HOOK_SECRET": "guessable"},
            'the secret has 9 bytes, and needs at least 24; make one with: echo "whsec_$(openssl rand -base64 32)"',
            id="a short secret",
        ),
        pytest.param(
            WEBHOOK,
            {"HOOK_URL": "hooks.example.com/token", "HOOK_SECRET": SECRET},
            "the address of the webhook is not one of a web server (it is not repeated here, since it may hold a "
            "password); write one such as https://tickets.example.com/hooks/maintenance",
            id="no address of the web",
        ),
        pytest.param(
            CHAT, {"CHAT_URL": "slack://secret"}, "apprise does not understand the URL of the channel", id="no chat"
        ),
    ],
)
def test_what_is_wrong_fails_the_channel_and_repeats_no_secret(
    channel: Channel, environment: dict[str, str], message: str
) -> None:
    assert failure(channel, environment) == message


def test_where_the_targets_can_not_be_counted_there_is_one_that_fails() -> None:
    transports = ChannelTransports(environment={"CHAT_URL": "slack://secret"}, clock=lambda: NOW)
    assert transports.target_count(CHAT) == 1
    with pytest.raises(TemporaryFailureError, match="CHAT_URL is not set"):
        ChannelTransports(environment={}, clock=lambda: NOW).target_count(CHAT)


def test_a_webhook_does_not_lead_to_private_addresses_unless_the_schedule_allows_it() -> None:
    with receiver() as there:
        environment = {"HOOK_URL": there.url.replace("http://", "https://"), "HOOK_SECRET": SECRET}
        assert failure(replace(WEBHOOK, allow_private_addresses=False), environment) == (
            "the webhook leads to an address that is not public, and allow_private_addresses is not set"
        )
    assert there.received == []


def test_no_value_shows_a_secret() -> None:
    environment = {"HOOK_URL": "https://hooks.example.com/token", "HOOK_SECRET": SECRET, "CHAT_URL": "json://secret"}
    transports = ChannelTransports(environment=environment, clock=lambda: NOW)
    shown = [repr(transports), *(repr(transports.transport(shop(), each, 1)) for each in (WEBHOOK, CHAT))]
    hidden = ("token", SECRET, str(bytes(range(32)))[2:-1], "json://secret")
    assert [text for text in shown for secret in hidden if secret in text] == []
