"""Texts from any source, made safe for every reader."""

from __future__ import annotations

import pytest

from icsfeed.domain.texts import clean, one_line, paragraphs, quoted


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
