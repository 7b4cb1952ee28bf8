"""Checks of single values, keys and types: pydantic's errors as sentences for the file's author."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import ValidationError

from icsfeed.store.schedule_file.date_values import absent_day
from icsfeed.store.schedule_file.key_advice import key_remedy, meant_key
from icsfeed.store.schedule_file.keys import keys_of
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.model import ScheduleTables, key_at, validator
from icsfeed.store.schedule_file.near_matches import nearest_key
from icsfeed.store.schedule_file.notation import KeyPath, as_toml
from icsfeed.store.schedule_file.policy_tables import WindowTable
from icsfeed.store.schedule_file.weekday_advice import days_remedy

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_TABLE_NOUNS: Final = {
    "": "the schedule file",
    "calendar": "the calendar",
    "organizer": "the organizer",
    "environments": "an environment",
    "maintenance_windows": "a maintenance window",
    "change_freezes": "a change freeze",
    "holidays": "the holidays of a freeze",
    "changes": "a change",
    "updates": "an update",
    "peak_hours": "the peak hours",
    "maintnote": "the MAINTNOTE feeds",
    "feeds": "a feed",
    "notice": "the notice periods",
    "channels": "a channel",
    "mail": "customers' mail",
    "operators": "the operators' settings",
    "oidc": "the provider of OpenID Connect",
}

_SECRETS: Final = {
    ("calendar", "database"),
    ("channels", "url"),
    ("channels", "webhook"),
    ("channels", "secret"),
    ("mail", "smtp"),
    ("oidc", "client_secret"),
}
"""The table and the key of values that may hold a password, which no message repeats."""

_ZONES: Final = {
    "feeds": "a feed has each window in its own zone, and all else in calendar.timezone",
}
"""Where the zone of a table comes from that has none of its own."""


def validated(data: dict[str, Any]) -> tuple[ScheduleTables | None, list[Finding]]:
    """The file's tables, or every mistake in single values, keys and types."""
    try:
        return validator().validate_python(data), []
    except ValidationError as error:
        findings = [_finding(detail) for detail in error.errors(include_url=False)]
    return None, [finding for finding in findings if finding is not None]


def intended_keys(keys: KeyPath, table: Mapping[str, object]) -> set[str]:
    """The keys of the table at that path, and those that its misspelt ones were meant to be."""
    allowed = allowed_keys(keys)
    noun = _table_name(keys)
    guesses = {meant_key(noun, name, value, allowed) for name, value in table.items() if name not in allowed}
    return {*table, *(guess for guess in guesses if guess is not None)}


def allowed_keys(keys: KeyPath) -> list[str]:
    """The keys that the table at that path may have."""
    key = key_at(keys)
    table = key.table if key is not None else ScheduleTables
    return list(keys_of(table)) if table is not None else []


def _finding(detail: ErrorDetails) -> Finding | None:
    keys, value = detail["loc"], detail["input"]
    match detail["type"]:
        case "missing":
            if keys[-1] in intended_keys(keys[:-1], value):
                return None  # reported as misspelt
            message = _missing_key(keys)
        case "extra_forbidden":
            message = _unknown_key(keys, value)
        case "too_short":
            several_tables = len(keys) == 1 and key_at(keys) is not None
            example = f"[[{keys[0]}]] with an id and a name" if several_tables else _example(keys)
            message = f"[] is empty; write at least one, such as {example}"
        case "string_type" if (keys[0], keys[-1]) in _SECRETS:
            message = f"this is not text; write it in quotes, such as {_example(keys)}"
        case kind if kind in _WRONG_TYPE:
            message = _WRONG_TYPE[kind](keys, value)
        case _:
            message = str(detail["ctx"]["error"])
    return Finding(keys=keys, message=message)


def _example(keys: KeyPath) -> str:
    key = key_at(keys)
    example = key.example if key is not None else None
    return as_toml(example[0] if isinstance(example, list) and isinstance(keys[-1], int) else example)


def _missing_key(keys: KeyPath) -> str:
    if keys == ("calendar",):
        return "[calendar] is missing; add it, with its name, timezone and uid_domain"
    if keys == ("environments",):
        return "[[environments]] is missing; add at least one, with its id and name"
    return f"{keys[-1]} is missing; add it, such as {keys[-1]} = {_example(keys)}"


def _unknown_key(keys: KeyPath, value: object) -> str:
    name, table, allowed = str(keys[-1]), _table_name(keys[:-1]), allowed_keys(keys[:-1])
    remedy = key_remedy(table, name, value, allowed) or _key_elsewhere(table, name)
    return f"{as_toml(name)} is not a key of {_TABLE_NOUNS[table]}; {remedy or 'its keys are ' + ', '.join(allowed)}"


def _table_name(keys: KeyPath) -> str:
    return next((key for key in reversed(keys) if isinstance(key, str)), "")


def _key_elsewhere(table: str, name: str) -> str | None:
    """The remedy for a key that belongs in another table."""
    window_key = nearest_key(name, ("timezone",)) or (name if name in keys_of(WindowTable) else None)
    if table == "environments" and window_key is not None:
        other = "" if window_key == name else f" as {window_key}"
        return f"put it on the window{other}, in [[maintenance_windows]]"
    return _ZONES.get(table) if window_key == "timezone" else None


def _not_text(keys: KeyPath, value: object) -> str:
    return f"{as_toml(value)} is not text; write it in quotes, such as {_example(keys)}"


def _not_a_boolean(_: KeyPath, value: object) -> str:
    return f"{as_toml(value)} is neither true nor false; write one of them, without quotes"


def _not_a_table(keys: KeyPath, value: object) -> str:
    if isinstance(keys[-1], int):
        remedy = f"write [[{_heading(keys)}]] and below it the keys, each on its own line"
    elif isinstance(value, list) and len(keys) == 1:
        return f"there is only one [{keys[0]}]; write it once, with single brackets"
    elif len(keys) == 1:
        remedy = f"write [{keys[0]}] and below it the keys, each on its own line"
    else:
        remedy = f"write {keys[-1]} = {_example(keys)}"
    return f"{as_toml(value)} is not a table; {remedy}"


def _not_an_array(keys: KeyPath, value: object) -> str:
    key = key_at(keys)
    if key is not None and key.many:
        heading = _heading(keys)
        if isinstance(value, dict):
            return f"[{heading}] is for a single table; write [[{heading}]], with double brackets"
        return f"{as_toml(value)} is not an array of tables; write [[{heading}]] above the keys of each"
    if keys[-1] == "days" and isinstance(value, str) and (remedy := days_remedy(value)) is not None:
        return f"{as_toml(value)} is not an array of weekdays; {remedy}"
    if isinstance(value, (str, date)):
        return f"{as_toml(value)} is not an array; write it in brackets: {as_toml(_array_of(keys, value))}"
    return f"{as_toml(value)} is not an array; write it in brackets, such as {_example(keys)}"


def _array_of(keys: KeyPath, value: str | date) -> list[str] | list[date]:
    """The array that a text with commas, or a single value, was meant to be."""
    if isinstance(value, date):
        return [value]
    words = [word for word in (part.strip() for part in re.split("[,;]", value)) if word] or [value]
    if keys[-1] in ("lifted", "dates"):
        try:
            return [date.fromisoformat(word) for word in words]
        except ValueError:
            return words
    return words


def _heading(keys: KeyPath) -> str:
    return ".".join(key for key in keys if isinstance(key, str))


def _not_a_datetime(_: KeyPath, value: object) -> str:
    match value:
        case date():
            return f"{as_toml(value)} is a date alone; write the time, too, such as {as_toml(value)}T01:00:00"
        case time():
            return f"{as_toml(value)} is a time of day alone; write the date, too, such as 2026-12-08T{as_toml(value)}"
        case str():
            try:
                right = as_toml(datetime.fromisoformat(value).replace(microsecond=0))
            except ValueError:
                return f"{as_toml(value)} is not a date and time; write one such as 2026-12-08T01:00:00, without quotes"
            return f"{as_toml(value)} is a date and time in quotes; write it without them: {right}"
        case _:
            return f"{as_toml(value)} is not a date and time; write one such as 2026-12-08T01:00:00"


def _not_a_date(_: KeyPath, value: object) -> str:
    if isinstance(value, datetime):
        return f"{as_toml(value)} is a date with a time; write the date alone, {as_toml(value.date())}"
    if isinstance(value, str):
        try:
            return f"{as_toml(value)} is a date in quotes; write it without them: {date.fromisoformat(value)}"
        except ValueError:
            if (absence := absent_day(value)) is not None:
                return f"{absence}; write another date"
            return f"{as_toml(value)} is not a date; write year, month and day without quotes, such as 2020-01-01"
    return f"{as_toml(value)} is not a date; write year, month and day, such as 2020-01-01"


def _not_a_time(keys: KeyPath, value: object) -> str:
    if isinstance(value, date) and (keys[0], keys[-1]) == ("change_freezes", "start"):
        return f"{as_toml(value)} is a date; write from = {as_toml(value)} in place of start"
    if isinstance(value, datetime):
        return f"{as_toml(value)} is a date with a time; write the time of day alone, {as_toml(value.time())}"
    if isinstance(value, str):
        try:
            right = time.fromisoformat(value).replace(tzinfo=None, microsecond=0)
        except ValueError:
            return f"{as_toml(value)} is not a time of day; write it without quotes, such as {_example(keys)}"
        return f"{as_toml(value)} is a time of day in quotes; write it without them: {as_toml(right)}"
    return f"{as_toml(value)} is not a time of day; write hours and minutes, such as {_example(keys)}"


_WRONG_TYPE: Final = {
    "dict_type": _not_a_table,
    "list_type": _not_an_array,
    "string_type": _not_text,
    "bool_type": _not_a_boolean,
    "date_type": _not_a_date,
    "time_type": _not_a_time,
    "datetime_type": _not_a_datetime,
}
"""The message about a value of another type, by pydantic's name of the error."""
