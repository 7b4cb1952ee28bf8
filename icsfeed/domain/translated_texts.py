"""Texts with their translations into other languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_LANGUAGES: Final = ("en", "fr")
"""The languages of a calendar that names none (BCP 47), the default first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """A text in the language of that code (BCP 47)."""

    language: str
    text: str


Translations = tuple[Translation, ...]
"""A text in every language in which it is written, also in the default one; empty where it has no translation."""


def translations_of(texts: Mapping[str, str]) -> Translations:
    """The translations of the texts by language."""
    return tuple(Translation(language=language, text=text) for language, text in texts.items())


def text_in(language: str, text: str, translations: Translations) -> str:
    """The text in that language, or the one given where it is not translated."""
    return next((each.text for each in translations if each.language == language), text)
