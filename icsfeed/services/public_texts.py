"""What customers are going to read of a step, word for word, before it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import CHANGE_NAMES, Change
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery, occurrence_subject
from icsfeed.domain.history_views import visible_history
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import plain_line
from icsfeed.domain.times import instant_text
from icsfeed.services.announcements import announcement_for
from icsfeed.services.outbox import event_of_adjustment, event_of_change
from icsfeed.words.chat_texts import whole_text


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicText:
    """The ``text`` of a step in the calendar's first language, a line for each part.

    Where it is not ``is_public``, the text is for operators and for subscribers of private feeds.
    """

    text: str
    is_public: bool

    def as_json(self) -> dict[str, object]:
        return {"text": self.text or None, "public": self.is_public}


NO_TEXT: Final = PublicText(text="", is_public=False)
"""The text where nothing would change."""


def text_of_change(situation: Situation, after: Change) -> PublicText:
    """What is told of the change as it is going to be; ``situation`` is the present one."""
    before = situation.changes.get(after.id)
    record = situation.record
    delivery = Delivery(
        number=0,
        receiver="",
        subject=after.id,
        event=event_of_change(before, after),
        queued_at=situation.now,
        update=after.latest.number,
        informed_at=before.latest.at if before is not None else None,
        was_informed=before is not None,
    )
    public = situation.schedule.public_environments
    is_seen = before is None or visible_history(after, public) != visible_history(before, public)
    with_change = situation.with_record(replace(record, changes={**record.changes, after.id: after}))
    return _text(with_change, delivery, may_be_public=is_seen)


def text_of_draft(situation: Situation, change: Change) -> PublicText:
    """What becomes of an announcement that needs approval, and what is told of the ``change`` once it has that."""
    public_text = text_of_change(situation, change)
    seen = "public" if public_text.is_public else "seen by subscribers of private feeds"
    text = (
        f"Draft of a {CHANGE_NAMES[change.kind]}: {plain_line(change.plan.summary)}; {seen} once another operator "
        f"approves it. The number is given then; as of now, this is going to be read:\n{public_text.text}"
    )
    return PublicText(text=text, is_public=False)


def text_of_adjustment(situation: Situation, window_id: str, day: date, adjustment: Adjustment | None) -> PublicText:
    """What is told of the occurrence as it is going to be, with that adjustment or, with ``None``, without any."""
    record, key = situation.record, (window_id, day)
    others = {each: value for each, value in record.adjustments.items() if each != key}
    adjustments = others if adjustment is None else {**others, key: adjustment}
    event = event_of_adjustment(adjustment)
    delivery = Delivery(
        number=0,
        receiver="",
        subject=occurrence_subject(window_id, day.isoformat()),
        event=event,
        queued_at=situation.now,
        was_informed=event in {ChannelEvent.UPDATED, ChannelEvent.WITHDRAWN},
    )
    return _text(situation.with_record(replace(record, adjustments=adjustments)), delivery)


def text_of_freeze(situation: Situation, freeze: RecordedFreeze) -> PublicText:
    """What is told of the freeze that starts or ends; of an internal one, what operators should know."""
    if freeze.is_internal:
        return PublicText(text="\n".join(_internal_freeze(situation, freeze)), is_public=False)
    record = situation.record
    delivery = Delivery(
        number=0,
        receiver="",
        subject=freeze.id,
        event=ChannelEvent.FREEZE,
        queued_at=situation.now,
        was_informed=freeze.ended_at is not None,
    )
    return _text(situation.with_record(replace(record, freezes={**record.freezes, freeze.id: freeze})), delivery)


def _internal_freeze(situation: Situation, freeze: RecordedFreeze) -> Iterator[str]:
    zone, names = situation.zone, situation.schedule.environment_names
    verb = "started" if freeze.ended_at is None else "ended"
    yield f"Internal change freeze {freeze.id}: {verb}"
    start = instant_text(freeze.start, zone)
    end = "until it is ended" if freeze.end is None else f"until {instant_text(freeze.end, zone)}"
    yield f"From {start} {end} · Environments: {', '.join(names[each] for each in sorted(freeze.environments))}"
    yield f"Reason: {freeze.reason}"
    yield "Nothing of it is public but its effect: no maintenance and no planned change in that time."


def _text(after: Situation, delivery: Delivery, *, may_be_public: bool = True) -> PublicText:
    """What a receiver of the delivery reads who sees what is public or, if that is nothing, everything."""
    announcement = announcement_for(after.visible_to(), delivery, was_informed=delivery.was_informed)
    if may_be_public and isinstance(announcement, Announcement):
        return PublicText(text=whole_text(announcement), is_public=True)
    every = frozenset(after.schedule.environment_names)
    private = announcement_for(after.visible_to(every), delivery, was_informed=delivery.was_informed)
    if isinstance(private, Announcement):
        return PublicText(text=whole_text(private), is_public=False)
    return PublicText(text=f"Nobody is told of {delivery.subject}: {private.reason}.", is_public=False)
