"""Telephone reminders in eight situations; ``python -m tests.publication.reminders.test_phone_golden`` writes them.

Each was read aloud before it was committed: would a caller at three in the morning understand it at once?
"""

from __future__ import annotations

import pytest

from tests.publication.reminders.phone_rendering import GOLDEN, PHONE_TEXTS, PhoneText


@pytest.mark.parametrize("text", PHONE_TEXTS, ids=str)
def test_a_telephone_reminder_is_the_golden_one(text: PhoneText) -> None:
    assert text.render() == text.file.read_text(encoding="utf-8")


def test_there_is_no_other_golden_file() -> None:
    assert set(GOLDEN.iterdir()) == {text.file for text in PHONE_TEXTS}


def write_golden_files() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for text in PHONE_TEXTS:
        text.file.write_text(text.render(), encoding="utf-8")


if __name__ == "__main__":
    write_golden_files()
