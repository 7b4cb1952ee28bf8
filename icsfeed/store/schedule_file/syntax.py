"""From bytes to TOML data, or to what keeps them from being TOML."""

from __future__ import annotations

import codecs
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


def parse(content: bytes) -> Parsed:
    """The data of a TOML file, with or without a byte order mark, as far as it can be read.

    Raises:
        NotTomlError: where nothing can be told but what is wrong with it as TOML.
    """
    text = _decoded(content)
    try:
        data = toml(text)
    except tomllib.TOMLDecodeError:
        from icsfeed.store.schedule_file.recovery import recovered  # noqa: PLC0415  (only where it is broken)

        return recovered(text)
    if not data:
        msg = "the file is empty; write a starter with `icsfeed init`, or begin with [calendar]"
        raise NotTomlError.because(msg)
    return Parsed(data=data, broken=[], content=content)


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


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        msg = "the file is UTF-16 text; save it as UTF-8"
        raise NotTomlError.because(msg)
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        msg = f"the byte 0x{content[error.start]:02X} is not UTF-8 text; save the file as UTF-8"
        raise NotTomlError.because(msg, content.count(b"\n", 0, error.start) + 1) from None
