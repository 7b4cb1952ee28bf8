"""Broken schedule files, each with every message that its author gets."""

import subprocess
import sys
from pathlib import Path

import pytest

from icsfeed.store.schedule_file import Mistake, ScheduleFileError, read_schedule
from tests.store.write_broken import BROKEN, refusal

FILES = sorted(BROKEN.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_mistake_has_a_line_and_a_remedy(path: Path) -> None:
    assert refusal(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_broken_file_is_refused_and_has_a_text_file() -> None:
    assert sorted(BROKEN.iterdir()) == sorted([*FILES, *(path.with_suffix(".txt") for path in FILES)])
    assert [path.name for path in FILES if not refusal(path)] == []


def test_only_a_person_rewrites_the_texts() -> None:
    """The module that writes them does so neither when imported nor in a test."""
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in BROKEN.iterdir()}
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", "import tests.store.write_broken"], cwd=root, check=True)
    refusal(FILES[0])
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in BROKEN.iterdir()} == before


def test_a_mistake_as_logs_have_it() -> None:
    assert [
        str(Mistake(path="calendar.name", line=2, message="is wrong")),
        str(Mistake(path="calendar", line=None, message="is wrong")),
        str(Mistake(path="", line=3, column=4, message="is wrong", excerpt="a\n^")),
        str(Mistake(path="feeds[0].slug", subject='feeds "public", slug', line=3, message="is wrong")),
    ] == [
        "line 2: calendar.name: is wrong",
        "calendar: is wrong",
        "line 3, column 4: is wrong",
        'line 3: feeds "public", slug: is wrong',
    ]


def test_an_error_sorts_its_mistakes_by_line() -> None:
    last, first = (Mistake(path="", line=line, message="is wrong") for line in (7, 3))
    whole = Mistake(path="", line=None, message="is lost")
    error = ScheduleFileError("policy.toml", [last, whole, first])
    assert (error.source, error.mistakes) == ("policy.toml", (whole, first, last))
    assert str(error) == "policy.toml: is lost\npolicy.toml:3: is wrong\npolicy.toml:7: is wrong"


def test_a_syntax_error_is_shown_in_its_line() -> None:
    mistake = Mistake(path="", line=3, column=2, message="is wrong", excerpt="abc\n ^")
    assert str(ScheduleFileError("policy.toml", [mistake])) == "policy.toml:3:2: is wrong\n    abc\n     ^"


def test_line_endings_and_a_byte_order_mark_do_not_change_line_numbers() -> None:
    """A file written by Windows has its mistakes on the same lines."""
    path = BROKEN / "many.toml"
    expected = path.with_suffix(".txt").read_text(encoding="utf-8")
    content = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    with pytest.raises(ScheduleFileError) as refused:
        read_schedule(content, path.name)
    assert f"{refused.value}\n" == expected
