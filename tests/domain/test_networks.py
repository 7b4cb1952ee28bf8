"""What counts as one client, however its address is written."""

from __future__ import annotations

import pytest

from icsfeed.domain.networks import MAX_ADDRESS_CHARS, network_of
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from tests.examples import NOW


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:50123", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:443", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:DB8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("[2001:db8::1]:50123", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
        (":80", ":80"),
        ("[]:80", "[]:80"),
    ],
)
def test_an_address_belongs_to_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_address_that_somebody_made_up_takes_little_room() -> None:
    """Where --trusted-hops counts a proxy that is not there, clients write the address."""
    assert network_of("x" * 9000) == "x" * MAX_ADDRESS_CHARS
    sign_in = SignIn(
        at=NOW,
        method=SignInMethod.BEARER,
        outcome=SignInOutcome.UNKNOWN_TOKEN,
        address="\u202e192.0.2.1\n" + "x" * 9000,
    )
    assert sign_in.address == "192.0.2.1 " + "x" * (MAX_ADDRESS_CHARS - 10)
