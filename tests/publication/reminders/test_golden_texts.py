"""Every reminder in eight situations, whole; ``python -m tests.publication.reminders.test_golden_texts`` writes them.

Written files are read by a person before they are committed: would support paste this?
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from icsfeed.publication.reminders.channels import CHANNELS, channel_named
from tests.publication.reminders.rendering import an_edition, reminder_text
from tests.reminders.situations import SITUATIONS

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "fr")
TEXT_CHANNELS = [name for name, channel in CHANNELS.items() if not channel.has_speech]
LIVE = tuple(product(SITUATIONS, LANGUAGES, TEXT_CHANNELS))
STATIC = tuple(product(("emergency_under_way", "month_end_midnight"), LANGUAGES, TEXT_CHANNELS))


def golden_file(name: str, language: str, channel: str, *, is_live: bool) -> Path:
    stem, _, suffix = channel_named(channel).file.partition(".")
    return GOLDEN / f"{name}{'' if is_live else '.static'}.{stem}.{language}.{suffix}"


def text_of(name: str, language: str, channel: str, *, is_live: bool) -> str:
    return reminder_text(an_edition(SITUATIONS[name], language, is_live=is_live), channel)


@pytest.mark.parametrize(("name", "language", "channel"), LIVE)
def test_a_live_reminder_is_the_golden_one(name: str, language: str, channel: str) -> None:
    expected = golden_file(name, language, channel, is_live=True).read_text(encoding="utf-8")
    assert text_of(name, language, channel, is_live=True) == expected


@pytest.mark.parametrize(("name", "language", "channel"), STATIC)
def test_a_static_reminder_is_the_golden_one(name: str, language: str, channel: str) -> None:
    expected = golden_file(name, language, channel, is_live=False).read_text(encoding="utf-8")
    assert text_of(name, language, channel, is_live=False) == expected


def test_there_is_no_other_golden_file() -> None:
    files = {golden_file(*case, is_live=True) for case in LIVE} | {golden_file(*case, is_live=False) for case in STATIC}
    assert set(GOLDEN.iterdir()) == files


def write_golden_files() -> None:
    for is_live, cases in ((True, LIVE), (False, STATIC)):
        for name, language, channel in cases:
            text = text_of(name, language, channel, is_live=is_live)
            golden_file(name, language, channel, is_live=is_live).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_golden_files()
