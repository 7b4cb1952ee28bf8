"""JSON Schemas of what tools take and answer, put together from a few pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from icsfeed.domain.windows import Impact
from icsfeed.web.operators.mcp.tools import JsonSchema

OFFSET_NOTE: Final = "ISO 8601 with an offset, such as 2026-12-03T02:00:00-05:00 or 2026-12-03T07:00:00Z"
LENGTH_NOTE: Final = "days, hours and minutes, such as 2h, 90m, 1h30m or 1d"


def text(description: str) -> JsonSchema:
    return {"type": "string", "description": description}


def text_or_null(description: str) -> JsonSchema:
    return {"type": ["string", "null"], "description": description}


def flag(description: str) -> JsonSchema:
    return {"type": "boolean", "description": description}


def whole_number(description: str, *, least: int = 0, most: int | None = None) -> JsonSchema:
    bounds = {"minimum": least, **({"maximum": most} if most is not None else {})}
    return {"type": "integer", **bounds, "description": description}


def choice(values: Collection[str], description: str) -> JsonSchema:
    return {"type": "string", "enum": list(values), "description": description}


def list_of(items: JsonSchema, description: str, *, least: int = 0) -> JsonSchema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {}), "description": description}


def arguments(required: Mapping[str, JsonSchema], optional: Mapping[str, JsonSchema] | None = None) -> JsonSchema:
    """What a tool takes: these and nothing else."""
    schema: JsonSchema = {"type": "object", "properties": {**required, **(optional or {})}}
    if required:
        schema["required"] = list(required)
    return {**schema, "additionalProperties": False}


def answer(required: Mapping[str, JsonSchema], optional: Mapping[str, JsonSchema] | None = None) -> JsonSchema:
    """What a tool answers: these, and what later releases add."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def objects(description: str, keys: Collection[str]) -> JsonSchema:
    """A list of objects that have those keys, among others."""
    return list_of({"type": "object", "required": list(keys)}, description)


IMPACT: Final = choice([impact.value for impact in Impact], "What customers notice.")
KIND: Final = choice(("emergency", "planned"), "emergency: urgent, may fall in a freeze. planned: announced ahead.")
