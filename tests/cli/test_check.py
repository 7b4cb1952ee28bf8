"""``icsfeed check`` with a schedule that has mistakes: all of what people and programs get."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import NOW, SCHEDULE, Outcome, run


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
            'schedule.toml:26: change_freezes "month-end", week: "last" is not a week of the month; '
            'write "last-7-days", "week-of-last-day" or "last-full-week"\n'
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
    schedule.write_text(SCHEDULE.replace(":00:00", ":00"), encoding="utf-8")
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
