"""Jinja environments that escape values by what is rendered.

It imports nothing of icsfeed but text functions: the process that renders own templates needs it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from icsfeed.publication.reminders.markdown import escaped_markdown
from icsfeed.publication.reminders.plain_text import wrapped

_Environment = TypeVar("_Environment", bound=Environment)


class Escaping(StrEnum):
    """How values are escaped where a template prints them; what is printed with ``safe`` is not."""

    XML = "xml"
    """Also HTML: as text, and within quoted attributes."""
    MARKDOWN = "markdown"
    NONE = "none"


def template_environment(kind: type[_Environment], templates: Mapping[str, str], escaping: Escaping) -> _Environment:
    """An environment of that kind with the templates by name; what they lack is an error, not an empty text."""
    environment = kind(
        loader=FunctionLoader(partial(_source, templates)),
        autoescape=escaping is Escaping.XML,
        finalize=_FINALIZERS.get(escaping),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrap"] = wrapped
    return environment


def _source(templates: Mapping[str, str], name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """The template with its name as that of its file, which errors name; it never changes."""
    source = templates.get(name)
    return (source, name, lambda: True) if source is not None else None


def _in_markdown(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else escaped_markdown(value)


_FINALIZERS: Final[Mapping[Escaping, Callable[[object], object]]] = {Escaping.MARKDOWN: _in_markdown}
