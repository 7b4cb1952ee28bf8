"""How tests write dates: as a vendor in Toronto does in 2026, unless told otherwise."""

from __future__ import annotations

from icsfeed.domain.zones import zone
from icsfeed.words.dates import Dates
from icsfeed.words.languages import ENGLISH, LANGUAGES, Language

FRENCH = next(each for each in LANGUAGES if each.code == "fr")


def dates_in(language: Language = ENGLISH, zone_name: str = "America/Toronto") -> Dates:
    return Dates(language=language, zone=zone(zone_name), year=2026)
