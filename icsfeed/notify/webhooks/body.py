"""The body of a webhook: an announcement as JSON, as ``/schemas/webhook-1.json`` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Final

from icsfeed.domain.alterations import OPERATORS_TEXTS
from icsfeed.domain.announcements import Announcement
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Calendar
from icsfeed.domain.spans import Span
from icsfeed.services.change_json import alterations_as_text
from icsfeed.services.upcoming import span_as_json, utc_text
from icsfeed.words.chat_texts import chat_text

VERSION: Final = 1
_MINUTE: Final = timedelta(minutes=1)
_NO_TIMES: Final = dict.fromkeys(("start", "end", "local_start", "local_end"))


def webhook_body(announcement: Announcement, calendar: Calendar) -> bytes:
    """The JSON of the announcement, with texts of the ``calendar`` in its language."""
    text = chat_text(announcement)
    named = (*announcement.environments, *announcement.left)
    content = {
        "version": VERSION,
        "type": announcement.event.value,
        "timestamp": utc_text(announcement.at),
        "language": announcement.language,
        "calendar": {
            "name": calendar.name,
            "timezone": calendar.zone.key,
            "url": calendar.url,
            "environments": {each.id: each.name for each in sorted(named, key=lambda each: each.id)},
        },
        "title": text.partition("\n")[0],
        "text": text,
        "data": _data(announcement),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _data(announcement: Announcement) -> dict[str, object]:
    part, _, day = announcement.subject.rpartition("/")
    planned = announcement.planned or announcement.span
    return {
        "uid": announcement.uid,
        "sequence": announcement.sequence,
        "kind": _value(announcement.kind),
        "id": part or announcement.subject,
        "occurrence": day if part else None,
        "name": announcement.name,
        "state": _value(announcement.state),
        "environments": sorted(each.id for each in announcement.environments),
        "impact": _value(announcement.impact),
        "reason": announcement.reason,
        "ticket": announcement.ticket or None,
        **_times(announcement),
        "planned_start": utc_text(planned.start) if planned is not None else None,
        "planned_end": utc_text(planned.end) if planned is not None and not announcement.is_open_ended else None,
        "moved_from": _span(announcement.earlier, announcement),
        "open_ended": announcement.is_open_ended,
        "no_longer_affects": sorted(each.id for each in announcement.left),
        "freeze": announcement.freeze,
        "remind_minutes": announcement.lead // _MINUTE if announcement.lead is not None else None,
        "changed": list(_changed(announcement)),
        "messages": [{"at": utc_text(each.at), "message": each.text} for each in announcement.messages],
        "page": announcement.page,
    }


def _times(announcement: Announcement) -> dict[str, str | None]:
    times: dict[str, str | None] = {**_NO_TIMES, **(_span(announcement.span, announcement) or {})}
    if announcement.kind is Kind.FREEZE and announcement.is_open_ended:
        times |= {"end": None, "local_end": None}
    return times


def _span(span: Span | None, announcement: Announcement) -> dict[str, str] | None:
    return span_as_json(span, announcement.zone) if span is not None else None


def _changed(announcement: Announcement) -> Iterator[dict[str, str]]:
    for what, before, after in alterations_as_text(announcement.alterations):
        is_hidden = what in OPERATORS_TEXTS
        yield {"what": what, "before": "" if is_hidden else before, "after": "" if is_hidden else after}


def _value(name: StrEnum | None) -> str | None:
    return name.value if name is not None else None
