"""Which mail addresses are taken, and in which form they are stored."""

from __future__ import annotations

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.mail_subscribers import mail_address

LONG_LABEL = "a" * 63


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("customer@example.com", "customer@example.com"),
        (" customer@example.com ", "customer@example.com"),
        ("Customer.Name+Maintenance@Example.COM", "customer.name+maintenance@example.com"),
        ("o'brien@example.co.uk", "o'brien@example.co.uk"),
        ("a@b.c", "a@b.c"),
        ("ops@bücher.example", "ops@xn--bcher-kva.example"),
        ("ops@XN--BCHER-KVA.example", "ops@xn--bcher-kva.example"),
        ("ops@例え。テスト", "ops@xn--r8jz45g.xn--zckzah"),
        (f"{'a' * 64}@{LONG_LABEL}.example", f"{'a' * 64}@{LONG_LABEL}.example"),
    ],
)
def test_an_address_has_one_form(text: str, expected: str) -> None:
    assert mail_address(text) == expected
    assert mail_address(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "customer",
        "@example.com",
        "customer@",
        "customer@localhost",
        "customer@192.0.2.1",
        "customer@[192.0.2.1]",
        "customer@example..com",
        "customer@.example.com",
        "customer@example.com.",
        "customer@-example.com",
        "a b@example.com",
        '"a b"@example.com',
        "a..b@example.com",
        ".a@example.com",
        "Müller@example.com",
        "customer@example.com\r\nBcc: victim@example.org",
        "customer@example.com\n",
        "customer@exam\tple.com",
        "one@example.com, two@example.com",
        "Customer <customer@example.com>",
        "customer@example.com>",
        "customer@straße.example",
        "customer@exam\u200dple.example",
        "customer@\ud800.example",
        "customer@\u202eelpmaxe.com",
        f"{'a' * 65}@example.com",
        f"a@{LONG_LABEL}a.example",
        f"{'a' * 64}@{'.'.join([LONG_LABEL] * 3)}.example",
        f"a@{'ü' * 100_000}.example",
    ],
)
def test_no_address(text: str) -> None:
    with pytest.raises(BadInputError) as error:
        mail_address(text)
    assert str(error.value) == "this is not a mail address; write one such as name@example.com"
