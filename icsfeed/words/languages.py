"""The languages that icsfeed speaks: English, and one for each gettext catalog (``LANGUAGE.po``) in a folder.

English texts are the message ids, so English needs no catalog; any other is read when it first says something.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from icsfeed.words.phrases import Phrase

if TYPE_CHECKING:
    from babel import Locale

CATALOGS: Final = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language by its ``code`` (BCP 47) and its ``catalog`` (``None``: English, which needs none)."""

    code: str
    catalog: Path | None = None

    @cached_property
    def locale(self) -> Locale:
        from babel import Locale  # noqa: PLC0415  (English on the command line does without Babel)

        return Locale.parse(self.code, sep="-")

    @cached_property
    def name(self) -> str:
        """What the language calls itself."""
        return sentence(self.locale.get_display_name() or self.code)

    def say(self, text: str | Phrase, **values: object) -> str:
        """The text in this language, with ``values`` in the places that it names in braces."""
        each = text if isinstance(text, Phrase) else Phrase(text)
        translations = self._translations
        words = translations.pgettext(each.context, each.text) if each.context else translations.gettext(each.text)
        return words.format(**values) if values else words

    def say_count(self, one: str, several: str, count: int, **values: object) -> str:
        """The text in the plural form that ``count`` asks for in this language."""
        return self._translations.ngettext(one, several, count).format(count=count, **values)

    def join(self, parts: Sequence[str], between: str = ", ") -> str:
        """The parts as a list in a sentence; ``between`` separates all but the last two."""
        if len(parts) <= 1:
            return "".join(parts)
        return self.say("{most} and {last}", most=between.join(parts[:-1]), last=parts[-1])

    @cached_property
    def _translations(self) -> NullTranslations:
        return _read_catalog(self.catalog) if self.catalog else NullTranslations()


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def uncapitalized(text: str) -> str:
    """The text as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def find_languages(folder: Path = CATALOGS) -> tuple[Language, ...]:
    """English, and the languages that have a catalog in the folder, by code."""
    catalogs = sorted(folder.glob("*.po"))
    return (ENGLISH, *(Language(code=each.stem.replace("_", "-"), catalog=each) for each in catalogs))


def _read_catalog(path: Path) -> GNUTranslations:
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_named(code: str) -> Language:
    """The language of that code, of which there is a catalog."""
    return _BY_CODE[code]


def languages_named(codes: Sequence[str]) -> tuple[Language, ...]:
    return tuple(map(language_named, codes))


def folder_of(language: Language, languages: Sequence[Language]) -> str:
    """The folder of a language below the site's root, with the final slash; the first language has the root itself."""
    return "" if language.code == languages[0].code else f"{language.code}/"


def language_of(folder: str, languages: Sequence[Language]) -> Language | None:
    """The language whose folder that is, if it is that of any."""
    return next((each for each in languages if folder_of(each, languages) == folder), None)


ENGLISH: Final = Language(code="en")
LANGUAGES: Final = find_languages()
"""Those that a calendar can have."""

_BY_CODE: Final = {language.code: language for language in LANGUAGES}
