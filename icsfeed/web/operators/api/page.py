"""The page that describes the API: plain HTML, made from the table of operations."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from flask import Response, render_template
from markupsafe import Markup
from pydantic import BaseModel

from icsfeed.web.operators.api.operation import PREFIX, Operation
from icsfeed.web.operators.api.operations import OPERATIONS

STYLE: Final = """\
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 56rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid; }
h3 { margin: 2rem 0 0; font-size: 1.1rem; }
code { font-family: ui-monospace, monospace; }
p { margin: 0.25rem 0; }
table { width: 100%; min-width: 36rem; border-collapse: collapse; margin: 0.5rem 0; overflow-wrap: normal; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; border-top: 1px solid #8888; text-align: left; vertical-align: top; }
th, td:nth-child(-n+2) { white-space: nowrap; }
.wide { overflow-x: auto; }
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldRow:
    """A field of a request: its name, where it stands, its type in words, and what it says."""

    name: str
    place: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationEntry:
    """An operation as the page shows it."""

    operation: Operation
    fields: tuple[FieldRow, ...]


def api_page(*, root: str) -> Response:
    """The page, for a server below the path ``root``."""
    response = Response(_body(root), mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{_style_digest()}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return response


@lru_cache(maxsize=4)
def _body(root: str) -> str:
    topics: dict[str, list[OperationEntry]] = {}
    for operation in OPERATIONS:
        entry = OperationEntry(operation=operation, fields=tuple(_rows(operation)))
        topics.setdefault(operation.topic, []).append(entry)
    style = Markup(STYLE)  # noqa: S704  (ours)
    body = render_template("api.html", topics=topics, document=f"{root}{PREFIX}/openapi.json", style=style)
    return f"{body}\n"


@cache
def _style_digest() -> str:
    return base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def _rows(operation: Operation) -> Iterator[FieldRow]:
    for place, model in (("query", operation.query), ("body", operation.request)):
        if model is not None:
            yield from _rows_of(place, model)


def _rows_of(place: str, model: type[BaseModel]) -> Iterator[FieldRow]:
    schema = model.model_json_schema()
    for name, field in schema.get("properties", {}).items():
        yield FieldRow(
            name=name,
            place=place,
            kind=_kind(field),
            is_required=name in schema.get("required", ()),
            text=field.get("description", ""),
        )


def _kind(schema: Mapping[str, Any]) -> str:
    """The type in words, such as ``list of texts``."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_distinct(map(_kind, schema["anyOf"])))
    if schema.get("type") == "array":
        return f"list of: {_kind(schema['items'])}"
    words = {"integer": "whole number", "boolean": "true | false", "object": "text by language"}
    formats = {"date-time": "instant", "date": "date"}
    return words.get(schema.get("type", ""), formats.get(schema.get("format", ""), _text_kind(schema)))


def _text_kind(schema: Mapping[str, Any]) -> str:
    examples = schema.get("examples")
    return f"text, such as {examples[0]}" if examples else "text"


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
