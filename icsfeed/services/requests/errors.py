"""The errors of a request: one value for each field, all of them in one exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from icsfeed.domain.errors import BadInputError

_MESSAGE_AND_REMEDY: Final = re.compile(r'((?:[^";]|"(?:[^"\\]|\\.)*"|;(?! ))*?)(?:; (.*))?', re.DOTALL)
"""A sentence up to its first semicolon outside double quotes, and what comes after that."""


class FieldFault(StrEnum):
    """The kinds of what can be wrong with a field."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    """Two fields that say the same; or the request belongs to another command."""
    TYPE = "type"
    VALUE = "value"


USAGE_FAULTS: Final = {FieldFault.MISSING, FieldFault.UNKNOWN, FieldFault.CONFLICT}
"""Faults in which fields are given, not in what they say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldError:
    """What is wrong with the field of that name (empty: with the request as a whole), and what to write instead.

    ``alternatives`` are fields that are missing and of which one must be given; each interface names them its own way.
    """

    field: str
    fault: FieldFault
    message: str
    remedy: str = ""
    alternatives: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text(lambda name: f'"{name}"')

    def text(self, field_text: Callable[[str], str]) -> str:
        """The error as a sentence, with the names of fields as ``field_text`` writes them."""
        remedy = f"give {' or '.join(map(field_text, self.alternatives))}" if self.alternatives else self.remedy
        return f"{self.message}; {remedy}" if remedy else self.message

    @classmethod
    def of_sentence(cls, field: str, sentence: str, fault: FieldFault = FieldFault.VALUE) -> FieldError:
        """The error that a domain function raised, such as ``"x" is not an instant; write one such as …``."""
        match = _MESSAGE_AND_REMEDY.fullmatch(sentence)
        message, remedy = match.groups(default="") if match is not None else (sentence, "")
        return cls(field=field, fault=fault, message=message, remedy=remedy)


class ParameterError(BadInputError):
    """One thing of a request that can't be read, where nothing else is looked at: a parameter or header, by name."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class InvalidRequestError(BadInputError):
    """A request with errors in its fields; ``errors`` are all of them."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        self.is_wrong_usage = all(error.fault in USAGE_FAULTS for error in self.errors)
        super().__init__("\n".join(map(str, self.errors)))
