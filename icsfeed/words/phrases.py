"""Phrases: English texts that are also the ids under which the catalogs hold their translations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English text and, where one English text has several meanings, the ``context`` that tells them apart."""

    text: str
    context: str = ""


def phrase(text: str) -> Phrase:
    """Mark a text that is translated later."""
    return Phrase(text)


def phrase_in(context: str, text: str) -> Phrase:
    """Mark a text that is translated later, with the context that decides its meaning."""
    return Phrase(text, context)
