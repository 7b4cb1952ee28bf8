"""Truth on disk: the schedule file. Never meets the iCalendar floor."""
