"""The commands as people and scripts meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from icsfeed.store.schedule_file import example_path
from tests.cli.running import IN_FORCE, NOW, SCHEDULE, Outcome, every_command_line, run

EXAMPLE_SAID = "icsfeed: no schedule.toml here; taking the packaged example policy\n"


def test_init_writes_the_commented_starter_once(folder: Path) -> None:
    assert run("init") == Outcome(
        status=0,
        stdout=(
            "schedule.toml is written. Make it yours (each calendar needs a uid_domain of its own), then: "
            "icsfeed check schedule.toml\n"
        ),
        stderr="",
    )
    assert (folder / "schedule.toml").read_bytes() == example_path().read_bytes()
    (folder / "schedule.toml").write_text("mine", encoding="utf-8")
    refused = run("init")
    assert refused == Outcome(status=1, stdout="", stderr="schedule.toml exists already; it was left as it is\n")
    assert (folder / "schedule.toml").read_text(encoding="utf-8") == "mine"


def test_init_reports_where_it_cannot_write(folder: Path) -> None:
    assert run("init", "missing/schedule.toml").stderr == (
        "missing/schedule.toml can't be written: no such file or directory\n"
    )
    assert run("init", folder).stderr == f"{folder} can't be written: it is a folder\n"


def test_check_counts_and_warns(schedule: Path) -> None:
    schedule.write_text(IN_FORCE.replace('["Thursday"]', '["Sunday"]'), encoding="utf-8")
    assert run("check", "--now", NOW) == Outcome(
        status=0,
        stdout=(
            'schedule.toml:14: warning: maintenance_windows "thursday": '
            "the clock of America/Toronto changes during the window: on "
            "2025-03-09 (02:00 becomes 03:00, so the window lasts from 03:00 EDT to 06:00 EDT, 3 h); "
            "2026-03-08 (02:00 becomes 03:00, so the window lasts from 03:00 EDT to 06:00 EDT, 3 h); "
            "2027-03-14 (02:00 becomes 03:00, so the window lasts from 03:00 EDT to 06:00 EDT, 3 h)\n"
            "schedule.toml: no errors, 1 warning; 2 environments, 1 maintenance window, 1 change freeze, 7 feeds\n"
        ),
        stderr="",
    )


def test_check_reports_every_mistake_and_exits_with_1(schedule: Path) -> None:
    schedule.write_text(SCHEDULE.replace("America/Toronto", "EST").replace("02:00:00", '"2am"'), encoding="utf-8")
    result = run("check")
    assert (result.status, result.stdout) == (1, "")
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["schedule.toml:3", "calendar.timezone"],
        ["schedule.toml:18", 'maintenance_windows "thursday", start'],
    ]


def test_check_in_json(schedule: Path) -> None:
    schedule.write_text(IN_FORCE, encoding="utf-8")
    assert json.loads(run("check", "--json", "--now", NOW).stdout) == {
        "schedule": "schedule.toml",
        "mistakes": [],
        "warnings": [],
    }
    schedule.write_text(SCHEDULE.replace("America/Toronto", "Nowhere/Land"), encoding="utf-8")
    result = run("check", "--json")
    assert (result.status, result.stderr) == (1, "")
    (mistake,) = json.loads(result.stdout)["mistakes"]
    assert (mistake["path"], mistake["line"]) == ("calendar.timezone", 3)


def test_check_prints_the_schema_and_needs_no_schedule() -> None:
    result = run("check", "--schema")
    assert (result.status, result.stderr) == (0, "")
    assert json.loads(result.stdout)["additionalProperties"] is False


def test_without_a_schedule_the_packaged_example_is_used_and_announced() -> None:
    result = run("build", "all", "--now", NOW)
    assert (result.status, result.stderr) == (0, EXAMPLE_SAID)
    assert "X-WR-CALNAME:Seed-to-Sale maintenance" in result.stdout


def test_a_named_schedule_that_is_missing_is_not_replaced_by_the_example() -> None:
    result = run("build", "all", "--schedule", "mine.toml")
    assert result == Outcome(
        status=1,
        stdout="",
        stderr="mine.toml: there is no such file; write a starter with `icsfeed init`, or name another with "
        "--schedule\n",
    )


@pytest.mark.usefixtures("schedule")
def test_diff_with_a_file_that_is_missing_does_not_advise_an_option() -> None:
    message = "nosuch.toml: there is no such file; check its name and folder\n"
    assert [run("diff", *files).stderr for files in (("nosuch.toml",), ("schedule.toml", "nosuch.toml"))] == [
        message
    ] * 2


def test_options_come_from_the_environment_too(schedule: Path) -> None:
    named = schedule.rename("other.toml")
    environment = {"ICSFEED_SCHEDULE": str(named), "ICSFEED_NOW": NOW, "ICSFEED_RENDERING": "expanded"}
    result = run("build", "all", environment=environment)
    assert (result.status, result.stdout.count("RRULE"), result.stderr) == (0, 0, "")


@pytest.mark.usefixtures("schedule")
def test_build_prints_or_writes_the_same_bytes(folder: Path) -> None:
    printed = run("build", "production", "--now", NOW)
    assert run("build", "production", "--now", NOW, "-o", "production.ics") == Outcome(status=0, stdout="", stderr="")
    assert (folder / "production.ics").read_bytes().replace(b"\r\n", b"\n").decode() == printed.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["icsfeed.db", "production.ics", "schedule.toml"]


@pytest.mark.usefixtures("schedule")
def test_build_does_not_replace_a_device() -> None:
    assert run("build", "all", "-o", "/dev/null").status == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.usefixtures("schedule")
def test_refused_builds(folder: Path) -> None:
    assert run("build", "prod").stderr == (
        'there is no feed "prod"; this schedule has all, emergency, freeze, maintenance, planned, preview, production\n'
    )
    assert run("build", "all", "-o", folder).stderr == f"{folder} can't be written: is a directory\n"
    wrong = run("build", "all", "--rendering", "pdf")
    assert (wrong.status, wrong.stdout) == (1, "")


@pytest.mark.usefixtures("schedule")
def test_upcoming_is_a_table_with_the_freezes_in_between() -> None:
    result = run("upcoming", "--now", NOW, "--days", "20", "--zone", "Europe/Berlin")
    rows = [
        [cell.strip() for cell in line.strip("┃│").split("│")] for line in result.stdout.splitlines() if "│" in line
    ]
    assert rows == [
        [
            "Tue 2026-11-24 – Mon 2026-11-30",
            "Tue 2026-11-24 06:00 – Tue 2026-12-01 06:00 CET",
            "Change freeze",
            "month-end",
            "all",
            "no change",
        ],
        [
            "Thu 2026-12-03 02:00–06:00 EST",
            "Thu 2026-12-03 08:00–12:00 CET",
            "Scheduled maintenance",
            "thursday 2026-12-03",
            "Production",
            "outage",
        ],
        [
            "Thu 2026-12-10 02:00–06:00 EST",
            "Thu 2026-12-10 08:00–12:00 CET",
            "Scheduled maintenance",
            "thursday 2026-12-10",
            "Production",
            "outage",
        ],
    ]


@pytest.mark.usefixtures("schedule")
def test_upcoming_in_json_from_a_date_for_an_environment() -> None:
    result = run("upcoming", "--from", "2026-11-05", "--days", "8", "--environment", "production", "--json")
    assert [(entry["id"], entry["local_start"], entry["zone"]) for entry in json.loads(result.stdout)] == [
        ("thursday", "2026-11-05T02:00:00-05:00", "America/Toronto"),
        ("thursday", "2026-11-12T02:00:00-05:00", "America/Toronto"),
    ]
    result = run("upcoming", "--from", "2026-11-05", "--days", "1", "--json", "--zone", "Europe/Berlin")
    assert [(entry["local_start"], entry["zone"]) for entry in json.loads(result.stdout)] == [
        ("2026-11-05T08:00:00+01:00", "Europe/Berlin")
    ]


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize(
    ("arguments", "stdout", "stderr"),
    [
        (("--from", "2026-11-06", "--days", "3"), "nothing comes in these 3 days\n", ""),
        (("--environment", "prod"), "", 'there is no environment "prod"; this schedule has preview, production\n'),
        (("--from", "2026-11-06", "--days", "1"), "nothing comes within a day\n", ""),
        (
            ("--zone", "EST"),
            "",
            '"EST" can mean two things: Eastern civil time with summer time (write "America/Toronto" '
            'or "America/New_York"), or five hours behind UTC all year (write "America/Panama")\n',
        ),
        (
            ("--zone", "America/Torronto"),
            "",
            '"America/Torronto" is not a name in the IANA time zone database; did you mean "America/Toronto"?\n',
        ),
        (
            ("--zone", "Foo/Bar"),
            "",
            '"Foo/Bar" is not a name in the IANA time zone database; write an IANA zone such as "America/Toronto"\n',
        ),
        (
            ("--now", "2026-11-01T01:30"),
            "",
            '"2026-11-01T01:30" comes twice in America/Toronto, where the clock is put back; write '
            "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00\n",
        ),
    ],
)
def test_upcoming_messages(arguments: tuple[str, ...], stdout: str, stderr: str) -> None:
    result = run("upcoming", *arguments)
    assert (result.status, result.stdout, result.stderr) == (1 if stderr else 0, stdout, stderr)


def test_diff_shows_what_an_edit_does_to_dates(schedule: Path, folder: Path) -> None:
    old = folder / "old.toml"
    old.write_text(SCHEDULE, encoding="utf-8")
    edited = SCHEDULE.replace("06:00:00", "05:00:00\neffective_until = 2025-01-16")
    schedule.write_text(edited.replace("02:00:00", "02:00:00\neffective_from = 2025-01-09"), encoding="utf-8")
    old.write_text(SCHEDULE.replace("06:00:00", "06:00:00\neffective_until = 2025-01-09"), encoding="utf-8")
    assert run("diff", "old.toml", "--now", "2025-01-01") == Outcome(
        status=0,
        stdout=(
            "- maintenance thursday: Thu 2025-01-02 02:00–06:00 EST\n"
            "~ maintenance thursday: Thu 2025-01-09 02:00–06:00 EST → Thu 2025-01-09 02:00–05:00 EST\n"
            "+ maintenance thursday: Thu 2025-01-16 02:00–05:00 EST\n"
            "1 added, 1 moved, 1 removed\n"
            "in the past: 0 added, 0 moved, 40 removed; --all shows them\n"
        ),
        stderr=(
            'warning: maintenance_windows "thursday": the edit removes 40 past dates; to keep them, leave the table as '
            "it was, with effective_until = 2024-12-31, and write the new one beside it under another id, with "
            "effective_from = 2025-01-01\n"
        ),
    )
    assert run("diff", "old.toml", "old.toml").stdout == "no date changes\n"
    repository = json.loads(run("diff", "old.toml", "schedule.toml", "--now", NOW, "--json").stdout)
    assert [record["change"] for record in repository["dates"]] == ["removed", "moved", "added"]


def test_diff_shows_a_freeze_in_whole_days(folder: Path) -> None:
    """And by the clock where the two schedules do not agree on when a day begins."""
    for name, place, last in (("old", "Toronto", 9), ("new", "Toronto", 10), ("south", "Costa_Rica", 10)):
        freeze = f'[[change_freezes]]\nid = "x"\nname = "X"\nfrom = 2026-12-09\nthrough = 2026-12-{last:02}\n'
        whole = SCHEDULE.replace("America/Toronto", f"America/{place}") + freeze
        (folder / f"{name}.toml").write_text(whole, encoding="utf-8")

    def lines_of(*pair: str) -> list[str]:
        return [line for line in run("diff", *pair, "--now", NOW).stdout.splitlines() if "freeze x" in line]

    assert lines_of("old.toml", "new.toml") == ["~ freeze x: Wed 2026-12-09 → Wed 2026-12-09 – Thu 2026-12-10"]
    assert lines_of("new.toml", "south.toml") == [
        "~ freeze x: Tue 2026-12-08 23:00 – Thu 2026-12-10 23:00 CST → Wed 2026-12-09 – Thu 2026-12-10"
    ]


def test_diff_shows_what_an_edit_does_to_feeds(schedule: Path, folder: Path) -> None:
    """All of this was "no date changes"."""
    (folder / "old.toml").write_text(SCHEDULE, encoding="utf-8")
    edited = SCHEDULE.replace('["production"]', '["preview"]').replace("maintenance.example.com", "status.example.com")
    named = {each: f'environments = ["{each}"]' for each in ("preview", "production")}
    named |= {each: f'kinds = ["{each}"]' for each in ("emergency", "freeze", "planned")} | {"public": ""}
    feeds = "".join(f'[[feeds]]\nslug = "{slug}"\nname = "{slug}"\n{key}\n' for slug, key in named.items())
    schedule.write_text(edited + feeds, encoding="utf-8")
    assert run("diff", "old.toml", "--now", NOW).stdout == (
        "~ uid_domain: maintenance.example.com → status.example.com: every event is a new one for subscribers\n"
        "- feed maintenance: its subscribers get nothing any more\n"
        "+ feed preview: maintenance thursday: 121 dates from Thu 2025-01-02 to Thu 2027-12-23\n"
        "- feed production: maintenance thursday: 121 dates from Thu 2025-01-02 to Thu 2027-12-23\n"
        "+ feed public\n"
        "+ maintenance thursday in preview: 44 Thursdays come, Thu 2026-12-03 to Thu 2027-12-23: 02:00–06:00 "
        "America/Toronto\n"
        "- maintenance thursday in production: 44 Thursdays go, Thu 2026-12-03 to Thu 2027-12-23: 02:00–06:00 "
        "America/Toronto\n"
        "44 added, 0 moved, 44 removed\n"
        "in the past: 77 added, 0 moved, 77 removed; --all shows them\n"
    )
    once = "02:00:00\neffective_from = 2026-11-01\neffective_until = 2026-11-05"
    schedule.write_text(SCHEDULE.replace("02:00:00", once), encoding="utf-8")
    (folder / "new.toml").write_text(
        edited.replace("02:00:00", once).replace("status", "maintenance"), encoding="utf-8"
    )
    assert run("diff", "schedule.toml", "new.toml", "--now", NOW).stdout == (
        "+ feed preview: maintenance thursday: Thu 2026-11-05\n"
        "- feed production: maintenance thursday: Thu 2026-11-05\n"
        "no date ahead changes\n"
        "in the past: 1 added, 0 moved, 1 removed; --all shows them\n"
    )


OWN_OPTIONS = {
    *("--dry-run", "--ics", "--automatic", "--update"),
    *("--summary", "--environment", "--impact", "--start", "--end", "--duration", "--reason", "--ticket"),
    *("--tentative", "--key", "--message", "--message-en", "--message-fr", "--expect", "--silent", "--yes", "--after"),
    *("--replace-calendar", "--until", "--internal", "--account", "--object", "--to", "--scope", "--expires"),
}
"""Those of one announcement, step, occurrence, destination, repair, customer, token or test message."""


def test_every_option_but_those_of_one_announcement_or_step_can_come_from_the_environment() -> None:
    lines = every_command_line()
    assert {"emergency announce", "window move", "database upgrade"} <= {line for line, _ in lines}
    own = set()
    for line, command in lines:
        for parameter in command.params:
            if parameter.param_type_name == "option":
                name = max(parameter.opts, key=len)
                if parameter.envvar is None:
                    own.add((line.split()[0], name))
                else:
                    assert parameter.envvar == "ICSFEED_" + name.removeprefix("--").replace("-", "_").upper()
    groups = {"emergency", "planned", "window", "freeze", "export", "subscriber", "database", "mail", "notify", "token"}
    assert {group for group, _ in own} == groups
    assert {name for _, name in own} == OWN_OPTIONS


def test_the_schedule_and_the_database_may_stand_before_the_command(schedule: Path, folder: Path) -> None:
    named = schedule.rename("other.toml")
    elsewhere = ("--schedule", "missing.toml")
    for arguments in (
        ("--schedule", named, "check"),
        ("check", "--schedule", named),
        (*elsewhere, "check", "--schedule", named),
    ):
        assert "other.toml: no errors" in run(*arguments).stdout
    environment = {"ICSFEED_SCHEDULE": "missing.toml", "ICSFEED_DATABASE": "sqlite:///missing/icsfeed.db"}
    before = ("--schedule", named, "--database", "sqlite:///here.db")
    assert run(*before, "database", "upgrade", environment=environment) == Outcome(
        status=0, stdout=f"{folder}/here.db is up to date now\n", stderr=""
    )
    assert run(*before, "subscriber", "list", environment=environment).stdout == "there is no subscriber\n"
    assert (folder / "here.db").exists()


def test_help_lists_every_command() -> None:
    listed = [line.split()[0] for line in run("--help").stdout.partition("Commands:\n")[2].splitlines()]
    assert listed == [line for line, _ in every_command_line() if " " not in line]


def test_an_unknown_command_is_wrong_usage() -> None:
    result = run("chek")
    assert (result.status, result.stdout) == (2, "")
    assert "No such command 'chek'" in result.stderr
