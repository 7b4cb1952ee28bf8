"""Reading the fields of a request: each has a type, and the errors of all of them are collected."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError, IcsfeedError
from icsfeed.domain.instants import parse_instant
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.texts import quoted
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError

_MAX_MINUTES: Final = 99_999
_MAX_SHOWN_CHARS: Final = 60
_ABSENT: Final = object()

_Value = TypeVar("_Value")


def present(value: _Value | None) -> _Value:
    """A value that a request must have, after ``Fields.finish`` has made sure of that."""
    if value is None:
        msg = "a required field was neither given nor refused"
        raise TypeError(msg)
    return value


class Fields:
    """The fields of one request.

    Each method gives the value of a field, or ``None`` where it is absent or wrong; ``finish`` raises what was wrong.
    An explicit ``null`` is wrong: a field without a value is left out.
    """

    def __init__(self, data: object, names: Collection[str]) -> None:
        self._errors: list[FieldError] = []
        self._data: Mapping[str, object] = {}
        if isinstance(data, Mapping):
            self._data = data
            for name in data:
                if name not in names:
                    self._add(
                        str(name),
                        FieldFault.UNKNOWN,
                        f"there is no field {_json_excerpt(name)}",
                        f"the fields are {', '.join(names)}",
                    )
        else:
            self._add("", FieldFault.TYPE, f"a request is an object with fields, not {_json_excerpt(data)}")

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def finish(self) -> None:
        """End the reading.

        Raises:
            InvalidRequestError: where anything was wrong.
        """
        if self._errors:
            raise InvalidRequestError(self._errors)

    def refuse(self, name: str, fault: FieldFault, message: str, remedy: str = "") -> None:
        """Add an error that concerns more than the field's own value."""
        self._add(name, fault, message, remedy)

    def is_sound(self, *names: str) -> bool:
        """Whether none of these fields has an error so far."""
        return not any(error.field in names for error in self._errors)

    def require_one(self, names: tuple[str, ...], message: str) -> None:
        """An error of the last of the fields where none of them is given."""
        if not any(name in self._data for name in names):
            self._errors.append(
                FieldError(field=names[-1], fault=FieldFault.MISSING, message=message, alternatives=names)
            )

    def require(self, name: str, message: str, remedy: str = "") -> bool:
        """Whether the field is given; an error where it is not."""
        if name not in self._data:
            self._add(name, FieldFault.MISSING, message, remedy)
        return name in self._data

    def text(self, name: str, tidy: Callable[[str], str] = str) -> str | None:
        """A text, as ``tidy`` gives it; ``tidy`` raises a ``BadInputError`` or ``RefusedError`` where it can't be."""
        return self._read(name, str, "a text", tidy, "write a text in quotes")

    def text_by_language(
        self, name: str, languages: Sequence[str], tidy: Callable[[str], str] = str
    ) -> dict[str, str] | None:
        """A text, or an object with a text for each language: the texts by language, as ``tidy`` gives them.

        A text alone is in the first of the ``languages``, which an object has to have as well.
        """
        value = self._data.get(name)
        if not isinstance(value, Mapping):
            text = self.text(name, tidy)
            return {languages[0]: text} if text is not None else None
        for code, text in value.items():
            if code not in languages:
                message = f'{_json_excerpt(code)} is not a language of this calendar, in which "{name}" can be written'
                self._add(name, FieldFault.VALUE, message, f"its languages are {', '.join(languages)}")
            elif not isinstance(text, str):
                self._add(name, FieldFault.TYPE, f'"{name}" in "{code}" is a text, not {_json_excerpt(text)}')
        if not value.get(languages[0]):
            message = f'the {name} has no text in "{languages[0]}", the calendar\'s first language'
            self._add(name, FieldFault.VALUE, message, "add it")
        if not self.is_sound(name):
            return None
        return self.attempt(name, lambda: {code: tidy(text) for code, text in value.items()})

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts."""
        value = self._data.get(name, _ABSENT)
        if value is _ABSENT:
            return None
        if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
            return tuple(value)
        hint = f"write [{_json_excerpt(value)}]" if isinstance(value, str) else 'write one such as ["a", "b"]'
        self._add(name, FieldFault.TYPE, f'"{name}" is a list of texts, not {_json_excerpt(value)}', hint)
        return None

    def flag(self, name: str) -> bool:
        """True or false; false where it is absent."""
        return bool(self._read(name, bool, "true or false", bool, "write true or false"))

    def number(self, name: str, *, least: int, most: int | None = None) -> int | None:
        """A whole number."""

        def check(number: int) -> int:
            if number < least:
                msg = f'"{name}" is at least {least}, not {number}; {remedy}'
                raise BadInputError(msg)
            if most is not None and number > most:
                msg = f'"{name}" is at most {most}, not {_json_excerpt(number)}; {remedy}'
                raise BadInputError(msg)
            return number

        remedy = f"write a number from {least} to {most}" if most is not None else f"write {least} or more"

        if isinstance(self._data.get(name), bool):
            self._add(
                name, FieldFault.TYPE, f'"{name}" is a whole number, not {_json_excerpt(self._data[name])}', remedy
            )
            return None
        return self._read(name, int, "a whole number", check, remedy)

    def choice(self, name: str, choices: Mapping[str, _Value]) -> _Value | None:
        """One of the choices, by its text."""

        def choose(text: str) -> _Value:
            if text not in choices:
                msg = f'{_json_excerpt(text)} is not one of the values of "{name}"; write {_alternatives(choices)}'
                raise BadInputError(msg)
            return choices[text]

        return self._read(name, str, f"one of {', '.join(choices)}", choose, f"write {_alternatives(choices)}")

    def instant(self, name: str, zone: ZoneInfo) -> datetime | None:
        """An instant (UTC): a text in ISO 8601, or a date-time of TOML; local where it has no offset."""
        value = self._data.get(name)
        if isinstance(value, datetime):
            return self.attempt(name, lambda: parse_instant(value.isoformat(), zone))
        return self._read(
            name, str, "an instant", lambda text: parse_instant(text, zone), 'write one such as "2026-03-08T07:00:00Z"'
        )

    def length(self, name: str) -> timedelta | None:
        """A length of time, such as ``1h30m``."""
        value = self._data.get(name)
        is_number = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_MINUTES
        remedy = f'write "{value}m" if that is minutes' if is_number else 'write one such as "2h", "90m" or "1h30m"'
        return self._read(name, str, "a length of time", parse_length, remedy)

    def lengths(self, name: str) -> tuple[timedelta, ...] | None:
        """A list of lengths of time."""
        texts = self.texts(name)
        return None if texts is None else self.attempt(name, lambda: tuple(map(parse_length, texts)))

    def date(self, name: str) -> date | None:
        """A date: a text in ISO 8601, or a date of TOML."""

        def parse(text: str) -> date:
            try:
                return date.fromisoformat(text)
            except ValueError:
                msg = f"{_json_excerpt(text)} is not a date; write one such as 2026-12-07"
                raise BadInputError(msg) from None

        value = self._data.get(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        return self._read(name, str, "a date", parse, 'write one such as "2026-12-07"')

    def _read(self, name: str, kind: type, kind_name: str, parse: Callable[..., _Value], remedy: str) -> _Value | None:
        """The value; ``remedy`` says what to write in place of one that is not of that ``kind``."""
        value = self._data.get(name, _ABSENT)
        if value is _ABSENT:
            return None
        if isinstance(value, kind):
            return self.attempt(name, lambda: parse(value))
        remedy = "leave it out where it has no value" if value is None else remedy
        self._add(name, FieldFault.TYPE, f'"{name}" is {kind_name}, not {_json_excerpt(value)}', remedy)
        return None

    def attempt(self, name: str, parse: Callable[[], _Value]) -> _Value | None:
        """What ``parse`` gives; an error of the field where it raises one of the domain's."""
        try:
            return parse()
        except IcsfeedError as error:
            self._errors.append(FieldError.of_sentence(name, str(error)))
            return None

    def _add(self, name: str, fault: FieldFault, message: str, remedy: str = "") -> None:
        self._errors.append(FieldError(field=name, fault=fault, message=message, remedy=remedy))


def _alternatives(choices: Collection[str]) -> str:
    *others, last = choices
    return f"{', '.join(map(quoted, others))} or {quoted(last)}" if others else quoted(last)


def _json_excerpt(value: object) -> str:
    """The value in JSON's notation, shortened; one that can't be written, such as a huge number, by its type."""
    try:
        text = json.dumps(value, ensure_ascii=False, skipkeys=True, default=str)
    except (ValueError, RecursionError):
        text = f"a value of type {type(value).__name__}"
    text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text if len(text) <= _MAX_SHOWN_CHARS else text[: _MAX_SHOWN_CHARS - 1] + "…"
