"""Truth on disk: the schedule file and the database. Never meets the iCalendar floor."""
