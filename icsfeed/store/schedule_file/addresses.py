"""Domains, web addresses and mail addresses in the schedule file: their patterns, and the messages of refusals."""

from __future__ import annotations

import re
from typing import Final

from icsfeed.domain.texts import masked_credentials, without_credentials
from icsfeed.store.schedule_file.notation import as_toml

MAX_DOMAIN_CHARS: Final = 253
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN_PATTERN: Final = rf"{_LABEL}(?:\.{_LABEL})*"
_PORT: Final = "(?::[0-9]{1,5})?"
SITE_PATTERN: Final = rf"https?://(?:{DOMAIN_PATTERN}|\[[0-9A-Fa-f:.]+\]){_PORT}(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
_AFTER_SCHEME: Final = rf"{DOMAIN_PATTERN}{_PORT}(?:[/?#][!#-;=?-\[\]_a-z~]*)?"
LINK_PATTERN: Final = f"https?://{_AFTER_SCHEME}"
PICTURE_PATTERN: Final = f"https://{_AFTER_SCHEME}"
ORIGIN_PATTERN: Final = rf"https?://(?:\*\.)?{DOMAIN_PATTERN}{_PORT}"
_EMAIL_PATTERN: Final = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{DOMAIN_PATTERN}"


def domain(text: str) -> str:
    """The text, if it is a domain name.

    Raises:
        ValueError: otherwise, as do all functions here; the message is for the file's author.
    """
    if not re.fullmatch(DOMAIN_PATTERN, text) or len(text) > MAX_DOMAIN_CHARS:
        within = re.search(rf"(?:://|@)({DOMAIN_PATTERN})", text)
        example = as_toml(within[1] if within else "maintenance.example.com")
        msg = f"{as_toml(text)} is not a domain name; write letters, digits, dots and hyphens only, such as {example}"
        raise ValueError(msg)
    return text


def site_address(text: str) -> str:
    """The address of a web site, without a trailing slash."""
    example = 'without spaces, ? or #, such as "https://maintenance.example.com"'
    return _address(text, SITE_PATTERN, "a web site", example).rstrip("/")


def link(text: str) -> str:
    """The address of a web page."""
    return _address(text, LINK_PATTERN, "a web page", 'without spaces, such as "https://www.example.com/support"')


def picture(text: str) -> str:
    """The address of a picture, for which browsers require https."""
    example = 'without spaces, such as "https://www.example.com/logo.svg"'
    return _address(text, PICTURE_PATTERN, "a picture", example)


def _address(text: str, pattern: str, noun: str, example: str) -> str:
    without_credentials(text, "the address")
    if not re.fullmatch(pattern, text):
        msg = f"{as_toml(masked_credentials(text))} is not the address of {noun}; write the full address, {example}"
        raise ValueError(msg)
    return text


def origin(text: str) -> str:
    """The origin of a web site, where ``*.`` stands for every subdomain."""
    without_credentials(text, "the origin")
    if not re.fullmatch(ORIGIN_PATTERN, text):
        within = re.search(rf"(?:https?://)?({DOMAIN_PATTERN})", text)
        example = as_toml(f"https://{within[1] if within and '.' in within[1] else 'kb.example.com'}")
        msg = (
            f"{as_toml(masked_credentials(text))} is not the origin of a web site; "
            f"write scheme and host alone, such as {example}"
        )
        raise ValueError(msg)
    return text


def email(text: str) -> str:
    """A mail address without a name."""
    if not re.fullmatch(_EMAIL_PATTERN, text):
        msg = f'{as_toml(text)} is not an email address; write it alone, such as "support@example.com"'
        raise ValueError(msg)
    return text
