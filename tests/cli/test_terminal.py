"""On a terminal, and there alone, commands show what subscribers will get, and ask."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from icsfeed.cli.inputs import open_inputs
from icsfeed.settings import Settings
from tests.cli.running import run
from tests.cli.terminal import at_a_terminal

pytestmark = pytest.mark.usefixtures("winter")

NOW = ("--now", "2026-12-08T01:00", "--operator", "ann")
ANNOUNCE = ("emergency", "announce", "--summary", "Failover", "--environment", "production", "--duration", "2h", *NOW)
PREVIEW = """\
EC-1, emergency change: Failover
  When:         Tue 2026-12-08 01:00–03:00 EST
  Lasts:        2 h
  Starts:       now
  Environments: Production
  Impact:       outage
  Feeds:        all, emergency, production
"""
PINNED = "icsfeed: --now pins the clock at Tue 2026-12-08 01:00 EST; that time is recorded\n"
ANNOUNCED = "EC-1 announced: Failover; Tue 2026-12-08 01:00–03:00 EST; 2 h; starts now; outage; Production\n"
WARNING = "warning: EC-1 does not say why it can't wait for a maintenance window; give a reason\n"
QUESTION = "Announce EC-1, Tue 2026-12-08 01:00–03:00 EST?"


def test_a_preview_keeps_its_values_together_on_a_narrow_terminal() -> None:
    message = ("--message", "The vendor is late; we start as soon as they are here.\nCall 555 if in doubt.")
    session = at_a_terminal(*ANNOUNCE, *message, answers="n", columns=45)
    assert (
        """\
  Message:      The vendor is late; we start
                as soon as they are here.
                Call 555 if in doubt.
  Feeds:        all, emergency, production
"""
        in session.screen
    )


@pytest.mark.usefixtures("no_database")
def test_no_is_the_default_and_records_nothing(folder: Path) -> None:
    for answer in ("n", "\n"):
        session = at_a_terminal(*ANNOUNCE, answers=answer)
        assert session.screen.startswith(f"{PREVIEW}{PINNED}{WARNING}{QUESTION} [y/N]: ")
        assert session.screen.rstrip().endswith("Aborted!")
        assert session.status == 1
    assert [path.name for path in folder.iterdir()] == ["schedule.toml"]


def test_yes_records_warns_once_and_names_the_next_steps() -> None:
    session = at_a_terminal(*ANNOUNCE, answers="y")
    assert session.status == 0
    assert session.screen.endswith(
        f"{WARNING}{QUESTION} [y/N]: y\nEC-1\nEC-1 is confirmed; it can be started, completed, updated or cancelled\n"
    )
    assert session.screen.count(WARNING) == 1


def test_the_option_yes_skips_the_question() -> None:
    session = at_a_terminal(*ANNOUNCE, "--yes")
    assert (session.status, session.asked, session.screen) == (
        0,
        None,
        f"{PINNED}{WARNING}EC-1\n{ANNOUNCED}EC-1 is confirmed; it can be started, completed, updated or cancelled\n",
    )


def test_a_dry_run_does_not_ask() -> None:
    session = at_a_terminal(*ANNOUNCE, "--dry-run")
    assert (session.status, session.asked, session.screen) == (0, None, f"{WARNING}{PREVIEW}")


def test_a_repeated_announcement_is_not_confirmed() -> None:
    run(*ANNOUNCE)
    session = at_a_terminal(*ANNOUNCE)
    assert (session.status, session.asked, session.screen) == (
        0,
        None,
        f"{PINNED}warning: this emergency change has been announced already: EC-1, which is confirmed; "
        "nothing was changed\nEC-1\nEC-1 is confirmed; it can be started, completed, updated or cancelled\n",
    )


def test_a_change_during_the_question_is_a_conflict() -> None:
    run(*ANNOUNCE)
    session = at_a_terminal(
        *("emergency", "cancel", "1", *NOW),
        answers="y",
        meanwhile=lambda: run("emergency", "start", "EC-1", *NOW[:2], "--operator", "bob"),
    )
    assert (session.status, session.asked) == (1, "Cancel EC-1, Tue 2026-12-08 01:00–03:00 EST?")
    assert session.screen.endswith(
        "EC-1 has changed since update 1: update 2 by bob: state: confirmed → in progress. Nothing was changed now\n"
    )


def test_the_whole_address_of_a_private_feed_is_shown_beside_its_path(folder: Path) -> None:
    schedule = folder / "schedule.toml"
    site = 'url = "https://maintenance.example.com"\n\n[[env'
    schedule.write_text(schedule.read_text(encoding="utf-8").replace("[[env", site, 1), encoding="utf-8")
    path, page, address, _ = at_a_terminal("subscriber", "add", "Acme Inc.", *NOW).screen.splitlines()
    folder_of_token = path.rpartition("/")[0]
    assert page == (f"the page to hand over, with buttons for it: https://maintenance.example.com{folder_of_token}/")
    assert address == f"the address to hand over: https://maintenance.example.com{path}"
    assert run("subscriber", "add", "Globex", *NOW).stderr == ""


def test_adjustments_are_confirmed_too() -> None:
    move = ("window", "move", "thursday", "2026-12-10", "--start", "2026-12-11T02:00", "--reason", "Vendor on site")
    session = at_a_terminal(
        *(*move, *NOW),
        answers="y",
        meanwhile=lambda: run("window", "skip", "thursday", "2026-12-10", "--reason", "A holiday", *NOW),
    )
    asked = "Move the occurrence of thursday on Thu 2026-12-10: Fri 2026-12-11 02:00–06:00 EST?"
    assert (session.status, session.asked) == (1, asked)
    assert session.screen.endswith(
        "the occurrence of thursday on Thu 2026-12-10 was skipped by ann in the meantime (A holiday); "
        "nothing was changed now\n"
    )
    session = at_a_terminal(*move, *NOW, answers="y")
    assert (session.status, session.asked) == (0, asked)
    assert session.screen.endswith(
        "thursday 2026-12-10 moved: Thu 2026-12-10 02:00–06:00 → Fri 2026-12-11 02:00–06:00 EST\n"
    )


def test_a_preview_names_the_record_if_it_is_not_the_default_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable left over from an exercise sent the next announcement into the record of the exercise."""
    (folder / "try.db").write_bytes((folder / "icsfeed.db").read_bytes())
    (folder / "schedule.toml").write_text(
        (folder / "schedule.toml").read_text(encoding="utf-8").replace("[[env", 'database = "env:OURS"\n[[env', 1),
        encoding="utf-8",
    )
    url, skip = f"sqlite:///{folder}/try.db", ("window", "skip", "thursday", "2026-12-10", "--reason", "x", *NOW)
    assert "Record:" not in run(*ANNOUNCE, "--dry-run").stdout
    assert run(*skip, "--dry-run", "--database", url).stdout.endswith("  Record:       try.db (--database)\n")
    assert run("--database", url, *ANNOUNCE, "--dry-run").stdout.endswith("  Record:       try.db (--database)\n")
    monkeypatch.setenv("ICSFEED_DATABASE", url)
    assert f"{'':2}Record:       try.db (ICSFEED_DATABASE)\n" in at_a_terminal(*ANNOUNCE, answers="n").screen
    monkeypatch.delenv("ICSFEED_DATABASE")
    monkeypatch.setenv("OURS", url)
    assert run(*ANNOUNCE, "--dry-run").stdout.endswith("  Record:       try.db (calendar.database)\n")


def test_the_name_of_the_record_has_no_password(folder: Path) -> None:
    url = "postgresql://ann:hunter2@db.example/icsfeed"
    inputs = open_inputs(Settings(schedule=folder / "schedule.toml", database=url))
    assert inputs.unusual_record() == "postgresql://ann:***@db.example/icsfeed (--database)"


LONG_REASON = "The firewall of the second data centre drops every packet of the new customers"


def test_a_narrow_terminal_gets_whole_words_everywhere() -> None:
    """Answers, warnings, histories and the question were cut in the middle of a word."""
    narrow = partial(at_a_terminal, columns=60)
    announced = narrow(*ANNOUNCE, "--reason", LONG_REASON, answers="y")
    sessions = (
        announced,
        narrow("emergency", "show", "1"),
        narrow("gate", "--environment", "production", "--at", "2026-12-09T03:00", *NOW[:2]),
        narrow("check"),
        narrow("manual"),
        narrow("emergency", "--help"),
        narrow("subscriber", "--help"),
        narrow("emergency", "start", "7"),
    )
    for session in sessions:
        assert [line for line in session.screen.splitlines() if len(line) > 60] == []
    assert (
        "  Reason:       The firewall of the second data centre drops\n                every packet"
        in sessions[1].screen
    )
    for group in sessions[5:7]:
        assert "..." not in group.screen.partition("Commands:")[2]


def test_what_is_piped_is_never_broken() -> None:
    run(*ANNOUNCE, "--reason", LONG_REASON)
    assert f"  Reason:       {LONG_REASON}\n" in run("emergency", "show", "1").stdout


@pytest.mark.parametrize("columns", [81, 100])
def test_a_table_wider_than_the_terminal_becomes_blocks(columns: int) -> None:
    """Between 81 and 100 columns, dates were broken over lines."""
    session = at_a_terminal("upcoming", "--days", "7", "--zone", "Europe/Berlin", *NOW[:2], columns=columns)
    assert session.screen.startswith("Thu 2026-12-10 02:00–06:00 EST  Thu 2026-12-10 08:00–12:00 CET\n") or (
        session.screen.startswith("Thu 2026-12-10 02:00–06:00 EST\n  Europe/Berlin: ")
    )
