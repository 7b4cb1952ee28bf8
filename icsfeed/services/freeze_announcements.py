"""Announcements of change freezes that operators started or ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from icsfeed.domain.announcements import Announcement, FreezeConsequence, NothingToTell, OtherFreeze
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.item_facts import environments_of
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.announcement_context import NEVER_INFORMED, AnnouncementContext
from icsfeed.services.announcement_events import events_of_freeze
from icsfeed.services.freeze_effects import FreezeEffect, freeze_effects


def freeze_announcement(context: AnnouncementContext) -> Announcement | NothingToTell:
    """What holds of the recorded freeze that the delivery is about; of an internal one, nothing is ever told."""
    view = context.view
    freeze = view.record.freezes.get(context.delivery.subject)
    if freeze is None or not context.touches(freeze.environments):
        return NothingToTell(reason="it freezes no environment that its receiver selects")
    if freeze.is_internal:
        return NothingToTell(reason="it is internal")
    is_over = _is_over(freeze, view)
    if is_over and not context.was_informed:
        return NothingToTell(reason=f"it is over, and {NEVER_INFORMED}")
    other, still_frozen = _other_freeze(context, freeze) if is_over else (None, False)
    announcement = replace(
        context.draft(ChannelEvent.FREEZE, Kind.FREEZE),
        state=State.COMPLETED if is_over else State.IN_PROGRESS,
        environments=environments_of(view.schedule, freeze.environments),
        span=freeze.span,
        is_open_ended=freeze.is_open_ended,
        reason=freeze.reason,
        consequences=tuple(_consequences(context, freeze)),
        still_frozen=still_frozen,
        other_freeze=other,
        page=context.page_for(freeze.environments),
    )
    return context.with_calendar(announcement, events_of_freeze(view, freeze.id))


def _is_over(freeze: RecordedFreeze, view: Situation) -> bool:
    """Whether it is over; one that somebody ends within its first minute lasts until the next in calendars."""
    return freeze.ended_at is not None or freeze.is_over(view.now)


def _other_freeze(context: AnnouncementContext, freeze: RecordedFreeze) -> tuple[OtherFreeze | None, bool]:
    """The visible freeze that goes on longest, and whether any does, an internal one included."""
    view = context.view
    present = Span(start=view.now, end=view.now + view.now.resolution)
    environments = freeze.environments & (context.environments or freeze.environments)
    others = [
        each
        for each in (*view.freezes(present), *view.veiled_freezes(present))
        if each.freeze.id != freeze.id and each.freezes(environments)
    ]
    visible = [each for each in others if not each.freeze.is_internal]
    last = max(visible, key=lambda each: (each.freeze.is_open_ended, each.span.end), default=None)
    return (_named(last) if last is not None else None), bool(others)


def _named(frozen: FrozenSpan) -> OtherFreeze:
    name = frozen.freeze.name
    if frozen.freeze.is_open_ended:
        return OtherFreeze(name=name)
    if frozen.is_timed:
        return OtherFreeze(name=name, until=frozen.span.end)
    return OtherFreeze(name=name, through=frozen.days.last)


def _consequences(context: AnnouncementContext, freeze: RecordedFreeze) -> Iterator[FreezeConsequence]:
    """The occurrences that don't take place for the freeze, or that take place again since somebody ended it."""
    view = context.view
    is_over = _is_over(freeze, view)
    if is_over and freeze.ended_at is None:
        return
    without = {name: each for name, each in view.record.freezes.items() if name != freeze.id}
    lasting = {**without, freeze.id: replace(freeze, ended_at=None)}
    before = view.with_record(replace(view.record, freezes=lasting if is_over else without))
    effects = freeze_effects(before, view, Span(start=freeze.start, end=view.published_span.end))
    yield from (_consequence(each, view) for each in effects if context.touches(each.environments))


def _consequence(effect: FreezeEffect, view: Situation) -> FreezeConsequence:
    window, span = view.schedule.windows_by_id[effect.window], effect.after or effect.before
    if span is None:
        msg = f"an occurrence of {effect.window} that a freeze concerns has a time before it or after it"
        raise AssertionError(msg)
    is_partial = not effect.environments >= window.environments
    return FreezeConsequence(
        name=window.name,
        span=span,
        before=effect.before if effect.is_cut else None,
        environments=environments_of(view.schedule, effect.environments) if is_partial else (),
    )
