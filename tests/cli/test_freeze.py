"""Change freezes started, ended and listed from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Outcome, run
from tests.cli.terminal import at_a_terminal

pytestmark = pytest.mark.usefixtures("winter")

NOW = "2026-12-10T03:10:30"
"""Within the occurrence of thursday."""

START = ("start", "--environment", "production", "--reason", "The core switches are failing")


def freeze(*arguments: str, now: str = NOW) -> Outcome:
    return run("freeze", *arguments, "--now", now)


def by_ann(*arguments: str, now: str = NOW) -> Outcome:
    return freeze(*arguments, "--operator", "ann", now=now)


def test_start_prints_the_id_alone_and_says_in_words_what_it_does() -> None:
    assert by_ann(*START, "--until", "2026-12-18T09:00") == Outcome(
        status=0,
        stdout="CF-1\n",
        stderr="CF-1 started: Thu 2026-12-10 03:10 – Fri 2026-12-18 09:00 EST; Production; "
        "1 occurrence is cut short: thursday 02:00–06:00 → 02:00–03:10 EST; "
        "1 occurrence does not take place: thursday Thu 2026-12-17 02:00–06:00 EST\n",
    )
    assert by_ann(*START).stderr == (
        "warning: CF-2 overlaps CF-1, which freezes production until Fri 2026-12-18 09:00 EST\n"
        "CF-2 started: from Thu 2026-12-10 03:10 EST until it is ended; Production; "
        "4 occurrences do not take place: thursday Thu 2026-12-24 02:00–06:00 EST and 3 more\n"
    )


def test_end_says_what_happens_again() -> None:
    by_ann(*START)
    assert by_ann("end", "1", now="2026-12-12T10:00") == Outcome(
        status=0,
        stdout="CF-1 ended: Thu 2026-12-10 03:10 – Sat 2026-12-12 10:00 EST; "
        "5 occurrences take place again: thursday Thu 2026-12-17 02:00–06:00 EST and 4 more\n",
        stderr="",
    )
    assert by_ann("end", "cf-1", now="2026-12-12T10:05") == Outcome(
        status=1, stdout="", stderr="ann ended CF-1 already, Sat 2026-12-12 10:00 EST; nothing was changed\n"
    )


def test_a_dry_run_says_in_words_what_customers_will_see() -> None:
    change = ("--summary", "New firewall", "--environment", "production", "--start", "2026-12-15T01:00")
    run("planned", "announce", *change, "--duration", "90m", "--now", NOW)
    tried = freeze(*START, "--dry-run")
    assert tried == Outcome(
        status=0,
        stdout="""\
CF-1, change freeze, from now on
  When:         from Thu 2026-12-10 03:10 EST until it is ended
  Lasts:        until it is ended
  Environments: Production
  Reason:       The core switches are failing
  Cut short:    thursday 02:00–06:00 → 02:00–03:10 EST
  Dropped:      thursday Thu 2026-12-17 02:00–06:00 EST
                thursday Thu 2026-12-24 02:00–06:00 EST
                thursday Thu 2027-01-07 02:00–06:00 EST
                and 2 more until 2027-01-21
  Planned:      PC-1 (New firewall) Tue 2026-12-15 01:00–02:30 EST, gives no reason
  Feeds:        all, freeze, production
""",
        stderr="warning: PC-1 (New firewall) lies in CF-1 and does not say why it can't wait; until "
        "PC-1 gives a reason, its pipeline gate stays closed\n",
    )
    assert json.loads(freeze("list", "--json").stdout)[0]["source"] == "schedule", "nothing was recorded"


def test_a_dry_run_of_an_internal_one_says_what_stays_hidden() -> None:
    tried = freeze("start", "--reason", "An audit", "--internal", "--until", "+2h", "--dry-run")
    assert tried == Outcome(
        status=0,
        stdout="""\
CF-1, internal change freeze, from now on
  When:         Thu 2026-12-10 03:10–05:10 EST
  Lasts:        2 h
  Environments: Preview, Production
  Reason:       An audit
  Cut short:    thursday 02:00–06:00 → 02:00–03:10 EST
  Feeds:        none
  Public:       its effect alone; the public gate says "outside the maintenance windows"
""",
        stderr="--until +2h is Thu 2026-12-10 05:10 EST\n",
    )
    events = freeze("start", "--reason", "An audit", "--internal", "--until", "+2h", "--dry-run", "--ics").stdout
    assert (events.count("BEGIN:VEVENT"), "audit" in events) == (2, False)


def test_at_a_terminal_the_preview_is_confirmed(folder: Path) -> None:
    refused = at_a_terminal("freeze", *START, "--now", NOW, answers="n")
    assert (refused.status, refused.asked) == (1, "Start CF-1 now?")
    assert sorted(path.name for path in folder.iterdir()) == ["icsfeed.db", "schedule.toml"]
    started = at_a_terminal("freeze", *START, "--until", "+30h", "--now", NOW, answers="y")
    assert started.status == 0
    assert started.screen.startswith("--until +30h is Fri 2026-12-11 09:10 EST\nCF-1, change freeze, from now on\n")
    assert started.screen.endswith("[y/N]: y\nCF-1\nCF-1 is active; next: freeze end CF-1\n")
    ended = at_a_terminal("freeze", "end", "CF-1", "--now", "2026-12-11T09:00", answers="y")
    assert ended.asked == "End CF-1 now?"
    assert (
        """\
CF-1, change freeze: The core switches are failing
  Step:         ends now, instead of Fri 2026-12-11 09:10 EST
  When:         Thu 2026-12-10 03:10 – Fri 2026-12-11 09:00 EST
  Environments: Production
  Occurrences:  none is affected
  Feeds:        all, freeze, production
"""
        in ended.screen
    )


def test_the_list_has_what_is_not_over_and_the_next_of_the_schedule() -> None:
    assert freeze("list").stdout.splitlines()[0] == "no freeze that `freeze start` recorded is active"
    by_ann(*START, "--until", "2026-12-12T09:00")
    by_ann("start", "--reason", "An audit", "--internal", now="2026-12-11T09:00")
    by_ann("end", "CF-2", now="2026-12-11T10:00")
    listed, everything = (
        json.loads(freeze("list", *options, "--json", now="2026-12-11T12:00").stdout) for options in ((), ("--all",))
    )
    assert [(each["id"], each["source"], each["active"]) for each in listed] == [
        ("CF-1", "database", True),
        ("month-end", "schedule", False),
    ]
    assert [(each["id"], each["internal"], each["active"]) for each in everything] == [
        ("CF-1", False, True),
        ("CF-2", True, False),
        ("month-end", False, False),
    ]
    assert everything[1]["ended_by"] == "ann"
    assert listed[1] == {
        "id": "month-end",
        "kind": "freeze",
        "name": "Change freeze",
        "environments": ["preview", "production"],
        "internal": False,
        "start": "2026-12-25T05:00:00Z",
        "end": "2027-01-01T05:00:00Z",
        "local_start": "2026-12-25T00:00:00-05:00",
        "local_end": "2027-01-01T00:00:00-05:00",
        "first": "2026-12-25",
        "last": "2026-12-31",
        "source": "schedule",
        "active": False,
    }
    table = freeze("list", "--all", now="2026-12-11T12:00").stdout
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if line[0:1] == "│"]
    assert rows == [
        ["CF-1", "Thu 2026-12-10 03:10 – Sat 2026-12-12 09:00 EST", "Production", START[-1], "ann"],
        ["CF-2", "Fri 2026-12-11 09:00–10:00 EST, ended by ann", "Preview, Production", "An audit (internal)", "ann"],
        ["month-end", "Fri 2026-12-25 – Thu 2026-12-31", "Preview, Production", "Change freeze", ""],
    ]


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        pytest.param(("start",), 2, "Error: Missing option '--reason'.\n", id="without a reason"),
        pytest.param(
            ("start", "--reason", " "), 1, "the reason is empty; write why nothing may change\n", id="an empty reason"
        ),
        pytest.param(
            ("start", "--reason", "x", "--environment", "stage", "--until", "soon"),
            1,
            'there is no environment "stage"; this schedule has preview, production\n'
            '"soon" is not an instant; write one such as 03:10, +30m, tomorrow 03:10 or 2026-03-08T03:00 in '
            "America/Toronto, or 2026-03-08T07:00:00Z\n",
            id="every error at once",
        ),
        pytest.param(
            ("start", "--reason", "x", "--until", "+2d"),
            1,
            '"+2d" would be Sat 2026-12-12 03:10 EST, more than 12 hours after the start; if you mean that, write '
            "2026-12-12T03:10-05:00\n",
            id="a short form that lands far ahead, and nobody sees it",
        ),
        pytest.param(
            ("start", "--reason", "x", "--until", "2026-12-10T03:10"),
            1,
            "a freeze that starts now can't last until Thu 2026-12-10 03:10 EST, which is past; give a later end, "
            "or none\n",
            id="not ahead",
        ),
        pytest.param(
            ("end", "CF-3"),
            1,
            'there is no freeze "CF-3" that `freeze start` recorded; none has been started\n',
            id="an unknown freeze",
        ),
        pytest.param(
            ("end", "month-end"),
            1,
            "month-end is a freeze of the schedule file; name the days to lift in its key lifted\n",
            id="a freeze of the schedule, which freeze list names as well",
        ),
    ],
)
def test_what_can_not_be_done_is_refused_and_records_nothing(
    folder: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    refused = freeze(*arguments)
    assert (refused.status, refused.stdout) == (status, "")
    assert refused.stderr.endswith(message), refused.stderr
    assert [path.name for path in folder.iterdir()] == ["schedule.toml"]
