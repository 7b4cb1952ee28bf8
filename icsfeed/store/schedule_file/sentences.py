"""From what pydantic finds to sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import ValidationError

from icsfeed.store.schedule_file.guesses import meant
from icsfeed.store.schedule_file.keys import keys_of
from icsfeed.store.schedule_file.mistakes import SET_ASIDE, Finding
from icsfeed.store.schedule_file.model import ScheduleTables, key_at, validator
from icsfeed.store.schedule_file.notation import KeyPath, written

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_NOUNS = {
    "": "the schedule file",
    "calendar": "the calendar",
    "organizer": "the organizer",
    "environments": "an environment",
    "maintenance_windows": "a maintenance window",
    "change_freezes": "a change freeze",
    "changes": "a change",
    "updates": "an update",
    "peak_hours": "the peak hours",
    "feeds": "a feed",
}


def validated(data: dict[str, Any]) -> tuple[ScheduleTables | None, list[Finding]]:
    """The file's tables, or what is wrong with single values, keys and types."""
    try:
        return validator().validate_python(data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    found = (
        _finding(detail)
        for detail in details
        if detail["input"] is not SET_ASIDE or detail["type"] == "extra_forbidden"
    )
    return None, [finding for finding in found if finding is not None]


def given_keys(keys: KeyPath, raw: Mapping[str, object]) -> set[str]:
    """The keys that the table at ``keys`` has, and those that its misspelt ones were meant to be."""
    known = known_keys(keys)
    return {*raw, *(guess for name in raw if name not in known and (guess := meant(name, known)) is not None)}


def known_keys(keys: KeyPath) -> list[str]:
    """The keys that the table at ``keys`` may have."""
    key = key_at(keys)
    table = key.table if key is not None else ScheduleTables
    return list(keys_of(table)) if table is not None else []


def _finding(detail: ErrorDetails) -> Finding | None:
    keys, value = detail["loc"], detail["input"]
    match detail["type"]:
        case "missing":
            if keys[-1] in given_keys(keys[:-1], value):
                return None  # it is misspelt, and that is said already
            message = _missing(keys)
        case "extra_forbidden":
            message = _unknown(keys)
        case "too_short":
            example = (
                _example(keys) if key_at(keys[:1]) is None or len(keys) > 1 else f"[[{keys[0]}]] with an id and a name"
            )
            message = f"[] is empty; write at least one, such as {example}"
        case sort if sort in _SORTS:
            message = _SORTS[sort](keys, value)
        case _:
            message = str(detail["ctx"]["error"])
    return Finding(keys=keys, message=message)


def _not_text(keys: KeyPath, value: object) -> str:
    return f"{written(value)} is not text; write it in quotes, such as {_example(keys)}"


def _not_true_or_false(_: KeyPath, value: object) -> str:
    return f"{written(value)} is neither true nor false; write one of them, without quotes"


def _example(keys: KeyPath) -> str:
    key = key_at(keys)
    example = key.example if key is not None else None
    return written(example[0] if isinstance(example, list) and isinstance(keys[-1], int) else example)


def _missing(keys: KeyPath) -> str:
    name = keys[-1]
    if keys == ("calendar",):
        return "[calendar] is missing; add it, with its name, timezone and uid_domain"
    if keys == ("environments",):
        return "[[environments]] is missing; add at least one, with its id and name"
    return f"{name} is missing; add it, such as {name} = {_example(keys)}"


def _unknown(keys: KeyPath) -> str:
    name, known = str(keys[-1]), known_keys(keys[:-1])
    noun = _NOUNS[next((str(key) for key in reversed(keys[:-1]) if isinstance(key, str)), "")]
    guess = meant(name, known)
    instead = f"did you mean {guess}?" if guess is not None else f"its keys are {', '.join(known)}"
    return f"{written(name)} is not a key of {noun}; {instead}"


def _not_a_table(keys: KeyPath, value: object) -> str:
    if isinstance(keys[-1], int):
        return f"{written(value)} is not a table; write [[{_heading(keys)}]] and below it the keys, each on its line"
    if isinstance(value, list) and len(keys) == 1:
        return f"[[{keys[0]}]] stands where there is only one; write [{keys[0]}], with single brackets, and only once"
    instead = (
        f"[{keys[0]}] and below it the keys, each on its line" if len(keys) == 1 else f"{keys[-1]} = {_example(keys)}"
    )
    return f"{written(value)} is not a table; write {instead}"


def _not_an_array(keys: KeyPath, value: object) -> str:
    key = key_at(keys)
    if key is not None and key.many:
        if isinstance(value, dict):
            heading = _heading(keys)
            return f"[{heading}] stands where there can be several; write [[{heading}]], with double brackets"
        return f"{written(value)} is not an array of tables; write [[{_heading(keys)}]] above the keys of each"
    instead = f"[{written(value)}]" if isinstance(value, (str, date)) else f"such as {_example(keys)}"
    return f"{written(value)} is not an array; write it in brackets: {instead}".replace(": such", ", such")


def _heading(keys: KeyPath) -> str:
    """What stands in the brackets above the keys of a table."""
    return ".".join(key for key in keys if isinstance(key, str))


def _not_a_moment(_: KeyPath, value: object) -> str:
    example = "write one such as 2026-12-08T01:00:00"
    match value:
        case date():
            return f"{written(value)} is a date alone; write the time, too, such as {written(value)}T01:00:00"
        case time():
            return f"{written(value)} is a time of day alone; write the date, too, such as 2026-12-08T{written(value)}"
        case str():
            try:
                right = written(datetime.fromisoformat(value).replace(microsecond=0))
            except ValueError:
                return f"{written(value)} is not a date and time; {example}, without quotes"
            return f"{written(value)} is a date and time in quotes; write it without them: {right}"
        case _:
            return f"{written(value)} is not a date and time; {example}"


def _not_a_date(_: KeyPath, value: object) -> str:
    if isinstance(value, datetime):
        return f"{written(value)} is a date with a time; write the date alone, {written(value.date())}"
    if isinstance(value, str):
        try:
            return f"{written(value)} is a date in quotes; write it without them: {date.fromisoformat(value)}"
        except ValueError:
            return f"{written(value)} is not a date; write year, month and day without quotes, such as 2020-01-01"
    return f"{written(value)} is not a date; write year, month and day, such as 2020-01-01"


def _not_a_time(keys: KeyPath, value: object) -> str:
    if isinstance(value, datetime):
        return f"{written(value)} is a date with a time; write the time of day alone, {written(value.time())}"
    if isinstance(value, str):
        example = f"such as {_example(keys)}"
        try:
            moment = time.fromisoformat(value)
        except ValueError:
            return f"{written(value)} is not a time of day; write it without quotes, {example}"
        right = written(moment.replace(tzinfo=None, microsecond=0))
        return f"{written(value)} is a time of day in quotes; write it without them: {right}"
    return f"{written(value)} is not a time of day; write hours, minutes and seconds, such as {_example(keys)}"


_SORTS: Final = {
    "dict_type": _not_a_table,
    "list_type": _not_an_array,
    "string_type": _not_text,
    "bool_type": _not_true_or_false,
    "date_type": _not_a_date,
    "time_type": _not_a_time,
    "datetime_type": _not_a_moment,
}
"""What is said of a value of another type, by pydantic's name for that mistake."""
