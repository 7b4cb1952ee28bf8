"""``icsfeed report``: golden outputs of a month with everything in it, and refusals."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import SCHEDULE, Outcome, run

NOTICE = '\n[notice]\nplanned = "72h"\nemergency = "0h"\n'
AFTERWARDS = "2027-01-02T12:00:00Z"
GOLDEN = Path(__file__).parents[1] / "golden" / "report"

COMMANDS = """\
window skip thursday 2026-12-10 --reason Holiday 01T12:00
emergency announce --summary Failover --environment production --start 2026-12-08T06:00Z --duration 2h 01T12:00
emergency start EC-1 08T06:00
emergency complete EC-1 08T08:15
planned announce --summary =1+1 --environment production --environment preview --impact degraded \
    --start 2026-12-02T12:00Z --duration 1h 01T12:00
emergency announce --summary Patch --environment production --start 2026-12-09T06:00Z --duration 2h 01T12:00
emergency start EC-2 09T06:00
emergency cancel EC-2 09T06:30
planned announce --summary Secret --environment production --start 2026-12-15T06:00Z --duration 2h 01T12:00
planned cancel PC-2 --silent 01T12:00
"""
"""What was recorded, each line with the day and the time in UTC."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a schedule, and a database in which a month was recorded.

    A skipped window, an emergency that took 15 minutes longer, a late planned change, and two changes that don't count.
    """
    folder = tmp_path_factory.mktemp("december")
    (folder / "schedule.toml").write_text(SCHEDULE + NOTICE, encoding="utf-8")
    for line in COMMANDS.splitlines():
        command, now = line.rsplit(maxsplit=1)
        step = run(*shlex.split(command), "--schedule", folder / "schedule.toml", "--now", f"2026-12-{now}:00Z")
        assert step.status == 0, (line, step)
    return folder


@pytest.fixture
def december(recorded: Path, folder: Path) -> None:
    """A copy of that folder's files in the current one."""
    for file in recorded.iterdir():
        shutil.copy(file, folder)


def report(*options: str, month: str = "2026-12", now: str = AFTERWARDS) -> Outcome:
    return run("report", "--month", month, *options, "--now", now)


@pytest.mark.usefixtures("december")
def test_people_get_tables() -> None:
    assert report() == Outcome(status=0, stdout=(GOLDEN / "2026-12.txt").read_text(encoding="utf-8"), stderr="")


@pytest.mark.usefixtures("december")
def test_spreadsheets_get_csv() -> None:
    assert report("--csv") == Outcome(status=0, stdout=(GOLDEN / "2026-12.csv").read_text(encoding="utf-8"), stderr="")


@pytest.mark.usefixtures("december")
def test_no_cell_of_the_csv_is_a_text_that_a_spreadsheet_could_run() -> None:
    cells = [cell for row in csv.reader(report("--csv").stdout.splitlines()) for cell in row]
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t"}] == []
    assert "=1+1" in report("--json").stdout


@pytest.mark.usefixtures("december")
def test_programs_get_json() -> None:
    outcome = report("--json")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == (GOLDEN / "2026-12.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("december")
def test_without_a_month_it_says_how_to_write_one() -> None:
    assert run("report").stderr.splitlines()[-1] == (
        "Error: Missing option '--month': write a year and the number of a month, such as 2026-11."
    )


@pytest.mark.usefixtures("december")
def test_one_environment_alone() -> None:
    rows = json.loads(report("--json", "--environment", "preview").stdout)["minutes"]
    assert [(row["environment"], row["impact"]) for row in rows] == [("preview", "degraded")]


@pytest.mark.usefixtures("december")
def test_the_promise_is_in_the_database() -> None:
    """Moves record it anew, other steps don't."""
    run("planned", "update", "PC-1", "--start", "2026-12-03T12:00Z", "--now", "2026-12-01T13:00:00Z")
    run("planned", "update", "PC-1", "--message", "Ready", "--now", "2026-12-01T14:00:00Z")
    with sqlite3.connect("icsfeed.db") as database:
        rows = database.execute("SELECT promised_notice FROM change_updates WHERE kind = 'planned' AND change = 1")
        assert [promised for (promised,) in rows] == [4320, 4320, None]
    shown = run("planned", "show", "PC-1", "--now", AFTERWARDS)
    assert "  Notice:       1 d 23 h; customers were promised 3 d\n" in shown.stdout
    values = json.loads(run("planned", "show", "PC-1", "--json", "--now", AFTERWARDS).stdout)
    assert (values["notice_minutes"], values["promised_notice_minutes"]) == (47 * 60, 4320)


def test_a_change_in_the_schedule_file_is_judged_by_the_notice_beside_it(schedule: Path) -> None:
    change = """
[[changes]]
id = "storage"
kind = "planned"
summary = "New storage"
announced = 2026-12-01T12:00:00Z
start = 2026-12-02T12:00:00Z
duration = "1h"
"""
    schedule.write_text(SCHEDULE + NOTICE + change, encoding="utf-8")
    (late,) = json.loads(report("--json").stdout)["late"]
    assert (late["id"], late["notice_minutes"], late["promised_notice_minutes"]) == ("storage", 1440, 4320)


def test_a_month_that_is_not_over_says_so(schedule: Path) -> None:
    assert schedule.exists()
    first = report(now="2026-12-02T12:00:00Z").stdout.splitlines()[0]
    assert first == "Minutes of maintenance in 2026-12 (America/Toronto); used until Wed 2026-12-02 07:00 EST"


def test_a_month_without_maintenance(schedule: Path) -> None:
    bounds = 'environments = ["production"]\neffective_from = 2027-01-01'
    schedule.write_text(SCHEDULE.replace('environments = ["production"]', bounds), encoding="utf-8")
    assert report().stdout == (
        "Minutes of maintenance in 2026-12 (America/Toronto)\nnone was promised, announced or used\n"
    )
    assert report("--csv").stdout == (GOLDEN / "2026-12.csv").read_text(encoding="utf-8").splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--month", "December"), 1, '"December" is not a month; write its year and number, such as 2026-11\n'),
        (("--month", "1970-01"), 1, "1970-01 is out of range; the year is one from 1971 through 2999\n"),
        (
            ("--month", "2026-12", "--environment", "staging"),
            1,
            'there is no environment "staging"; this schedule has preview, production\n',
        ),
    ],
)
def test_bad_values_are_refused(schedule: Path, options: tuple[str, ...], status: int, message: str) -> None:
    assert schedule.exists()
    outcome = run("report", *options, "--now", AFTERWARDS)
    assert (outcome.status, outcome.stdout) == (status, "")
    assert outcome.stderr.endswith(message)


def test_json_and_csv_contradict_each_other(schedule: Path) -> None:
    assert schedule.exists()
    outcome = report("--json", "--csv")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.endswith("Error: --csv and --json contradict each other; give one of them\n")


def test_the_month_is_required(schedule: Path) -> None:
    assert schedule.exists()
    assert run("report").status == 2


def test_the_packaged_example_is_not_reported_on() -> None:
    assert report() == Outcome(
        status=1,
        stdout="",
        stderr=(
            "there is no schedule.toml in the current folder; write one with `icsfeed init`, "
            "or name another with --schedule\n"
        ),
    )
