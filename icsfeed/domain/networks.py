"""Networks: what counts as one client where requests are limited."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_IPV6_NETWORK_BITS: Final = 64
"""Of an IPv6 address, these are the network's: one person has all the others."""

MAX_ADDRESS_CHARS: Final = 64
"""The longest address has 45 characters, and a zone; a proxy that is not to be trusted may pass on anything."""

_WITH_PORT: Final = re.compile(r"\[(?P<ipv6>[^]]*)\](?::\d+)?|(?P<ipv4>[^:]*):\d+")
"""As some proxies forward addresses; each connection has another port."""


def is_loopback(host: str) -> bool:
    """Whether that host, a name or an address, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the network of an IPv6 address; ports make no difference."""
    match = _WITH_PORT.fullmatch(address)
    host = address if match is None else match["ipv6"] or match["ipv4"] or ""
    try:
        parsed = ip_address(host.partition("%")[0])
    except ValueError:
        return address[:MAX_ADDRESS_CHARS]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
