"""Warnings about the calendar as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from icsfeed.domain.schedule import Calendar

_PLACEHOLDER: Final = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|test|localhost)\.?")
"""Domains for documentation and tests (RFC 2606 and RFC 6761): nobody's own."""

_ADDRESS: Final = re.compile(r"[0-9.]+|.*:.*")


def placeholder_domain(calendar: Calendar) -> Iterator[str]:
    """A ``uid_domain`` that many calendars have, in one that names a real host elsewhere."""
    host = next(_real_hosts(calendar), None)
    if host is not None and _PLACEHOLDER.fullmatch(calendar.uid_domain.casefold()):
        yield (
            f'"{calendar.uid_domain}" is a placeholder, but the calendar is one of "{host}"; before customers '
            "subscribe, write a domain of your own that no other calendar has: two calendars with one uid_domain have "
            "the same UIDs, and calendar programs then mix up their events"
        )


def _real_hosts(calendar: Calendar) -> Iterator[str]:
    """The hosts that the calendar names, in the order in which they say most."""
    urls = (calendar.url, calendar.support_url, calendar.logo)
    hosts = [urlsplit(url).hostname or "" for url in urls]
    if calendar.organizer is not None:
        hosts.append(calendar.organizer.email.rpartition("@")[2])
    for host in hosts:
        if host and not _PLACEHOLDER.fullmatch(host.casefold()) and not _ADDRESS.fullmatch(host):
            yield host
