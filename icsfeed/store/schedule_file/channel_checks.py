"""Checks between the keys of channels and of customers' mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from icsfeed.domain.deliveries import ALL_MAIL
from icsfeed.domain.translated_texts import DEFAULT_LANGUAGES
from icsfeed.store.schedule_file.channel_values import is_secure
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.raw_tables import RawTable

_WEBHOOK_KEYS: Final = ("secret", "allow_private_addresses")


def channel_findings(file: RawTable) -> Iterator[Finding]:
    """Channels with a reserved id, no address or two, webhooks without a secret, languages that nobody translates."""
    for channel in file.tables("channels"):
        yield from _address_findings(channel)
        if channel.sound.get("id") == ALL_MAIL:
            message = f"{as_toml(ALL_MAIL)} is what commands call customers' mail; give the channel another id"
            yield Finding(keys=(*channel.keys, "id"), message=message)
        language, languages = channel.sound.get("language"), _languages(file)
        if language is not None and language not in languages:
            message = f"{as_toml(language)} is not one of calendar.languages; write {as_toml(languages[0])}, say"
            yield Finding(keys=(*channel.keys, "language"), message=message)


def _address_findings(channel: RawTable) -> Iterator[Finding]:
    addresses = {"url", "webhook"} & channel.intended
    if not addresses:
        message = 'there is no address; add url, such as url = "env:CHAT_URL", or webhook with its secret'
        yield Finding(keys=channel.keys, message=message)
    if len(addresses) > 1:
        yield Finding(
            keys=(*channel.keys, "webhook"), message="url and webhook are both an address; write two channels"
        )
    if addresses == {"webhook"} and "secret" not in channel.intended:
        message = 'a webhook is signed, so it needs a secret; add one, such as secret = "env:HOOK_SECRET"'
        yield Finding(keys=channel.keys, message=message)
    for key in _WEBHOOK_KEYS:
        if addresses == {"url"} and key in channel.intended:
            message = (
                f"{key} is a key of webhooks only; remove it here or, if a webhook is meant, write its address as "
                'webhook = "…" in place of url'
            )
            yield Finding(keys=(*channel.keys, key), message=message)


def mail_findings(file: RawTable) -> Iterator[Finding]:
    """Mail without what it needs in [calendar]: an organizer, and an address that the links in it lead to."""
    mail, calendar = file.table("mail"), file.table("calendar")
    if mail is None or calendar is None:
        return
    if "organizer" not in calendar.intended:
        message = (
            "the calendar in a mail has to name an organizer; add one to [calendar], such as "
            'organizer = { name = "Customer Support", email = "support@example.com" }'
        )
        yield Finding(keys=("mail",), message=message)
    if "server" in mail.intended:
        return
    if "url" not in calendar.intended:
        message = 'there is no server for the form; add one, such as server = "https://maintenance.example.com"'
        yield Finding(keys=("mail",), message=message)
    elif (site := calendar.sound.get("url")) is not None and not is_secure(site):
        message = f"calendar.url is {as_toml(site)}, and links in mails have to be secure; add server with https"
        yield Finding(keys=("mail",), message=message)


def _languages(file: RawTable) -> tuple[str, ...]:
    calendar = file.table("calendar")
    return tuple((calendar.sound.get("languages") if calendar is not None else None) or DEFAULT_LANGUAGES)
