"""``icsfeed planned``."""

from __future__ import annotations

from icsfeed.cli.changes import change_commands
from icsfeed.domain.feeds import Kind

planned = change_commands(Kind.PLANNED, "Announce planned changes and record their progress.")
