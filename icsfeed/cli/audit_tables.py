"""The audit trail on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.cli.tables import print_table
from icsfeed.domain.audit import AuditLine, Effect
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import instant_text

_HEADINGS: Final = ("No.", "When", "Who", "Kind", "From", "Action", "Subject", "Changed")
_CHANGED_COLUMNS: Final = 60
_EMPTY: Final[tuple[object, ...]] = (None, "", [], False)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def print_audit(lines: Iterable[AuditLine], zone: ZoneInfo) -> bool:
    """A row for each line; gives whether there was any. Numbers of sign-ins begin with S."""
    rows = [_cells(line, zone) for line in lines]
    if rows:
        print_table(_HEADINGS, rows, sentence_columns=_CHANGED_COLUMNS)
    return bool(rows)


def _cells(line: AuditLine, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        f"S{line.number}" if line.is_sign_in else str(line.number),
        instant_text(line.at, zone),
        line.by,
        line.kind.value if line.kind is not None else "",
        line.address,
        line.action,
        line.subject,
        "; ".join(_differences(line.effect, zone)),
    )


def _differences(effect: Effect, zone: ZoneInfo) -> Iterator[str]:
    before: Mapping[str, object] = effect.before or {}
    for name, value in (effect.after or {}).items():
        what = name.replace("_", " ")
        if name in before and before[name] != value:
            yield f"{what}: {_text(before[name], zone)} → {_text(value, zone)}"
        elif name not in before and value not in _EMPTY:
            yield f"{what}: {_text(value, zone)}"


def _text(value: object, zone: ZoneInfo) -> str:
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_text(each, zone) for each in value) or "none"
        case dict():
            return " ".join(f"{name} {_text(each, zone)}" for name, each in value.items())
        case str() if _INSTANT.fullmatch(value):
            return instant_text(datetime.fromisoformat(value), zone)
        case _:
            return one_line(str(value))
