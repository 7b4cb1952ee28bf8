"""Templates of a vendor's own on the command line: check, export and remind name each mistake with file and line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import icsfeed
from tests.cli.running import NOW, Outcome, run

ROOT = Path(icsfeed.__file__).parents[1]
MISTAKE = "reminders/ticket.md.j2:2: 'nme' is undefined"


@pytest.fixture
def templates(schedule: Path) -> Path:
    with schedule.open("a", encoding="utf-8") as file:
        file.write('\n[reminders]\ntemplates = "reminders"\n')
    folder = schedule.parent / "reminders"
    folder.mkdir()
    return folder


def test_check_accepts_good_templates_and_warns_about_other_files(templates: Path) -> None:
    (templates / "ticket.md.j2").write_text("{{ calendar.name }}", encoding="utf-8")
    (templates / "tiket.txt.j2").write_text("{{ calendar.name }}", encoding="utf-8")
    (templates / ".gitkeep").touch()
    outcome = run("check", "--now", NOW)
    line = 'schedule.toml:29: warning: reminders.templates: no reminder is made from "tiket.txt.j2"; did you mean '
    assert (outcome.status, outcome.stdout.splitlines()[-2]) == (0, f'{line}"ticket.txt.j2"?')


def test_check_names_the_file_and_line_of_each_mistake(templates: Path) -> None:
    (templates / "ticket.md.j2").write_text("\n{{ nme }}", encoding="utf-8")
    (templates / "phone.txt.j2").write_bytes(b"\xff")
    outcome = run("check", "--now", NOW)
    assert (outcome.status, outcome.stderr.splitlines()[-2:]) == (
        1,
        ["reminders/phone.txt.j2: byte 1 is not UTF-8; save the file as UTF-8", MISTAKE],
    )
    printed = run("check", "--json", "--now", NOW)
    assert (printed.status, json.loads(printed.stdout)["mistakes"][1]) == (
        1,
        {
            "path": "reminders.templates",
            "line": 29,
            "message": MISTAKE,
            "template": "ticket.md.j2",
            "template_line": 2,
        },
    )


def test_a_folder_that_does_not_exist_is_a_mistake(templates: Path) -> None:
    templates.rmdir()
    expected = 'reminders.templates: there is no folder "reminders" beside the schedule file; create it, or leave this'
    assert run("check") == Outcome(status=1, stdout="", stderr=f"schedule.toml:29: {expected} key out\n")


def test_the_folder_must_not_be_a_file(templates: Path) -> None:
    templates.rmdir()
    templates.touch()
    expected = 'reminders.templates: "reminders" is a file; name the folder that holds the templates'
    assert run("check") == Outcome(status=1, stdout="", stderr=f"schedule.toml:29: {expected}\n")


def test_export_and_remind_warn_and_take_the_built_in_text(templates: Path) -> None:
    built_in = run("remind", "ticket", "--now", NOW).stdout
    (templates / "ticket.md.j2").write_text("\n{{ nme }}", encoding="utf-8")
    (templates / "ticket.txt.j2").write_text("{{ calendar.name }}: {{ days }}", encoding="utf-8")
    exported = run("export", "public", "--now", NOW)
    assert exported.status == 0
    assert f"warning: {MISTAKE}; the built-in text is exported in its place" in exported.stderr.splitlines()
    assert Path("public/reminders/ticket.txt").read_text(encoding="utf-8") == "Down, and up: 14"
    assert Path("public/reminders/ticket.md").read_text(encoding="utf-8").startswith("## Down, and up")
    printed = run("remind", "ticket", "--now", NOW)
    assert (printed.status, printed.stdout) == (0, built_in)
    assert f"warning: {MISTAKE}; the built-in text is printed in its place" in printed.stderr.splitlines()
    assert run("remind", "ticket-text", "--days", "3", "--now", NOW).stdout == "Down, and up: 3"


def test_a_schedule_on_standard_input_has_its_folder_if_it_is_a_file(schedule: Path, templates: Path) -> None:
    """Both used to be looked for beside /dev/stdin; a pipe has no folder beside it."""
    (templates / "ticket.md.j2").write_text("\n{{ nme }}", encoding="utf-8")
    command = [sys.executable, "-m", "icsfeed", "check", "-", "--now", NOW]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with schedule.open("rb") as file:
        checked = subprocess.run(command, stdin=file, check=False, capture_output=True, env=environment)
    assert (checked.returncode, checked.stderr.decode().splitlines()[-1]) == (1, MISTAKE)
    piped = subprocess.run(command, input=schedule.read_bytes(), check=False, capture_output=True, env=environment)
    assert (piped.returncode, piped.stderr.decode()) == (0, "")
