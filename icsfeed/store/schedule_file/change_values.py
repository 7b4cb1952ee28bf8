"""Single values of changes in the schedule file: for each kind of value a schema, and the message of a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from pydantic_core import core_schema

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.store.schedule_file.near_matches import suggestion
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.values import (
    IDENTIFIER_PATTERN,
    choice,
    identifier,
    plain_text,
    single_line,
    text_value,
)

_STEPS: Final = ("confirm", "start", "complete", "cancel", "undo", "redact")
"""The steps of ``icsfeed.domain.lifecycle.Step``, which few readers of a schedule import, without ``_NO_STEP``."""

_NO_STEP: Final = "update"
"""The commands' name of an update without a step; here it may be left out."""


def _domain_text(check: Callable[[str], str], text: str) -> str:
    """The text as the domain tidies it; its refusals become ValueErrors, which are all that pydantic collects."""
    try:
        return check(text)
    except IcsfeedError as error:
        raise ValueError(str(error)) from None


def _change_id(text: str) -> str:
    if (number := re.fullmatch("(?i:(?:ec|pc)-)?([0-9]+)", text)) is not None:
        better = as_toml(f"change-{number[1]}")
        msg = f"{as_toml(text)} names a recorded change; choose another id, such as {better}"
        raise ValueError(msg)
    return identifier(text)


def _summary(text: str) -> str:
    from icsfeed.domain.plans import line_of_text  # noqa: PLC0415  (here and below: few schedules have changes)

    text = single_line(text, content="a title for subscribers", remedy="one, and the rest as message")
    return _domain_text(partial(line_of_text, what="summary"), text)


def _paragraphs(noun: str, text: str) -> str:
    from icsfeed.domain.plans import free_text  # noqa: PLC0415  (few files have changes)

    return _domain_text(partial(free_text, what=noun), plain_text(text))


def _ticket(text: str) -> str:
    from icsfeed.domain.plans import ticket_address  # noqa: PLC0415  (see above)

    return _domain_text(ticket_address, text.strip())


def _length(text: str) -> str:
    from icsfeed.domain.lengths import parse_length  # noqa: PLC0415  (see above)

    _domain_text(lambda length: str(parse_length(length)), text)
    return text


def _step(text: str) -> str:
    if text not in (*_STEPS, _NO_STEP):
        remedy = suggestion(text, _STEPS)
        alternative = "" if remedy.endswith("?") else ", or leave step out to alter something or add a message"
        msg = f"{as_toml(text)} is not a step of a change; {remedy}{alternative}"
        raise ValueError(msg)
    return text


CHANGE_ID: Final = text_value(_change_id, pattern=f"^{IDENTIFIER_PATTERN}$")
SUMMARY: Final = text_value(_summary, minLength=1)
REASON: Final = text_value(partial(_paragraphs, "reason"))
MESSAGE: Final = text_value(partial(_paragraphs, "message"))
TICKET: Final = text_value(_ticket, format="uri")
LENGTH: Final = text_value(_length)
UPDATE_NUMBER: Final = core_schema.int_schema(strict=True, ge=1)
KIND_OF_CHANGE: Final = choice([Kind.EMERGENCY.value, Kind.PLANNED.value], "a kind of change")
STEP: Final = text_value(_step, enum=[*_STEPS, _NO_STEP])
