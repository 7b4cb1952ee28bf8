"""An occurrence as it is going to be, in words, before an operator confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from icsfeed.domain.feeds import Kind
from icsfeed.domain.texts import plain_line
from icsfeed.services.adjusting import Adjusted
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.listeners import ListenerOutbox
from icsfeed.services.outbox import queue_adjustment
from icsfeed.services.policy_rows import environments_text
from icsfeed.web.operators.console.change_preview import customer_dates
from icsfeed.web.operators.console.layout import Visit
from icsfeed.web.operators.console.preview_facts import (
    PREVIEW_ENVIRONMENTS,
    PREVIEW_IMPACT,
    PREVIEW_REASON,
    PREVIEW_WHEN,
    Preview,
    PreviewFact,
    audience_facts,
    fact,
    listener_facts,
)
from icsfeed.words.adjustments import adjustment_news
from icsfeed.words.events import label_line
from icsfeed.words.phrases import Phrase, phrase, phrase_in
from icsfeed.words.terms import IMPACT_NAMES, KIND_NAMES

_CUSTOMERS: Final = phrase_in("label in a preview", "Customers read")
_CALENDARS: Final = phrase_in("label in a preview", "In calendars")
_LASTS: Final = phrase_in("label in a preview", "Lasts")
_SILENT: Final = phrase("nothing; the occurrence is gone from their calendars")
_RESTORED: Final = phrase("The maintenance takes place as planned: {when}.")
_AT_NEW_TIME: Final = phrase_in("of an occurrence in calendars", "shown at the new time")
_AS_PLANNED: Final = phrase_in("of an occurrence in calendars", "shown as planned")
_AS_CANCELLED: Final = phrase_in("of an occurrence in calendars", "shown as cancelled")
_NOT_AT_ALL: Final = phrase_in("of an occurrence in calendars", "not shown any more")


def occurrence_preview(
    adjusted: Adjusted, request: AdjustmentRequest, visit: Visit, outbox: ListenerOutbox | None
) -> Preview:
    """The preview of a dry run, in the operator's language; what customers read is in theirs, where they differ."""
    return Preview(facts=tuple(_facts(adjusted, request, visit, outbox)), warnings=adjusted.warnings)


def _facts(
    adjusted: Adjusted, request: AdjustmentRequest, visit: Visit, outbox: ListenerOutbox | None
) -> Iterator[PreviewFact]:
    occurrence, schedule, dates = adjusted.occurrence, visit.situation.schedule, visit.dates
    language = visit.language
    say, window = language.say, adjusted.occurrence.window
    yield fact(_CUSTOMERS, language, *_customer_lines(adjusted, request, visit))
    yield fact(_CALENDARS, language, say(_calendar_text(adjusted)))
    if occurrence.span is not None and occurrence.excluded is None:
        yield fact(PREVIEW_WHEN, language, str(dates.span(occurrence.span)))
        yield fact(_LASTS, language, dates.length_in_days(occurrence.span.length))
    yield fact(PREVIEW_ENVIRONMENTS, language, environments_text(schedule, occurrence.environments))
    yield fact(PREVIEW_IMPACT, language, say(IMPACT_NAMES[window.impact]))
    yield from audience_facts(schedule, Kind.MAINTENANCE, occurrence.environments, language)
    yield from listener_facts(
        schedule,
        outbox,
        lambda queue: queue_adjustment(queue, schedule, window, request.day, request.adjustment),
        language,
    )


def _customer_lines(adjusted: Adjusted, request: AdjustmentRequest, visit: Visit) -> tuple[str, ...]:
    if request.silent:
        return (visit.say(_SILENT),)
    occurrence, dates = adjusted.occurrence, customer_dates(visit)
    say, zone = dates.language.say, visit.zone
    name = plain_line(occurrence.window.name) or say(KIND_NAMES[Kind.MAINTENANCE])
    news = adjustment_news(occurrence, dates.language, zone)
    if news is None:
        when = str(dates.span(occurrence.span)) if occurrence.span is not None else ""
        return name, say(_RESTORED, when=when)
    reason = label_line(say(PREVIEW_REASON), plain_line(news.reason), dates.language)
    return plain_line(news.title), plain_line(news.text), reason


def _calendar_text(adjusted: Adjusted) -> Phrase:
    occurrence = adjusted.occurrence
    if occurrence.excluded is not None:
        return _AS_CANCELLED if occurrence.is_cancelled else _NOT_AT_ALL
    return _AT_NEW_TIME if occurrence.moved is not None else _AS_PLANNED
