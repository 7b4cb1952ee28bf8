"""What the news of a change means, in a sentence or two."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.announcements import Announcement, CorrectedPart
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Environment
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import plain_line
from icsfeed.words.announcement_news import end_in_words, is_of_today
from icsfeed.words.languages import Language
from icsfeed.words.phrases import Phrase, phrase
from icsfeed.words.times import instant_in_words, span_in_words

_STATES: Final = {
    State.TENTATIVE: phrase("It is planned for {when}, but not confirmed yet."),
    State.CONFIRMED: phrase("It is planned for {when}."),
    State.IN_PROGRESS: phrase("Work has started. It is expected to end {end}."),
    State.COMPLETED: phrase("It took place {when}."),
    State.CANCELLED: phrase("It is cancelled."),
}
"""What holds of a change in that state."""

_CONFIRMED: Final = phrase("It is confirmed for {when}.")
_STOPPED: Final = phrase("Work was stopped {end} and will not be continued.")
_GOES_ON: Final = phrase("It goes on, and is expected to end {end}.")
_MESSAGE_WITHDRAWN: Final = phrase("A message that we sent about it is withdrawn; please disregard it.")
_TEXTS_WITHDRAWN: Final = phrase("The texts that we sent about it are withdrawn; please disregard them.")
_STILL_TAKES_PLACE: Final = phrase("The change itself still takes place.")
_OTHER_END_TODAY: Final = phrase("It is expected to end at {new} instead of {old}.")
_OTHER_END: Final = phrase("It is expected to end {new} instead of {old}.")
_CALLED_OFF: Final = phrase("It does not take place as announced.")
_ALL_WITHDRAWN: Final = phrase(
    "All that was sent about it is withdrawn: please disregard it, and delete it from your calendar if you added it "
    "there yourself."
)
_CORRECTED_STATES: Final = {
    State.CONFIRMED: phrase("Correction: it is not confirmed."),
    State.IN_PROGRESS: phrase("Correction: work has not started."),
    State.COMPLETED: phrase("Correction: the work is not completed."),
    State.CANCELLED: phrase("Correction: it is not cancelled."),
}
"""By the state that was told."""

_CORRECTED_TIMES: Final = phrase("Correction: the times announced last do not hold.")
_OTHER_CORRECTION: Final = phrase("Correction: what was announced last does not hold.")


def change_sentence(announcement: Announcement, language: Language) -> str:
    """What the news of a change means, with times on the clock of the calendar's zone."""
    say, span = language.say, announcement.span
    if announcement.left:
        return say("No longer affects {environments}.", environments=names_of(announcement.left))
    if span is None:
        called_off = [say(_CALLED_OFF)] if announcement.is_called_off else []
        return " ".join((*called_off, say(_ALL_WITHDRAWN)))
    if announcement.correction is not None:
        return f"{say(_correction(announcement))} {_what_holds(announcement, span, language)}"
    if announcement.event is ChannelEvent.MOVED and announcement.earlier is not None:
        return _moved_sentence(span, announcement.earlier, announcement, language)
    holds = _what_holds(announcement, span, language)
    if announcement.event is not ChannelEvent.WITHDRAWN:
        return holds
    is_ahead = announcement.state in {State.TENTATIVE, State.CONFIRMED}
    withdrawn = say(_TEXTS_WITHDRAWN if announcement.has_no_texts else _MESSAGE_WITHDRAWN)
    return " ".join((withdrawn, *([say(_STILL_TAKES_PLACE)] if is_ahead else []), holds))


def names_of(environments: tuple[Environment, ...]) -> str:
    return ", ".join(plain_line(each.name) for each in environments)


def _what_holds(announcement: Announcement, span: Span, language: Language) -> str:
    state = announcement.state or State.CONFIRMED
    if announcement.was_stopped:
        pattern = _STOPPED
    elif announcement.event is ChannelEvent.CONFIRMED:
        pattern = _CONFIRMED
    elif announcement.correction is not None and state is State.IN_PROGRESS:
        pattern = _GOES_ON
    else:
        pattern = _STATES[state]
    when = span_in_words(span, announcement.zone, language)
    return language.say(pattern, when=when, end=instant_in_words(span.end, announcement.zone, language))


def _correction(announcement: Announcement) -> Phrase:
    if announcement.correction is CorrectedPart.STATE and announcement.told_state in _CORRECTED_STATES:
        return _CORRECTED_STATES[announcement.told_state]
    return _CORRECTED_TIMES if announcement.correction is CorrectedPart.TIMES else _OTHER_CORRECTION


def _moved_sentence(span: Span, earlier: Span, announcement: Announcement, language: Language) -> str:
    zone = announcement.zone
    if announcement.has_other_end:
        is_today = is_of_today(announcement, span.end, earlier.end)
        old, new = (end_in_words(announcement, each.end, language, is_today=is_today) for each in (earlier, span))
        return language.say(_OTHER_END_TODAY if is_today else _OTHER_END, old=old, new=new)
    old, new = (span_in_words(each, zone, language) for each in (earlier, span))
    return language.say("It is moved from {old} to {new}.", old=old, new=new)
