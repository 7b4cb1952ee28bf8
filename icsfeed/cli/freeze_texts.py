"""Recorded freezes in words: what is about to become public, and what a step changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from icsfeed.cli.answers import move_text
from icsfeed.cli.listener_preview import listener_preview
from icsfeed.cli.operator_commands import Invocation
from icsfeed.cli.output import preview_fact
from icsfeed.cli.previews import names_of
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import length_text
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import instant_text, span_text
from icsfeed.services.freeze_effects import FreezeEffect
from icsfeed.services.freezing import FreezeOutcome
from icsfeed.services.listing import MAX_LISTED_ITEMS, with_count
from icsfeed.services.outbox import queue_freeze
from icsfeed.services.previews import feeds_with

NO_END = "until it is ended"


def start_preview(outcome: FreezeOutcome, invocation: Invocation) -> Iterator[str]:
    """The freeze that is about to start, a line for each fact."""
    situation = invocation.situation
    freeze, schedule = outcome.freeze, situation.schedule
    yield f"{freeze.id}, {_name_of(freeze)}, from now on"
    yield preview_fact("When", when_text(freeze, situation))
    yield preview_fact("Lasts", NO_END if freeze.end is None else length_text(freeze.end - freeze.start))
    yield preview_fact("Environments", names_of(freeze.environments, schedule))
    yield preview_fact("Reason", freeze.reason)
    yield from _effect_facts(outcome.effects, situation)
    if outcome.changes:
        yield preview_fact("Planned", "\n".join(_change_texts(outcome, situation)))
    yield preview_fact("Feeds", _audience(freeze, situation))
    if not outcome.repeats:
        yield from listener_preview(invocation, lambda outbox: queue_freeze(outbox, schedule, freeze))
    if freeze.is_internal:
        yield preview_fact("Public", 'its effect alone; the public gate says "outside the maintenance windows"')


def end_preview(outcome: FreezeOutcome, invocation: Invocation) -> Iterator[str]:
    """The freeze that is about to end, a line for each fact."""
    freeze, situation = outcome.freeze, invocation.situation
    yield f"{freeze.id}, {_name_of(freeze)}: {one_line(freeze.reason)}"
    instead = f", instead of {instant_text(freeze.until, situation.zone)}" if freeze.until is not None else ""
    yield preview_fact("Step", f"ends now{instead}")
    yield preview_fact("When", when_text(freeze, situation))
    yield preview_fact("Environments", names_of(freeze.environments, situation.schedule))
    yield from _effect_facts(outcome.effects, situation)
    yield preview_fact("Feeds", _audience(freeze, situation))
    yield from listener_preview(invocation, lambda outbox: queue_freeze(outbox, situation.schedule, freeze))


def started_text(outcome: FreezeOutcome, situation: Situation) -> str:
    """The start in one line."""
    freeze = outcome.freeze
    facts = (
        when_text(freeze, situation),
        names_of(freeze.environments, situation.schedule),
        *(["internal"] if freeze.is_internal else []),
        *_effect_texts(outcome.effects, situation),
    )
    return f"{freeze.id} started: {'; '.join(facts)}"


def ended_text(outcome: FreezeOutcome, situation: Situation) -> str:
    """The end in one line."""
    facts = (when_text(outcome.freeze, situation), *_effect_texts(outcome.effects, situation))
    return f"{outcome.freeze.id} ended: {'; '.join(facts)}"


def when_text(freeze: RecordedFreeze, situation: Situation) -> str:
    """Its time on the clock of the calendar's zone; without an end, from when on."""
    if freeze.end is None:
        return f"from {instant_text(freeze.start, situation.zone)} {NO_END}"
    return span_text(freeze.span, situation.zone)


def _name_of(freeze: RecordedFreeze) -> str:
    return "internal change freeze" if freeze.is_internal else "change freeze"


def _effect_facts(effects: Sequence[FreezeEffect], situation: Situation) -> Iterator[str]:
    for label, of_label in _by_label(effects):
        texts = [_effect_text(each, situation) for each in of_label[:MAX_LISTED_ITEMS]]
        if len(of_label) > MAX_LISTED_ITEMS:
            last = of_label[-1].start.astimezone(situation.zone).date()
            texts.append(f"and {len(of_label) - MAX_LISTED_ITEMS} more until {last}")
        yield preview_fact(label, "\n".join(texts))
    if not effects:
        yield preview_fact("Occurrences", "none is affected")


def _by_label(effects: Sequence[FreezeEffect]) -> Iterator[tuple[str, list[FreezeEffect]]]:
    labels = {
        "Cut short": [each for each in effects if each.is_cut],
        "Dropped": [each for each in effects if each.after is None],
        "Restored": [each for each in effects if each.before is None],
    }
    return ((label, of_label) for label, of_label in labels.items() if of_label)


def _effect_texts(effects: Sequence[FreezeEffect], situation: Situation) -> Iterator[str]:
    """What becomes of occurrences, a phrase each, such as ``3 occurrences do not take place: thursday …``."""
    verbs = {"Cut short": ("is cut short", "are cut short"), "Dropped": ("does not take place", "do not take place")}
    for label, of_label in _by_label(effects):
        one, many = verbs.get(label, ("takes place again", "take place again"))
        first = with_count([_effect_text(of_label[0], situation)], len(of_label))
        count = f"1 occurrence {one}" if len(of_label) == 1 else f"{len(of_label)} occurrences {many}"
        yield f"{count}: {first}"


def _effect_text(effect: FreezeEffect, situation: Situation) -> str:
    zone, schedule = situation.zone, situation.schedule
    of_window = schedule.window(effect.window).environments
    partly = "" if effect.environments == of_window else f" ({names_of(effect.environments, schedule)})"
    if effect.before is not None and effect.after is not None:
        return f"{effect.window} {move_text(effect.before, effect.after, zone)}{partly}"
    span = effect.after or effect.before
    return f"{effect.window} {span_text(span, zone)}{partly}" if span is not None else effect.window


def _change_texts(outcome: FreezeOutcome, situation: Situation) -> Iterator[str]:
    for change in outcome.changes:
        plan = change.plan
        reason = "says why it can't wait" if plan.reason else "gives no reason"
        yield f"{change.id} ({one_line(plan.summary)}) {span_text(plan.span, situation.zone)}, {reason}"


def _audience(freeze: RecordedFreeze, situation: Situation) -> str:
    if freeze.is_internal:
        return "none"
    return ", ".join(feeds_with(situation.schedule, Kind.FREEZE, freeze.environments))
