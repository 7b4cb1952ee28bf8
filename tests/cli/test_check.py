"""``icsfeed check`` with a schedule that has mistakes: all of what people and programs get."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import IN_FORCE, NOW, SCHEDULE, Outcome, run

ROOT = Path(__file__).parents[2]


def test_a_syntax_error_is_shown_alone_with_its_line_and_a_caret(schedule: Path) -> None:
    schedule.write_text(SCHEDULE.replace("02:00:00", "2pm").replace("America/Toronto", "EST"), encoding="utf-8")
    assert run("check") == Outcome(
        status=1,
        stdout="",
        stderr=(
            "schedule.toml:18:9: 2pm is not a time of day as TOML writes it; write 14:00\n"
            "    start = 2pm\n"
            "            ^\n"
        ),
    )


def test_all_other_mistakes_are_shown_at_once(schedule: Path) -> None:
    text = SCHEDULE.replace("02:00:00", "02:00").replace("America/Toronto", "EST").replace("last-7-days", "last")
    schedule.write_text(text.replace('days = ["Thursday"]', 'days = ["weekend"]'), encoding="utf-8")
    assert run("check") == Outcome(
        status=1,
        stdout="",
        stderr=(
            'schedule.toml:3: calendar.timezone: "EST" can mean two things: Eastern civil time with summer time '
            '(write "America/Toronto" or "America/New_York"), or five hours behind UTC all year '
            '(write "America/Panama")\n'
            'schedule.toml:17: maintenance_windows "thursday", days[0]: "weekend" is not a weekday; '
            'write days = ["Saturday", "Sunday"]\n'
            'schedule.toml:26: change_freezes "month-end", week: "last" is not a week of the month, quarter or '
            'year; write "first-7-days", "last-7-days", "week-of-last-day" or "last-full-week"\n'
        ),
    )


def test_programs_get_key_paths_lines_and_messages(schedule: Path) -> None:
    schedule.write_text(SCHEDULE.replace("02:00:00", '"02:00"'), encoding="utf-8")
    checked = run("check", "--json")
    message = '"02:00" is a time of day in quotes; write it without them: 02:00'
    mistake = {"path": "maintenance_windows[0].start", "line": 18, "message": message}
    assert (checked.status, checked.stderr) == (1, "")
    assert json.loads(checked.stdout) == {"schedule": "schedule.toml", "mistakes": [mistake], "warnings": []}
    schedule.write_text(SCHEDULE.replace("02:00:00", "2pm"), encoding="utf-8")
    checked = run("check", "--json")
    mistake = {"path": "", "line": 18, "message": "2pm is not a time of day as TOML writes it; write 14:00"}
    assert json.loads(checked.stdout) == {"schedule": "schedule.toml", "mistakes": [mistake], "warnings": []}


def test_a_window_without_seconds_is_right(schedule: Path) -> None:
    schedule.write_text(IN_FORCE.replace(":00:00", ":00"), encoding="utf-8")
    counts = "2 environments, 1 maintenance window, 1 change freeze, 7 feeds"
    assert run("check", "--now", NOW) == Outcome(
        status=0, stdout=f"schedule.toml: no errors, 0 warnings; {counts}\n", stderr=""
    )


def test_one_refused_step_per_change_is_shown_beside_other_mistakes(schedule: Path) -> None:
    change = """
[[changes]]
id = "{id}"
kind = "emergency"
summary = "Failover"
start = 2026-12-08T01:00
duration = "2h"
announced = 2026-12-08T00:30
[[changes.updates]]
at = 2026-12-08T02:00
step = "confirm"
[[changes.updates]]
at = 2026-12-08T03:00
step = "complete"
"""
    text = SCHEDULE.replace("Thursday", "Thrusday") + change.replace("{id}", "one") + change.replace("{id}", "two")
    schedule.write_text(text, encoding="utf-8")
    refusal = "is confirmed already; it can be started, completed, updated or cancelled"
    assert run("check").stderr.splitlines() == [
        'schedule.toml:17: maintenance_windows "thursday", days[0]: "Thrusday" is not a weekday; '
        'did you mean "Thursday"?',
        f'schedule.toml:35: changes "one", updates[0]: one {refusal}',
        f'schedule.toml:49: changes "two", updates[0]: two {refusal}',
    ]


def test_another_file_can_be_named_or_piped_in(schedule: Path, folder: Path) -> None:
    """`check other.toml` was "Got unexpected extra argument"; `init` and `diff` take a file."""
    other = folder / "other.toml"
    other.write_text(IN_FORCE.replace("preview", "staging"), encoding="utf-8")
    schedule.write_text("broken", encoding="utf-8")
    counts = "no errors, 0 warnings; 2 environments, 1 maintenance window, 1 change freeze, 7 feeds\n"
    assert run("check", "other.toml", "--now", NOW) == Outcome(status=0, stdout=f"other.toml: {counts}", stderr="")
    for name in ("-", "/dev/stdin"):
        with other.open("rb") as file:
            checked = subprocess.run(
                [sys.executable, "-m", "icsfeed", "check", name, "--now", NOW],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdin=file,
                capture_output=True,
                check=True,
            )
        assert checked.stdout.decode() == f"/dev/stdin: {counts}"
    assert run("check", "nosuch.toml") == Outcome(
        status=1, stdout="", stderr="nosuch.toml: there is no such file; check its name and folder\n"
    )
    assert json.loads(run("check", "other.toml", "--json", "--now", NOW).stdout)["schedule"] == "other.toml"


def warnings_of(text: str) -> list[tuple[str, int, str]]:
    Path("schedule.toml").write_text(text, encoding="utf-8")
    warnings = json.loads(run("check", "--json", "--now", NOW).stdout)["warnings"]
    return [(each["path"], each["line"], each["message"]) for each in warnings]


def test_a_window_that_ends_when_it_starts() -> None:
    """It lasted 24 hours without a word; a whole day from midnight on is meant."""
    assert warnings_of(IN_FORCE.replace("06:00:00", "02:00:00")) == [
        (
            "maintenance_windows[0]",
            14,
            "the window lasts 24 hours, because start and end are both 02:00; write the time at which it ends",
        )
    ]
    assert warnings_of(IN_FORCE.replace("06:00:00", "00:00:00").replace("02:00:00", "00:00:00")) == []


def test_a_window_without_effective_from_publishes_maintenance_that_never_was() -> None:
    message = (
        "without effective_from, customers see 77 dates before today, from 2025-01-02 on, as if the window had been in "
        "force; write effective_from = 2026-11-23, or the earlier date from which it has been"
    )
    assert warnings_of(SCHEDULE) == [("maintenance_windows[0]", 14, message)]
    assert warnings_of(SCHEDULE.replace("02:00:00", "02:00:00\neffective_from = 2026-11-23")) == []


FREEZE = '\n[[change_freezes]]\nid = "{id}"\nname = "{name}"\n{dates}\n'


def a_freeze(identifier: str, name: str, first: str, last: str) -> str:
    return FREEZE.format(id=identifier, name=name, dates=f"from = {first}\nthrough = {last}")


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (
            'from = "02-29"\nthrough = "02-29"',
            'only leap years have a 29 February, so most years have no such freeze; write from = "02-28" as well',
        ),
        (
            'from = "02-29"\nthrough = "03-31"',
            'only leap years have a 29 February, so the freeze begins on 1 March in others; write from = "02-28"',
        ),
        ('from = "02-20"\nthrough = "02-29"', None),
    ],
)
def test_a_yearly_freeze_of_29_february(dates: str, message: str | None) -> None:
    text = IN_FORCE + FREEZE.format(id="x", name="X", dates=f'every = "year"\n{dates}')
    assert [each[2] for each in warnings_of(text)] == ([message] if message else [])


@pytest.mark.parametrize(
    ("freezes", "expected"),
    [
        pytest.param([("spring-2027", "Spring", "2027-11-18", "2027-12-03")], [], id="the last one is far from over"),
        pytest.param(
            [("holidays-2025", "Holidays", "2025-12-18", "2026-01-03")],
            [("holidays-2025", "ended on 2026-01-03")],
            id="the last one is over",
        ),
        pytest.param(
            [
                ("sale-1", "Sale", "2025-11-24", "2025-11-30"),
                ("sale-2", "Sale", "2026-11-23", "2026-11-29"),
            ],
            [("sale-2", "ends on 2026-11-29")],
            id="the last one of a name ends soon",
        ),
        pytest.param(
            [
                ("a", "Sale 2025", "2025-11-24", "2025-11-30"),
                ("b", "Sale 2027", "2027-11-22", "2027-11-28"),
            ],
            [],
            id="another year follows",
        ),
        pytest.param([("launch", "Launch", "2026-10-01", "2026-10-03")], [], id="one occasion"),
        pytest.param([("soc-2", "SOC 2 audit", "2026-10-01", "2026-10-03")], [], id="a number that is no year"),
        pytest.param([("h-2024", "Holidays 2024", "2024-12-18", "2025-01-03")], [], id="given up long ago"),
    ],
)
def test_dated_freezes_that_nobody_renewed(
    freezes: list[tuple[str, str, str, str]], expected: list[tuple[str, str]]
) -> None:
    """They ran out, and nobody noticed."""
    text = IN_FORCE + "".join(a_freeze(*freeze) for freeze in freezes)
    ids = {f"change_freezes[{number}]": freeze[0] for number, freeze in enumerate(freezes, start=1)}
    assert [(ids[path], message) for path, _, message in warnings_of(text)] == [
        (
            identifier,
            f"the last of these freezes {ends}, and none follows up to 2027-12-31, which customers see already; add "
            'the next one or, if its dates are the same each year, write every = "year" with from and through',
        )
        for identifier, ends in expected
    ]


@pytest.mark.parametrize(
    ("added", "host"),
    [
        ('url = "https://status.acme.com/maintenance"', "status.acme.com"),
        ('organizer = { name = "Support", email = "support@acme.com" }', "acme.com"),
        ('support_url = "https://help.acme.com"', "help.acme.com"),
        ('url = "https://maintenance.example.com"', None),
        ('url = "https://maintenance.example.org"\norganizer = { name = "S", email = "s@example.com" }', None),
        ('url = "http://127.0.0.1:8000"', None),
        ('url = "http://localhost:8000"', None),
    ],
)
def test_a_placeholder_as_uid_domain_of_a_calendar_with_a_real_address(added: str, host: str | None) -> None:
    """Two such calendars have the same UIDs: clients that had both lost half the events."""
    text = IN_FORCE.replace("\n\n", f"\n{added}\n\n", 1)
    message = (
        f'"maintenance.example.com" is a placeholder, but the calendar is one of "{host}"; before customers subscribe, '
        "write a domain of your own that no other calendar has: two calendars with one uid_domain have the same UIDs, "
        "and calendar programs then mix up their events"
    )
    assert warnings_of(text) == ([("calendar.uid_domain", 4, message)] if host else [])
    assert warnings_of(text.replace("maintenance.example.com", "maintenance.myexample.com")) == []
