"""What a single value of a change in the schedule file may be, and the sentence where it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from pydantic_core import core_schema

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.store.schedule_file.guesses import right_ones
from icsfeed.store.schedule_file.notation import written
from icsfeed.store.schedule_file.values import (
    IDENTIFIER_PATTERN,
    choice,
    identifier,
    known_day,
    plain_text,
    text_value,
)

_STEPS: Final = ("confirm", "start", "complete", "cancel")
"""Those of ``icsfeed.domain.lifecycle.Step``, which few who read a schedule need; ``_NO_STEP`` apart."""

_NO_STEP: Final = "update"
"""What the commands call an update that takes no step; here it says no more than nothing does."""


def _tidied(tidy: Callable[[str], str], text: str) -> str:
    """The text as the domain has it, or what that has to say, to pydantic, which collects ValueErrors only."""
    try:
        return tidy(text)
    except IcsfeedError as error:
        raise ValueError(str(error)) from None


def _change_id(text: str) -> str:
    if re.fullmatch("(?i:ec|pc)-[0-9]+", text):
        better = written(f"change-{text.partition('-')[2]}")
        msg = f"{written(text)} is what a recorded change is called; choose another id, such as {better}"
        raise ValueError(msg)
    if text.isdecimal():
        better = written(f"change-{text}")
        msg = f"{written(text)} is a number, by which recorded changes are called; choose another id, such as {better}"
        raise ValueError(msg)
    return identifier(text)


def _summary(text: str) -> str:
    from icsfeed.domain.plans import line_of_text  # noqa: PLC0415  (here and below: few schedules have changes)

    if not text.strip():
        msg = f"{written(text)} says nothing; write what subscribers are to read"
        raise ValueError(msg)
    if len(plain_text(text).strip().splitlines()) > 1:
        msg = f"{written(text)} has several lines; write one, and the rest into the message"
        raise ValueError(msg)
    return _tidied(lambda line: line_of_text(line, "summary"), text)


def _paragraphs(what: str, text: str) -> str:
    from icsfeed.domain.plans import free_text  # noqa: PLC0415

    return _tidied(lambda words: free_text(words, what), plain_text(text))


def _ticket(text: str) -> str:
    from icsfeed.domain.plans import ticket_address  # noqa: PLC0415

    return _tidied(ticket_address, text.strip())


def _length(text: str) -> str:
    from icsfeed.domain.lengths import parse_length  # noqa: PLC0415

    _tidied(lambda length: str(parse_length(length)), text)
    return text


def _step(text: str) -> str:
    if text not in (*_STEPS, _NO_STEP):
        right = right_ones(text, _STEPS)
        instead = "" if right.endswith("?") else ", or leave step out of an update that alters or tells something"
        msg = f"{written(text)} is not a step of a change; {right}{instead}"
        raise ValueError(msg)
    return text


def _moment(moment: datetime) -> datetime:
    if moment.microsecond:
        right = moment.replace(microsecond=0)
        msg = f"{written(moment)} has a fraction of a second; write whole seconds, {written(right)}"
        raise ValueError(msg)
    known_day(moment.date())
    return moment


CHANGE_ID: Final = text_value(_change_id, pattern=f"^{IDENTIFIER_PATTERN}$")
SUMMARY: Final = text_value(_summary, minLength=1)
REASON: Final = text_value(partial(_paragraphs, "reason"))
MESSAGE: Final = text_value(partial(_paragraphs, "message"))
TICKET: Final = text_value(_ticket, format="uri")
LENGTH: Final = text_value(_length)
YES_OR_NO: Final = core_schema.bool_schema(strict=True)
KIND_OF_CHANGE: Final = choice([Kind.EMERGENCY.value, Kind.PLANNED.value], "a kind of change")
STEP: Final = text_value(_step, enum=[*_STEPS, _NO_STEP])
MOMENT: Final = core_schema.no_info_after_validator_function(_moment, core_schema.datetime_schema(strict=True))
"""A date and time: an instant, or local in the calendar's zone."""
