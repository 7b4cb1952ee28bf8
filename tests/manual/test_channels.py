"""What the manual says of channels holds: the verifier verifies, and apprise understands the recipes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from icsfeed.domain.channels import CHANNEL_EVENTS, Channel, ChannelEvent
from icsfeed.domain.feeds import Kind
from icsfeed.notify.channel_transports import ChannelTransports
from icsfeed.notify.chat.processes import Apprise
from icsfeed.notify.transports import Envelope
from icsfeed.publication.json_schemas import WEBHOOK_SCHEMA_PATH, schema_makers
from tests.manual.documents import TOPICS
from tests.notify.messages.stories import CHANGE, announcement, delivery, shop, situation
from tests.notify.receivers import Received, receiver

MANUAL = TOPICS["channels"]
SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
HOOK = Channel(
    id="tickets",
    events=frozenset(CHANNEL_EVENTS),
    kinds=frozenset(Kind),
    webhook="env:HOOK_URL",
    secret="env:HOOK_SECRET",
    allow_private_addresses=True,
)


def received(sent_at: datetime) -> Received:
    """What a receiver gets of a webhook that was sent then."""
    told = announcement(situation(changes=[CHANGE]), delivery("EC-7", ChannelEvent.ANNOUNCED))
    with receiver() as there:
        environment = {"HOOK_URL": there.url, "HOOK_SECRET": SECRET}
        transport = ChannelTransports(environment=environment, clock=lambda: sent_at).transport(shop(), HOOK, 1)
        transport.send(Envelope(announcement=told, key="0123abcd"))
    return there.received[0]


@pytest.fixture
def is_genuine() -> Callable[[str, dict[str, str], bytes], bool]:
    names: dict[str, Any] = {}
    exec(MANUAL.block("verifier"), names)  # noqa: S102  (the manual's own)
    function: Callable[[str, dict[str, str], bytes], bool] = names["is_genuine"]
    return function


def test_the_verifier_takes_what_icsfeed_sent_and_nothing_else(
    is_genuine: Callable[[str, dict[str, str], bytes], bool],
) -> None:
    now = datetime.now(UTC)
    message = received(now)
    headers, body = message.headers, message.body
    other = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    both = headers | {"webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    assert is_genuine(SECRET, headers, body)
    assert is_genuine(SECRET, both, body), "one of several signatures, as while a secret is replaced"
    assert not is_genuine(other, headers, body)
    assert not is_genuine(SECRET, headers, body + b" ")
    assert not is_genuine(SECRET, headers | {"webhook-id": "another"}, body)
    assert not is_genuine(SECRET, headers | {"webhook-signature": "v1,AAAA"}, body)


def test_the_verifier_does_not_take_what_was_recorded_earlier(
    is_genuine: Callable[[str, dict[str, str], bytes], bool],
) -> None:
    old = received(datetime.now(UTC) - timedelta(minutes=6))
    assert not is_genuine(SECRET, old.headers, old.body)


def test_the_verifier_has_ten_lines() -> None:
    lines = [line for line in MANUAL.block("verifier").splitlines() if line]
    assert len(lines) <= 10


def test_the_body_is_as_shown() -> None:
    shown = json.loads(MANUAL.block("webhook body"))
    Draft202012Validator(json.loads(dict(schema_makers())[WEBHOOK_SCHEMA_PATH]().body)).validate(shown)
    sent = json.loads(received(datetime.now(UTC)).body)
    assert (list(shown), list(shown["data"])) == (list(sent), list(sent["data"]))


RECIPES = [
    (service, url)
    for service, cell in re.findall(r"^\| ([\w ]+) \| (.*`\w+://.*) \|$", MANUAL.text, re.MULTILINE)
    for url in re.findall(r"`(\w+://[^`]+)`", cell)
]


def test_apprise_understands_every_recipe() -> None:
    assert [service for service, _ in RECIPES] == [
        *("Slack", "Slack", "Microsoft Teams", "Matrix", "Mattermost", "Discord", "ntfy")
    ]
    apprise = Apprise(environment={})
    assert [apprise.target_count(url) for _, url in RECIPES] == [1, 2, 1, 1, 1, 1, 1]
    assert apprise.target_count(" ".join(url for _, url in RECIPES)) == 8


def test_every_event_is_described() -> None:
    rows = "\n".join(line.partition("|")[2].partition("|")[0] for line in MANUAL.text.splitlines())
    assert set(re.findall(r"`(\w+)`", rows)) >= {event.value for event in CHANNEL_EVENTS}
