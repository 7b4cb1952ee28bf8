"""Warnings about change freezes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from icsfeed.domain.civil import local_date
from icsfeed.domain.freeze_patterns import ListedDays, PublicHolidays, RecurringDays, YearlyDays, last_day
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.situation import Situation
from icsfeed.services.listing import listed

_LEAP_DAY: Final = (2, 29)
_YEAR_IN_NAME: Final = re.compile("[ _-]?(?:19|20)[0-9]{2}(?![0-9])(?:[/-][0-9]{2,4})?")
_WITHIN_THE_YEAR: Final = timedelta(days=365)
_NEXT_DATES: Final = "add the next dates"
_NEXT_FREEZE: Final = (
    'add the next one or, if its dates are the same each year, write every = "year" with from and through'
)
_GIVEN_UP: Final = timedelta(days=400)
"""After that time, nobody is going to renew a freeze."""


def about_freeze(situation: Situation, freeze: ChangeFreeze) -> Iterator[str]:
    """The warnings about one freeze; ``unrenewed`` has those about several."""
    yield from _without_days(freeze, situation.published_years)
    yield from _needless_lifts(freeze)
    yield from _leap_days(freeze)


def _without_days(freeze: ChangeFreeze, years: range) -> Iterator[str]:
    """A rule, or holidays, that freeze nothing while the freeze is in effect."""
    first = max(freeze.effective_from or date.min, date(years[0], 1, 1))
    last = min(freeze.effective_until or date.max, date(years[-1], 12, 31))
    may_be_empty = isinstance(freeze.pattern, RecurringDays | PublicHolidays)
    if may_be_empty and first <= last and not any(freeze.spans(first, last)):
        yield f"the freeze has no day from {first} through {last}"


def _needless_lifts(freeze: ChangeFreeze) -> Iterator[str]:
    whole = replace(freeze, lifted=())
    needless = [str(day) for day in freeze.lifted if not any(whole.ranges(day, day))]
    if needless:
        yield f"lifted has dates that are not frozen anyway: {listed(needless)}"


def _leap_days(freeze: ChangeFreeze) -> Iterator[str]:
    if not isinstance(freeze.pattern, YearlyDays) or freeze.pattern.start != _LEAP_DAY:
        return
    if freeze.pattern.through == _LEAP_DAY:
        yield 'only leap years have a 29 February, so most years have no such freeze; write from = "02-28" as well'
    else:
        yield 'only leap years have a 29 February, so the freeze begins on 1 March in others; write from = "02-28"'


def unrenewed(situation: Situation) -> dict[str, str]:
    """Freezes that were written down for each year anew, and of which none follows: a warning for the id of the last.

    Such are several of one name, lists of dates, and those whose name or id has a year in it: a freeze for one occasion
    is not renewed.
    """
    today, last_published = local_date(situation.now, situation.zone), date(situation.published_years[-1], 12, 31)
    warnings = {}
    for dated in _renewed_freezes(situation.schedule.freezes).values():
        last, latest = max(dated, key=lambda each: (each[0], each[1].id))
        if is_running_out(last, today):
            ends = "ended" if last < today else "ends"
            is_list = isinstance(latest.pattern, ListedDays)
            warnings[latest.id] = (
                f"the last of these freezes {ends} on {last}, and none follows up to {last_published}, which customers "
                f"see already; {_NEXT_DATES if is_list else _NEXT_FREEZE}"
            )
    return warnings


def is_running_out(last: date, today: date) -> bool:
    """Whether dates up to ``last`` end within the year, or have ended and may still be renewed."""
    return today - _GIVEN_UP <= last <= today + _WITHIN_THE_YEAR


def _renewed_freezes(freezes: tuple[ChangeFreeze, ...]) -> dict[str, list[tuple[date, ChangeFreeze]]]:
    """The last days of dated freezes that seem to be renewed, by name without a year.

    Those of one name of which one needs no renewal are left out.
    """
    groups: dict[str, list[tuple[date, ChangeFreeze]]] = defaultdict(list)
    lasting, with_year = set(), set()
    for freeze in freezes:
        name = _without_year(freeze.name)
        last = last_day(freeze.pattern)
        if last is None:
            lasting.add(name)
            continue
        groups[name].append((last, freeze))
        if isinstance(freeze.pattern, ListedDays) or name != freeze.name or _without_year(freeze.id) != freeze.id:
            with_year.add(name)
    return {
        name: dated for name, dated in groups.items() if name not in lasting and (name in with_year or len(dated) > 1)
    }


def _without_year(name: str) -> str:
    return _YEAR_IN_NAME.sub("", name).strip()
