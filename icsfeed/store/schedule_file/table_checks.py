"""Checks between keys and between tables, such as unknown environments and ids that are given twice.

They read the data as TOML gives it, so that one bad value hides no other mistake. A check whose own input has a mistake
is left out, so that nothing is reported twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file.channel_checks import channel_findings, mail_findings
from icsfeed.store.schedule_file.freeze_checks import freeze_findings
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.near_matches import nearest, word_list
from icsfeed.store.schedule_file.notation import KeyPath, as_toml
from icsfeed.store.schedule_file.operator_checks import operator_findings
from icsfeed.store.schedule_file.raw_tables import RawTable, id_key
from icsfeed.store.schedule_file.visibility_checks import visibility_findings
from icsfeed.store.schedule_file.window_checks import window_findings

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TABLE_NOUNS: Final = {
    "environments": "environment",
    "maintenance_windows": "maintenance window",
    "change_freezes": "change freeze",
    "changes": "change",
    "feeds": "feed",
    "channels": "channel",
}
"""The arrays of tables that have an id, or a slug, and what one of each is called."""

LineOf = Callable[[KeyPath], int]


def table_findings(file: RawTable, line_of: LineOf) -> Iterator[Finding]:
    """Every mistake that is not in a single value."""
    tables = {name: tuple(file.tables(name)) for name in _TABLE_NOUNS}
    updates = tuple(update for change in tables["changes"] for update in change.tables("updates"))
    for name, elements in tables.items():
        yield from _repeated_ids(name, elements, line_of)
    for window in tables["maintenance_windows"]:
        yield from window_findings(window)
    calendar_zone = _calendar_zone(file)
    for freeze in tables["change_freezes"]:
        yield from freeze_findings(freeze, calendar_zone)
    for change in tables["changes"]:
        if not {"end", "duration"} & change.intended:
            message = 'there is no end; add one, such as end = 2026-12-08T03:00:00, or duration = "2h"'
            yield Finding(keys=change.keys, message=message)
    peak_hours = file.table("peak_hours")
    holidays = tuple(freeze.table("holidays") for freeze in tables["change_freezes"])
    others = (table for table in (*updates, peak_hours, file.table("mail"), *holidays) if table is not None)
    yield from visibility_findings(file)
    yield from channel_findings(file)
    yield from mail_findings(file)
    yield from operator_findings(file)
    yield from _arrays((*chain.from_iterable(tables.values()), *others), _environment_ids(file))
    for part in (*tables["changes"], *updates):
        if {"end", "duration"} <= part.intended:
            message = "end and duration both say when it ends; keep one of them"
            yield Finding(keys=(*part.keys, "duration"), message=message)
    if file.table("maintnote") is not None:
        yield from _missing_organizer(file)
    if "feeds" not in file.intended:
        yield from _clashes_with_automatic_feeds(tables["environments"])


def _missing_organizer(file: RawTable) -> Iterator[Finding]:
    calendar = file.table("calendar")
    if calendar is not None and "organizer" not in calendar.intended:
        message = (
            "MAINTNOTE events have to name an organizer; add one to [calendar], such as "
            'organizer = { name = "Customer Support", email = "support@example.com" }'
        )
        yield Finding(keys=("maintnote",), message=message)


def _calendar_zone(file: RawTable) -> ZoneInfo | None:
    calendar = file.table("calendar")
    name = calendar.sound.get("timezone") if calendar is not None else None
    return zone(name) if name is not None else None


def _repeated_ids(name: str, tables: tuple[RawTable, ...], line_of: LineOf) -> Iterator[Finding]:
    key = id_key(name)
    first: dict[str, KeyPath] = {}
    for table in tables:
        value = table.sound.get(key)
        if value is not None and (earlier := first.setdefault(value, table.keys)) != table.keys:
            where = f"the {_TABLE_NOUNS[name]} on line {line_of((*earlier, key))}"
            message = f"{as_toml(value)} is the {key} of {where}, too; give each its own"
            yield Finding(keys=(*table.keys, key), message=message)


def _arrays(tables: Iterable[RawTable], environments: list[str] | None) -> Iterator[Finding]:
    """Values that an array has twice, and unknown environments."""
    for table in tables:
        for key in ("days", "dates", "environments", "kinds", "lifted", "only", "events", "remind"):
            seen = set()
            for keys, value in table.sound_items(key):
                if key == "environments" and environments is not None and value not in environments:
                    yield Finding(keys=keys, message=_unknown_environment(value, environments))
                if not isinstance(value, str | date):
                    continue  # an unknown key, in a table that has none of these
                normal_form = value.casefold() if isinstance(value, str) else value
                if normal_form in seen:
                    yield Finding(keys=keys, message=f"{as_toml(value)} is in the list already; remove it here")
                seen.add(normal_form)


def _environment_ids(file: RawTable) -> list[str] | None:
    """All ids, even bad ones, so that a bad id is not also an unknown one; ``None`` where one is missing."""
    ids = [table.raw.get("id") for table in file.tables("environments")]
    texts = [each for each in ids if isinstance(each, str)]
    elements = file.raw.get("environments")
    return texts if texts and isinstance(elements, list) and len(texts) == len(elements) else None


def _unknown_environment(value: str, environments: list[str]) -> str:
    match = nearest(value, environments)
    available = f"the environments are {word_list(environments, 'and')}"
    remedy = f"did you mean {as_toml(match)}?" if match is not None else available
    return f"{as_toml(value)} is not the id of an environment; {remedy}"


def _clashes_with_automatic_feeds(environments: tuple[RawTable, ...]) -> Iterator[Finding]:
    for table in environments:
        value = table.sound.get("id")
        if value in {ALL, *Kind} and table.sound.get("public", True):
            message = (
                f"{as_toml(value)} is the slug of an automatic feed; "
                "choose another id, or define the feeds yourself in [[feeds]]"
            )
            yield Finding(keys=(*table.keys, "id"), message=message)
