"""A clock that is not the real one, such as a forgotten ICSFEED_NOW, was taken silently by everything that records."""

from __future__ import annotations

import pytest

from tests.cli.running import run_as_is

pytestmark = pytest.mark.usefixtures("winter")

NOW = "2026-12-08T01:00"
NOTICE = "icsfeed: --now or ICSFEED_NOW pins the clock at Tue 2026-12-08 01:00 EST; that time is recorded\n"
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
        option, environment = (("--now", NOW), {}) if number % 2 else ((), {"ICSFEED_NOW": NOW})
        outcome = run_as_is(*arguments, *option, environment=environment)
        assert (outcome.status, outcome.stderr.count(NOTICE)) == (0, 1), arguments


def test_what_records_nothing_is_silent() -> None:
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
