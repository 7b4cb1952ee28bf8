"""``icsfeed planned``."""

from __future__ import annotations

from icsfeed.cli.changes import change_commands

planned = change_commands("planned")
