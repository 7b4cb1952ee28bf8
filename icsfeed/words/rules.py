"""The policy in sentences: which days are frozen, and from when until when windows and freezes are in effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.words.dates import Dates
from icsfeed.words.freeze_patterns import pattern_text
from icsfeed.words.recurrences import DATE_SEPARATOR, LISTED_DAY

_MAX_LIFTED_DAYS: Final = 5
"""How many lifted days are named; the others are counted."""


def frozen_days_text(freeze: ChangeFreeze, dates: Dates, today: date) -> str:
    """The days of a freeze, and those lifted from it in the published years."""
    whole, years = replace(freeze, lifted=()), range(today.year - 1, today.year + 2)
    lifted = [day for day in sorted(freeze.lifted) if day.year in years and any(whole.ranges(day, day))]
    frozen, language = pattern_text(freeze.pattern, freeze.zone, dates), dates.language
    if not lifted:
        return frozen
    names = [language.say(LISTED_DAY, day=dates.dated_day(day)) for day in lifted[:_MAX_LIFTED_DAYS]]
    if len(lifted) > _MAX_LIFTED_DAYS:
        names.append(language.say_count("{count} more", "{count} more", len(lifted) - _MAX_LIFTED_DAYS))
    return language.say(
        "{frozen}, except {lifted}", frozen=frozen, lifted=language.join(names, between=language.say(DATE_SEPARATOR))
    )


def effective_dates_text(part: MaintenanceWindow | ChangeFreeze, dates: Dates, today: date) -> str:
    """From when and until when it is in effect; empty where no date is set."""
    say, first, last = dates.language.say, part.effective_from, part.effective_until
    if first is not None and last is not None:
        return say("from {first} through {last}", first=dates.plain_day(first), last=dates.plain_day(last))
    if last is not None:
        return say("until {date}", date=dates.plain_day(last))
    if first is None:
        return ""
    if first <= today:
        return say("since {date}", date=dates.plain_day(first))
    return say("from {date}", date=dates.plain_day(first))
