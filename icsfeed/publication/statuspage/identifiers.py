"""Identifiers in Statuspage's shape: twelve lowercase letters and digits, the same everywhere and in every release.

A tool takes whatever has another identifier for something else: what an identifier is made from never changes.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

_LENGTH: Final = 12


def page_id(uid_domain: str) -> str:
    return _identifier("page", uid_domain)


def component_id(uid_domain: str, environment: str) -> str:
    return _identifier("component", uid_domain, environment)


def maintenance_id(uid: str) -> str:
    """The identifier of the event with that UID, which stays when the event is moved."""
    return _identifier("maintenance", uid)


def update_id(uid: str, key: str) -> str:
    """The identifier of an update of that event, whose ``key`` is its number or what it says."""
    return _identifier("update", uid, key)


def _identifier(*parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return base64.b32encode(digest).decode()[:_LENGTH].lower()
