"""Line numbers of the keys and values in a TOML file, which no TOML parser for Python keeps."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from icsfeed.store.schedule_file.notation import KeyPath, key_names

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_DEPTH: Final = 8
"""Twice the depth of a schedule: deeper values count as being on the line of what surrounds them."""

_TOKEN: Final = re.compile(
    rb'"""(?:\\.|[^\\])*?""""{0,2}|'
    rb"'''.*?''''{0,2}|"
    rb'"(?:\\.|[^"\\\n])*"|'
    rb"'[^'\n]*'|"
    rb"\#[^\n]*|[{}\n]|"
    rb"(?<![\d:+-])(?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d(?![\d:])(?:[Zz]|[+-]\d\d:\d\d)?",
    re.DOTALL,
)


def heading_lines(content: bytes, name: str) -> list[int]:
    """The lines that read ``[[name]]``, without parsing: other notations, and texts like it, make the count differ."""
    heading = re.compile(rb"\s*\[\[\s*" + name.encode() + rb"\s*\]\]")
    return [number for number, line in enumerate(content.split(b"\n"), 1) if heading.match(line)]


class Lines:
    """The line of each key and array element of a file; the file is parsed when the first one is asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content.removeprefix(b"\xef\xbb\xbf")

    def of(self, keys: KeyPath) -> int:
        """The line of a path (from 1) or, where the file lacks it, of the nearest table or element around it."""
        while keys and keys not in self._lines:
            keys = keys[:-1]
        return self._lines.get(keys, 1)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        # Only for mistakes and warnings: the two take twice as long to import as the interpreter to start.
        import tree_sitter  # noqa: PLC0415
        import tree_sitter_toml  # noqa: PLC0415

        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
        # The grammar requires a line break at the end.
        tree = parser.parse(_as_toml_1_0(self._content) + b"\n")
        return _Walk(self._content).lines_of(tree.root_node)


def _as_toml_1_0(content: bytes) -> bytes:
    """The file in TOML 1.0, which is all the grammar knows, with every key and value at its offset.

    TOML 1.1 has times without seconds, line breaks, comments and a last comma in inline tables, and two more escapes.
    """
    converted = bytearray(content)
    depth = 0
    for token in _TOKEN.finditer(content):
        start, end = token.span()
        match token[0][:1]:
            case b"{":
                depth += 1
            case b"}":
                depth -= 1
                last = len(converted[:start].rstrip(b" \t")) - 1
                if converted[last : last + 1] == b",":
                    converted[last : last + 1] = b" "
            case b"\n" | b"#":
                if depth > 0:
                    converted[start:end] = b" " * (end - start)
            case b'"':
                converted[start:end] = re.sub(rb"\\(.)", _escape_of_toml_1_0, token[0], flags=re.DOTALL)
            case digit if digit.isdigit():
                converted[start:end] = b"1" * (end - start)
    return bytes(converted)


def _escape_of_toml_1_0(escape: re.Match[bytes]) -> bytes:
    return rb"\t" if escape[1] in b"ex" else escape[0]


class _Walk:
    """A walk over the syntax tree of a file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._line_starts = [line_break.end() for line_break in re.finditer(b"\n", content)]
        self._lines: dict[KeyPath, int] = {}
        self._lengths: Counter[KeyPath] = Counter()

    def lines_of(self, document: Node) -> dict[KeyPath, int]:
        """The line of each path in the document."""
        nodes: list[tuple[KeyPath, Node]] = []
        for node in document.named_children:
            if node.type == "pair":
                nodes.append(((), node))
            elif node.type in ("table", "table_array_element") and node.named_children:
                keys = self._enter(node)
                nodes += [(keys, child) for child in node.named_children[1:]]
        # A list of the nodes to visit, rather than recursion: a file may be nested deeper than Python's stack.
        while nodes:
            keys, node = nodes.pop()
            if len(keys) <= _MAX_DEPTH:
                nodes += self._visit(keys, node)
        return self._lines

    def _visit(self, keys: KeyPath, node: Node) -> Iterator[tuple[KeyPath, Node]]:
        """Note the lines in a pair, an inline table or an array, and return the nodes within it."""
        match node.type:
            case "pair":
                names = self._names(node.named_children[0])
                for depth in range(1, len(names) + 1):
                    self._lines.setdefault(keys + names[:depth], self._line(node))
                yield keys + names, node.named_children[-1]
            case "inline_table":
                yield from ((keys, pair) for pair in node.named_children)
            case "array":
                items = [child for child in node.named_children if child.type not in ("comment", "ERROR")]
                for index, item in enumerate(items):
                    self._lines[(*keys, index)] = self._line(item)
                    yield (*keys, index), item

    def _enter(self, header: Node) -> KeyPath:
        """The path that ``[a.b]`` or ``[[a.b]]`` opens: below an array of tables, in its last element."""
        line = self._line(header)
        keys: KeyPath = ()
        *parents, last = self._names(header.named_children[0]) or ("",)
        for name in parents:
            keys = (*keys, name)
            self._lines.setdefault(keys, line)
            if self._lengths[keys]:
                keys = (*keys, self._lengths[keys] - 1)
        keys = (*keys, last)
        self._lines.setdefault(keys, line)
        if header.type == "table_array_element":
            self._lengths[keys] += 1
            keys = (*keys, self._lengths[keys] - 1)
            self._lines[keys] = line
        return keys

    def _line(self, node: Node) -> int:
        return bisect_right(self._line_starts, node.start_byte) + 1

    def _names(self, key: Node) -> tuple[str, ...]:
        return key_names(self._content[key.start_byte : key.end_byte].decode(errors="replace"))[:_MAX_DEPTH]
