"""Domain values as iCalendar bytes (RFC 5545): the only package that imports icalendar."""
