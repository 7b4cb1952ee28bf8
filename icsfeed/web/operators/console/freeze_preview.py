"""A freeze that is about to start or to end, in words, before an operator confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from icsfeed.domain.feeds import Kind
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import plain_line
from icsfeed.services.freeze_effects import FreezeEffect
from icsfeed.services.freezing import FreezeOutcome
from icsfeed.services.listeners import ListenerOutbox
from icsfeed.services.outbox import queue_freeze
from icsfeed.services.policy_rows import environments_text
from icsfeed.web.operators.console.change_preview import customer_dates
from icsfeed.web.operators.console.layout import Visit
from icsfeed.web.operators.console.preview_facts import (
    PREVIEW_ENVIRONMENTS,
    PREVIEW_REASON,
    PREVIEW_WHEN,
    Preview,
    PreviewFact,
    audience_facts,
    counted,
    fact,
    listener_facts,
)
from icsfeed.words.dates import Dates
from icsfeed.words.events import UNTIL_FURTHER_NOTICE, freeze_meaning, label_line
from icsfeed.words.phrases import phrase, phrase_in

_CUT: Final = phrase_in("label in a preview", "Maintenance that is cut short")
_DROPPED: Final = phrase_in("label in a preview", "Maintenance that does not take place")
_AGAIN: Final = phrase_in("label in a preview", "Maintenance that takes place again")
_OCCURRENCES: Final = phrase_in("label in a preview", "Maintenance")
_PLANNED: Final = phrase_in("label in a preview", "Planned changes in it")
_PUBLIC: Final = phrase_in("label in a preview", "Public")
_CUSTOMERS: Final = phrase_in("label in a preview", "Customers read")
_NONE_AFFECTED: Final = phrase("no occurrence is affected")
_EFFECT_ALONE: Final = phrase("its effect alone: neither the freeze nor its reason is shown to customers")
_ENDS_NOW: Final = phrase("The change freeze ends now.")
_CUT_LINE: Final = phrase_in("an occurrence that a freeze cuts short", "{name}: {after} instead of {before}")
_LINE: Final = phrase_in("an occurrence and when it takes place", "{name}: {when}")
_SAYS_WHY: Final = phrase_in("of a planned change in a freeze", "says why it can’t wait")
_GIVES_NO_REASON: Final = phrase_in("of a planned change in a freeze", "gives no reason")


def freeze_preview(outcome: FreezeOutcome, visit: Visit, outbox: ListenerOutbox | None) -> Preview:
    """The preview of a dry run, in the operator's language; what customers read is in theirs, where they differ."""
    return Preview(facts=tuple(_facts(outcome, visit, outbox)), warnings=outcome.warnings)


def freeze_when(freeze: RecordedFreeze, dates: Dates) -> str:
    """Its time in words; without an end, from when on."""
    if freeze.end is None:
        start = dates.language.say("from {start}", start=dates.moment(freeze.start))
        return f"{start}. {dates.language.say(UNTIL_FURTHER_NOTICE)}"
    return str(dates.span(freeze.span))


def _facts(outcome: FreezeOutcome, visit: Visit, outbox: ListenerOutbox | None) -> Iterator[PreviewFact]:
    freeze, language, dates = outcome.freeze, visit.language, visit.dates
    schedule, customers = visit.situation.schedule, customer_dates(visit).language
    if freeze.is_internal:
        yield fact(_PUBLIC, language, language.say(_EFFECT_ALONE))
    elif freeze.ended_at is None:
        yield fact(_CUSTOMERS, language, freeze_meaning(customers, has_hours=True), plain_line(freeze.reason))
    else:
        yield fact(_CUSTOMERS, language, customers.say(_ENDS_NOW))
    yield fact(PREVIEW_WHEN, language, freeze_when(freeze, dates))
    yield fact(PREVIEW_ENVIRONMENTS, language, environments_text(schedule, freeze.environments))
    if freeze.is_internal or freeze.ended_at is not None:
        yield fact(PREVIEW_REASON, language, plain_line(freeze.reason))
    yield from _effect_facts(outcome, visit.situation, dates)
    if outcome.changes:
        yield fact(_PLANNED, language, *counted(list(_change_lines(outcome, dates)), language))
    if not freeze.is_internal:
        yield from audience_facts(schedule, Kind.FREEZE, freeze.environments, language)
    if not outcome.repeats:
        yield from listener_facts(schedule, outbox, lambda queue: queue_freeze(queue, schedule, freeze), language)


def _effect_facts(outcome: FreezeOutcome, situation: Situation, dates: Dates) -> Iterator[PreviewFact]:
    effects, language = outcome.effects, dates.language
    kinds = (
        (_CUT, [each for each in effects if each.is_cut]),
        (_DROPPED, [each for each in effects if each.after is None]),
        (_AGAIN, [each for each in effects if each.before is None]),
    )
    for label, of_kind in kinds:
        if of_kind:
            lines = [_effect_line(each, situation, dates) for each in of_kind]
            yield fact(label, language, *counted(lines, language))
    if not effects:
        yield fact(_OCCURRENCES, language, language.say(_NONE_AFFECTED))


def _effect_line(effect: FreezeEffect, situation: Situation, dates: Dates) -> str:
    window, say = situation.schedule.window(effect.window), dates.language.say
    is_whole = effect.environments == window.environments
    partly = "" if is_whole else f" ({environments_text(situation.schedule, effect.environments)})"
    name = plain_line(window.name)
    if effect.before is not None and effect.after is not None:
        return say(_CUT_LINE, name=name, after=dates.span(effect.after), before=dates.span(effect.before)) + partly
    span = effect.after or effect.before
    return say(_LINE, name=name, when=dates.span(span)) + partly if span is not None else name


def _change_lines(outcome: FreezeOutcome, dates: Dates) -> Iterator[str]:
    for change in outcome.changes:
        plan = change.plan
        reason = dates.language.say(_SAYS_WHY if plan.reason else _GIVES_NO_REASON)
        yield label_line(f"{change.id} ({plain_line(plan.summary)}), {dates.span(plan.span)}", reason, dates.language)
