"""The languages that the pages speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from icsfeed.publication.pages import english, french


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language by its ``code`` (BCP 47), with its own ``name``; its pages are in ``folder``, below the site's root.

    ``ordinal`` writes a day of the month.
    """

    code: str
    name: str
    folder: str
    words: Mapping[str, str]
    ordinal: Callable[[int], str]

    def say(self, key: str, **values: object) -> str:
        """The words of that key, with ``values`` in their places."""
        return self.words[key].format(**values)

    def listed(self, parts: list[str], between: str = ", ") -> str:
        """The parts as a list in a sentence; ``between`` all but the last two stands a comma, say."""
        if len(parts) <= 1:
            return "".join(parts)
        return self.say("list", most=between.join(parts[:-1]), last=parts[-1])


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


ENGLISH: Final = Language(code="en", name="English", folder="", words=english.WORDS, ordinal=english.ordinal)
FRENCH: Final = Language(code="fr", name="Français", folder="fr/", words=french.WORDS, ordinal=french.ordinal)
LANGUAGES: Final = (ENGLISH, FRENCH)
