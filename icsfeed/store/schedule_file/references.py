"""What is wrong between keys and between tables, however much else is wrong.

These checks read the data as TOML gives it, beside pydantic's, so that one bad value hides no other mistake; a check
whose own input is mistaken is left out, so that nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.recurrence import parse_recurrence
from icsfeed.store.schedule_file.freeze_kinds import effective_dates, freeze_findings
from icsfeed.store.schedule_file.guesses import listed, meant
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import KeyPath, written
from icsfeed.store.schedule_file.raw_tables import RawTable, Soundness

_NOUNS: Final = {
    "environments": "environment",
    "maintenance_windows": "maintenance window",
    "change_freezes": "change freeze",
    "changes": "change",
    "feeds": "feed",
}


LineOf = Callable[[KeyPath], int | None]


def contradictions(data: dict[str, Any], mistaken: list[Finding], line_of: LineOf) -> list[Finding]:
    """What contradicts something else in the file; ``mistaken`` is what is wrong with single values."""
    soundness = Soundness.beside(finding.keys for finding in mistaken)
    return list(_contradictions(data, soundness, line_of))


def _contradictions(data: dict[str, Any], soundness: Soundness, line_of: LineOf) -> Iterator[Finding]:
    tables = {name: tuple(soundness.tables(data, name)) for name in _NOUNS}
    for name, found in tables.items():
        yield from _same_names(name, found, line_of)
    for window in tables["maintenance_windows"]:
        yield from _recurrence(window)
        yield from _repeated(window, "days", soundness, str.casefold)
        yield from effective_dates(window)
    for freeze in tables["change_freezes"]:
        yield from freeze_findings(freeze)
        yield from _repeated(freeze, "lifted", soundness, lambda day: day)
    if (peak_hours := soundness.table(data, "peak_hours")) is not None:
        yield from _repeated(peak_hours, "days", soundness, str.casefold)
    known = _known_environments(data)
    changes = tables["changes"]
    updates = [update for each in changes for update in soundness.tables(each.raw, "updates", within=each.keys)]
    for change in changes:
        yield from _end(change)
    for update in updates:
        yield from _two_ends(update)
    for table in (*tables["maintenance_windows"], *changes, *updates, *tables["feeds"]):
        yield from _unknown_environments(table, known, soundness)
        yield from _repeated(table, "environments", soundness, lambda each: each)
        yield from _repeated(table, "kinds", soundness, lambda each: each)
    if "feeds" not in soundness.given((), data):
        yield from _clashes(tables["environments"])


def _same_names(name: str, tables: tuple[RawTable, ...], line_of: LineOf) -> Iterator[Finding]:
    """Two tables of one sort with the same id, or slug."""
    key = "slug" if name == "feeds" else "id"
    first: dict[str, KeyPath] = {}
    for table in tables:
        value = table.sound.get(key)
        if value is None:
            continue
        earlier = first.setdefault(value, table.keys)
        if earlier != table.keys:
            line = line_of((*earlier, key))
            where = f"on line {line}" if line is not None else f"at index {earlier[-1]}"
            message = f"{written(value)} is the {key} of the {_NOUNS[name]} {where}, too; give each its own"
            yield Finding(keys=(*table.keys, key), message=message)


def _recurrence(window: RawTable) -> Iterator[Finding]:
    if {"days", "rrule"} <= window.given:
        message = "rrule and days both say when it recurs; keep one of them"
        yield Finding(keys=(*window.keys, "rrule"), message=message)
    elif not {"days", "rrule"} & window.given:
        message = 'nothing says when it recurs; add days = ["Thursday"] or rrule = "FREQ=MONTHLY;BYDAY=2TU"'
        yield Finding(keys=window.keys, message=message)
    rule = window.sound.get("rrule")
    if rule is not None and "effective_from" not in window.given and parse_recurrence(rule).interval > 1:
        message = (
            f"{written(rule)} has an interval and no date to count from; "
            "add the date of a first occurrence, such as effective_from = 2020-01-01"
        )
        yield Finding(keys=(*window.keys, "rrule"), message=message)


def _end(change: RawTable) -> Iterator[Finding]:
    if not {"end", "duration"} & change.given:
        message = 'nothing says when it ends; add such as end = 2026-12-08T03:00:00, or duration = "2h"'
        yield Finding(keys=change.keys, message=message)
    yield from _two_ends(change)


def _two_ends(table: RawTable) -> Iterator[Finding]:
    if {"end", "duration"} <= table.given:
        message = "end and duration both say when it ends; keep one of them"
        yield Finding(keys=(*table.keys, "duration"), message=message)


def _repeated(table: RawTable, key: str, soundness: Soundness, same: Callable[[Any], Any]) -> Iterator[Finding]:
    seen = set()
    for keys, value in soundness.items(table, key):
        if same(value) in seen:
            yield Finding(keys=keys, message=f"{written(value)} is named already; remove it here")
        seen.add(same(value))


def _known_environments(data: dict[str, Any]) -> list[str] | None:
    """The ids that there are, even bad ones, so that a bad id is not also an unknown one; ``None``: can't be told."""
    tables = data.get("environments")
    if not isinstance(tables, list) or not tables:
        return None
    ids = [table.get("id") if isinstance(table, dict) else None for table in tables]
    known = [each for each in ids if isinstance(each, str)]
    return known if len(known) == len(ids) else None


def _unknown_environments(table: RawTable, known: list[str] | None, soundness: Soundness) -> Iterator[Finding]:
    if known is None:
        return
    for keys, value in soundness.items(table, "environments"):
        if value not in known:
            guess = meant(value, known)
            right = f"did you mean {written(guess)}?" if guess is not None else f"there is {listed(known, 'and')}"
            yield Finding(keys=keys, message=f"{written(value)} is not the id of an environment; {right}")


def _clashes(environments: tuple[RawTable, ...]) -> Iterator[Finding]:
    """Ids that the automatic feeds can't have as slugs."""
    for table in environments:
        value = table.sound.get("id")
        if value in {ALL, *Kind}:
            message = (
                f"{written(value)} is also the slug of a feed that there is without [[feeds]]; "
                "choose another id, or name the feeds yourself in [[feeds]]"
            )
            yield Finding(keys=(*table.keys, "id"), message=message)
