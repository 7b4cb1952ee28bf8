"""The topic ``commands`` is what the program says of itself."""

from __future__ import annotations

from icsfeed.cli.reference import reference
from tests.manual.documents import TOPICS


def test_the_reference_is_up_to_date() -> None:
    assert TOPICS["commands"].text == reference(), (
        "a command's help has changed; run: python -m icsfeed.cli.reference > icsfeed/manual/commands.md"
    )
