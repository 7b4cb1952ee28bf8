"""Domain values become iCalendar bytes (RFC 5545): the only place that knows the icalendar library."""
