"""From bytes to TOML data, or to the one thing that keeps them from being TOML."""

from __future__ import annotations

import codecs
import tomllib
from typing import Any

from icsfeed.store.schedule_file.mistakes import Mistake


class NotTomlError(Exception):
    """Bytes that are no TOML, and why."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.mistake = Mistake(path="", line=line, message=message)
        super().__init__(message, line)


def parse(content: bytes) -> dict[str, Any]:
    """The data of a TOML file, with or without a byte order mark.

    Raises:
        NotTomlError: with the one mistake that can be told from the outside.
    """
    text = _decoded(content)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from icsfeed.store.schedule_file.broken_lines import explained  # noqa: PLC0415  (only where it is broken)

        raise NotTomlError(*explained(text, str(error))) from None
    except RecursionError:
        msg = "the file nests arrays or tables too deeply; a schedule needs no more than three levels"
        raise NotTomlError(msg) from None
    except ValueError:
        msg = "the file has a number of thousands of digits; a schedule needs no numbers"
        raise NotTomlError(msg) from None
    if not data:
        msg = "the file is empty; write a starter with `icsfeed init`, or begin with [calendar]"
        raise NotTomlError(msg)
    return data


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        msg = "the file is UTF-16 text; save it as UTF-8"
        raise NotTomlError(msg)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"the byte 0x{content[error.start]:02X} is not UTF-8 text; save the file as UTF-8"
        raise NotTomlError(msg, content.count(b"\n", 0, error.start) + 1) from None
