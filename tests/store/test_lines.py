"""The line of each key and value in a TOML file."""

from __future__ import annotations

from typing import TypeAlias

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.store.schedule_file.lines import Lines
from icsfeed.store.schedule_file.notation import KeyPath

TOML = """\
title = 1
a.b = [ # a comment
  1,
  { x = 1, "y.z" = { deep = true } },
]

[calendar]
name = '''
two lines'''
organizer = { name = "x", email = "y" }

[[windows]]
id = "first"

[[windows]]
id = "second"
"start" = 02:00:00
days = ["Monday",
        "Tuesday"]

[windows.extra]
note = 1

[[windows.parts]]
n = 1

[[windows.parts]]
n = 2

[x."odd \\u0022key".y]
z = 1
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        pytest.param(("title",), 1, id="a key of the file"),
        pytest.param(("a",), 2, id="the first part of a dotted key"),
        pytest.param(("a", "b"), 2, id="a dotted key"),
        pytest.param(("a", "b", 0), 3, id="an element, not counting comments"),
        pytest.param(("a", "b", 1, "y.z", "deep"), 4, id="within inline tables, a quoted key with a dot"),
        pytest.param(("calendar",), 7, id="a table"),
        pytest.param(("calendar", "name"), 8, id="a text of several lines is on its first"),
        pytest.param(("calendar", "organizer", "email"), 10, id="a key of an inline table"),
        pytest.param(("calendar", "timezone"), 7, id="a missing key is on the line of its table"),
        pytest.param(("windows",), 12, id="an array of tables is on the line of the first"),
        pytest.param(("windows", 0), 12, id="the first table"),
        pytest.param(("windows", 0, "start"), 12, id="a key that only the second one has"),
        pytest.param(("windows", 1), 15, id="the second table"),
        pytest.param(("windows", 1, "start"), 17, id="a key in quotes"),
        pytest.param(("windows", 1, "days", 1), 19, id="an element on a line of its own"),
        pytest.param(("windows", 1, "days", 7), 18, id="a missing element is on the line of its array"),
        pytest.param(("windows", 1, "extra", "note"), 22, id="a table below the last element"),
        pytest.param(("windows", 1, "parts", 1, "n"), 28, id="an array below the last element"),
        pytest.param(("windows", 2, "id"), 12, id="a missing table is on the line of its array"),
        pytest.param(("x", 'odd "key'), 30, id="a table that only a deeper one declares"),
        pytest.param(("x", 'odd "key', "y", "z"), 31, id="a key with an escape"),
        pytest.param(("nothing",), 1, id="a missing key of the file is on its first line"),
        pytest.param((), 1, id="so is the file itself"),
    ],
)
def test_the_line_of_a_path(keys: KeyPath, line: int) -> None:
    assert Lines(TOML.encode()).of(keys) == line
    assert Lines(b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode()).of(keys) == line


def test_the_last_line_needs_no_line_break() -> None:
    """The grammar itself takes the last pair of such a file for an error."""
    assert Lines(b"[a]\nb = 1").of(("a", "b")) == 2


TOML_1_1 = """\
[[windows]]
start = 02:00 # without seconds, as TOML 1.0 does not have it
times = [02:00, 2026-12-08 01:00, 2026-12-08T01:00Z,
  2026-12-08T01:00+02:00, 03:00:00]
text = "02:00 { \\e \\x41 \\\\"
organizer = { # an inline table of several lines
  name = 'a } in a text',
  parts = [1,
    { deep = true, }, # a comma at its end, and a } in a comment
  ],
  "odd \\x41 key" = \"\"\"four quotes at the end\"\"\"\",
}
after = 1

[[windows]]
start = 02:00
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        pytest.param((0, "start"), 2, id="a time without seconds"),
        pytest.param((0, "times", 1), 3, id="a date with such a time"),
        pytest.param((0, "times", 3), 4, id="with an offset"),
        pytest.param((0, "times", 4), 4, id="a time with seconds after it"),
        pytest.param((0, "text"), 5, id="a text with new escapes"),
        pytest.param((0, "organizer"), 6, id="an inline table of several lines"),
        pytest.param((0, "organizer", "name"), 7, id="a key in it"),
        pytest.param((0, "organizer", "parts", 1, "deep"), 9, id="an inline table in an array in it"),
        pytest.param((0, "organizer", "odd A key"), 11, id="a key with a new escape"),
        pytest.param((0, "after"), 13, id="what follows it"),
        pytest.param((1,), 15, id="the next table"),
        pytest.param((1, "start"), 16, id="a key in that"),
    ],
)
def test_the_line_of_a_path_in_toml_1_1(keys: KeyPath, line: int) -> None:
    """The grammar knows TOML 1.0 only: after a time without seconds, it finds no further key of the table."""
    assert Lines(TOML_1_1.encode()).of(("windows", *keys)) == line
    assert Lines(TOML_1_1.replace("\n", "\r\n").encode()).of(("windows", *keys)) == line


VALUES = st.recursive(
    st.sampled_from(["1", "02:00", "2026-12-08T01:00", '"a # }"', "'{ ,'", '"""\n{"""', "'''\n\n'''", '"\\e\\""']),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=8,
)
Value: TypeAlias = "str | list[Value] | dict[str, Value]"
GAPS = st.sampled_from(["", " ", "\n", "  # a comment, with { and [\n"])


class Writer:
    """Writes values as TOML 1.1, with line breaks wherever they are allowed, and notes the line of each."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.text = ""
        self.lines: dict[KeyPath, int] = {}

    def gap(self) -> None:
        """Write any space that is allowed between values."""
        self.text += self.data.draw(GAPS)

    def value(self, keys: KeyPath, value: Value) -> None:
        """Write a value: the TOML of a scalar, or a list or dictionary of values."""
        if isinstance(value, str):
            self.text += value
            return
        pairs: list[tuple[str | int, Value]] = [*value.items()] if isinstance(value, dict) else [*enumerate(value)]
        self.text += "{" if isinstance(value, dict) else "["
        for number, (key, each) in enumerate(pairs, 1):
            self.gap()
            self.lines[*keys, key] = self.text.count("\n") + 1
            self.text += f"{key} = " if isinstance(value, dict) else ""
            self.value((*keys, key), each)
            self.gap()
            self.text += "," if number < len(pairs) or self.data.draw(st.booleans()) else ""
        self.gap()
        self.text += "}" if isinstance(value, dict) else "]"


@given(st.data())
def test_no_notation_moves_a_line(data: st.DataObject) -> None:
    writer = Writer(data)
    for name, value in data.draw(st.dictionaries(st.sampled_from(["k", "l", "m"]), VALUES)).items():
        writer.lines[(name,)] = writer.text.count("\n") + 1
        writer.text += f"{name} = "
        writer.value((name,), value)
        writer.text += "\n"
    tomli.loads(writer.text)
    lines = Lines(writer.text.encode())
    assert {keys: lines.of(keys) for keys in writer.lines} == writer.lines
