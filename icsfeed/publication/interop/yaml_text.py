"""YAML with comments before it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Final

import yaml

_COLUMNS: Final = 100
_PREFIX: Final = "# "


# libyaml takes a quarter of the time, and writes the same bytes for what is written here.
_DUMPER: Final = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper


def yaml_text(comments: Iterable[str], value: object | None) -> bytes:
    """The comments, a paragraph each, and then the value; a document of comments alone where that is ``None``.

    A comment is on one line, but for the lines into which it is broken here: what comes from a schedule stands in it as
    ``icsfeed.domain.texts.quoted`` has it. One that begins with a space is kept as it is.
    """
    lines = [line for comment in comments for line in (*_lines_of(comment), "#")][:-1]
    body = "" if value is None else _yaml_of(value)
    return ("\n".join(lines) + "\n" + body).encode()


def _lines_of(comment: str) -> list[str]:
    if comment.startswith(" "):
        return [_PREFIX + line for line in comment.split("\n")]
    return textwrap.wrap(
        comment,
        _COLUMNS,
        initial_indent=_PREFIX,
        subsequent_indent=_PREFIX,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _yaml_of(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=_COLUMNS, default_flow_style=None
    )
    return text
