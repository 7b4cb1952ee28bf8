"""Starts: when occurrences and changes begin, as feeds show it, under the subjects of deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import midnight
from icsfeed.domain.deliveries import occurrence_subject
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span

_DATE_MARGIN: Final = timedelta(days=3)
"""More than a local date differs from that date in UTC."""

_CONFIRMED: Final = frozenset({State.CONFIRMED})
_UNSTARTED: Final = frozenset({State.TENTATIVE, State.CONFIRMED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """The start of an occurrence or of a confirmed change in those ``environments``, ``at`` an instant in UTC."""

    subject: str
    kind: Kind
    environments: frozenset[str]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedStart:
    """What a delivery told its receivers of a start (UTC) that lies ahead: that the subject begins then, or not."""

    subject: str
    at: datetime
    takes_place: bool = True


def starts_within(situation: Situation, after: datetime, until: datetime) -> tuple[Start, ...]:
    """The starts after one instant until another, that one included, by time: of all that feeds show, and happens.

    A change that is in progress has no start that lies ahead.
    """
    if after >= until:
        return ()
    span = Span(start=after, end=until + datetime.resolution)
    starts = (*_occurrence_starts(situation.occurrences(span)), *_change_starts(situation.published_changes()))
    within = (each for each in starts if after < each.at <= until and each.at < situation.published_span.end)
    return tuple(sorted(within, key=lambda each: (each.at, each.subject)))


def expected_start_of(situation: Situation, subject: str) -> Start | None:
    """The start that those expect who know what holds of the subject; ``None`` where it has none, or has begun early.

    A tentative change has one, too.
    """
    window_id, _, day = subject.rpartition("/")
    if window_id:
        return _start_of_occurrence(situation, window_id, date.fromisoformat(day))
    try:
        change = situation.change(subject)
    except NotFoundError:
        return None
    return next(_change_starts((change,), _UNSTARTED), None)


def is_whole_start(situation: Situation, start: Start) -> bool:
    """Whether it is that of a change, or of an occurrence in all environments of its window."""
    window = situation.schedule.windows_by_id.get(start.subject.rpartition("/")[0])
    return window is None or start.environments == window.environments


def _start_of_occurrence(situation: Situation, window_id: str, day: date) -> Start | None:
    if window_id not in situation.schedule.windows_by_id:
        return None
    around = midnight(day).replace(tzinfo=UTC)
    nearby = situation.occurrences(Span(start=around - _DATE_MARGIN, end=around + _DATE_MARGIN))
    same = (each for each in nearby if each.window.id == window_id and each.original_start.date() == day)
    return next(iter(_occurrence_starts(same)), None)


def _occurrence_starts(occurrences: Iterable[Occurrence]) -> Iterable[Start]:
    """One start for each occurrence that happens, in all environments in which it does: there, it is the same."""
    starts: dict[str, Start] = {}
    for each in occurrences:
        if each.excluded is None and each.span is not None:
            subject = occurrence_subject(each.window.id, each.original_start.date().isoformat())
            start = Start(subject=subject, kind=Kind.MAINTENANCE, environments=each.environments, at=each.span.start)
            others = starts[subject].environments if subject in starts else frozenset[str]()
            starts[subject] = replace(start, environments=start.environments | others)
    return starts.values()


def _change_starts(changes: Iterable[Change], states: frozenset[State] = _CONFIRMED) -> Iterator[Start]:
    for change in changes:
        if change.state in states and not change.is_withdrawn and change.plan.environments:
            yield Start(
                subject=change.id,
                kind=change.kind,
                environments=change.plan.environments,
                at=change.shown_span.start,
            )
