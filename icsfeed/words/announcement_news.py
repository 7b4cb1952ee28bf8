"""What announcements say happened, in a few words, such as ``moved``."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.words.languages import Language, language_named
from icsfeed.words.phrases import Phrase, phrase_in
from icsfeed.words.times import clock_in_words, instant_in_words

_CHANGE_NEWS: Final = {
    ChannelEvent.ANNOUNCED: phrase_in("news of a change", "announced"),
    ChannelEvent.CONFIRMED: phrase_in("news of a change", "confirmed"),
    ChannelEvent.MOVED: phrase_in("news of a change", "moved"),
    ChannelEvent.STARTED: phrase_in("news of a change", "work has started"),
    ChannelEvent.COMPLETED: phrase_in("news of a change", "completed"),
    ChannelEvent.CANCELLED: phrase_in("news of a change", "cancelled"),
    ChannelEvent.UPDATED: phrase_in("news of a change", "update"),
    ChannelEvent.WITHDRAWN: phrase_in("news of a change", "text withdrawn"),
    ChannelEvent.REMINDER: phrase_in("news of a change", "reminder"),
}
_TENTATIVE: Final = phrase_in("news of a change", "announced tentatively")
_CORRECTED: Final = phrase_in("news of a change", "correction")
_STOPPED: Final = phrase_in("news of a change", "work was stopped")
_TEXTS_WITHDRAWN: Final = phrase_in("news of a change", "texts withdrawn")
_GONE: Final = phrase_in("news of a change", "withdrawn")
_LEFT: Final = phrase_in("news of a change", "no longer affects you")
_EXTENDED_TODAY: Final = phrase_in("news of a change, with a time of day", "extended until {end}")
_EXTENDED: Final = phrase_in("news of a change, with a date", "extended until {end}")
_SHORTENED_TODAY: Final = phrase_in("news of a change, with a time of day", "shortened to {end}")
_SHORTENED: Final = phrase_in("news of a change, with a date", "shortened to {end}")
_OCCURRENCE_NEWS: Final = {
    ChannelEvent.MOVED: phrase_in("news of a maintenance", "moved"),
    ChannelEvent.SKIPPED: phrase_in("news of a maintenance", "does not take place"),
    ChannelEvent.UPDATED: phrase_in("news of a maintenance", "takes place after all"),
    ChannelEvent.WITHDRAWN: phrase_in("news of a maintenance", "does not take place"),
    ChannelEvent.REMINDER: phrase_in("news of a maintenance", "reminder"),
}
_PARTIAL: Final = phrase_in("news of a maintenance", "takes place as planned")
_FREEZE_STARTED: Final = phrase_in("news of a change freeze", "started")
_FREEZE_ENDED: Final = phrase_in("news of a change freeze", "ended")


def news_in_words(announcement: Announcement) -> str:
    """What happened to the subject."""
    language = language_named(announcement.language)
    if announcement.kind is Kind.FREEZE:
        return language.say(_FREEZE_ENDED if announcement.state is State.COMPLETED else _FREEZE_STARTED)
    if announcement.kind is Kind.MAINTENANCE:
        is_partial = announcement.event is ChannelEvent.UPDATED and announcement.left
        return language.say(_PARTIAL if is_partial else _OCCURRENCE_NEWS[announcement.event])
    span, earlier = announcement.span, announcement.earlier
    if announcement.has_other_end and announcement.correction is None and span is not None and earlier is not None:
        return _news_of_end(announcement, span, earlier, language)
    return language.say(_news_of_change(announcement))


def _news_of_change(announcement: Announcement) -> Phrase:
    if announcement.is_gone:
        return _GONE
    if announcement.left:
        return _LEFT
    if announcement.correction is not None:
        return _CORRECTED
    if announcement.was_stopped and announcement.event is ChannelEvent.CANCELLED:
        return _STOPPED
    if announcement.has_no_texts and announcement.event is ChannelEvent.WITHDRAWN:
        return _TEXTS_WITHDRAWN
    is_tentative = announcement.event is ChannelEvent.ANNOUNCED and announcement.state is State.TENTATIVE
    return _TENTATIVE if is_tentative else _CHANGE_NEWS[announcement.event]


def _news_of_end(announcement: Announcement, span: Span, earlier: Span, language: Language) -> str:
    is_today = is_of_today(announcement, span.end)
    if span.end > earlier.end:
        pattern = _EXTENDED_TODAY if is_today else _EXTENDED
    else:
        pattern = _SHORTENED_TODAY if is_today else _SHORTENED
    return language.say(pattern, end=end_in_words(announcement, span.end, language, is_today=is_today))


def is_of_today(announcement: Announcement, *instants: datetime) -> bool:
    """Whether a time of day is enough to tell those instants: all are on the day of the announcement."""
    today = announcement.at.astimezone(announcement.zone).date()
    return all(each.astimezone(announcement.zone).date() == today for each in instants)


def end_in_words(announcement: Announcement, end: datetime, language: Language, *, is_today: bool) -> str:
    """The end, without its date where that ``is_today``."""
    write = clock_in_words if is_today else instant_in_words
    return write(end, announcement.zone, language)
