"""The fields that the forms of announcements and of updates share, and what they offer to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from werkzeug.datastructures import MultiDict

from icsfeed.domain.lengths import parse_length
from icsfeed.domain.schedule import Schedule
from icsfeed.services.requests.plans import IMPACTS
from icsfeed.web.operators.console.layout import Visit
from icsfeed.words.languages import Language, language_named, sentence
from icsfeed.words.phrases import phrase
from icsfeed.words.terms import IMPACT_NAMES

LENGTHS: Final = ("15m", "30m", "1h", "90m", "2h", "3h", "4h", "6h", "8h", "12h", "24h")
USUAL_LENGTH: Final = "2h"
_UNTIL: Final = phrase("Until the time below")
_PRIVATE: Final = phrase("private")


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentBox:
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageText:
    """The message in one of the calendar's languages, in the field of that ``name``."""

    name: str
    language: str
    language_name: str
    text: str


def message_texts(form: Mapping[str, str], schedule: Schedule) -> tuple[MessageText, ...]:
    """The message in each of the calendar's languages, the first of which has the field ``message``."""
    first, *others = schedule.calendar.languages
    names = {first: "message", **{code: f"message_{code}" for code in others}}
    texts = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names.values()}
    return tuple(
        MessageText(name=name, language=code, language_name=language_named(code).name, text=texts[name])
        for code, name in names.items()
    )


def message_fields(messages: Collection[MessageText]) -> dict[str, object]:
    """The field of a request with the messages that are not empty."""
    written = {each.language: each.text for each in messages if each.text}
    first = next(each.language for each in messages if each.name == "message")
    if not written:
        return {}
    return {"message": written[first] if written.keys() == {first} else written}


def environment_boxes(schedule: Schedule, chosen: Collection[str], visit: Visit) -> tuple[EnvironmentBox, ...]:
    """Every environment, and those chosen ones that the schedule no longer has; private ones say so."""
    boxes = [
        EnvironmentBox(
            value=each.id,
            text=each.name if each.public else f"{each.name} ({visit.say(_PRIVATE)})",
            is_chosen=each.id in chosen,
        )
        for each in schedule.environments
    ]
    gone = sorted(set(chosen) - {each.id for each in schedule.environments})
    return (*boxes, *(EnvironmentBox(value=each, text=each, is_chosen=True) for each in gone))


def impact_options(language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((value, sentence(language.say(IMPACT_NAMES[impact]))) for value, impact in reversed(IMPACTS.items()))


def length_options(visit: Visit, chosen: str) -> tuple[tuple[str, str], ...]:
    """How long a change may last; what was ``chosen`` is among them."""
    lengths = [(each, visit.dates.length(parse_length(each))) for each in LENGTHS]
    if chosen and chosen not in LENGTHS:
        lengths.append((chosen, chosen))
    return (*lengths, ("", visit.say(_UNTIL)))


def texts_given(form: MultiDict[str, str], *names: str) -> dict[str, str]:
    """The texts of those fields, with the ends of lines as texts have them: browsers send others."""
    return {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}
