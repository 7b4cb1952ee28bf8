"""Calendar events in words: their titles and descriptions, from the facts that they state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from icsfeed.domain.changes import State, is_recorded
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.words.languages import Language, uncapitalized
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.terms import IMPACT_NAMES, KIND_NAMES, STATE_NAMES, name_in_words
from icsfeed.words.times import instant_in_words, short_instant_in_words, span_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from icsfeed.domain.event_facts import EventFacts, Message

CATEGORIES: Final = {**KIND_NAMES, Kind.MAINTENANCE: phrase_in("category of an event", "Maintenance")}
IMPACTS: Final = {**IMPACT_NAMES, Impact.NO_IMPACT: phrase_in("impact of a change", "none")}
"""As the value of the label "Impact"."""

_TITLES: Final = {
    State.TENTATIVE: phrase("Tentative: {title}"),
    State.IN_PROGRESS: phrase("In progress: {title}"),
    State.COMPLETED: phrase("Completed: {title}"),
    State.CANCELLED: phrase("Cancelled: {title}"),
}
"""Some calendar programs show a cancelled event like any other, and a STATUS has no value for some states."""

_CANCELLED_WINDOW: Final = phrase_in("title of a maintenance window", "Cancelled: {title}")
"""A window is feminine in French, and a change is not."""

IN_FREEZE: Final = {
    Kind.EMERGENCY: phrase("This emergency change falls in a change freeze ({freeze})."),
    Kind.PLANNED: phrase("This planned change falls in a change freeze ({freeze})."),
}
UNTIL_FURTHER_NOTICE: Final = phrase("It lasts until further notice.")
"""Of a freeze without an end."""

_MAX_MESSAGES: Final = 10
"""Calendar programs show a description in a small box."""

_MAX_MESSAGE_CHARS: Final = 10_000
"""All messages together; the latest is shown however long it is."""


def event_title(facts: EventFacts, language: Language) -> str:
    """An event in one line, such as ``In progress: Emergency change: Security patch``."""
    title = name_in_words(facts.kind, facts.name, language)
    if facts.kind in IN_FREEZE:
        title = label_line(language.say(KIND_NAMES[facts.kind]), title, language)
    return title_in_state(title, facts.state, language, facts.kind)


def title_in_state(title: str, state: State, language: Language, kind: Kind) -> str:
    """The title of an event of that kind, preceded by its state where that is not the usual one."""
    if kind is Kind.MAINTENANCE and state is State.CANCELLED:
        return language.say(_CANCELLED_WINDOW, title=title)
    return language.say(_TITLES[state], title=title) if state in _TITLES else title


def label_line(label: str, value: str, language: Language) -> str:
    return language.say("{label}: {value}", label=label, value=value)


def event_description(
    facts: EventFacts, language: Language, zone: ZoneInfo, window_zone: ZoneInfo | None = None
) -> str:
    """The paragraphs of an event's description; times are those of ``zone``.

    The time from which a window was moved is on the clock of ``window_zone``, as the policy has it.
    """
    if facts.kind is Kind.FREEZE:
        paragraphs = [_freeze_text(facts, language), facts.description]
    elif facts.kind is Kind.MAINTENANCE:
        note = _adjustment_note(facts, language, window_zone or zone)
        paragraphs = [note, "\n".join(_scope_lines(facts, language)), facts.description]
    else:
        paragraphs = list(_change_paragraphs(facts, language, zone))
    return "\n\n".join(filter(None, paragraphs))


def _freeze_text(facts: EventFacts, language: Language) -> str:
    """What a freeze means and, unless it is for all, for which environments."""
    meaning = freeze_meaning(language, has_hours=isinstance(facts.start, datetime))
    until = (language.say(UNTIL_FURTHER_NOTICE),) if facts.is_open_ended else ()
    return "\n".join((meaning, *until, *(_scope_lines(facts, language) if facts.environments else ())))


def freeze_meaning(language: Language, *, has_hours: bool) -> str:
    """What a freeze of whole days, or of hours, means."""
    if has_hours:
        return language.say("No planned change happens during this time.")
    return language.say("No planned change happens on these days.")


def freeze_news_lines(facts: EventFacts, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """A freeze that an operator started, as an announcement tells it, a line each; times are those of ``zone``."""
    if isinstance(facts.start, datetime) and isinstance(facts.end, datetime):
        span = Span(start=facts.start, end=facts.end)
        is_open_ended = facts.is_open_ended
        when = instant_in_words(span.start, zone, language) if is_open_ended else span_in_words(span, zone, language)
        yield label_line(language.say("When"), when, language)
    yield _freeze_text(facts, language)
    yield label_line(language.say("Reason"), facts.description, language)


def cancelled_instance_description(facts: EventFacts, reason: str, language: Language) -> str:
    """The description of one instance that does not take place, in a series that does."""
    note = _does_not_take_place(reason, language)
    return "\n\n".join(filter(None, [note, "\n".join(_scope_lines(facts, language)), facts.description]))


def moved_note(original: str, reason: str, language: Language) -> str:
    return language.say("Moved from {original}: {reason}", original=original, reason=reason)


def skipped_note(reason: str, language: Language) -> str:
    """For a place where the maintenance is named."""
    return language.say("Does not take place: {reason}", reason=reason)


def news_lines(facts: EventFacts, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """A change as an announcement tells it, a line each; its ticket and messages have forms of their own there.

    Times are those of ``zone``.
    """
    if isinstance(facts.start, datetime) and isinstance(facts.end, datetime):
        when = span_in_words(Span(start=facts.start, end=facts.end), zone, language)
        yield label_line(language.say("When"), when, language)
    yield from _planned_line(facts, language, zone)
    yield from change_lines(facts, language)
    if facts.reason:
        yield label_line(language.say("Reason"), facts.reason, language)


def change_lines(facts: EventFacts, language: Language) -> Iterator[str]:
    """What a change affects, and where it stands, a line each."""
    yield from _scope_lines(facts, language)
    state = uncapitalized(language.say(STATE_NAMES[facts.state]))
    yield label_line(language.say("State"), state, language)
    yield _number_line(facts, language)


def _number_line(facts: EventFacts, language: Language) -> str:
    label = language.say("Number") if is_recorded(facts.kind, facts.change_id) else language.say("Id")
    return label_line(label, facts.change_id, language)


def departure_lines(facts: EventFacts, language: Language) -> Iterator[str]:
    """The environments that a change no longer affects, and which change it is, a line each."""
    names = ", ".join(environment.name for environment in facts.left)
    yield language.say("No longer affects {environments}.", environments=names)
    yield _number_line(facts, language)


def _planned_line(facts: EventFacts, language: Language, zone: ZoneInfo) -> Iterator[str]:
    if facts.planned_start is not None and facts.planned_end is not None:
        when = span_in_words(Span(start=facts.planned_start, end=facts.planned_end), zone, language)
        yield label_line(language.say("Planned"), when, language)


def _scope_lines(facts: EventFacts, language: Language) -> Iterator[str]:
    names = ", ".join(environment.name for environment in facts.environments)
    yield label_line(language.say("Environments"), names, language)
    if facts.impact is not None:
        yield label_line(language.say("Impact"), language.say(IMPACTS[facts.impact]), language)


def _adjustment_note(facts: EventFacts, language: Language, zone: ZoneInfo) -> str:
    if facts.state is State.CANCELLED:
        return _does_not_take_place(facts.reason, language)
    if facts.moved_from is None:
        return ""
    original = f"{facts.moved_from.replace(tzinfo=zone):%Y-%m-%d %H:%M %Z}"
    return moved_note(original, facts.reason, language)


def _does_not_take_place(reason: str, language: Language) -> str:
    return language.say("This maintenance does not take place: {reason}", reason=reason)


def _change_paragraphs(facts: EventFacts, language: Language, zone: ZoneInfo) -> Iterator[str]:
    if facts.left:
        yield "\n".join(departure_lines(facts, language))
        return
    yield "\n".join((*_planned_line(facts, language, zone), *change_lines(facts, language)))
    if facts.reason:
        yield label_line(language.say("Reason"), facts.reason, language)
    if facts.freeze:
        yield language.say(IN_FREEZE[facts.kind], freeze=name_in_words(Kind.FREEZE, facts.freeze, language))
    if facts.ticket:
        yield label_line(language.say("Ticket"), facts.ticket, language)
    yield "\n".join(_messages(facts, language, zone))


def _messages(facts: EventFacts, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """The latest messages first."""
    latest = latest_messages(facts.messages)
    for message in latest:
        yield label_line(short_instant_in_words(message.at, zone, language), message.text, language)
    if len(latest) < len(facts.messages):
        left_out = len(facts.messages) - len(latest)
        yield language.say_count("({count} earlier)", "({count} earlier)", left_out)


def latest_messages(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Those that descriptions and mails show, the latest first: a few, and no more text than people read."""
    room = _MAX_MESSAGE_CHARS
    latest: list[Message] = []
    for message in reversed(messages):
        room -= len(message.text)
        if len(latest) == _MAX_MESSAGES or (latest and room < 0):
            break
        latest.append(message)
    return tuple(latest)
