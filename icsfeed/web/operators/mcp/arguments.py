"""Reading the arguments of tools, which say exactly what they mean: an instant has an offset."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from icsfeed.domain.instants import has_offset
from icsfeed.domain.texts import quoted
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError
from icsfeed.services.requests.fields import Fields
from icsfeed.web.operators.mcp.tools import Arguments

MAX_ITEMS: Final = 100
MAX_DAYS: Final = 366


def check_offsets(arguments: Arguments, names: Collection[str]) -> None:
    """Check that the instants of those names have an offset: an agent's clock need not be in the calendar's zone.

    Raises:
        InvalidRequestError: where one has none; what is no instant at all is left to the reader of the field.
    """
    errors = [
        FieldError(
            field=name,
            fault=FieldFault.VALUE,
            message=f"{quoted(value)} has no offset",
            remedy="write one such as 2026-03-08T07:00:00Z or 2026-03-08T02:00:00-05:00",
        )
        for name in names
        if isinstance(value := arguments.get(name), str) and not has_offset(value)
    ]
    if errors:
        raise InvalidRequestError(errors)


class ToolFields(Fields):
    """The arguments of a tool that only reads."""

    def __init__(self, arguments: Arguments, names: Collection[str], instants: Collection[str] = ()) -> None:
        check_offsets(arguments, instants)
        super().__init__(arguments, names)

    def number_up_to(self, name: str, most: int, *, default: int) -> int:
        number = self.number(name, least=1)
        if number is not None and number > most:
            self.refuse(name, FieldFault.VALUE, f'"{name}" is at most {most}, not {number}')
        return default if number is None else number
