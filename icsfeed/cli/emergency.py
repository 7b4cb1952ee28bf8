"""``icsfeed emergency``."""

from __future__ import annotations

from icsfeed.cli.changes import change_commands
from icsfeed.cli.suggest import suggest

emergency = change_commands("emergency")
emergency.add_command(suggest)
