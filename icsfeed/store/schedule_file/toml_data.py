"""TOML data, and the refusal where there is none."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any, NamedTuple

from icsfeed.store.schedule_file.mistakes import Finding, Mistake


class NotTomlError(Exception):
    """Bytes that are no TOML, and why, where nothing else can be told of them."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(self.mistakes)

    @classmethod
    def because(cls, message: str, line: int | None = None) -> NotTomlError:
        """The error of that one mistake."""
        return cls([Mistake(path="", line=line, message=message)])


class Parsed(NamedTuple):
    """The data of a TOML file. Where it was not quite one, ``broken`` is why, and ``content`` what could be read."""

    data: dict[str, Any]
    broken: list[Finding]
    content: bytes


def toml(text: str) -> dict[str, Any]:
    """What ``tomllib`` reads in a text.

    Raises:
        TOMLDecodeError: where that is no TOML.
        NotTomlError: where it is more than Python takes.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        msg = "the file nests arrays or tables too deeply; a schedule needs no more than five levels"
        raise NotTomlError.because(msg) from None
    except ValueError:
        msg = "the file has a number of thousands of digits; a schedule needs no numbers"
        raise NotTomlError.because(msg) from None
