"""``icsfeed gate`` as a deploy script meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import NOW, SCHEDULE, Outcome, run

OUTSIDE = "CLOSED: outside the maintenance windows and planned changes of production\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a schedule.toml, to stand in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(
            ("--at", "2026-12-03T02:00"),
            Outcome(
                status=0,
                stdout='OPEN: in the maintenance window "thursday"\nnext transition: Thu 2026-12-03 06:00 EST\n',
                stderr="",
            ),
            id="open",
        ),
        pytest.param(
            (),
            Outcome(status=1, stdout=f"{OUTSIDE}next transition: Thu 2026-12-03 02:00 EST\n", stderr=""),
            id="closed, now",
        ),
        pytest.param(
            ("--at", "2027-12-24"),
            Outcome(status=1, stdout=f"{OUTSIDE}next transition: none in the published span\n", stderr=""),
            id="closed until the end of all that is published",
        ),
        pytest.param(
            ("--at", "2030-01-01"),
            Outcome(
                status=1,
                stdout="",
                stderr="2030-01-01T05:00:00Z is out of reach: the gate knows 2025-01-01 through 2027-12-31\n",
            ),
            id="nobody knows yet",
        ),
        pytest.param(
            ("--at", "2026-11-01T01:30"),
            Outcome(
                status=1,
                stdout="",
                stderr='"2026-11-01T01:30" comes twice in America/Toronto, where the clock is put back; write '
                "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00\n",
            ),
            id="two instants",
        ),
        pytest.param(
            ("--environment", "staging"),
            Outcome(
                status=1,
                stdout="",
                stderr='there is no environment "staging"; this schedule has preview, production\n',
            ),
            id="an environment that there is not",
        ),
    ],
)
def test_open_and_closed_in_words(at: tuple[str, ...], expected: Outcome) -> None:
    assert run("gate", "--environment", "production", "--now", NOW, *at) == expected


def test_an_environment_or_a_change_is_required() -> None:
    refused = run("gate", "--now", NOW)
    assert refused.status == 2
    assert "Missing option '--environment' or '--change'" in refused.stderr


def test_json_has_the_same_exit_status() -> None:
    outcome = run("gate", "--environment", "preview", "--environment", "production", "--json", "--now", NOW)
    assert (outcome.status, json.loads(outcome.stdout)) == (
        1,
        {
            "environments": ["preview", "production"],
            "change": None,
            "runway_seconds": None,
            "state": "CLOSED",
            "why": "outside the maintenance windows and planned changes of preview, production",
            "at_time": "2026-11-23T12:00:00Z",
            "local_at_time": "2026-11-23T07:00:00-05:00",
            "next_transition_time": None,
            "local_next_transition_time": None,
        },
    )


def test_the_gate_considers_the_record() -> None:
    announced = run(
        *("emergency", "announce", "--summary", "Security patch", "--reason", "It is being exploited"),
        *("--environment", "production", "--start", "2026-12-03T03:00", "--duration", "1h", "--yes", "--now", NOW),
    )
    assert announced.status == 0
    outcome = run("gate", "--environment", "production", "--at", "2026-12-03T03:00", "--now", NOW)
    assert outcome == Outcome(
        status=1,
        stdout="CLOSED: the emergency change EC-1 is confirmed\nnext transition: Thu 2026-12-03 04:00 EST\n",
        stderr="",
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(
            ("--at", "2026-12-03T05:15", "--runway", "45m"),
            Outcome(
                status=0,
                stdout='OPEN: in the maintenance window "thursday"\nnext transition: Thu 2026-12-03 05:15 EST\n',
                stderr="",
            ),
            id="just long enough",
        ),
        pytest.param(
            ("--at", "2026-12-03T05:15:01", "--runway", "45m"),
            Outcome(
                status=1,
                stdout='CLOSED: open for only 44 min 59 s of the 45 min needed: the maintenance window "thursday" ends '
                "at Thu 2026-12-03 06:00 EST\nnext transition: Thu 2026-12-10 02:00 EST\n",
                stderr="",
            ),
            id="too short",
        ),
        pytest.param(
            ("--runway", "soon"),
            Outcome(
                status=1,
                stdout="",
                stderr='"soon" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d\n',
            ),
            id="not a length",
        ),
        pytest.param(
            ("--change", "EC-1"),
            Outcome(status=1, stdout="", stderr='there is no change "EC-1"; none has been announced\n'),
            id="an unknown change",
        ),
    ],
)
def test_runways_and_changes_in_words(options: tuple[str, ...], expected: Outcome) -> None:
    assert run("gate", "--environment", "production", "--now", NOW, *options) == expected


def test_an_announced_change_may_run_in_a_freeze() -> None:
    announced = run(
        *("emergency", "announce", "--summary", "Security patch", "--reason", "It is being exploited"),
        *("--environment", "production", "--start", "2026-11-25T03:00", "--duration", "1h", "--yes", "--now", NOW),
    )
    assert announced.status == 0
    may_run = run("gate", "--change", "ec-1", "--at", "2026-11-25T03:00", "--runway", "30m", "--json", "--now", NOW)
    assert (may_run.status, json.loads(may_run.stdout)) == (
        0,
        {
            "environments": ["production"],
            "change": "EC-1",
            "runway_seconds": 1800,
            "state": "OPEN",
            "why": "the emergency change EC-1 is due, and states a reason to run in the change freeze "
            '"month-end" from 2026-11-24 through 2026-11-30',
            "at_time": "2026-11-25T08:00:00Z",
            "local_at_time": "2026-11-25T03:00:00-05:00",
            "next_transition_time": "2026-11-25T08:30:01Z",
            "local_next_transition_time": "2026-11-25T03:30:01-05:00",
        },
    )
    elsewhere = run("gate", "--change", "EC-1", "--environment", "preview", "--now", NOW)
    assert elsewhere == Outcome(status=1, stdout="", stderr='EC-1 does not touch "preview"; it touches production\n')


@pytest.mark.usefixtures("no_database")
def test_it_starts_without_what_it_does_not_need(folder: Path) -> None:
    """A pipeline waits for it; where there is no database, nothing that reads one is loaded either."""
    script = (
        "import sys; from icsfeed.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'flask', 'icalendar', 'lxml', 'sqlalchemy', 'rich'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, "gate", "--environment", "production", "--now", NOW]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "[]"), done.stderr
    assert not (folder / "icsfeed.db").exists()


def test_without_a_reason_an_announcement_in_a_freeze_says_that_the_gate_stays_closed_for_it() -> None:
    """The manual said that an emergency change always states a reason."""
    announce = ("emergency", "announce", "--summary", "x", "--environment", "production", "--start", "2026-11-25T02:00")
    warned = run(*announce, "--duration", "2h", "--now", NOW).stderr
    assert (
        "warning: EC-1 does not say why it can't wait for a maintenance window; give a reason; until then, "
        "its pipeline gate stays closed in the freeze\n" in warned
    )
    asked = ("gate", "--change", "EC-1", "--at", "2026-11-25T03:00", "--now", NOW)
    assert run(*asked).stdout.startswith("CLOSED")
    assert "gate" not in run("emergency", "update", "1", "--reason", "A disk", "--now", NOW).stderr
    assert run(*asked).stdout.startswith("OPEN")
