"""Where things stand in a TOML file."""

import pytest

from icsfeed.store.schedule_file import locate

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
    ("path", "line"),
    [
        pytest.param("title", 1, id="a key of the file"),
        pytest.param("a", 2, id="the first part of a dotted key"),
        pytest.param("a.b", 2, id="a dotted key"),
        pytest.param("a.b[0]", 3, id="an item, comments aside"),
        pytest.param('a.b[1]."y.z".deep', 4, id="within inline tables, a quoted key with a dot"),
        pytest.param("calendar", 7, id="a table"),
        pytest.param("calendar.name", 8, id="a text of several lines stands where it begins"),
        pytest.param("calendar.organizer.email", 10, id="a key of an inline table"),
        pytest.param("calendar.timezone", 7, id="a key that is missing: its table"),
        pytest.param("windows", 12, id="an array of tables: the first of them"),
        pytest.param("windows[0]", 12, id="the first table"),
        pytest.param("windows[0].start", 12, id="a key that only the second one has"),
        pytest.param("windows[1]", 15, id="the second table"),
        pytest.param("windows[1].start", 17, id="a key in quotes"),
        pytest.param("windows[1].days[1]", 19, id="an item on a line of its own"),
        pytest.param("windows[1].days[7]", 18, id="an item that is missing: its array"),
        pytest.param("windows[1].extra.note", 22, id="a table under the last element"),
        pytest.param("windows[1].parts[1].n", 28, id="an array under the last element"),
        pytest.param("windows[2].id", 12, id="an element that is missing: the array"),
        pytest.param('x."odd \\u0022key"', 30, id="a table that is only declared through a deeper one"),
        pytest.param('x."odd \\u0022key".y.z', 31, id="a key with an escape"),
        pytest.param("nothing", None, id="a key that the file lacks"),
        pytest.param("", None, id="the file itself"),
        pytest.param("?!", None, id="what is no path"),
        pytest.param('a."\\q"', 2, id="what is no key ends a path"),
    ],
)
def test_the_line_of_a_path(path: str, line: int | None) -> None:
    assert locate(TOML.encode(), path) == line
    assert locate(b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode(), path) == line


def test_the_last_line_needs_no_line_break() -> None:
    """The grammar itself takes the last pair of such a file for a mistake."""
    assert locate(b"[a]\nb = 1", "a.b") == 2


@pytest.mark.parametrize("content", [b"", b"[", b"\xff\xfe", b"[[", b"[]\n[[]]\n= 1\na = ", b"a = [" * 5000])
def test_a_file_that_is_no_toml_has_no_lines(content: bytes) -> None:
    assert locate(content, "calendar.name") is None
