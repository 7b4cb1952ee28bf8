from __future__ import annotations

from ipaddress import ip_address

import pytest

from icsfeed.notify.webhooks.addresses import is_public

PUBLIC = {
    "a name server": "9.9.9.9",
    "the last address before the private ones": "9.255.255.255",
    "the first after shared ones": "100.128.0.0",
    "the last before the private 172.16.0.0/12": "172.15.255.255",
    "the first after it": "172.32.0.0",
    "the last before multicast": "223.255.255.255",
    "a name server by IPv6": "2620:fe::fe",
    "the first of IPv6 after protocol assignments": "2001:200::1",
    "a public address, mapped": "::ffff:9.9.9.9",
    "a public address, as networks with IPv6 alone write it": "64:ff9b::9.9.9.9",
}
NOT_PUBLIC = {
    "unspecified": "0.0.0.0",  # noqa: S104  (looked at, not listened on)
    "this network": "0.1.2.3",
    "private, 10/8": "10.0.0.1",
    "shared": "100.64.0.1",
    "loopback": "127.0.0.1",
    "another loopback": "127.255.255.254",
    "metadata of cloud machines": "169.254.169.254",
    "private, 172.16/12": "172.31.255.255",
    "protocol assignments": "192.0.0.8",
    "documentation 1": "192.0.2.1",
    "relays from IPv6": "192.88.99.1",
    "private, 192.168/16": "192.168.1.1",
    "benchmarks": "198.19.0.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unspecified, IPv6": "::",
    "loopback, IPv6": "::1",
    "loopback, mapped": "::ffff:127.0.0.1",
    "private, mapped": "::ffff:10.0.0.1",
    "metadata, mapped": "::ffff:169.254.169.254",
    "loopback, compatible": "::127.0.0.1",
    "private, NAT64": "64:ff9b::10.0.0.1",
    "metadata, NAT64": "64:ff9b::a9fe:a9fe",
    "local NAT64": "64:ff9b:1::9.9.9.9",
    "discarded": "100::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "6to4 around a private address": "2002:a00:1::1",
    "documentation, IPv6": "2001:db8::1",
    "documentation, IPv6, the newer": "3fff::1",
    "segment routing": "5f00::1",
    "unique local": "fd00::1",
    "metadata by IPv6": "fd00:ec2::254",
    "link-local, IPv6": "fe80::1",
    "link-local with its interface": "fe80::1%eth0",
    "site-local": "fec0::1",
    "multicast, IPv6": "ff02::1",
}


@pytest.mark.parametrize("text", PUBLIC.values(), ids=PUBLIC)
def test_addresses_of_the_public_internet_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_no_others_are(text: str) -> None:
    assert not is_public(ip_address(text))
