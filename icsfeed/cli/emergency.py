"""``icsfeed emergency``."""

from __future__ import annotations

from icsfeed.cli.changes import change_commands
from icsfeed.cli.suggest import suggest
from icsfeed.domain.feeds import Kind

emergency = change_commands(Kind.EMERGENCY, "Announce emergency changes and record their progress.")
emergency.add_command(suggest)
