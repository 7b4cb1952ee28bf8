"""The options of a request that are instants, read as operators type them, and echoed as they were understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from icsfeed.cli.instants import InstantReader, Sense, TypedInstant
from icsfeed.cli.output import print_line
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.times import instant_text
from icsfeed.services.requests.errors import FieldError, InvalidRequestError

_SENSES: Final = {"start": Sense.START, "end": Sense.END, "by": Sense.DEADLINE, "until": Sense.END}
"""By option, and in the order in which they are read: an end counts from the start."""

_Request = TypeVar("_Request")


def read_option(reader: InstantReader, name: str, text: str, sense: Sense) -> datetime:
    """The instant that the option of that name gives, echoed where it was a short form.

    Raises:
        BadInputError: where it gives none.
    """
    instant = reader.read(text, sense)
    _echo(reader, {name: text}, {name: instant})
    return instant.at


def request_with_instants(
    reader: InstantReader,
    options: Mapping[str, object],
    build: Callable[[Mapping[str, object]], _Request],
    *,
    start: datetime | None = None,
) -> _Request:
    """The request that ``build`` makes of the options, with their instants as ISO 8601; ends count from ``start``.

    Raises:
        InvalidRequestError: with the errors of all options.
    """
    instants: dict[str, TypedInstant] = {}
    refusals: dict[str, FieldError] = {}
    for name, sense in _SENSES.items():
        text = options.get(name)
        if not isinstance(text, str):
            continue
        try:
            # Short ends count from the start: where that is refused, nobody knows how far away they are.
            knows_start = sense is not Sense.END or "start" not in refusals
            reads = reader if knows_start else replace(reader, may_guess=True)
            instants[name] = reads.read(text, sense, start=start)
        except BadInputError as error:
            refusals[name] = FieldError.of_sentence(name, str(error))
        else:
            start = instants[name].at if name == "start" else start
    try:
        # A refused text stays what it is, which no request takes for an instant: that error is replaced.
        request = build({**options, **{name: each.at.isoformat() for name, each in instants.items()}})
    except InvalidRequestError as error:
        raise InvalidRequestError([refusals.get(each.field, each) for each in error.errors]) from None
    _echo(reader, options, instants)
    return request


def _echo(reader: InstantReader, texts: Mapping[str, object], instants: Mapping[str, TypedInstant]) -> None:
    for name, instant in instants.items():
        if instant.is_short:
            prefix, doubt = ("warning: ", f"; {instant.doubt}") if instant.doubt else ("", "")
            print_line(f"{prefix}--{name} {texts[name]} is {instant_text(instant.at, reader.zone)}{doubt}", err=True)
