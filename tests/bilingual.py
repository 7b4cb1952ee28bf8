"""A calendar in English and French, in which every text has both; no text of one language occurs in the other's."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.schedule import Schedule
from icsfeed.store.schedule_file import read_schedule

TEXTS: Final = {
    "Upkeep of the shop": "Entretien de la boutique",
    "All that is going to be unavailable": "Tout ce qui sera hors service",
    "Shopkeepers": "Les boutiquiers",
    "Help desk": "Service d'aide",
    "Live shop": "Boutique en direct",
    "Sandbox": "Bac à sable",
    "Weekly upkeep": "Entretien hebdomadaire",
    "The shop is closed": "La boutique est fermée",
    "Quiet days": "Jours calmes",
    "We change nothing": "Nous ne changeons rien",
    "Live only": "En direct seulement",
    "What is live": "Ce qui est en direct",
    "Replace the till": "Remplacer la caisse",
    "The till is broken": "La caisse est cassée",
    "The new till is on its way": "La nouvelle caisse arrive bientôt",
    "The new till has arrived": "La nouvelle caisse vient d'arriver",
}
"""Each English text with the French one."""

_FILE: Final = """
[calendar]
languages = [{languages}]
name = "Upkeep of the shop"
description = "All that is going to be unavailable"
vendor = "Shopkeepers"
organizer = {{ name = "Help desk", email = "help@example.com" }}
timezone = "America/Toronto"
uid_domain = "shop.example.com"

[[environments]]
id = "live"
name = "Live shop"

[[environments]]
id = "test"
name = "Sandbox"

[[maintenance_windows]]
id = "weekly"
name = "Weekly upkeep"
description = "The shop is closed"
days = ["Thursday", "Sunday"]
start = 02:00
end = 06:00

[[change_freezes]]
id = "quiet"
name = "Quiet days"
description = "We change nothing"
every = "month"

[[feeds]]
slug = "live"
name = "Live only"
description = "What is live"
environments = ["live"]

[[changes]]
id = "till"
kind = "emergency"
summary = "Replace the till"
reason = "The till is broken"
environments = ["live"]
start = 2026-12-08T01:00:00
duration = "2h"
announced = 2026-11-20T01:00:00
message = "The new till is on its way"

[[changes.updates]]
at = 2026-11-21T01:00:00
message = "The new till has arrived"
"""


def bilingual_file(*languages: str, **french: str) -> str:
    """The schedule file with every text in those languages (by default both, English first).

    ``french`` are other French texts, by the English ones with underscores for spaces.
    """
    languages = languages or ("en", "fr")
    content = _FILE.format(languages=", ".join(f'"{code}"' for code in languages))
    for english, usual in TEXTS.items():
        texts = {"en": english, "fr": french.get(english.replace(" ", "_"), usual)}
        table = ", ".join(f'{code} = "{texts[code]}"' for code in languages)
        content = content.replace(f'"{english}"', f"{{ {table} }}")
    return content


def bilingual(*languages: str, **french: str) -> Schedule:
    """The schedule in ``bilingual_file``."""
    return read_schedule(bilingual_file(*languages, **french).encode(), "schedule.toml")
