"""A window on most days is one row of the list, and the row names its exceptions."""

from __future__ import annotations

import re
from html import unescape

from icsfeed.store.schedule_file import read_schedule
from tests.examples import utc
from tests.publication.pages.stories import a_site

RESTARTS = b"""\
[calendar]
name = "Maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"

[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "preview"
name = "Preview"

[[maintenance_windows]]
id = "restarts"
name = "Nightly restart"
days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
start = 22:00
end = 22:30
effective_from = 2026-01-01

[[change_freezes]]
id = "weekend"
name = "Weekend freeze"
rrule = "FREQ=WEEKLY;BYDAY=FR"
start = 17:00
duration = "63h"
environments = ["preview"]
effective_from = 2026-01-01

[[change_freezes]]
id = "holidays"
name = "Holiday freeze"
from = 2026-12-23
through = 2026-12-27
"""


def rows_of(path: str) -> list[str]:
    site = a_site(read_schedule(RESTARTS, "s.toml"), now=utc(2026, 12, 8, 17))
    rows = re.findall('<li class="entry.*?</li>', site[path].body.decode(), flags=re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", " ", row)).split()).replace(" :", ":") for row in rows]


def test_exceptions_are_on_the_weekdays_that_the_row_names() -> None:
    """The row for Monday to Thursday said of each Friday that the window is not then."""
    row = next(row for row in rows_of("/") if "Monday to Thursday" in row)
    assert re.findall(r"Not (?:on|from) [^:]+: \w+ freeze", row) == [
        "Not from Wed, Dec 23 through Thu, Dec 24: Holiday freeze"
    ]


def test_where_it_takes_place_on_fridays_the_row_names_the_frozen_one() -> None:
    row = next(row for row in rows_of("/environments/production/") if "Monday to Friday" in row)
    assert re.findall(r"Not (?:on|from) [^:]+: \w+ freeze", row) == [
        "Not from Wed, Dec 23 through Fri, Dec 25: Holiday freeze"
    ]
