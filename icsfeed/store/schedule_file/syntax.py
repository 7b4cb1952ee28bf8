"""From bytes to TOML data, or to what keeps them from being TOML."""

from __future__ import annotations

import codecs
import tomllib

from icsfeed.store.schedule_file.toml_data import NotTomlError, Parsed, toml


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
