"""Which line of a TOML file a key path stands on: ``tomllib`` keeps no positions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from icsfeed.store.schedule_file.notation import KeyPath, read_key, read_path

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 8
"""Twice as deep as anything in a schedule: what lies deeper is on the line of what is around it."""


def locate(content: bytes, path: str) -> int | None:
    """The line, from 1, of a key path such as ``maintenance_windows[1].start``.

    A path that the file does not have gets the line of the nearest table or element around it; ``None`` where that is
    the file itself.
    """
    return Lines(content).of(read_path(path))


def headings(content: bytes, name: str) -> list[int]:
    """The lines of all ``[[name]]``, at a glance; where they are not as many as the tables, a closer look is needed."""
    pattern = re.compile(rb"\s*\[\[\s*" + name.encode() + rb"\s*\]\]")
    return [line for line, text in enumerate(content.split(b"\n"), 1) if pattern.match(text)]


class Lines:
    """The lines of a file's keys; the file is only looked at when the first one is asked for."""

    def __init__(self, content: bytes, known: Mapping[KeyPath, int | None] | None = None) -> None:
        self._content = content
        self._known = {keys: line for keys, line in (known or {}).items() if keys and line is not None}

    def of(self, keys: KeyPath) -> int | None:
        """The line of ``keys`` or, where the file does not have them, of the nearest table or element around."""
        while keys and keys not in self._lines:
            keys = keys[:-1]
        return self._lines.get(keys)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        # Only where a line is asked for: the two take twice as long to import as an interpreter to start.
        import tree_sitter  # noqa: PLC0415
        import tree_sitter_toml  # noqa: PLC0415

        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
        # The grammar wants a line break at the end, and knows no byte order mark.
        tree = parser.parse(self._content.removeprefix(b"\xef\xbb\xbf") + b"\n")
        return _lines_of(tree.root_node) | self._known


def _lines_of(document: Node) -> dict[KeyPath, int]:
    lines: dict[KeyPath, int] = {}
    elements: Counter[KeyPath] = Counter()
    nodes: list[tuple[KeyPath, Node]] = []
    for node in document.named_children:
        if node.type == "pair":
            nodes.append(((), node))
        elif node.type in ("table", "table_array_element") and node.named_children:
            keys = _declared(node, lines, elements)
            nodes += [(keys, child) for child in node.named_children[1:]]
    # A list of what is left to see, rather than recursion: a file may nest deeper than Python's stack.
    while nodes:
        keys, node = nodes.pop()
        if len(keys) <= _DEEPEST:
            nodes += _within(keys, node, lines)
    return lines


def _within(keys: KeyPath, node: Node, lines: dict[KeyPath, int]) -> Iterator[tuple[KeyPath, Node]]:
    """The nodes in a pair, an inline table or an array, each with its path; their lines are noted."""
    line = node.start_point[0] + 1
    match node.type:
        case "pair":
            names = _names(node.named_children[0])
            for depth in range(1, len(names) + 1):
                lines.setdefault(keys + names[:depth], line)
            yield keys + names, node.named_children[-1]
        case "inline_table":
            yield from ((keys, pair) for pair in node.named_children)
        case "array":
            items = [child for child in node.named_children if child.type not in ("comment", "ERROR")]
            for index, item in enumerate(items):
                lines[(*keys, index)] = item.start_point[0] + 1
                yield (*keys, index), item


def _declared(header: Node, lines: dict[KeyPath, int], elements: Counter[KeyPath]) -> KeyPath:
    """The path that ``[a.b]`` or ``[[a.b]]`` opens: under an array of tables, that of its last element."""
    line = header.start_point[0] + 1
    keys: KeyPath = ()
    *above, last = _names(header.named_children[0]) or ("",)
    for name in above:
        keys = (*keys, name)
        lines.setdefault(keys, line)
        if elements[keys]:
            keys = (*keys, elements[keys] - 1)
    keys = (*keys, last)
    lines.setdefault(keys, line)
    if header.type == "table_array_element":
        elements[keys] += 1
        keys = (*keys, elements[keys] - 1)
        lines[keys] = line
    return keys


def _names(key: Node) -> tuple[str, ...]:
    return read_key((key.text or b"").decode(errors="replace"))[:_DEEPEST]
