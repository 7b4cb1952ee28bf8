"""The public holidays of a schedule in the published years, and where they differ from those that were public."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from icsfeed.domain.freeze_patterns import PublicHolidays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.public_holidays import Holiday, HolidayCalendar, PublishedHolidays, data_version, holidays_between
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.listing import listed


class HolidaysOfFreeze(NamedTuple):
    """The holidays of a freeze in the published years, before any are lifted."""

    freeze: ChangeFreeze
    holidays: tuple[Holiday, ...]

    def as_json(self) -> dict[str, object]:
        """The freeze and its holidays as JSON has them."""
        days = [{"date": each.day.isoformat(), "name": each.name} for each in self.holidays]
        return {"id": self.freeze.id, "dates": days}


def holidays_of(situation: Situation) -> tuple[HolidaysOfFreeze, ...]:
    """The holidays of each freeze that has some, within its effective dates."""
    first, last = _published_dates(situation)
    return tuple(
        HolidaysOfFreeze(
            freeze, tuple(each for each in _meant(freeze.pattern, first, last) if _is_effective(freeze, each.day))
        )
        for freeze in situation.schedule.freezes
        if isinstance(freeze.pattern, PublicHolidays)
    )


def published_holidays(situation: Situation) -> PublishedHolidays | None:
    """All holidays of the places that freezes name; ``None`` where none does."""
    places = sorted(_places(situation.schedule))
    if not places:
        return None
    first, last = _published_dates(situation)
    return PublishedHolidays(
        release=data_version(),
        first=first,
        last=last,
        calendars=tuple(
            HolidayCalendar(
                country=country,
                subdivision=subdivision,
                holidays=holidays_between(country, subdivision, first, last),
            )
            for country, subdivision in places
        ),
    )


def differing_holidays(situation: Situation, public: PublishedHolidays) -> Iterator[tuple[str, str]]:
    """For each freeze whose holidays differ from those that were public last, its id and a warning."""
    first, last = _published_dates(situation)
    first, last = max(first, public.first), min(last, public.last)
    for freeze in situation.schedule.freezes:
        pattern = freeze.pattern
        if not isinstance(pattern, PublicHolidays):
            continue
        before = public.of(pattern.country, pattern.subdivision)
        if before is None:
            continue
        old = {each for each in before if first <= each.day <= last and _is_meant(pattern, each)}
        new = set(_meant(pattern, first, last))
        changes = sorted([(each.day, f"{_text(each)} is new") for each in new - old])
        changes += sorted([(each.day, f"{_text(each)} is gone") for each in old - new])
        if changes:
            yield freeze.id, _warning(public.release, [text for _, text in sorted(changes)])


def _warning(release: str, changes: list[str]) -> str:
    return (
        f"its holidays differ between holidays {release}, which is public, and holidays {data_version()}: "
        f"{listed(changes, '; ')}; calendars follow as soon as this release publishes them"
    )


def _places(schedule: Schedule) -> set[tuple[str, str]]:
    patterns = (freeze.pattern for freeze in schedule.freezes)
    return {(each.country, each.subdivision) for each in patterns if isinstance(each, PublicHolidays)}


def _published_dates(situation: Situation) -> tuple[date, date]:
    years = situation.published_years
    return date(years[0], 1, 1), date(years[-1], 12, 31)


def _meant(pattern: PublicHolidays, first: date, last: date) -> Iterator[Holiday]:
    holidays = holidays_between(pattern.country, pattern.subdivision, first, last)
    return (each for each in holidays if _is_meant(pattern, each))


def _is_meant(pattern: PublicHolidays, holiday: Holiday) -> bool:
    return not pattern.only or holiday.is_one_of(pattern.only)


def _is_effective(freeze: ChangeFreeze, day: date) -> bool:
    return (freeze.effective_from or day) <= day <= (freeze.effective_until or day)


def _text(holiday: Holiday) -> str:
    return f"{holiday.day} {holiday.name}"
