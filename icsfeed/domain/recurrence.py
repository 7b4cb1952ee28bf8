"""Recurrence rules and lists of dates: on which days a maintenance window or a change freeze recurs.

The only module that imports python-dateutil.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from dateutil import rrule

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.rule_parts import (
    RULE_EXAMPLES,
    WEEKDAY_CODES,
    Frequency,
    NthWeekday,
    check_combination,
    frequency_of,
    interval_of,
    month_days_of,
    month_lengths,
    months_of,
    nth_weekdays_of,
    positions_of,
    rule_parts,
    weekdays_of,
)
from icsfeed.domain.texts import quoted

_DATEUTIL_FREQUENCIES: Final[dict[Frequency, Literal[0, 1, 2]]] = {
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}
_MONTHS_IN_YEAR: Final = 12
_DAYS_IN_WEEK: Final = 7

_TEMPLATE_ORDINALS: Final = frozenset({1, 2, 3, 4, -1})
"""Outlook's templates hold the first, second, third, fourth and last."""

_TEMPLATE_WEEKDAYS: Final = (tuple(range(5)), (5, 6))
"""The groups that Outlook's templates count by position: "weekday" and "weekend day"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    """A rule of RFC 5545 (section 3.3.10).

    Weekly on weekdays; or monthly, or yearly in ``months``, on ``month_days`` (-1: the last), or on weekdays: each with
    an ordinal within its month or, without ordinals, those at the ``positions`` among all of them (-1: the last).

    ``is_part`` is true of one of several rules that one window consists of.
    """

    frequency: Frequency
    interval: int = 1
    by_day: tuple[NthWeekday, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    is_part: bool = False

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The weekdays in ``by_day`` (Monday is 0), each once, in the order of the week."""
        return tuple(sorted({weekday for _, weekday in self.by_day}))

    @property
    def is_weekly(self) -> bool:
        return self.frequency is Frequency.WEEKLY

    @property
    def label(self) -> str:
        """The name of this rule among those of its window: the weekday's code, or the frequency and, of several, more.

        It is a part of UIDs.
        """
        codes = [_nth_code(day) for day in self.by_day]
        if self.frequency is Frequency.WEEKLY:
            return "-".join(codes).lower()
        if not self.is_part:
            return self.frequency.lower()
        numbers = map(str, (*self.months, *self.month_days, *self.positions))
        return "-".join([self.frequency, *numbers, *codes]).lower().replace("--1", "-last")

    def template_rules(self) -> tuple[Recurrence, ...]:
        """The same dates as rules that each fit one of Outlook's templates; empty where there are none."""
        if self.frequency is Frequency.WEEKLY:
            # One weekday each, since Outlook allows no adjacent instances in a series.
            return () if self.months else tuple(replace(self, by_day=(day,)) for day in self.by_day)
        by_month = [_by_template(rule) for rule in _by_month(self)]
        rules = [part for parts in by_month for part in parts] if all(by_month) else []
        return tuple(replace(rule, is_part=len(rules) > 1) for rule in rules)

    def may_include(self, day: date) -> bool:
        """Whether the date is one of the rule, if the rule has dates in its week, month or year at all."""
        if self.frequency is Frequency.WEEKLY and not self.months:
            return day.weekday() in self.weekdays
        return any(replace(self, interval=1).dates(day, day))

    def dates(self, first: date, last: date, *, anchor: date | None = None) -> Iterator[date]:
        """The dates of the rule from ``first`` through ``last``, in order.

        With an interval above 1, ``anchor`` begins the counting: the week, month or year that it lies in is the first.
        """
        begin = first
        if self.interval > 1:
            if anchor is None:
                msg = f"a rule with an interval of {self.interval} needs a date to count from"
                raise BadInputError(msg)
            begin = _period_start(self.frequency, anchor)
        moments = rrule.rrule(
            _DATEUTIL_FREQUENCIES[self.frequency],
            interval=self.interval,
            dtstart=datetime.combine(begin, time()),
            until=datetime.combine(last, time()),
            byweekday=[rrule.weekday(weekday, ordinal) for ordinal, weekday in self.by_day] or None,
            bymonthday=self.month_days or None,
            bymonth=self.months or None,
            bysetpos=self.positions or None,
        )
        for moment in moments:
            day = moment.date()
            if day >= first:
                yield day

    def parts(self) -> dict[str, str | int | list[int] | list[str]]:
        """The parts of the rule as RFC 5545 names them, without UNTIL."""
        parts: dict[str, str | int | list[int] | list[str]] = {"FREQ": self.frequency.value}
        if self.interval > 1:
            parts["INTERVAL"] = self.interval
        if self.months:
            parts["BYMONTH"] = list(self.months)
        if self.month_days:
            parts["BYMONTHDAY"] = list(self.month_days)
        if self.by_day:
            parts["BYDAY"] = [_nth_code(day) for day in self.by_day]
        if self.positions:
            parts["BYSETPOS"] = list(self.positions)
        return parts

    def facts(self) -> dict[str, object]:
        """The parts of the rule for the digest of an event that states it: named as ever, and only those there are."""
        ordinals = sorted({ordinal for ordinal, _ in self.by_day if ordinal is not None})
        facts: dict[str, object] = {
            "frequency": self.frequency,
            "interval": self.interval if self.interval > 1 else None,
            "weekdays": list(self.weekdays),
            "ordinal": _one_or_all(ordinals),
            "month_day": _one_or_all(self.month_days),
            "month": _one_or_all(self.months),
            "positions": list(self.positions),
        }
        return {name: value for name, value in facts.items() if value not in (None, [])}

    def __str__(self) -> str:
        return ";".join(
            f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in self.parts().items()
        )


def _period_start(frequency: Frequency, day: date) -> date:
    """The first day of the week, month or year that ``day`` lies in."""
    match frequency:
        case Frequency.WEEKLY:
            return day - timedelta(days=day.weekday())
        case Frequency.MONTHLY:
            return day.replace(day=1)
        case Frequency.YEARLY:
            return day.replace(month=1, day=1)


def _nth_code(day: NthWeekday) -> str:
    ordinal, weekday = day
    return f"{'' if ordinal is None else ordinal}{WEEKDAY_CODES[weekday]}"


def _one_or_all(numbers: Sequence[int]) -> object:
    return numbers[0] if len(numbers) == 1 else list(numbers)


def _by_month(rule: Recurrence) -> tuple[Recurrence, ...]:
    """The rules by which the same months come without a list of them."""
    if rule.frequency is Frequency.MONTHLY and rule.months:
        step = _MONTHS_IN_YEAR // len(rule.months)
        if rule.months == tuple(range(rule.months[0], _MONTHS_IN_YEAR + 1, step)):
            return (replace(rule, months=(), interval=step),)
    return tuple(replace(rule, frequency=Frequency.YEARLY, months=(month,)) for month in rule.months) or (rule,)


def _by_template(rule: Recurrence) -> tuple[Recurrence, ...]:
    """The rules of one day a month each; empty where no template holds one of them, or where two days may coincide."""
    if rule.positions:
        fits = rule.weekdays in _TEMPLATE_WEEKDAYS and _TEMPLATE_ORDINALS.issuperset(rule.positions)
        return tuple(replace(rule, positions=(position,)) for position in rule.positions) if fits else ()
    if rule.month_days:
        coincide = -1 in rule.month_days and not month_lengths(rule.months).isdisjoint(rule.month_days)
        return () if coincide else tuple(replace(rule, month_days=(day,)) for day in rule.month_days)
    fits = all(ordinal in _TEMPLATE_ORDINALS for ordinal, _ in rule.by_day)
    coincide = any({(4, weekday), (-1, weekday)} <= set(rule.by_day) for weekday in rule.weekdays)
    return tuple(replace(rule, by_day=(day,)) for day in rule.by_day) if fits and not coincide else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedDates:
    """Single ``days``, in order: a recurrence without a rule."""

    days: tuple[date, ...]

    @property
    def interval(self) -> int:
        return 1

    @property
    def weekdays(self) -> tuple[int, ...]:
        return ()

    @property
    def is_weekly(self) -> bool:
        return False

    def template_rules(self) -> tuple[Recurrence, ...]:
        """None: only single events hold them."""
        return ()

    def dates(self, first: date, last: date, *, anchor: date | None = None) -> Iterator[date]:  # noqa: ARG002  (as Recurrence)
        """The days from ``first`` through ``last``."""
        return iter(self.days[bisect_left(self.days, first) : bisect_right(self.days, last)])

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.days))}]"


def offset_dates(
    recurrence: Recurrence | ListedDates, days: int, first: date, last: date, *, anchor: date | None = None
) -> Iterator[date]:
    """The dates from ``first`` through ``last`` that lie ``days`` after one of the rule."""
    offset = timedelta(days=days)
    return (day + offset for day in recurrence.dates(first - offset, last - offset, anchor=anchor))


def weekly(*weekdays: int) -> Recurrence:
    """Every week on those weekdays (Monday is 0), in the order of the week."""
    return Recurrence(frequency=Frequency.WEEKLY, by_day=tuple((None, day) for day in sorted(set(weekdays))))


def parse_recurrence(text: str) -> Recurrence:
    """The rule that an RRULE value writes, in the plainest form: ``BYDAY=TU;BYSETPOS=2`` is ``BYDAY=2TU``.

    Raises:
        BadInputError: where it is no rule, or one that calendar clients do not all support.
    """
    parts = rule_parts(text)
    if "FREQ" not in parts:
        msg = f"{quoted(text)} has no FREQ; write a rule {RULE_EXAMPLES}"
        raise BadInputError(msg)
    frequency = frequency_of(parts["FREQ"])
    interval = interval_of(parts.get("INTERVAL", "1"))
    months = months_of(parts["BYMONTH"]) if "BYMONTH" in parts else ()
    check_combination(frequency, interval, months, parts)
    rule = Recurrence(frequency=frequency, interval=interval, months=months)
    if frequency is Frequency.WEEKLY:
        rule = replace(rule, by_day=weekdays_of(parts["BYDAY"]))
    elif "BYMONTHDAY" in parts:
        rule = replace(rule, month_days=month_days_of(parts["BYMONTHDAY"], months))
    elif "BYSETPOS" in parts:
        by_day = weekdays_of(parts["BYDAY"])
        rule = _without_positions(replace(rule, by_day=by_day, positions=positions_of(parts["BYSETPOS"], len(by_day))))
    else:
        rule = replace(rule, by_day=nth_weekdays_of(parts["BYDAY"]))
    return _in_plain_months(rule)


def _without_positions(rule: Recurrence) -> Recurrence:
    """The same rule with ordinals or days of the month, where those say what its positions do."""
    if len(rule.by_day) == 1:
        ((_, weekday),) = rule.by_day
        return replace(rule, by_day=tuple((position, weekday) for position in rule.positions), positions=())
    if len(rule.by_day) == _DAYS_IN_WEEK and set(rule.positions) <= {-1, *range(1, 29)}:
        return replace(rule, by_day=(), month_days=rule.positions, positions=())
    return rule


def _in_plain_months(rule: Recurrence) -> Recurrence:
    """The same rule as a monthly one where it has several months, and as a yearly one where it has one."""
    if len(rule.months) == _MONTHS_IN_YEAR and (rule.frequency is not Frequency.YEARLY or rule.interval == 1):
        rule = replace(rule, months=())
    if rule.interval > 1 or rule.frequency is Frequency.WEEKLY:
        return rule
    return replace(rule, frequency=Frequency.YEARLY if len(rule.months) == 1 else Frequency.MONTHLY)
