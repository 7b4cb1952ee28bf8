"""Tables were 85 to 150 columns wide when piped, and folded into columns of four letters on a narrow terminal."""

from __future__ import annotations

import pytest

from tests.cli.running import run
from tests.cli.terminal import at_a_terminal

pytestmark = pytest.mark.usefixtures("winter")

NOW = ("--now", "2026-12-08T01:00")
LONG = "The second controller of disk array 7 in rack 12 reports uncorrectable errors since midnight, and " * 3


def announce(*arguments: str) -> None:
    words = ("--summary", "Database failover", "--environment", "production", "--duration", "2h", *arguments)
    assert run("emergency", "announce", *words, *NOW).status == 0


def test_at_60_columns_each_row_is_a_block() -> None:
    announce("--reason", "x")
    announce("--reason", "x", "--start", "+3h", "--summary", "A" * 50 + "B" * 50)
    assert (
        at_a_terminal("emergency", "list", *NOW, columns=60).screen
        == f"""\
EC-2
  State:           confirmed
  America/Toronto: Tue 2026-12-08 04:00–06:00 EST
  Summary:         {"A" * 41}
                   {"A" * 9}{"B" * 32}
                   {"B" * 18}
  Environments:    production
  Impact:          outage

EC-1
  State:           confirmed
  America/Toronto: Tue 2026-12-08 01:00–03:00 EST
  Summary:         Database failover
  Environments:    production
  Impact:          outage
"""
    )


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize(
    "command",
    [
        ("emergency", "list", "--all"),
        ("upcoming", "--days", "30", "--zone", "Europe/Berlin"),
        ("emergency", "suggest", "--duration", "2h", "--by", "2026-12-10T06:00"),
        ("subscriber", "list"),
    ],
)
def test_no_line_is_wider_than_the_terminal_and_no_word_is_cut(command: tuple[str, ...], columns: int) -> None:
    announce("--reason", "A disk is failing")
    run("subscriber", "add", "Acme Inc.", *NOW)
    screen = at_a_terminal(*command, *NOW, columns=columns).screen
    assert max(map(len, screen.splitlines())) <= columns
    assert "│" not in screen
    rows = [line for line in run(*command, *NOW).stdout.splitlines() if "│" in line]
    assert rows
    assert {word for row in rows for word in row.replace("│", " ").split()} <= set(screen.split())


def test_a_wide_terminal_shows_a_table() -> None:
    announce("--reason", "x")
    screen = at_a_terminal("emergency", "list", *NOW, columns=120).screen
    assert screen == run("emergency", "list", *NOW).stdout


def test_what_is_piped_is_never_folded() -> None:
    announce("--reason", LONG)
    table = run("upcoming", "--days", "1", *NOW).stdout
    assert LONG.strip() in table
    assert len(table.splitlines()) == 5
