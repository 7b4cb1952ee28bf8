"""Texts of the vendor as a voice reads them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.words.languages import ENGLISH, language_named
from icsfeed.words.spoken_texts import MAX_SPOKEN_CHARS, MAX_SPOKEN_WORDS, speakable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Replace a failing disk", "Replace a failing disk"),
        ("Upgrade to PostgreSQL 17.2. Then reboot!", "Upgrade to PostgreSQL 17.2, Then reboot"),
        ("Patch kernel & glibc", "Patch kernel and glibc"),
        ("Up to 50% slower, C++ builds", "Up to 50 percent slower, C plus plus builds"),
        ("See https://status.example.com/x?a=1&b=2 or www.example.com/y for more", "See or for more"),
        ("Write to ops@example.com", "Write to ops at example.com"),
        ("Fix login (INC0012345)", "Fix login"),
        ("[OPS-4711] Fix login", "Fix login"),
        ("CVE-2026-12345: rotate SHA-256 keys", "rotate SHA-256 keys"),
        ("Roll out #4711", "Roll out"),
        ("<script>alert(1)</script>", "script alert 1 script"),
        ('a "b" `c` | d ]]> {{ e }} \\ / * _ ~', "a b c d e"),
        ("line one\r\nline two\ttab\x00\x07", "line one line two tab"),
        ("left\u202eright\u2066x\u2069\ufeff", "left right x"),
        ("🔥 Fire – drill…", "Fire drill"),
        ("l'hôte d’Anne-Marie", "l'hôte d’Anne-Marie"),
        ("ﬁle \uff11", "file 1"),
        ("メンテナンス", "メンテナンス"),
        ("one two three four five six seven eight nine ten eleven", "one two three four five six seven eight nine ten"),
        ("x" * 500, "x" * MAX_SPOKEN_CHARS),
        ("  ,,; :. ", ""),
        ("#1", ""),
    ],
)
def test_names(text: str, expected: str) -> None:
    assert speakable(text, ENGLISH) == expected


def test_signs_are_said_in_the_language() -> None:
    assert speakable("Noyau & disque", language_named("fr")) == "Noyau et disque"


@given(st.text(max_size=300))
def test_nothing_that_a_voice_stumbles_over_is_left(text: str) -> None:
    result = speakable(text, ENGLISH)
    assert len(result.split()) <= MAX_SPOKEN_WORDS
    assert len(result) <= MAX_SPOKEN_CHARS
    assert all(each in " .,;:!?'’-" or unicodedata.category(each)[0] in "LMN" for each in result)
    assert not re.search(r"://|\s\s|[.!?]\s", result)
    assert result == result.strip(" ,;:.!?")


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        ("en", "Kernel patch & CVE-2026-1234 https://x.example/y", "Kernel patch"),
        ("fr", "Patch noyau & CVE-2026-1234", "Patch noyau"),
        ("en", "INC0012345 + disks & fans", "disks and fans"),
        ("en", "&", ""),
    ],
)
def test_a_sign_that_joins_nothing_is_not_said(language: str, text: str, spoken: str) -> None:
    """What stood beside it was left out."""
    assert speakable(text, language_named(language)) == spoken
