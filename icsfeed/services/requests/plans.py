"""The fields that announcements and updates of a change share: what it is, what it touches, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.plans import free_text, line_of_text, plausible, span_between, ticket_address
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import quoted
from icsfeed.domain.translated_texts import Translations, translations_of
from icsfeed.domain.windows import Impact
from icsfeed.services.requests.errors import FieldFault
from icsfeed.services.requests.fields import Fields

PLAN_FIELDS: Final = ("summary", "environments", "impact", "start", "end", "duration", "reason", "ticket")
IMPACTS: Final = {impact.value: impact for impact in Impact}


def summary(fields: Fields) -> str | None:
    """What subscribers read: one line, and not empty."""
    text = fields.text("summary", lambda given: line_of_text(given, "summary"))
    if text == "":
        fields.refuse("summary", FieldFault.VALUE, "the summary is empty", "write what subscribers are to read")
    return text


def environments(fields: Fields) -> frozenset[str] | None:
    """The ids of what the change touches: one at least."""
    ids = fields.texts("environments")
    if ids == ():
        fields.refuse("environments", FieldFault.VALUE, "a change touches an environment", "name one at least")
    return None if ids is None else frozenset(ids)


def refuse_unknown_environments(
    fields: Fields, ids: Collection[str] | None, schedule: Schedule, *, name: str = "environments"
) -> None:
    """Add an error of the field of that name for each id of an environment that the schedule lacks."""
    for each in sorted(set(ids or ()) - schedule.environment_names.keys()):
        names = ", ".join(sorted(schedule.environment_names))
        fields.refuse(name, FieldFault.VALUE, f"there is no environment {quoted(each)}", f"this schedule has {names}")


def reason(fields: Fields) -> str | None:
    return fields.text("reason", lambda given: free_text(given, "reason"))


def ticket(fields: Fields) -> str | None:
    return fields.text("ticket", lambda given: ticket_address(given.strip()))


def message(fields: Fields, schedule: Schedule) -> tuple[str, Translations]:
    """The message in the calendar's first language, and in all if it is given in several."""
    languages = schedule.calendar.languages
    texts = fields.text_by_language("message", languages, lambda given: free_text(given, "message")) or {}
    written = {code: texts[code] for code in languages if texts.get(code)}
    return written.get(languages[0], ""), translations_of(written) if len(written) > 1 else ()


def end_or_duration(fields: Fields, zone: ZoneInfo) -> tuple[datetime | None, timedelta | None]:
    """The end or the duration; an error where both are given."""
    if "end" in fields and "duration" in fields:
        fields.refuse(
            "duration",
            FieldFault.CONFLICT,
            "an end and a duration both say when it ends",
            "give one of them",
        )
    return fields.instant("end", zone), fields.length("duration")


def span(
    fields: Fields, zone: ZoneInfo, *, start: datetime, end: datetime | None, duration: timedelta | None
) -> Span | None:
    """The span from the start to the end, or of that duration; an error where that can't be one of a change."""
    if end is None and duration is None:
        return None
    finish = end if end is not None else start + (duration or timedelta())
    name = "end" if end is not None else "duration"
    return fields.attempt(name, lambda: plausible(span_between(start, finish, zone), "a change"))
