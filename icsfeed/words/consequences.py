"""The occurrences that a change freeze drops or cuts short, or that take place again after it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from icsfeed.domain.announcements import Announcement, FreezeConsequence
from icsfeed.domain.changes import State
from icsfeed.domain.texts import plain_line
from icsfeed.words.change_sentences import names_of
from icsfeed.words.labeled_texts import LabeledText
from icsfeed.words.languages import Language, language_named
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.times import span_in_words

_DROPPED: Final = phrase("Maintenance that does not take place")
_CUT: Final = phrase("Maintenance that is cut short")
_AGAIN: Final = phrase("Maintenance that takes place again")
_TIME: Final = phrase_in("an occurrence of a maintenance window", "{name}, {when}")
_TIME_CUT: Final = phrase_in("an occurrence of a maintenance window", "{name}, {when} instead of {before}")
_MAX_OCCURRENCES: Final = 5
"""Of each sort; of the others, their number is told."""


def consequence_facts(announcement: Announcement, language: Language) -> Iterator[LabeledText]:
    """What a freeze, or its end, means for occurrences: for each sort, the next of them on a line each."""
    all_of_them = announcement.consequences
    is_over = announcement.state is State.COMPLETED
    cut = [each for each in all_of_them if each.before is not None and not is_over]
    others = [each for each in all_of_them if each.before is None or is_over]
    for label, each in ((_CUT, cut), (_AGAIN if is_over else _DROPPED, others)):
        if each:
            yield LabeledText(label=language.say(label), text="\n".join(_lines(each, announcement, language)))


def _lines(consequences: list[FreezeConsequence], announcement: Announcement, language: Language) -> Iterator[str]:
    for each in consequences[:_MAX_OCCURRENCES]:
        yield _line(each, announcement)
    left_out = len(consequences) - _MAX_OCCURRENCES
    if left_out > 0:
        yield language.say_count("and {count} more", "and {count} more", left_out)


def _line(consequence: FreezeConsequence, announcement: Announcement) -> str:
    language = language_named(announcement.language)
    name, zone = plain_line(consequence.name), announcement.zone
    when = span_in_words(consequence.span, zone, language)
    if consequence.before is not None and announcement.state is not State.COMPLETED:
        before = span_in_words(consequence.before, zone, language)
        text = language.say(_TIME_CUT, name=name, when=when, before=before)
    else:
        text = language.say(_TIME, name=name, when=when)
    return f"{text} ({names_of(consequence.environments)})" if consequence.environments else text
