"""The values in the tables about announcements. Messages never repeat an address that may hold a secret."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

from icsfeed.domain.channels import CHANNEL_EVENTS
from icsfeed.domain.smtp_servers import smtp_server
from icsfeed.store.schedule_file import addresses
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.values import choice, single_line, text_value

MIN_SECRET_CHARS: Final = 24
_VARIABLE_PATTERN: Final = "env:[A-Za-z_][A-Za-z0-9_]*"
_CHANNEL_PATTERN: Final = rf"(?:{_VARIABLE_PATTERN}|[A-Za-z][A-Za-z0-9+.-]*://\S+)"
_WEBHOOK_PATTERN: Final = rf"(?:{_VARIABLE_PATTERN}|https?://\S+)"
_SMTP_PATTERN: Final = rf"(?:{_VARIABLE_PATTERN}|smtps?://\S+)"
_SECRET_PATTERN: Final = rf"(?:{_VARIABLE_PATTERN}|\S{{{MIN_SECRET_CHARS},}})"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _channel_url(text: str) -> str:
    return _secret_text(text, _CHANNEL_PATTERN, "a URL of apprise", "env:CHAT_URL or slack://…")


def _webhook(text: str) -> str:
    return _secret_text(
        text,
        _WEBHOOK_PATTERN,
        "the address of a webhook",
        "env:HOOK_URL or https://tickets.example.com/hooks/maintenance",
    )


def _smtp_url(text: str) -> str:
    _secret_text(
        text, _SMTP_PATTERN, "the URL of a mail relay", "env:SMTP_URL, smtp://user:password@host:587 or smtps://host"
    )
    if not re.fullmatch(_VARIABLE_PATTERN, text):
        smtp_server(text)
    return text


def _secret(text: str) -> str:
    noun = f"a secret of at least {MIN_SECRET_CHARS} characters"
    return _secret_text(text, _SECRET_PATTERN, noun, "env:HOOK_SECRET")


def _secret_text(text: str, pattern: str, noun: str, example: str) -> str:
    if not re.fullmatch(pattern, text):
        msg = (
            f"this is neither env: and the name of a variable nor {noun} (it is not repeated here, since it may hold "
            f"a password); write one such as {example}"
        )
        raise ValueError(msg)
    return text


def _mailbox(text: str) -> str:
    single_line(text, content="a name and an address", remedy="it on one line")
    _, email = parseaddr(text)
    try:
        addresses.email(email)
    except ValueError:
        example = '"Seed-to-Sale maintenance <maintenance@example.com>"'
        msg = f"{as_toml(text)} is not the sender of mails; write a name and an address, such as {example}"
        raise ValueError(msg) from None
    return text


def _server(text: str) -> str:
    if not is_secure(site := addresses.site_address(text)):
        msg = f"{as_toml(text)} is not secure, and the links in mails lead there; write an address with https"
        raise ValueError(msg)
    return site


def is_secure(site: str) -> bool:
    """Whether links in mails may lead to that site: by https, or to this machine."""
    parts = urlsplit(site)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


CHANNEL_URL: Final = text_value(_channel_url, pattern=f"^{_CHANNEL_PATTERN}$")
WEBHOOK: Final = text_value(_webhook, pattern=f"^{_WEBHOOK_PATTERN}$")
SECRET: Final = text_value(_secret, pattern=f"^{_SECRET_PATTERN}$")
SMTP_URL: Final = text_value(_smtp_url, pattern=f"^{_SMTP_PATTERN}$")
MAILBOX: Final = text_value(_mailbox, minLength=3)
SERVER: Final = text_value(_server, format="uri", pattern=f"^{addresses.SITE_PATTERN}$")
EVENT: Final = choice([event.value for event in CHANNEL_EVENTS], "an event of changes")
