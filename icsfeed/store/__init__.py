"""What is on disk: the schedule file and the database. Imports nothing of ``icsfeed.ical``."""
