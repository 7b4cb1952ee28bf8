"""Texts from any source, made safe for every reader."""

from __future__ import annotations

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import (
    clean,
    masked_credentials,
    one_line,
    paragraphs,
    quoted,
    without_credentials,
    without_direction_controls,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("as it is; 3 < 4, \\ and ünïcödé 🛠", "as it is; 3 < 4, \\ and ünïcödé 🛠", id="plain"),
        pytest.param("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h\ni", "a\nb\nc\nd\ne\nf\ng\nh\ni", id="every line break"),
        pytest.param("a\x00b\x1b[31mc\x7fd\x9fe", "ab[31mcde", id="control characters"),
        pytest.param("a\ufffeb\uffffc", "abc", id="characters that XML doesn't allow"),
        pytest.param("a\udcffb", "a\ufffdb", id="bytes that aren't UTF-8"),
        pytest.param("a\tb", "a\tb", id="a tab is allowed (RFC 5545, 3.1)"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("control", CONTROLS)
def test_a_text_that_can_read_as_something_else_is_refused(control: str) -> None:
    with pytest.raises(BadInputError) as refused:
        without_direction_controls(f"pay {control}elgoog", "the summary")
    assert str(refused.value) == (
        f"the summary has the direction control U+{ord(control):04X} at position 5, with which text can be shown in "
        "another order than it is written; remove it"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("שלום (2026)", id="right-to-left letters need no controls"),
        pytest.param("C\u200e++ \u05d1\u200f-2026 \u0661\u061c%", id="marks order their neighbours only"),
        pytest.param("\U0001f469\u200d\U0001f4bb a\u200cb", id="joiners"),
        pytest.param("", id="no text"),
    ],
)
def test_right_to_left_texts_are_accepted(text: str) -> None:
    assert without_direction_controls(text, "the summary") == text


@pytest.mark.parametrize(
    "address",
    [
        "https://user:password@jira.example.com/1",
        "https://token@jira.example.com",
        "http://:password@jira.example.com",
        "https://user:pass@word@jira.example.com",
        "ftp://user:password@x",
        "//user:password@x",
        "https://good.example\\@evil.example/",
    ],
)
def test_an_address_with_credentials_is_refused_without_showing_them(address: str) -> None:
    with pytest.raises(BadInputError) as refused:
        without_credentials(address, "the address of the ticket")
    assert str(refused.value) == (
        "the address of the ticket has a user name or password before the host, which everybody could read; "
        "leave it out"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://jira.example.com/browse/OPS-1",
        "https://x.example/@ops/board:3",
        "https://x.example?mail=a:b@c",
        "https://x.example#a:b@c",
        "",
    ],
)
def test_an_at_sign_after_the_host_is_no_sign_of_credentials(address: str) -> None:
    assert without_credentials(address, "it") == address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("htps:/user:password@x", "htps:/…@x"),
        ("user:password@x", "…@x"),
        ("support@example.com", "support@example.com"),
        ("OPS-1", "OPS-1"),
    ],
)
def test_a_malformed_address_is_shown_without_credentials(text: str, expected: str) -> None:
    assert masked_credentials(text) == expected


def test_a_heading_is_one_line() -> None:
    assert one_line("  Database\r\n\tfailover \x07 ") == "Database failover"


def test_paragraphs_keep_their_line_breaks() -> None:
    assert paragraphs("\n first\r\n\r\n  second\n\n") == "first\n\n  second"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Acme", '"Acme"', id="in double quotes"),
        pytest.param('a "b" \\', '"a \\"b\\" \\\\"', id="quotes and backslashes are escaped"),
        pytest.param("a\nb\u202e\ud800", '"a\\nb\\u202e\\ud800"', id="unprintable characters are escaped"),
        pytest.param("Zürich", '"Zürich"', id="letters of any language are kept"),
    ],
)
def test_a_value_in_a_message(text: str, expected: str) -> None:
    assert quoted(text) == expected
