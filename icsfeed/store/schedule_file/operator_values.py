"""The values in the tables about operators. Messages never repeat a secret."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from icsfeed.domain.feeds import Kind
from icsfeed.store.schedule_file import addresses
from icsfeed.store.schedule_file.channel_values import is_secure
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.values import single_line, text_value

_SPACELESS_PATTERN: Final = r"\S+"


def _issuer(text: str) -> str:
    # A slash at its end counts: tokens name the issuer exactly so (OpenID Connect Core, section 3.1.3.7).
    if not is_secure(addresses.site_address(text)):
        msg = f"{as_toml(text)} is not secure; write the provider's address with https"
        raise ValueError(msg)
    return text


def _client_secret(text: str) -> str:
    if not re.fullmatch(_SPACELESS_PATTERN, text):
        msg = (
            "this is neither env: and the name of a variable nor a secret without spaces (it is not repeated here); "
            "write env:OIDC_SECRET, say"
        )
        raise ValueError(msg)
    return text


def _approval_kind(text: str) -> str:
    if text == Kind.EMERGENCY:
        msg = f"{as_toml(text)} can't wait for approval: emergency changes are public at once; remove it"
        raise ValueError(msg)
    if text != Kind.PLANNED:
        msg = f'{as_toml(text)} is not a kind of change that can be approved; write "planned"'
        raise ValueError(msg)
    return text


ISSUER: Final = text_value(_issuer, format="uri", pattern=f"^{addresses.SITE_PATTERN}$")
CLIENT_ID: Final = text_value(
    partial(single_line, content="what the provider calls icsfeed", remedy="it on one line"), minLength=1
)
CLIENT_SECRET: Final = text_value(_client_secret, pattern=f"^{_SPACELESS_PATTERN}$")
GROUP: Final = text_value(partial(single_line, content="the name of a group", remedy="it on one line"), minLength=1)
APPROVAL_KIND: Final = text_value(_approval_kind, enum=[Kind.PLANNED.value])
