"""Plans as operators write them: cleaned for calendars, checked against the policy, amended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, Plan
from icsfeed.domain.errors import BadInputError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import ChangeFreeze, FrozenSpan, freeze_touching
from icsfeed.domain.lengths import length_text
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import (
    masked_credentials,
    one_line,
    paragraphs,
    quoted,
    without_credentials,
    without_direction_controls,
)
from icsfeed.domain.times import instant_text
from icsfeed.domain.translated_texts import Translations
from icsfeed.domain.windows import Impact

MAX_LENGTH: Final = timedelta(days=366)
"""A longer change, or occurrence, is a typing error."""

_MOST_OF_A_LINE: Final = 250
_MOST_OF_AN_ADDRESS: Final = 2_000
_MOST_OF_A_TEXT: Final = 10_000


class MissingReasonError(RefusedError):
    """A planned change in a change freeze does not say why it can't wait; each interface adds how to say it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """New values for a plan; ``None`` leaves one as it is. A new start alone moves the end along.

    An ``extension`` is added to the end that customers see. Translations go with their texts.
    """

    summary: str | None = None
    environments: frozenset[str] | None = None
    impact: Impact | None = None
    start: datetime | None = None
    end: datetime | None = None
    duration: timedelta | None = None
    reason: str | None = None
    ticket: str | None = None
    extension: timedelta | None = None
    summary_translations: Translations = ()
    reason_translations: Translations = ()

    @property
    def sets_end(self) -> bool:
        """Whether it says when the change ends, if only to confirm it."""
        return any(value is not None for value in (self.start, self.end, self.duration, self.extension))

    def of(self, change: Change, zone: ZoneInfo, *, now: datetime) -> Plan:
        """The amended plan of the change; messages state times in ``zone``.

        Raises:
            IcsfeedError: where it would end before it starts, or is extended after its end.
        """
        plan = change.plan
        amended = self if self.extension is None else replace(self, end=self._extended_end(change, zone, now))
        return amended.of_plan(plan, zone, began=change.actual_start)

    def _extended_end(self, change: Change, zone: ZoneInfo, now: datetime) -> datetime:
        end = change.shown_span.end
        if end <= now:
            msg = (
                f"{change.id} can't be extended: its end, {instant_text(end, zone)}, is past; "
                "update it with a new end, as a time of day"
            )
            raise RefusedError(msg)
        return end + (self.extension or timedelta())

    def of_plan(self, plan: Plan, zone: ZoneInfo, *, began: datetime | None = None) -> Plan:
        """The amended plan; a duration counts from when the change ``began``, if it has.

        Raises:
            IcsfeedError: where it would end before it starts.
        """
        return Plan(
            summary=plan.summary if self.summary is None else self.summary,
            environments=plan.environments if self.environments is None else self.environments,
            impact=plan.impact if self.impact is None else self.impact,
            span=self._span(plan.span, zone, began),
            reason=plan.reason if self.reason is None else self.reason,
            ticket=plan.ticket if self.ticket is None else self.ticket,
            summary_translations=plan.summary_translations if self.summary is None else self.summary_translations,
            reason_translations=plan.reason_translations if self.reason is None else self.reason_translations,
        )

    def _span(self, before: Span, zone: ZoneInfo, began: datetime | None) -> Span:
        start = before.start if self.start is None else self.start
        if self.end is not None:
            return span_between(start, self.end, zone)
        if self.duration is not None:
            return span_between(start, (began or start) + self.duration, zone)
        return span_between(start, start + before.length, zone)


def span_between(start: datetime, end: datetime, zone: ZoneInfo) -> Span:
    """The span between two instants (aware), to the second.

    Raises:
        BadInputError: where there is none; the message states them in ``zone``.
    """
    try:
        return Span.to_the_second(start, end)
    except BadInputError:
        msg = f"the end, {instant_text(end, zone)}, is not after the start, {instant_text(start, zone)}"
        raise BadInputError(msg) from None


def line_of_text(text: str, what: str) -> str:
    """The text as one line; ``what`` names it in messages.

    Raises:
        BadInputError: where it is too long, or can read as something else.
    """
    return _not_longer(one_line(without_direction_controls(text, f"the {what}")), what, _MOST_OF_A_LINE)


def free_text(text: str, what: str) -> str:
    """The text as paragraphs; ``what`` names it in messages.

    Raises:
        BadInputError: where it is too long, or can read as something else.
    """
    return _not_longer(paragraphs(without_direction_controls(text, f"the {what}")), what, _MOST_OF_A_TEXT)


def tidied_translations(translations: Translations) -> Translations:
    """The translations of a message, cleaned so that calendars can show them.

    Raises:
        BadInputError: where calendars can't show one.
    """
    return tuple(replace(each, text=free_text(each.text, "message")) for each in translations)


def _not_longer(text: str, what: str, most: int) -> str:
    if len(text) > most:
        msg = f"the {what} has {len(text):,} characters; a calendar has room for {most:,}"
        raise BadInputError(msg)
    return text


def tidied(plan: Plan, before: Plan | None = None) -> Plan:
    """The plan, cleaned so that calendars can show it.

    Texts that the plan ``before`` has as well stay as they are: they may be older than a rule for new ones.

    Raises:
        BadInputError: where calendars can't show it, or it touches nothing.
    """
    if not plan.environments:
        msg = "a change needs at least one environment that it touches"
        raise BadInputError(msg)

    def tidy(name: str, check: Callable[[str], str]) -> str:
        text: str = getattr(plan, name)
        return text if before is not None and text == getattr(before, name) else check(text)

    return replace(
        plan,
        summary=tidy("summary", lambda text: line_of_text(text, "summary")),
        reason=tidy("reason", lambda text: free_text(text, "reason")),
        ticket=tidy("ticket", lambda text: ticket_address(text.strip())),
        span=plausible(Span.to_the_second(plan.span.start, plan.span.end), "a change"),
    )


def plausible(span: Span, what: str) -> Span:
    """The span, unless it is implausibly long; ``what`` names it in messages.

    Raises:
        BadInputError: where it is too long.
    """
    if span.length > MAX_LENGTH:
        msg = f"{what} lasts at most {MAX_LENGTH.days} days, not {length_text(span.length)}; look at the years"
        raise BadInputError(msg)
    return span


def ticket_address(text: str) -> str:
    """The address of a ticket, cleaned; empty where there is none.

    Raises:
        BadInputError: where it is not an address, or has credentials.
    """
    if not text:
        return text
    without_credentials(text, "the address of the ticket")
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_one = False
    # An address is not escaped in a calendar: nothing in it may end the line.
    if not is_one or not text.isprintable() or " " in text:
        msg = f"{quoted(masked_credentials(text))} is not the address of a ticket; write it from https:// on"
        raise BadInputError(msg)
    return _not_longer(text, "address of the ticket", _MOST_OF_AN_ADDRESS)


def check_plan(schedule: Schedule, kind: Kind, plan: Plan, before: Plan | None = None) -> None:
    """Check a plan against the policy; ``before`` is the plan that it amends.

    Raises:
        IcsfeedError: where the policy does not allow it.
    """
    # A change may be moved although the schedule no longer has one of its environments.
    fresh = plan.environments - (before.environments if before is not None else frozenset())
    if fresh:
        schedule.environments_named(sorted(fresh))
    check_freezes(schedule.placed_freezes, kind, plan, schedule.calendar.zone)


def check_freezes(freezes: Iterable[ChangeFreeze], kind: Kind, plan: Plan, zone: ZoneInfo) -> None:
    """Check a plan against the change freezes of its environments; the message states times in ``zone``.

    Raises:
        MissingReasonError: where a planned change falls in one without a reason.
    """
    check_frozen(freeze_touching(freezes, plan.span, plan.environments), kind, plan, zone)


def check_frozen(frozen: FrozenSpan | None, kind: Kind, plan: Plan, zone: ZoneInfo) -> None:
    """Check a plan against the frozen stretch that it touches, if it does; the message states times in ``zone``.

    Raises:
        MissingReasonError: where a planned change falls in it without a reason.
    """
    if kind is Kind.PLANNED and frozen is not None and not plan.reason:
        msg = f"a planned change in the change freeze {frozen.label}, {frozen.text(zone)}, needs a reason"
        raise MissingReasonError(msg)
