"""Warnings about channels and mail that can't send, or say less than they should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.domain.channels import CHANNEL_EVENTS, Channel, ChannelEvent, Mailbox, MailSettings
from icsfeed.domain.feeds import Kind
from icsfeed.services.channel_advice import about_channels, about_mail
from tests.cli.running import run
from tests.examples import POLICY

E = ChannelEvent
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CHAT = Channel(
    id="chat", events=frozenset(CHANNEL_EVENTS), kinds=frozenset(Kind), url="env:CHAT_URL", remind=(timedelta(hours=1),)
)
HOOK = replace(CHAT, id="hook", url="", webhook="env:HOOK_URL", secret="env:HOOK_SECRET")
ENVIRONMENT = {
    "CHAT_URL": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "HOOK_URL": "https://hooks.example.com/token",
    "HOOK_SECRET": SECRET,
}


def warnings(channel: Channel, **environment: str) -> list[str]:
    schedule = replace(POLICY, channels=(channel,))
    return [message for _, message in about_channels(schedule, ENVIRONMENT | environment)]


@pytest.mark.parametrize(
    "channel", [CHAT, HOOK, replace(CHAT, remind=())], ids=["chat", "webhook", "without reminders"]
)
def test_a_channel_that_is_set_up_is_not_warned_of(channel: Channel) -> None:
    assert warnings(channel) == []


def events(*selected: ChannelEvent, kinds: frozenset[Kind] = frozenset(Kind), remind: bool = False) -> Channel:
    return replace(CHAT, events=frozenset(selected), kinds=kinds, remind=CHAT.remind if remind else ())


NOTHING = "it is told nothing, since none of its events happens to any of its kinds; widen events or kinds"


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        pytest.param(events(E.SKIPPED, kinds=frozenset({Kind.EMERGENCY})), [NOTHING], id="a change is not skipped"),
        pytest.param(events(E.STARTED, kinds=frozenset({Kind.MAINTENANCE})), [NOTHING], id="nobody starts a window"),
        pytest.param(events(E.MOVED, E.SKIPPED, kinds=frozenset({Kind.FREEZE})), [NOTHING], id="a freeze is neither"),
        pytest.param(events(E.FREEZE, kinds=frozenset({Kind.PLANNED})), [NOTHING], id="only freezes are freezes"),
        pytest.param(events(E.FREEZE, E.SKIPPED), [], id="each to its kind"),
        pytest.param(
            events(E.REMINDER),
            ['it is told nothing, since remind is missing; add it, such as remind = ["24h"]'],
            id="reminders without a time",
        ),
        pytest.param(events(E.REMINDER, remind=True), [], id="reminders alone"),
        pytest.param(
            events(E.STARTED, remind=True),
            ['it is never reminded, since "reminder" is not among its events; add that, or remove remind'],
            id="a time without reminders",
        ),
        pytest.param(
            events(E.ANNOUNCED, E.MOVED),
            ['what it announces may no longer hold, and it does not say so: add "cancelled" to its events'],
            id="announced, and never taken back",
        ),
        pytest.param(events(E.ANNOUNCED, E.MOVED, E.CANCELLED, E.WITHDRAWN), [], id="announced and taken back"),
    ],
)
def test_a_selection_that_looks_unintended(channel: Channel, expected: list[str]) -> None:
    assert warnings(channel) == expected


REMEDY = 'make one with: echo "whsec_$(openssl rand -base64 32)"'


@pytest.mark.parametrize(
    ("channel", "environment", "expected"),
    [
        pytest.param(
            CHAT,
            {"CHAT_URL": ""},
            ["url: the variable CHAT_URL is not set; nothing is sent to it before it is"],
            id="no URL",
        ),
        pytest.param(
            HOOK,
            {"HOOK_URL": "", "HOOK_SECRET": ""},
            [
                "webhook: the variable HOOK_URL is not set; nothing is sent to it before it is",
                "secret: the variable HOOK_SECRET is not set; nothing is sent to it before it is",
            ],
            id="neither address nor secret",
        ),
        pytest.param(
            HOOK,
            {"HOOK_URL": "http://hooks.example.com/token"},
            ["webhook has no https, so nothing is posted to it; write an address with https"],
            id="no https",
        ),
        pytest.param(
            replace(HOOK, allow_private_addresses=True), {"HOOK_URL": "http://10.0.0.1/"}, [], id="no https at home"
        ),
        pytest.param(
            HOOK,
            {"HOOK_SECRET": "guessable"},
            [f"the secret has 9 bytes, and needs at least 24; {REMEDY}"],
            id="a short secret",
        ),
        pytest.param(
            replace(HOOK, secret=SECRET),
            {},
            ["secret stands in the file, for all who can read it; put it into a variable, and write env: and its name"],
            id="a secret for all",
        ),
    ],
)
def test_an_address_that_nothing_is_sent_to(channel: Channel, environment: dict[str, str], expected: list[str]) -> None:
    assert warnings(channel, **environment) == expected


def test_a_relay_that_is_not_known_yet() -> None:
    mail = MailSettings(
        sender=Mailbox(name="Shop", email="shop@example.com"), server="https://example.com", smtp="env:SMTP_URL"
    )
    expected = [("smtp", "the variable SMTP_URL is not set; no mail is sent before it is")]
    assert list(about_mail(mail, {})) == expected
    assert list(about_mail(mail, {"SMTP_URL": "smtp://mail.example.com"})) == []
    assert list(about_mail(replace(mail, smtp=""), {})) == []
    assert list(about_mail(None, {})) == []


SCHEDULE = """\
[calendar]
name = "Maintenance"
timezone = "America/Toronto"
uid_domain = "shop.example.net"
organizer = { name = "Help desk", email = "help@example.com" }
url = "https://shop.example.net"

[[environments]]
id = "production"
name = "Production"

[[channels]]
id = "chat"
url = "env:NO_SUCH_CHAT_URL"

[[channels]]
id = "hook"
webhook = "http://somebody:password@hooks.example.com/token"
secret = "too-well-known-to-be-a-secret"

[mail]
from = "help@example.com"
smtp = "env:NO_SUCH_SMTP_URL"
"""


def test_check_names_the_line_and_repeats_no_secret(tmp_path: Path) -> None:
    (file := tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    outcome = run("check", str(file))
    assert outcome.status == 0, outcome.stderr
    lines = [line.removeprefix(str(file)) for line in outcome.stdout.splitlines()]
    assert [line for line in lines if "warning: " in line] == [
        ':12: warning: channels "chat": url: the variable NO_SUCH_CHAT_URL is not set; '
        "nothing is sent to it before it is",
        ':16: warning: channels "hook": secret stands in the file, for all who can read it; '
        "put it into a variable, and write env: and its name",
        ':16: warning: channels "hook": webhook has no https, so nothing is posted to it; write an address with https',
        ":23: warning: mail.smtp: the variable NO_SUCH_SMTP_URL is not set; no mail is sent before it is",
    ]
    assert "password" not in outcome.stdout
    assert "too-well-known" not in outcome.stdout
    assert lines[-1].endswith("; 1 environment, 0 maintenance windows, 0 change freezes, 6 feeds, 2 channels")
