"""What was recorded under an earlier schedule, and the present one no longer matches."""

from __future__ import annotations

from collections.abc import Iterator

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change
from icsfeed.domain.civil import local_date
from icsfeed.domain.fates import Frozen
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import Subscriber
from icsfeed.domain.times import day_text, span_text


def unmatched(situation: Situation) -> Iterator[tuple[str, str]]:
    """Whatever is recorded, not over yet and does not fit the schedule, and why.

    A change or freeze is named by its id, an occurrence by window and date, as the audit trail has them; a subscriber
    by that word and the name.
    """
    schedule, record = situation.schedule, situation.record
    for change in record.changes.values():
        if not change.is_over(situation.now):
            for message in (*_unknown_environments(schedule, change), *_frozen_without_reason(situation, change)):
                yield change.id, message
    for adjustment in record.adjustments.values():
        for message in _about_adjustment(situation, adjustment):
            yield f"{adjustment.window_id} {adjustment.day}", message
    for freeze in record.freezes.values():
        unknown = sorted(freeze.environments - schedule.environment_names.keys())
        if unknown and not freeze.is_over(situation.now):
            yield freeze.id, _about_freeze(freeze, unknown)
    feeds = {feed.slug for feed in schedule.feeds}
    for subscriber in record.subscribers.by_key.values():
        if subscriber.revoked_at is None and subscriber.feed not in feeds:
            yield f"subscriber {subscriber.name}", _without_feed(subscriber)


def _unknown_environments(schedule: Schedule, change: Change) -> Iterator[str]:
    present = change.plan.environments & schedule.environment_names.keys()
    unknown = ", ".join(sorted(change.plan.environments - present))
    if unknown:
        consequence = f"only feeds that have {' or '.join(sorted(present))} show it" if present else "no feed shows it"
        yield (
            f"the change touches environments that this schedule lacks ({unknown}): {consequence}; put them back until "
            f"the change is over, or name others: icsfeed {change.kind} update {change.id} --environment …"
        )


def _about_freeze(freeze: RecordedFreeze, unknown: list[str]) -> str:
    effect = "it freezes nothing" if len(unknown) == len(freeze.environments) else "it freezes only the others"
    return (
        f"the freeze names environments that this schedule lacks ({', '.join(unknown)}): {effect}; put them back, or "
        f"end it: icsfeed freeze end {freeze.id}"
    )


def _frozen_without_reason(situation: Situation, change: Change) -> Iterator[str]:
    if change.kind is not Kind.PLANNED or change.plan.reason:
        return
    frozen = situation.freeze_touching(change.plan.span, change.plan.environments)
    if frozen is not None:
        yield (
            f"the change lies in the change freeze {frozen.label}, {frozen.text(situation.zone)}, and does "
            f"not say why it can't wait; give a reason: icsfeed planned update {change.id} --reason …, or "
            f"{_remedy(frozen)}, or cancel the change"
        )


def _remedy(frozen: FrozenSpan) -> str:
    freeze = frozen.freeze
    return f"end it: icsfeed freeze end {freeze.id}" if freeze.is_recorded else "lift the freeze for that date"


def _without_feed(subscriber: Subscriber) -> str:
    return (
        f'the private feed is "{subscriber.feed}", which this schedule does not have: its address answers 404; '
        "put the feed back, or revoke the subscriber and add it again with another"
    )


def _about_adjustment(situation: Situation, adjustment: Adjustment) -> Iterator[str]:
    zone, now = situation.zone, situation.now
    is_over = adjustment.to.end <= now if isinstance(adjustment, Move) else adjustment.day < local_date(now, zone)
    cause = "" if is_over else _cause(situation, adjustment)
    if cause and isinstance(adjustment, Move):
        yield f"the occurrence was moved to {span_text(adjustment.to, zone)} but is no longer shown, because {cause}"
    elif cause:
        yield f"the skipped occurrence no longer exists, because {cause}"


def _cause(situation: Situation, adjustment: Adjustment) -> str:
    """Why the adjustment has no effect, and what to do; empty where it has one."""
    schedule = situation.schedule
    remedy = f"if another occurrence replaces it, {'move' if isinstance(adjustment, Move) else 'skip'} that one"
    window = next((each for each in schedule.windows if each.id == adjustment.window_id), None)
    if window is None:
        return f'this schedule has no maintenance window "{adjustment.window_id}"; {remedy}'
    occurrence = situation.occurrence_on(window, adjustment.day)
    if occurrence is None:
        return f"{window.id} has no occurrence on {day_text(adjustment.day)}; {remedy}"
    excluded = occurrence.excluded
    if excluded is None or isinstance(adjustment, Skip):
        return ""
    if not isinstance(excluded, Frozen):
        return f"the occurrence does not happen on its own date: {excluded}"
    frozen = f"lies in the change freeze {excluded.by.label}, {excluded.by.text(situation.zone)}"
    remedy = _remedy(excluded.by)
    if occurrence.moved is None:
        return f"its own date {frozen}; {remedy} if the occurrence is to happen"
    return f"that time {frozen}; move it elsewhere, restore it, or {remedy}"
