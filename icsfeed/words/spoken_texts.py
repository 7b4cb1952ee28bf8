"""Texts of the vendor made fit to be read out: without what a voice stumbles over, and of bounded length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from icsfeed.words.languages import Language
from icsfeed.words.phrases import phrase_in

MAX_SPOKEN_WORDS: Final = 10
MAX_SPOKEN_CHARS: Final = 100

_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:)\S+", re.IGNORECASE)
_TICKET: Final = re.compile(r"[(\[]?(?<![\w-])(?:[A-Z]{2,10}(?:-[0-9]{4})?[-_]?[0-9]{4,}|#[0-9]+)(?![\w-])[)\]]?")
"""A ticket's number, such as INC0012345, OPS-4711, CVE-2026-12345 or #12; nobody writes it down from hearing it."""

_SIGNS: Final = {
    "&": phrase_in("sign, as people say it", "and"),
    "+": phrase_in("sign, as people say it", "plus"),
    "@": phrase_in("sign, as people say it", "at"),
    "%": phrase_in("sign, as people say it", "percent"),
}
_SPOKEN_PUNCTUATION: Final = frozenset(".,;:!?'’-")
_LETTERS: Final = frozenset("LMN")
"""Unicode's categories of letters, marks and numbers."""


def speakable(text: str, language: Language) -> str:
    """The text as a voice can read it within a sentence, cut after a number of words; empty where nothing is left.

    Addresses and ticket numbers are left out, signs become words or pauses.
    """
    text = unicodedata.normalize("NFKC", "".join(each if each.isprintable() else " " for each in text))
    text = _TICKET.sub(" ", _ADDRESS.sub(" ", text))
    for sign, word in _SIGNS.items():
        text = text.replace(sign, f" {language.say(word)} ")
    text = "".join(each if _is_speakable(each) else " " for each in text)
    text = re.sub(r"(?<!\w)[-'’]+|[-'’]+(?!\w)|[.!?](?!\w)", " , ", text)
    text = re.sub(r"[\s,;:]*([,;:])[\s,;:]*", r"\1 ", text)
    words = _without_signs_at_ends(text.strip(" ,;:.!?").split(), language)
    while words and (len(words) > MAX_SPOKEN_WORDS or len(" ".join(words)) > MAX_SPOKEN_CHARS):
        words = words[:-1] if len(words) > 1 else [words[0][:MAX_SPOKEN_CHARS]]
        words = _without_signs_at_ends(words, language)
    return " ".join(words).rstrip(" ,;:.!?")


def _without_signs_at_ends(words: list[str], language: Language) -> list[str]:
    """The words without an "and" that now joins nothing, because what stood beside it was left out."""
    joining = {language.say(word) for word in _SIGNS.values()}
    first, last = 0, len(words)
    while last > first and words[last - 1].strip(" ,;:") in joining:
        last -= 1
    while last > first and words[first].strip(" ,;:") in joining:
        first += 1
    return words[first:last]


def _is_speakable(character: str) -> bool:
    return character in _SPOKEN_PUNCTUATION or unicodedata.category(character)[0] in _LETTERS
