"""The badge in every situation; ``python -m tests.publication.badges.golden`` writes the files anew, on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from icsfeed.domain.situation import Situation
from icsfeed.publication.badges.images import badge_makers
from icsfeed.publication.editions import editions
from tests.reminders.situations import SITUATIONS, URL

GOLDEN: Final = Path(__file__).parent / "golden"


def badges(situation: Situation, *, is_live: bool = True) -> dict[str, str]:
    """The badges of a situation, by path, for the public."""
    every = editions(situation.visible_to(), base_url=URL, is_live=is_live)
    return {path: make().body.decode() for edition in every for path, make in badge_makers(edition)}


def golden_files() -> Iterator[tuple[str, str]]:
    """The badge for everything in every situation and language, live and static; and one for an environment."""
    for name, situation in SITUATIONS.items():
        for is_live in (True, False):
            drawn = badges(situation, is_live=is_live)
            for language, folder in (("en", "/"), ("fr", "/fr/")):
                suffix = f"{language}.svg" if is_live else f"static.{language}.svg"
                yield f"{name}.{suffix}", drawn[f"{folder}badge.svg"]
                if name == "emergency_under_way":
                    yield f"{name}.preview.{suffix}", drawn[f"{folder}badge/preview.svg"]


if __name__ == "__main__":
    for file, content in golden_files():
        (GOLDEN / file).write_text(content, encoding="utf-8")
