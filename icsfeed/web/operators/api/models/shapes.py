"""What all models have in common, and the types of their values."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

LEFT_OUT: Final[Any] = None
"""The default of a field that may be left out; ``null`` is no value that it takes."""


def _without_null_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        if "default" in field and field["default"] is None:
            del field["default"]


class RequestModel(BaseModel):
    """The fields of a request, or of a query. Others are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_without_null_defaults)


class Document(BaseModel):
    """An answer. Later versions may add keys."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_without_null_defaults)


def _text_format(name: str, example: str) -> dict[str, Any]:
    return {"format": name, "examples": [example]}


UtcInstant = Annotated[str, Field(json_schema_extra=_text_format("date-time", "2026-12-09T06:00:00Z"))]
"""An instant in UTC."""

LocalInstant = Annotated[str, Field(json_schema_extra=_text_format("date-time", "2026-12-09T01:00:00-05:00"))]
"""An instant on the wall clock of the calendar's zone, with its offset."""

GivenInstant = Annotated[str, Field(json_schema_extra=_text_format("date-time", "2026-12-09T01:00:00-05:00"))]
"""An instant in a request: ISO 8601 with an offset."""

LocalDate = Annotated[str, Field(json_schema_extra=_text_format("date", "2026-12-10"))]
"""A date in the calendar's zone, or in a window's own."""

Length = Annotated[
    str,
    Field(
        json_schema_extra={
            "pattern": r"^(?=.*[1-9])([0-9]{1,3}d)?([0-9]{1,4}h)?([0-9]{1,5}m)?$",
            "examples": ["1h30m"],
        }
    ),
]
"""A length of time: days, hours and minutes."""

EnvironmentId = Annotated[str, Field(json_schema_extra={"examples": ["production"]})]

Line = Annotated[str, Field(min_length=1, max_length=250)]
"""A text of one line."""

FreeText = Annotated[str, Field(max_length=10_000)]
"""A text that may have paragraphs."""

Translations = Annotated[
    dict[str, dict[str, str]], Field(description="The texts in other languages, by language and key.")
]


class SpanModel(Document):
    """When something begins and ends."""

    start: Annotated[UtcInstant, Field(description="When it begins, in UTC.")]
    end: Annotated[UtcInstant, Field(description="When it ends, in UTC.")]
    local_start: Annotated[LocalInstant, Field(description="When it begins, in the calendar's zone.")]
    local_end: Annotated[LocalInstant, Field(description="When it ends, in the calendar's zone.")]


class RehearsalQuery(RequestModel):
    """The query of an operation that can be tried."""

    dry_run: Annotated[
        bool,
        Field(description="Record nothing: answer what would be public, and who would be notified, and what to mind."),
    ] = False


class PageQuery(RequestModel):
    """The query of a list."""

    limit: Annotated[int, Field(ge=1, le=200, description="The most items of this answer.")] = 50
    next: Annotated[
        str, Field(description='The value of "next" in the answer before; without one, the list begins.')
    ] = LEFT_OUT


class PageModel(Document):
    """A part of a list."""

    next: Annotated[
        str | None, Field(description='The value for the parameter "next" of the next request; null at the end.')
    ]


class PreviewDocument(Document):
    """What would be read, where it would be seen, and who would be notified of it."""

    text: Annotated[
        str | None,
        Field(
            description="What customers would read, word for word, in the calendar's first language; null where "
            "nothing would change."
        ),
    ]
    public: Annotated[
        bool, Field(description="Whether everybody would read it; otherwise, operators and private subscribers.")
    ]

    feeds: Annotated[list[str], Field(description="The feeds that would show it.")]
    channels: Annotated[
        list[str] | None, Field(description="The channels that would be notified; null where the schedule has none.")
    ]
    mails: Annotated[
        int | None, Field(description="How many mail subscribers would be; null where the schedule has no [mail].")
    ]
