"""Advice: warnings about schedules that are valid, but look unintended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from icsfeed.domain.changes import Change
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.public_holidays import PublishedHolidays
from icsfeed.domain.schedule import SINGLE_TABLES, Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.times import instant_text
from icsfeed.services.access_advice import about_provider
from icsfeed.services.calendar_advice import placeholder_domain
from icsfeed.services.channel_advice import about_channels, about_mail
from icsfeed.services.feed_advice import large_feeds
from icsfeed.services.freeze_advice import about_freeze, unrenewed
from icsfeed.services.holidays import differing_holidays
from icsfeed.services.unmatched import unmatched
from icsfeed.services.warnings import warnings_about
from icsfeed.services.window_advice import about_window, overlaps


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A warning about the element of that ``name`` (an id, or a slug) in an array of tables of the schedule file.

    In a single table, such as ``calendar``, the name is that of a key. Without a ``table``, it is about something
    recorded, by the name that ``unmatched`` gives it.
    """

    table: str
    name: str
    message: str

    @property
    def subject(self) -> str:
        """What it is about, such as ``maintenance_windows "thursday"`` or ``calendar.uid_domain``."""
        if self.table in SINGLE_TABLES:
            return f"{self.table}.{self.name}"
        return f'{self.table} "{self.name}"' if self.table else self.name


def advise(
    situation: Situation,
    *,
    public: Schedule | None = None,
    public_holidays: PublishedHolidays | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Advice, ...]:
    """Every warning about the published span: by calendar, window, freeze, change, feed and channel, then by record.

    ``public`` is the schedule that customers see so far, if that is another one, and ``public_holidays`` are those that
    they see. ``environment`` holds the variables that the schedule names.
    """
    return (
        *_of_table("calendar", (("uid_domain", each) for each in placeholder_domain(situation.schedule.calendar))),
        *_of_table("maintenance_windows", _about_windows(situation)),
        *_of_table("change_freezes", _about_freezes(situation, public_holidays)),
        *_of_table("changes", _about_changes(situation)),
        *_of_table("feeds", large_feeds(situation)),
        *_of_table("channels", about_channels(situation.schedule, environment)),
        *_of_table("mail", about_mail(situation.schedule.mail, environment)),
        *_of_table("operators", about_provider(situation.schedule.operators, environment)),
        *(_about_the_past(situation, public) if public is not None else ()),
        *_of_table("", unmatched(situation)),
    )


def _of_table(table: str, messages: Iterable[tuple[str, str]]) -> Iterator[Advice]:
    return (Advice(table=table, name=name, message=message) for name, message in messages)


def _about_windows(situation: Situation) -> Iterator[tuple[str, str]]:
    occurrences = [each for each in situation.published_policy if isinstance(each, Occurrence)]
    by_window: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        by_window[occurrence.window.id].append(occurrence)
    overlapping = overlaps(occurrences)
    for window in situation.schedule.windows:
        for message in about_window(situation, window, by_window[window.id]):
            yield window.id, message
        for message in overlapping.get(window.id, ()):
            yield window.id, message


def _about_freezes(situation: Situation, public_holidays: PublishedHolidays | None) -> Iterator[tuple[str, str]]:
    without_successor = unrenewed(situation)
    for freeze in situation.schedule.freezes:
        for message in about_freeze(situation, freeze):
            yield freeze.id, message
        if freeze.id in without_successor:
            yield freeze.id, without_successor[freeze.id]
    if public_holidays is not None:
        yield from differing_holidays(situation, public_holidays)


def _about_changes(situation: Situation) -> Iterator[tuple[str, str]]:
    for change in situation.schedule.changes:
        for message in _about_change(situation, change):
            yield change.id, message


def _about_change(situation: Situation, change: Change) -> Iterator[str]:
    """The warnings that an operator would get who announced the change now, as long as it lies in the future."""
    if change.latest.at > situation.now:
        dated = instant_text(change.latest.at, situation.zone)
        yield f"the latest update is dated {dated}, in the future; it is public all the same"
    if change.plan.span.start > situation.now:
        whole = replace(change, updates=(replace(change.latest, number=1),))
        yield from map(str, warnings_about(situation, whole))


def _about_the_past(situation: Situation, public: Schedule) -> Iterator[Advice]:
    from icsfeed.services.differences import differences  # noqa: PLC0415  (few checks compare)
    from icsfeed.services.past_edits import past_edits  # noqa: PLC0415

    before = replace(situation, schedule=public)
    for each in past_edits(before, situation, differences(before, situation)):
        message = f"compared with the schedule that is public, {each.message}"
        yield Advice(table=each.table, name=each.name, message=message)
