"""RFC 5545's content lines and components, parsed from bytes with only the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

_PARAM: Final = re.compile(r';([A-Z0-9-]+)=("[^"]*"|[^";:,]*)')
_LINE: Final = re.compile(rf"(?P<name>[A-Z0-9-]+)(?P<params>(?:{_PARAM.pattern})*):(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentLine:
    """One property (section 3.1)."""

    name: str
    params: dict[str, str]
    value: str

    @property
    def local(self) -> datetime:
        """A DATE-TIME value without its zone."""
        return datetime.strptime(self.value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  (naive on purpose)

    @property
    def parts(self) -> dict[str, str]:
        """A RECUR value (section 3.3.10)."""
        return dict(part.split("=") for part in self.value.split(";"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """A component: its name, properties and nested components, in order."""

    name: str
    lines: list[ContentLine] = field(default_factory=list)
    children: list[Component] = field(default_factory=list)

    def all(self, *names: str) -> list[ContentLine]:
        """The properties with those names."""
        return [line for line in self.lines if line.name in names]

    def one(self, name: str) -> ContentLine:
        """The only property with that name."""
        (line,) = self.all(name)
        return line

    def within(self, name: str) -> list[Component]:
        """The nested components with that name."""
        return [child for child in self.children if child.name == name]


def physical_lines(content: bytes) -> list[bytes]:
    """The lines between the line ends."""
    return content.removesuffix(b"\r\n").split(b"\r\n")


def unfolded(content: bytes) -> Iterator[ContentLine]:
    """The content lines, unfolded (section 3.1)."""
    for text in re.sub(rb"\r\n[ \t]", b"", content).decode().removesuffix("\r\n").split("\r\n"):
        match = _LINE.fullmatch(text)
        if match is None:
            message = f"no content line: {text!r}"
            raise ValueError(message)
        params = {name: value.strip('"') for name, value in _PARAM.findall(match["params"])}
        yield ContentLine(name=match["name"], params=params, value=match["value"])


def parse(content: bytes) -> Component:
    """The component that the bytes consist of."""
    root = Component(name="")
    open_ones = [root]
    for line in unfolded(content):
        if line.name == "BEGIN":
            child = Component(name=line.value)
            open_ones[-1].children.append(child)
            open_ones.append(child)
        elif line.name == "END":
            if open_ones.pop().name != line.value:
                message = f"END:{line.value} without its BEGIN"
                raise ValueError(message)
        else:
            open_ones[-1].lines.append(line)
    (component,) = root.children
    if open_ones != [root]:
        message = "a component without its END"
        raise ValueError(message)
    return component
