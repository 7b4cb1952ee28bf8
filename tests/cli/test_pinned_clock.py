"""A clock that is not the real one, such as a forgotten ICSFEED_NOW, was taken silently by everything that records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run_as_is

pytestmark = pytest.mark.usefixtures("winter")

NOW = "2026-12-08T01:00"
NOTICE = "icsfeed: --now pins the clock at Tue 2026-12-08 01:00 EST; that time is recorded\n"
NOTE = "icsfeed: ICSFEED_NOW pins the clock at Tue 2026-12-08 01:00 EST\n"
RECORDING_NOTE = NOTE.replace("\n", "; what is recorded gets that time\n")
ANNOUNCE = ("emergency", "announce", "--summary", "x", "--environment", "production", "--duration", "2h")
SKIP = ("window", "skip", "thursday", "2026-12-10", "--reason", "x")
EVERY_KIND = (
    (*ANNOUNCE, "--yes"),
    ("emergency", "start", "EC-1"),
    (*SKIP, "--json"),
    ("subscriber", "add", "Acme Inc."),
    ("subscriber", "revoke", "Acme Inc.", "--json"),
)


def test_what_is_recorded_says_so_wherever_the_clock_comes_from() -> None:
    for number, arguments in enumerate(EVERY_KIND):
        option, environment, notice = (
            (("--now", NOW), {}, NOTICE) if number % 2 else ((), {"ICSFEED_NOW": NOW}, RECORDING_NOTE)
        )
        outcome = run_as_is(*arguments, *option, environment=environment)
        assert outcome.status == 0, arguments
        assert [line for line in outcome.stderr.splitlines(keepends=True) if "pins the clock" in line] == [notice]


def test_what_records_nothing_is_silent_about_now_on_the_command_line() -> None:
    run_as_is(*ANNOUNCE, "--now", NOW)
    for arguments in (
        ("emergency", "list"),
        ("upcoming",),
        (*SKIP, "--dry-run"),
        (*ANNOUNCE, "--dry-run", "--json"),
        ("emergency", "confirm", "EC-1"),
    ):
        assert "pins the clock" not in run_as_is(*arguments, "--now", NOW).stderr, arguments


def test_the_real_clock_needs_no_word() -> None:
    assert "clock" not in run_as_is(*ANNOUNCE).stderr


def test_every_command_that_reads_says_that_a_forgotten_variable_pins_the_clock(folder: Path) -> None:
    """The gate said OPEN from the past, and nothing told why."""
    run_as_is(*ANNOUNCE, "--now", NOW)
    for arguments in (
        ("gate", "--environment", "production"),
        ("upcoming",),
        ("build", "all"),
        ("check",),
        ("diff", "schedule.toml"),
        ("export", folder / "site"),
        ("emergency", "list"),
        ("emergency", "show", "1"),
        ("emergency", "suggest", "--duration", "1h", "--by", "+5h"),
        ("window", "list", "--json"),
        ("subscriber", "list"),
        (*SKIP, "--dry-run"),
        ("emergency", "confirm", "EC-1", "--dry-run"),
    ):
        assert run_as_is(*arguments, environment={"ICSFEED_NOW": NOW}).stderr.count(NOTE) == 1, arguments


def test_now_on_the_command_line_wins_over_the_variable_and_needs_no_note() -> None:
    outcome = run_as_is("emergency", "list", "--now", NOW, environment={"ICSFEED_NOW": "2020-01-01"})
    assert "pins" not in outcome.stderr
