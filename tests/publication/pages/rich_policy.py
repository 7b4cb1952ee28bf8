"""The site of a vendor with a rich policy: two zones, daily restarts, three announcements, freezes of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.windows import Impact
from icsfeed.publication.representations import Representation
from icsfeed.store.schedule_file.reading import read_schedule
from tests.examples import span, utc
from tests.publication.pages.stories import a_change, a_plan, a_record, a_site

NIGHT: Final = utc(2026, 11, 28, 1, 5)
"""Saturday, 2:05 in Paris: a freeze, and three hours before an emergency."""

SCHEDULE: Final = read_schedule(Path(__file__).with_name("rich-policy.toml").read_bytes(), "rich-policy.toml")
_DISK: Final = a_plan(
    utc(2026, 11, 28, 4),
    utc(2026, 11, 28, 5, 30),
    summary="Disk failure on database primary",
    environments=frozenset({"eu"}),
    impact=Impact.OUTAGE,
    reason="The disk array degrades by the hour.",
    ticket="",
)
_STORAGE: Final = a_plan(
    utc(2026, 12, 10, 20),
    utc(2026, 12, 11),
    summary="Move to the new storage",
    environments=frozenset({"eu", "us"}),
    reason="",
    ticket="",
)
_CERTIFICATES: Final = a_plan(
    utc(2026, 12, 2, 20),
    utc(2026, 12, 2, 21),
    summary="Renew certificates",
    environments=frozenset({"us"}),
    impact=Impact.REDUCED_REDUNDANCY,
    reason="",
    ticket="",
)
RECORD: Final = a_record(
    a_change(
        Kind.EMERGENCY,
        1,
        (utc(2026, 11, 28, 0, 30), State.CONFIRMED, "We replace the disk array tonight. Expect an outage.", _DISK),
        (
            utc(2026, 11, 28, 1),
            State.CONFIRMED,
            "The spare needs half an hour longer.",
            a_plan(
                utc(2026, 11, 28, 4),
                utc(2026, 11, 28, 6),
                summary=_DISK.summary,
                environments=_DISK.environments,
                impact=_DISK.impact,
                reason=_DISK.reason,
                ticket="",
            ),
        ),
    ),
    a_change(Kind.PLANNED, 1, (utc(2026, 11, 27, 12), State.TENTATIVE, "We say by Friday if it holds.", _STORAGE)),
    a_change(
        Kind.PLANNED,
        2,
        (utc(2026, 11, 26, 12), State.CONFIRMED, "", _CERTIFICATES),
        (utc(2026, 11, 27, 14), State.CANCELLED, "No longer needed.", _CERTIFICATES),
    ),
    adjustments=(
        Skip(window_id="daily-us", day=date(2026, 12, 4), reason="Team at a conference"),
        Move(
            window_id="monthly-eu",
            day=date(2026, 12, 12),
            to=span((2026, 12, 12, 23), (2026, 12, 13, 5)),
            reason="Vendor on site",
        ),
    ),
)


def rich_site() -> Mapping[str, Representation]:
    """The site that night."""
    return a_site(SCHEDULE, RECORD, now=NIGHT, base="https://status.northwind.example")
