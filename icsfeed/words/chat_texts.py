"""Announcements for chat rooms: two to six lines without markup, as short as they can be and still complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.texts import plain_line
from icsfeed.words.announcements import AnnouncementText, announcement_text, operators_text, scope_facts, time_facts
from icsfeed.words.consequences import consequence_facts
from icsfeed.words.events import label_line

_MAX_MESSAGE_CHARS: Final = 500


def chat_text(announcement: Announcement) -> str:
    """The announcement in a few lines, of which the first says what happened to what."""
    text = announcement_text(announcement)
    lines = [
        *_lines(announcement, text),
        " · ".join(text.alterations) or _reason(announcement, text, _shortened),
        _message(text, _shortened) or " · ".join(_consequences(announcement, text)),
        text.ticket or text.page,
    ]
    return "\n".join(filter(None, lines))


def whole_text(announcement: Announcement) -> str:
    """All that the announcement says, in such lines: nothing is shortened or left out but the address of the page."""
    text = announcement_text(announcement)
    lines = [
        *_lines(announcement, text),
        " · ".join(text.alterations),
        _reason(announcement, text, str),
        _message(text, str),
        " · ".join(_consequences(announcement, text)),
        text.ticket,
    ]
    return "\n".join(filter(None, lines))


def _lines(announcement: Announcement, text: AnnouncementText) -> Iterator[str]:
    """What happened to what, what that means, and what else holds."""
    yield " – ".join(filter(None, (text.headline, text.title)))
    yield plain_line(" ".join((text.sentence, *text.notes)))
    yield " · ".join((*_facts(announcement, text), *text.remarks))


def _facts(announcement: Announcement, text: AnnouncementText) -> Iterator[str]:
    """The times that the sentence does not say, and what is affected."""
    language = text.language
    for fact in (*list(time_facts(announcement, language))[:2], *scope_facts(announcement, language)):
        if fact.text not in text.sentence:
            yield label_line(fact.label, fact.text, language)


def _message(text: AnnouncementText, fit: Callable[[str], str]) -> str:
    messages = fit(" / ".join(plain_line(each.text) for each in text.messages))
    return label_line(text.language.say("Message"), messages, text.language) if messages else ""


def _consequences(announcement: Announcement, text: AnnouncementText) -> Iterator[str]:
    for fact in consequence_facts(announcement, text.language):
        yield label_line(fact.label, " / ".join(fact.text.splitlines()), text.language)


def _reason(announcement: Announcement, text: AnnouncementText, fit: Callable[[str], str]) -> str:
    reason = fit(plain_line(operators_text(announcement.reason, text.language)))
    return label_line(text.language.say("Reason"), reason, text.language) if reason else ""


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE_CHARS else f"{text[: _MAX_MESSAGE_CHARS - 1].rstrip()}…"
