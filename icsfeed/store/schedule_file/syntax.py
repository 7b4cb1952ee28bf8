"""TOML syntax: from the bytes of a file to its data, or to its first syntax error."""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

import tomli

from icsfeed.store.schedule_file.mistakes import Mistake, ScheduleFileError

_MAX_EXCERPT_CHARS: Final = 100
_MAX_CHARS_BEFORE_CARET: Final = 70
_SECRET_VALUE: Final = re.compile(r"[^:@]*?\bdatabase\b|.*?(?=\w+://\S*@)", re.IGNORECASE)


def parse(content: bytes, source: str) -> dict[str, Any]:
    """The data of a TOML 1.1 file, with or without a byte order mark; messages call the file ``source``.

    Raises:
        ScheduleFileError: with the first syntax error.
    """
    text = _decoded(content, source)
    if "\r" in text and "\n" not in text:
        raise _whole_file_error(source, "lines end with a carriage return alone; save the file with line feeds (LF)")
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ScheduleFileError(source, [_syntax_error(error)]) from None
    except RecursionError:
        raise _whole_file_error(
            source, "arrays or tables are nested too deeply; a schedule needs no more than five levels"
        ) from None
    except ValueError:
        raise _whole_file_error(source, "a number has thousands of digits; a schedule needs no numbers") from None
    if not data:
        raise _whole_file_error(
            source, "the file is empty; write a starter with `icsfeed init`, or begin with [calendar]"
        )
    return data


def _whole_file_error(source: str, message: str, line: int = 1) -> ScheduleFileError:
    return ScheduleFileError(source, [Mistake(path="", line=line, message=message)])


def _decoded(content: bytes, source: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _whole_file_error(source, "the file is UTF-16 text; save it as UTF-8")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        message = f"the byte 0x{content[error.start]:02X} is not UTF-8 text; save the file as UTF-8"
        raise _whole_file_error(source, message, content.count(b"\n", 0, error.start) + 1) from None


def _syntax_error(error: tomli.TOMLDecodeError) -> Mistake:
    from icsfeed.store.schedule_file.syntax_hints import Explanation, explain  # noqa: PLC0415  (few files need it)

    text, position = error.doc, error.pos
    if (quotes := _unclosed_quotes(error.msg, text)) is not None:
        position = text.rfind(quotes)
    elif not text[position:].strip():
        position = max(0, len(text.rstrip()) - 1)
    start = text.rfind("\n", 0, position) + 1
    line, column = _without_secrets(_printable(text[start:].partition("\n")[0])), position - start
    char = text[error.pos : error.pos + 1]
    if error.msg.startswith(("Illegal character", "Found invalid character")) and char not in {"\n", ""}:
        explanation = Explanation(f"the control character U+{ord(char):04X} is not allowed; remove it", column)
    else:
        explanation = explain(error.msg, line, column)
    return Mistake(
        path="",
        line=text.count("\n", 0, start) + 1,
        column=explanation.column + 1,
        message=explanation.message,
        excerpt=_excerpt(line, explanation.column),
    )


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)


def _without_secrets(line: str) -> str:
    """The line, with asterisks in the URL of a database, which may hold a password."""
    match = _SECRET_VALUE.match(line)
    return line if match is None else line[: match.end()] + re.sub(r"\w", "*", line[match.end() :])


def _unclosed_quotes(reason: str, text: str) -> str | None:
    """The quotes that open a text which runs to the end of the file, where tomli stops."""
    if reason == "Unterminated string":
        return '"""' if text.count('"""') % 2 else '"'
    return {'Expected "\'"': "'", "Expected \"'''\"": "'''"}.get(reason)


def _excerpt(line: str, column: int) -> str:
    """The line, and below it a caret at the index ``column``, cut to what fits on a screen."""
    start = max(0, column - _MAX_CHARS_BEFORE_CARET)
    return f"{line[start : start + _MAX_EXCERPT_CHARS].rstrip()}\n{' ' * (column - start)}^"
