"""Reading on where a file is no TOML: each broken statement is explained and set aside, and the rest is read.

A statement is a pair of key and value, or a heading; it begins on a line, and an array may end it on a later one. What
is set aside keeps its lines, and leaves a mark in its table: so the table's path is known, and the key counts as given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from icsfeed.store.schedule_file import broken_lines
from icsfeed.store.schedule_file.mistakes import SET_ASIDE, Finding, Mistake
from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.sentences import known_keys
from icsfeed.store.schedule_file.toml_data import NotTomlError, Parsed, toml

_MOST_MISTAKES: Final = 50
_MOST_ATTEMPTS: Final = 2 * _MOST_MISTAKES
_DEEPEST: Final = 8
_MARK: Final = "\0 set aside "
_MARKED: Final = '"\\u0000 set aside '

_POSITION: Final = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_NAME: Final = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADING: Final = re.compile(r"""\s*\[\[?[^"'\[\],]+\]""")
_BEGINNING: Final = re.compile(rf"\s*{_NAME}(?:\s*\.\s*{_NAME})*\s*=|{_HEADING.pattern}")
_CONFLICT: Final = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: |$)")
_VALUE_EXPECTED: Final = ("Unclosed array", "Invalid value")
_THREE_QUOTES: Final = ('"""', "'''")


class _Fault(NamedTuple):
    """Where ``tomllib`` stops, as indices of line and column, and why."""

    line: int
    column: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Broken:
    """What was set aside: ``names`` are the key's; where none can be read, ``words`` may begin with it."""

    line: int
    message: str
    names: tuple[str, ...] = ()
    words: str = ""


def recovered(text: str) -> Parsed:
    """What can be read of a text that is no TOML, and what is wrong with the rest.

    Raises:
        NotTomlError: where there is no telling what else the file says.
    """
    file = _File(text)
    for _ in range(_MOST_ATTEMPTS):
        try:
            data = toml("\n".join([*file.lines, ""]))
        except NotTomlError as error:
            raise NotTomlError([*file.mistakes(), *error.mistakes]) from None
        except tomllib.TOMLDecodeError as error:
            if not file.set_aside(file.fault(str(error))):
                break
        else:
            findings = list(_found(data, file.broken))
            if not data.keys() & set(known_keys(())):
                raise NotTomlError(file.mistakes()[:1])  # it is no schedule at all
            return Parsed(data=data, broken=findings, content="\n".join(file.lines).encode())
    raise NotTomlError(file.mistakes())


class _File:
    """The lines of a file, from which one broken statement after the other is taken."""

    def __init__(self, text: str) -> None:
        self.lines = text.replace("\r\n", "\n").split("\n")
        self.broken: list[_Broken] = []
        self._mended: set[int] = set()

    def mistakes(self) -> list[Mistake]:
        """What is wrong so far."""
        return [Mistake(path="", line=each.line, message=each.message) for each in self.broken]

    def fault(self, error: str) -> _Fault:
        """Where and why ``tomllib`` stopped."""
        position = _POSITION.search(error)
        reason = error[: position.start()] if position is not None else error
        if position is None or position["line"] is None:
            return _Fault(line=len(self.lines), column=0, reason=reason)
        return _Fault(line=int(position["line"]) - 1, column=int(position["column"]) - 1, reason=reason)

    def set_aside(self, fault: _Fault) -> bool:
        """Explain the statement at fault and take it out; whether there is any point in reading on."""
        if len(self.broken) == _MOST_MISTAKES:
            return False
        if fault.line == len(self.lines) and fault.reason not in _VALUE_EXPECTED:
            return self._is_not_closed()
        if fault.line < len(self.lines) and _CONFLICT.match(self.lines[fault.line]):
            self._conflict(fault.line)
            return True
        if self._ends_early(fault):
            first, last = self._beginning_before(fault.line), fault.line - 1
            at, message = first, broken_lines.not_closed(self.lines[first])
        else:
            first = fault.line if self._is_read_up_to(fault.line) else self._beginning_before(fault.line)
            last, at = self._end_of(first, fault.line), fault.line
            explain = broken_lines.explained if at == first else broken_lines.explained_within
            message = explain(self.lines[at], fault.reason)
        if broken_lines.is_heading(self.lines[first]):
            self._heading(first, message)
        else:
            self._pair(first, last, at, message)
        return True

    def _is_not_closed(self) -> bool:
        opened = [index for index, line in enumerate(self.lines) if _opens_text(line)]
        message = "a text in three quotes is not closed; close it with three quotes where it ends"
        self.broken.append(_Broken(line=opened[-1] + 1 if opened else len(self.lines), message=message))
        return False

    def _conflict(self, line: int) -> None:
        """The lines of a merge conflict: its first side is read, and the others are set aside."""
        self.broken.append(_Broken(line=line + 1, message=broken_lines.conflict(self.lines[line])))
        aside = False
        for index in range(line, len(self.lines)):
            mark = _CONFLICT.match(self.lines[index])
            aside = aside or (mark is not None and mark[1][0] in "|=")
            if aside or mark is not None:
                self._blank(index, index)
            if mark is not None and (mark[1][0] == ">" or (index == line and mark[1][0] != "<")):
                break

    def _looks_like_a_beginning(self, line: int) -> bool:
        return line == len(self.lines) or _BEGINNING.match(self.lines[line]) is not None

    def _is_read_up_to(self, line: int) -> bool:
        """Whether all above the line can be read: then a statement begins there, and no text or array goes on."""
        try:
            toml("\n".join(self.lines[:line]))
        except (tomllib.TOMLDecodeError, NotTomlError):
            return False
        return True

    def _beginning_before(self, line: int) -> int:
        above = (index for index in range(line - 1, -1, -1) if self._looks_like_a_beginning(index))
        return next((index for index in above if self._is_read_up_to(index)), line)

    def _ends_early(self, fault: _Fault) -> bool:
        """Whether a statement begins where an array of the one before expects a value, or its end."""
        if fault.reason not in _VALUE_EXPECTED or not self._looks_like_a_beginning(fault.line):
            return False
        if fault.line == len(self.lines) or _HEADING.match(self.lines[fault.line]):
            return True
        return not self.lines[fault.line][: fault.column].strip()

    def _end_of(self, first: int, line: int) -> int:
        """The last line of a statement that begins on ``first`` and has a fault on ``line``."""
        text, following = self.lines[first], range(line + 1, len(self.lines) + 1)
        if _opens_text(text):
            return next((each for each in following[:-1] if _opens_text(self.lines[each])), line)
        if text.rstrip().endswith("{"):
            return next((each for each in following[:-1] if self.lines[each].lstrip().startswith("}")), line)
        if line == first and text.count("[") <= text.count("]"):
            return line
        return next(each for each in following if self._looks_like_a_beginning(each)) - 1

    def _blank(self, first: int, last: int) -> None:
        self.lines[first : last + 1] = [""] * (last + 1 - first)

    def _heading(self, line: int, message: str) -> None:
        """A broken heading is mended, where it is known what it should be; otherwise its table is set aside."""
        right = broken_lines.heading_meant(self.lines[line])
        if line not in self._mended:
            self.broken.append(_Broken(line=line + 1, message=message))
        if line not in self._mended and right not in (None, self.lines[line].partition("#")[0].strip()):
            self._mended.add(line)
            self.lines[line] = str(right)
            return
        following = range(line + 1, len(self.lines))
        end = next((each for each in following if broken_lines.is_heading(self.lines[each])), len(self.lines))
        self._blank(line, end - 1)

    def _pair(self, first: int, last: int, at: int, message: str) -> None:
        words = self.lines[first].strip()
        self._blank(first, last)
        self.lines[first] = f'{_MARKED}{len(self.broken)}" = 0'
        self.broken.append(_Broken(line=at + 1, message=message, names=broken_lines.names_of(words), words=words))


def _opens_text(line: str) -> bool:
    """Whether a text in three quotes begins on the line and goes on, or ends there."""
    return any(line.count(mark) % 2 for mark in _THREE_QUOTES)


def _found(data: dict[str, Any], broken: list[_Broken]) -> Iterator[Finding]:
    """Each mistake, with its path where there is a mark; a key that was set aside has a value in ``data`` again."""
    marks = {mark: (keys, table) for mark, keys, table in list(_marks(data, ()))}
    for number, each in enumerate(broken):
        keys: KeyPath = ()
        if (mark := f"{_MARK}{number}") in marks:
            table_keys, table = marks[mark]
            names = each.names or tuple(name for name in known_keys(table_keys) if each.words.startswith(f"{name} "))
            keys = (*table_keys, *names)
            _give(table, names)
        yield Finding(keys=keys, message=each.message, line=each.line)


def _marks(table: dict[str, Any], keys: KeyPath) -> Iterator[tuple[str, KeyPath, dict[str, Any]]]:
    """Take the marks out of a table and those in it, each with that table."""
    for name, value in list(table.items()):
        if name.startswith(_MARK):
            del table[name]
            yield name, keys, table
        elif len(keys) < _DEEPEST:
            for path, inner in [((*keys, name), value)] if isinstance(value, dict) else _elements(value, (*keys, name)):
                yield from _marks(inner, path)


def _elements(value: object, keys: KeyPath) -> list[tuple[KeyPath, dict[str, Any]]]:
    elements = value if isinstance(value, list) else []
    return [((*keys, index), each) for index, each in enumerate(elements) if isinstance(each, dict)]


def _give(table: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names[:-1]:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        table = inner
    if names:
        table.setdefault(names[-1], SET_ASIDE)
