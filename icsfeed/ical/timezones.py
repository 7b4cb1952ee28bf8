"""VTIMEZONE (RFC 5545, section 3.6.5), in the one form that every calendar client understands.

One STANDARD and at most one DAYLIGHT, each with a yearly rule and no RDATE. Both begin in 1970, so that they precede
every event and stay the same when the published span rolls. A few zones, such as Jerusalem, are the exception: their
change comes on the eve of a certain Sunday, and which Friday or Saturday of the month that is differs by year.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from icsfeed.domain.rule_parts import WEEKDAY_CODES
from icsfeed.domain.zones import Onset, SettledClock
from icsfeed.ical.properties import add_text, as_bytes

_BEGIN: Final = 1970


@cache
def vtimezone(zone: ZoneInfo, clock: SettledClock) -> bytes:
    """The component for a zone whose clock follows the same rules for all events that use it."""
    component = Timezone()
    component.add("tzid", zone.key)
    if not clock.onsets:
        standard = TimezoneStandard()
        standard.add("dtstart", datetime(_BEGIN, 1, 1))  # noqa: DTZ001  (local, as the standard has it)
        standard.add("tzoffsetfrom", clock.offset)
        standard.add("tzoffsetto", clock.offset)
        add_text(standard, "tzname", clock.name)
        component.add_component(standard)
    observances: list[TimezoneStandard | TimezoneDaylight] = [TimezoneStandard(), TimezoneDaylight()]
    for observance, onset in zip(observances, clock.onsets, strict=False):
        _recur(observance, onset)
        component.add_component(observance)
    return as_bytes(component)


def _recur(observance: TimezoneStandard | TimezoneDaylight, onset: Onset) -> None:
    observance.add("dtstart", datetime.combine(onset.date_in(_BEGIN), onset.time))
    by_day = f"{onset.ordinal}{WEEKDAY_CODES[onset.weekday]}"
    observance.add("rrule", vRecur({"FREQ": "YEARLY", "BYMONTH": onset.month, "BYDAY": by_day}))
    observance.add("tzoffsetfrom", onset.before)
    observance.add("tzoffsetto", onset.after)
    add_text(observance, "tzname", onset.name)
