"""Which network addresses a webhook may lead to: those of the public internet, unless the schedule allows others."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

_SPECIAL_IPV4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by a provider's customers
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, with the metadata of cloud machines
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays from IPv6
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
"""All that is assigned for the public internet; everything else is loopback, local, multicast or reserved."""

_SPECIAL_IPV6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, with Teredo, which wraps IPv4 addresses
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which wraps IPv4 addresses
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as networks that have IPv6 only write them (RFC 6052)."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address belongs to the public internet (IANA's registries of special-purpose addresses)."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    embedded = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
    if embedded is not None:
        return is_public(embedded)
    return address in _GLOBAL_IPV6 and not any(address in network for network in _SPECIAL_IPV6)
