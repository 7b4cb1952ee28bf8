"""Emergency and planned changes from the command line, as operators and their scripts meet them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Outcome, run
from tests.examples import utc
from tests.readers import READERS, aic, rie

pytestmark = pytest.mark.usefixtures("winter")

NOW = "2026-12-08T01:00"
"""Tuesday night in Toronto: no window, no freeze."""

ANNOUNCE = ("announce", "--summary", "Database failover", "--environment", "production", "--now", NOW)
TWO_HOURS = ("--duration", "2h", "--reason", "A disk is failing")
BY_ANN = ("--operator", "ann")


def emergency(*arguments: str, now: str = NOW) -> Outcome:
    return run("emergency", *arguments, "--now", now)


def announce(*arguments: str, kind: str = "emergency") -> Outcome:
    return run(kind, *ANNOUNCE, *BY_ANN, *(arguments or TWO_HOURS))


def answer(outcome: Outcome) -> Any:  # noqa: ANN401  (JSON)
    assert (outcome.status, outcome.stderr) == (0, "")
    return json.loads(outcome.stdout)


def test_announcing_prints_the_id_alone_and_says_on_standard_error_what_was_announced() -> None:
    """Piped, "EC-1" was all that anybody got to see: no time, no zone."""
    assert announce() == Outcome(
        status=0,
        stdout="EC-1\n",
        stderr="EC-1 announced: Database failover; Tue 2026-12-08 01:00–03:00 EST; 2 h; starts now; outage; "
        "Production\n",
    )
    assert announce("--duration", "1h", "--start", "2026-12-09T01:00", "--reason", "x").stdout == "EC-2\n"
    assert announce(kind="planned").stdout == "PC-1\n"


def feed_line(name: str, rendering: str = "series", *, now: str = NOW) -> list[str]:
    """That property's lines in the event of EC-1, in a feed built anew."""
    built = run("build", "all", "--rendering", rendering, "--now", now).stdout.replace("\n ", "")
    (event,) = [each for each in built.split("BEGIN:VEVENT") if "UID:emergency.ec-1." in each]
    return [line for line in event.splitlines() if line.startswith(name)]


WHOLE_LIFE: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        ("announce", "--summary", "Failover", "--environment", "production", "--tentative", *TWO_HOURS),
        "Tentative: Emergency change: Failover",
        "TENTATIVE",
        "EC-1\n",
    ),
    (
        ("confirm", "EC-1"),
        "Emergency change: Failover",
        "CONFIRMED",
        "EC-1 confirmed: Tue 2026-12-08 01:00–03:00 EST\n",
    ),
    (
        ("update", "EC-1", "--start", "2026-12-08T01:30"),
        "Emergency change: Failover",
        "CONFIRMED",
        "EC-1 moved: 01:00–03:00 → 01:30–03:30 EST\n",
    ),
    (
        ("start", "EC-1", "--message", "Off we go"),
        "In progress: Emergency change: Failover",
        "CONFIRMED",
        "EC-1 started: until Tue 2026-12-08 03:33 EST\nEC-1 message added: Off we go\n",
    ),
    (
        ("update", "EC-1", "--end", "2026-12-08T04:00"),
        "In progress: Emergency change: Failover",
        "CONFIRMED",
        "EC-1 ends later: 01:33–03:33 → 01:33–04:00 EST\n",
    ),
    (
        ("complete", "1"),
        "Completed: Emergency change: Failover",
        "CONFIRMED",
        "EC-1 completed: Tue 2026-12-08 01:33–01:35 EST; planned Tue 2026-12-08 01:30–04:00 EST\n",
    ),
    (
        ("update", "ec-1", "--message", "All is well"),
        "Completed: Emergency change: Failover",
        "CONFIRMED",
        "EC-1 message added: All is well\n",
    ),
)


def test_each_step_of_a_change_reaches_two_calendar_readers() -> None:
    """The same UID throughout, SEQUENCE 0, 1, 2, …, the right STATUS and prefix."""
    start, end = utc(2026, 12, 8, 6), utc(2026, 12, 8, 8)
    uids: dict[str, str] = {}
    for sequence, (arguments, summary, status, expected) in enumerate(WHOLE_LIFE):
        now = f"2026-12-08T01:{30 + sequence if sequence > 2 else sequence:02}"
        outcome = emergency(*arguments, now=now)
        assert (outcome.status, outcome.stdout) == (0, expected)
        if "--start" in arguments:
            start, end = start + timedelta(minutes=30), end + timedelta(minutes=30)
        if "start" in arguments:  # three minutes late
            start, end = start + timedelta(minutes=3), end + timedelta(minutes=3)
        if "--end" in arguments:
            end = utc(2026, 12, 8, 9)
        if "complete" in arguments:
            end = utc(2026, 12, 8, 6).replace(minute=35)
        for rendering in ("series", "expanded"):
            assert feed_line("SEQUENCE", rendering, now=now) == [f"SEQUENCE:{sequence}"]
            content = run("build", "all", "--rendering", rendering, "--now", now).stdout.encode()
            for reader in READERS:
                if reader.name in {rie.NAME, aic.NAME}:
                    (instance,) = instances(reader.read, content)
                    assert re.fullmatch(r"emergency\.ec-1\.[0-9a-f]{10}@maintenance\.example\.com", instance[2])
                    assert uids.setdefault("EC-1", instance[2]) == instance[2]
                    assert (*instance[:2], *instance[3:]) == (start, end, summary, status)


def instances(read: Any, content: bytes) -> list[tuple[datetime, datetime, str, str, str]]:  # noqa: ANN401
    night = read(content, utc(2026, 12, 8), utc(2026, 12, 9))
    return [(each.start, each.end, each.uid, each.summary, each.status) for each in night]


def test_a_cancelled_change_is_seen_until_its_time_has_passed() -> None:
    announce()
    assert emergency("cancel", "EC-1", "--message", "A false alarm").stdout == (
        "EC-1 cancelled: Tue 2026-12-08 01:00–03:00 EST\nEC-1 message added: A false alarm\n"
    )
    assert feed_line("S", now="2026-12-08T02:59:59") == [
        "SUMMARY:Cancelled: Emergency change: Database failover",
        "SEQUENCE:1",
        "STATUS:CANCELLED",
    ]
    assert "ec-1" not in run("build", "all", "--now", "2026-12-08T03:00").stdout


def test_upcoming_shows_changes() -> None:
    announce()
    (entry,) = answer(run("upcoming", "--days", "1", "--now", NOW, "--json"))
    assert (entry["id"], entry["state"], entry["note"]) == ("EC-1", "confirmed", "A disk is failing")


def test_upcoming_shows_what_takes_longer_than_planned() -> None:
    announce()
    emergency("start", "EC-1", now=NOW)
    late = ("--now", "2026-12-08T12:00")
    (entry,) = answer(run("upcoming", "--days", "1", *late, "--json"))
    assert (entry["id"], entry["note"]) == ("EC-1", "taking longer than planned; A disk is failing")
    assert run("upcoming", "--days", "1", "--from", "2026-12-08T13:00", *late).stdout == "nothing comes within a day\n"


def test_show_has_the_history() -> None:
    announce("--duration", "2h", "--message", "Disk 3\nof array 7", "--reason", "A disk\nis failing", "--tentative")
    emergency("confirm", "EC-1", "--operator", "bob", now="2026-12-08T01:05")
    moved = ("--start", "2026-12-08T02:00", "--environment", "production", "--environment", "preview", "--reason", "")
    emergency("update", "EC-1", *moved, "--ticket", "https://t.example/1", "--operator", "bob", now="2026-12-08T01:06")
    emergency("update", "EC-1", "--message", "All set", *BY_ANN, now="2026-12-08T01:07")
    assert emergency("show", "1") == Outcome(
        status=0,
        stdout="""\
EC-1: Database failover
  State:        confirmed
  When:         Tue 2026-12-08 02:00–04:00 EST
  Environments: preview, production
  Impact:       outage
  Ticket:       https://t.example/1
History:
  1. Tue 2026-12-08 01:00 EST by ann: announced
       Disk 3
       of array 7
  2. Tue 2026-12-08 01:05 EST by bob: state: tentative → confirmed
  3. Tue 2026-12-08 01:06 EST by bob: environments: production → preview, production; \
time: Tue 2026-12-08 01:00–03:00 EST → Tue 2026-12-08 02:00–04:00 EST; reason: A disk \
is failing → nothing; ticket: nothing → https://t.example/1
  4. Tue 2026-12-08 01:07 EST by ann: message
       All set
""",
        stderr="",
    )


def test_json_has_the_whole_change() -> None:
    outcome = answer(announce(*TWO_HOURS, "--json"))
    assert (outcome["id"], outcome["recorded"], outcome["warnings"]) == ("EC-1", True, [])
    assert outcome["event"].startswith("BEGIN:VEVENT\r\nSUMMARY:Emergency change: Database failover\r\n")
    output = answer(emergency("show", "EC-1", "--json"))
    assert output == {name: outcome[name] for name in outcome if name not in {"recorded", "warnings", "event"}}
    assert (output["start"], output["local_end"]) == ("2026-12-08T06:00:00Z", "2026-12-08T03:00:00-05:00")
    assert answer(emergency("list", "--json")) == [output]
    confirmed = answer(emergency("start", "EC-1", "--json", *BY_ANN))
    assert [update["by"] for update in confirmed["updates"]] == ["ann", "ann"]
    assert confirmed["updates"][1]["changed"] == [{"what": "state", "before": "confirmed", "after": "in progress"}]


def test_json_includes_the_warnings() -> None:
    assert answer(announce("--duration", "2h", "--json"))["warnings"] == [
        "EC-1 does not say why it can't wait for a maintenance window; give a reason"
    ]


def test_a_list_shows_open_changes_the_latest_first() -> None:
    assert emergency("list").stdout == "no emergency change is open\n"
    assert run("planned", "list", "--all").stdout == "no planned change has been announced\n"
    for number in range(3):
        announce("--duration", "1h", "--start", f"2026-12-09T0{number}:00", "--reason", "x")
    announce(kind="planned")
    emergency("cancel", "EC-2")
    assert [each["id"] for each in answer(emergency("list", "--json"))] == ["EC-3", "EC-1"]
    assert [each["id"] for each in answer(emergency("list", "--all", "--json"))] == ["EC-3", "EC-2", "EC-1"]
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in emergency("list").stdout.splitlines()[3:-1]]
    assert rows == [
        ["EC-3", "confirmed", "Wed 2026-12-09 02:00–03:00 EST", "Database failover", "production", "outage"],
        ["EC-1", "confirmed", "Wed 2026-12-09 00:00–01:00 EST", "Database failover", "production", "outage"],
    ]


def test_a_list_says_what_is_late() -> None:
    """A forgotten step was listed as if nothing were wrong with it."""
    announce()
    announce("--duration", "1h", "--start", "2026-12-08T02:00", "--reason", "x")
    emergency("start", "EC-2", now="2026-12-08T02:00")
    listed = emergency("list", now="2026-12-08T05:30:59").stdout
    states = [line.split("│")[2].strip() for line in listed.splitlines() if line.startswith("│")]
    assert states == [
        "in progress, should have ended: 2 h 30 min ago",
        "confirmed, its time has passed: 2 h 30 min ago",
    ]
    assert "ago" not in emergency("list", now="2026-12-08T02:59:59").stdout


def test_a_dry_run_says_in_words_what_would_be_public() -> None:
    """It printed raw iCalendar in UTC, to somebody who had typed local time."""
    tried = announce(
        "--duration", "2h", "--start", "2026-12-08T03:10", "--message", "Sorry", "--tentative", "--dry-run"
    )
    assert (tried.status, tried.stdout, tried.stderr) == (
        0,
        """\
EC-1, emergency change: Database failover
  When:         Tue 2026-12-08 03:10–05:10 EST
  Lasts:        2 h
  Starts:       in 2 h 10 min
  State:        tentative
  Environments: Production
  Impact:       outage
  Message:      Sorry
  Feeds:        all, emergency, production
""",
        "warning: EC-1 does not say why it can't wait for a maintenance window; give a reason\n",
    )


def test_the_preview_of_a_step_says_what_it_changes_and_for_whom() -> None:
    announce()
    new_facts = ("--environment", "preview", "--impact", "degraded", "--summary", "Failover", "--reason", "")
    tried = emergency("update", "EC-1", "--duration", "3h", *new_facts, "--ticket", "https://t.example/1", "--dry-run")
    assert (
        tried.stdout
        == """\
EC-1, emergency change: Failover
  Step:         summary: Database failover → Failover
  Step:         environments: production → preview
  Step:         impact: outage → degraded
  Step:         ends later: 01:00–03:00 → 01:00–04:00 EST
  Step:         reason: A disk is failing → none
  Step:         ticket: none → https://t.example/1
  When:         Tue 2026-12-08 01:00–04:00 EST
  Lasts:        3 h
  Starts:       now
  Environments: Preview
  Impact:       degraded
  Ticket:       https://t.example/1
  Feeds:        all, emergency, preview
  Cancelled in: production
"""
    )


@pytest.mark.usefixtures("no_database")
def test_a_dry_run_shows_event_and_warnings_and_records_nothing(folder: Path) -> None:
    tried = announce("--duration", "2h", "--dry-run", "--ics")
    missing = f"icsfeed: there is no database {folder}/icsfeed.db yet: nothing is recorded\n"
    assert (tried.status, tried.stderr) == (
        0,
        "warning: EC-1 does not say why it can't wait for a maintenance window; give a reason\n" + missing,
    )
    assert tried.stdout.startswith("BEGIN:VEVENT\n")
    assert "UID:emergency.ec-1.new@maintenance.example.com\nSEQUENCE:0\n" in tried.stdout
    in_json = json.loads(announce(*TWO_HOURS, "--dry-run", "--json").stdout)
    assert (in_json["recorded"], in_json["database_missing"]) == (False, f"{folder}/icsfeed.db")
    assert [path.name for path in folder.iterdir()] == ["schedule.toml"]
    announce()
    before = emergency("show", "EC-1", "--json")
    assert "SEQUENCE:1\n" in emergency("cancel", "EC-1", "--dry-run", "--ics").stdout
    assert answer(emergency("cancel", "EC-1", "--dry-run", "--json"))["state"] == "cancelled"
    assert emergency("show", "EC-1", "--json") == before


@pytest.mark.usefixtures("no_database")
def test_reading_and_refused_commands_create_no_database(folder: Path) -> None:
    missing = f"icsfeed: there is no database {folder}/icsfeed.db yet: nothing is recorded\n"
    assert (emergency("list").status, emergency("list").stderr) == (0, missing)
    refusal = Outcome(status=1, stdout="", stderr=f'{missing}there is no change "EC-1"; none has been announced\n')
    assert emergency("show", "EC-1") == refusal
    assert emergency("confirm", "EC-1") == refusal
    assert announce("--duration", "2h", "--environment", "prod").status == 1
    assert run("window", "skip", "thursday", "2026-12-11", "--reason", "x", "--now", NOW).status == 1
    assert [path.name for path in folder.iterdir()] == ["schedule.toml"]


def test_a_repeated_announcement_prints_the_same_id_and_a_notice() -> None:
    announce()
    assert announce() == Outcome(
        status=0,
        stdout="EC-1\n",
        stderr="warning: this emergency change has been announced already: EC-1, which is confirmed; "
        "nothing was changed\n",
    )
    keyed = (*TWO_HOURS, "--key", "incident-42", "--start", "2026-12-09T01:00")
    assert announce(*keyed).stdout == "EC-2\n"
    assert announce(*keyed).stdout == "EC-2\n"
    other = announce(*keyed, "--impact", "degraded")
    assert (other.status, other.stderr) == (
        1,
        'the key "incident-42" is that of EC-2, which says something else; take another\n',
    )


def test_the_start_is_now_to_the_minute() -> None:
    outcome = answer(run("emergency", *ANNOUNCE[:-1], "2026-12-08T06:00:59.5Z", *TWO_HOURS, "--json"))
    assert (outcome["start"], outcome["announced_at"]) == ("2026-12-08T06:00:00Z", "2026-12-08T06:00:59Z")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ("--duration", "2h", "--environment", "prod"),
            1,
            'there is no environment "prod"; this schedule has preview, production',
        ),
        (
            ("--end", "2026-12-08T00:00"),
            1,
            "the end, Tue 2026-12-08 00:00 EST, is not after the start, Tue 2026-12-08 01:00 EST",
        ),
        (
            ("--duration", "0m"),
            1,
            '"0m" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d',
        ),
        (("--duration", "2h", "--ticket", "42"), 1, '"42" is not the address of a ticket; write it from https:// on'),
        (
            ("--start", "2027-03-14T02:30", "--duration", "2h"),
            1,
            '"2027-03-14T02:30" does not exist in America/Toronto, where the clock is put forward; write '
            "2027-03-14T01:30:00-05:00 or 2027-03-14T03:30:00-04:00",
        ),
        (
            ("--start", "2027-11-07T01:30", "--duration", "2h"),
            1,
            '"2027-11-07T01:30" comes twice in America/Toronto, where the clock is put back; write '
            "2027-11-07T01:30:00-04:00 or 2027-11-07T01:30:00-05:00",
        ),
        (
            ("--start", "soon", "--duration", "2h"),
            1,
            '"soon" is not an instant; write one such as 03:10, +30m, tomorrow 03:10 or 2026-03-08T03:00 in '
            "America/Toronto, or 2026-03-08T07:00:00Z",
        ),
        ((), 2, "Error: the change has no end; give --end or --duration"),
        (
            ("--end", "2026-12-08T03:00", "--duration", "2h"),
            2,
            "Error: an end and a duration both say when it ends; give one of them",
        ),
        (
            ("--duration", "2h", "--impact", "total"),
            1,
            '"total" is not one of the values of "impact"; write "no-impact", '
            '"reduced-redundancy", "degraded" or "outage"',
        ),
    ],
)
def test_refused_announcements(arguments: tuple[str, ...], status: int, message: str) -> None:
    refused = run("emergency", *ANNOUNCE, *arguments)
    assert (refused.status, refused.stdout, refused.stderr.splitlines()[-1]) == (status, "", message)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("confirm", "EC-1"), 1, "EC-1 is confirmed already; it can be started, completed, updated or cancelled"),
        (("confirm", "EC-2"), 1, 'there is no change "EC-2"; write an id such as EC-1, which is the latest'),
        (
            ("confirm", "PC-1"),
            2,
            "Error: PC-1 is a planned change; use `icsfeed planned` instead of `icsfeed emergency`",
        ),
        (("show", "X"), 1, '"X" is not the id of an emergency change; those are written EC-7'),
        (("update", "EC-1"), 1, "this would change nothing of EC-1; say what is to be different, or add a message"),
        (
            ("update", "EC-1", "--end", "2026-12-08T04:00", "--duration", "2h"),
            2,
            "Error: an end and a duration both say when it ends; give one of them",
        ),
        (("start", "EC-1", "--expect", "2"), 1, "EC-1 has no update 2; its latest is 1"),
        (
            ("start", "EC-1", "--message", "x" * 10_001),
            1,
            "the message has 10,001 characters; a calendar has room for 10,000",
        ),
        (
            ("update", "EC-1", "--end", NOW),
            1,
            "the end, Tue 2026-12-08 01:00 EST, is not after the start, Tue 2026-12-08 01:00 EST",
        ),
        (("start",), 2, "Error: Missing argument 'ID'."),
    ],
)
def test_refused_steps(arguments: tuple[str, ...], status: int, message: str) -> None:
    announce()
    refused = emergency(*arguments)
    assert (refused.status, refused.stdout, refused.stderr.splitlines()[-1]) == (status, "", message)


def test_the_slower_of_two_operators_learns_what_the_faster_changed() -> None:
    announce()
    emergency("update", "EC-1", "--end", "2026-12-08T04:00", "--operator", "bob")
    assert emergency("cancel", "EC-1", "--expect", "1").stderr == (
        "EC-1 has changed since update 1: update 2 by bob: time: Tue 2026-12-08 01:00–03:00 EST → "
        "Tue 2026-12-08 01:00–04:00 EST. Nothing was changed now\n"
    )
    assert emergency("cancel", "EC-1", "--expect", "2").status == 0


def test_all_bad_values_are_reported_at_once() -> None:
    announcement = announce("--start", "soon", "--duration", "2", "--impact", "total")
    emergency_change = announce("--duration", "2h")
    update = emergency("update", "EC-1", "--environment", "asia", "--duration", "0h")
    length = "is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d"
    assert emergency_change.status == 0
    assert (announcement.status, announcement.stderr.splitlines()) == (
        1,
        [
            '"total" is not one of the values of "impact"; write "no-impact", '
            '"reduced-redundancy", "degraded" or "outage"',
            '"soon" is not an instant; write one such as 03:10, +30m, tomorrow 03:10 or 2026-03-08T03:00 in '
            "America/Toronto, or 2026-03-08T07:00:00Z",
            f'"2" {length}',
        ],
    )
    assert (update.status, update.stderr.splitlines()) == (
        1,
        [f'"0h" {length}', 'there is no environment "asia"; this schedule has preview, production'],
    )


def test_a_value_that_is_no_number_is_bad_input() -> None:
    refused = [run("upcoming", "--days", days) for days in ("80x", "0")]
    assert [(each.status, each.stderr.splitlines()[-1]) for each in refused] == [
        (1, "Error: Invalid value for '--days': \"80x\" is not a whole number; write one from 1 to 3660"),
        (1, "Error: Invalid value for '--days': 0 is out of range; write a number from 1 to 3660"),
    ]


def test_a_cancelled_change_is_listed_with_why_it_was_cancelled() -> None:
    announce("--duration", "2h", "--reason", "Expiring cert")
    table = ("upcoming", "--days", "1", "--now", NOW)
    assert "(confirmed; reason: Expiring cert)" in " ".join(_first_cells(run(*table).stdout))
    emergency("cancel", "EC-1", "--message", "False alarm")
    assert "(cancelled: False alarm)" in " ".join(_first_cells(run(*table).stdout))


def _first_cells(table: str) -> list[str]:
    """What the third column has, which is broken into lines."""
    return [line.split("│")[2].strip() for line in table.splitlines() if line.count("│") > 3]


def test_a_planned_change_in_a_freeze_needs_a_reason() -> None:
    in_freeze = ("--start", "2026-12-28T01:00", "--duration", "2h")
    assert announce(*in_freeze, kind="planned").stderr == (
        'a planned change in the change freeze "Change freeze", Fri 2026-12-25 – Thu 2026-12-31, needs a reason; '
        "say with --reason why it can't wait\n"
    )
    messages = announce(*in_freeze, "--reason", "The vendor is here that day", kind="planned")
    assert messages == Outcome(
        status=0,
        stdout="PC-1\n",
        stderr='warning: PC-1 lies in the change freeze "Change freeze", Fri 2026-12-25 – Thu 2026-12-31\n'
        "PC-1 announced: Database failover; Mon 2026-12-28 01:00–03:00 EST; 2 h; starts in 20 d; outage; Production\n",
    )
    wrong = run("planned", "confirm", "EC-1", "--now", NOW)
    assert (wrong.status, wrong.stderr.splitlines()[-1]) == (
        2,
        "Error: EC-1 is an emergency change; use `icsfeed emergency` instead of `icsfeed planned`",
    )
    assert run("planned", "cancel", "1", "--now", NOW).stdout == ("PC-1 cancelled: Mon 2026-12-28 01:00–03:00 EST\n")


@pytest.mark.parametrize(
    ("text", "summary", "message"),
    [
        pytest.param("a\r\nb", "a b", "a\nb", id="line breaks"),
        pytest.param("a\x1b[31mb\x07", "a[31mb", "a[31mb", id="control characters"),
        pytest.param("a\udcff", "a\ufffd", "a\ufffd", id="bytes that are no UTF-8"),
    ],
)
def test_texts_are_cleaned(text: str, summary: str, message: str) -> None:
    outcome = answer(announce("--duration", "2h", "--summary", text, "--reason", text, "--message", text, "--json"))
    assert (outcome["summary"], outcome["reason"], outcome["updates"][0]["message"]) == (summary, message, message)


def test_the_operator_may_come_from_the_environment() -> None:
    outcome = run("emergency", *ANNOUNCE, *TWO_HOURS, "--json", environment={"ICSFEED_OPERATOR": "eve"})
    assert [each["by"] for each in answer(outcome)["updates"]] == ["eve"]


def test_options_of_one_announcement_never_come_from_the_environment() -> None:
    """A forgotten variable would describe the next change, or confirm it."""
    environment = {"ICSFEED_DURATION": "3h", "ICSFEED_MESSAGE": "Old news", "ICSFEED_TENTATIVE": "1"}
    outcome = answer(run("emergency", *ANNOUNCE, *TWO_HOURS, "--json", environment=environment))
    assert (outcome["local_end"], outcome["state"], outcome["updates"][0]["message"]) == (
        "2026-12-08T03:00:00-05:00",
        "confirmed",
        "",
    )
    refused = run("emergency", *ANNOUNCE, environment=environment)
    assert (refused.status, refused.stdout) == (2, "")


def test_the_operator_is_the_system_user_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "carol")
    assert answer(run("emergency", *ANNOUNCE, *TWO_HOURS, "--json"))["updates"][0]["by"] == "carol"


def test_suggest_ranks_slots_and_avoids_other_changes() -> None:
    announce("--start", "2026-12-10T02:00", "--duration", "1h", "--reason", "x")
    request = ("suggest", "--duration", "2h", "--by", "2026-12-10T06:00", "--environment", "production")
    result = answer(emergency(*request, "--json"))
    assert [(each["rank"], each["local_start"], each["reasons"]) for each in result] == [
        (1, "2026-12-10T03:00:00-05:00", ['inside the maintenance window "thursday"', "starts in 2 d 2 h"]),
        (2, "2026-12-08T01:00:00-05:00", ["starts now"]),
        (
            4,
            "2026-12-10T02:00:00-05:00",
            ["overlaps the change EC-1", 'inside the maintenance window "thursday"', "starts in 2 d 1 h"],
        ),
    ]
    table = emergency(*request, "--most", "1").stdout.splitlines()
    assert [[cell.strip() for cell in line.split("│")[1:-1]] for line in table[3:-1]] == [
        ["1", "Thu 2026-12-10 03:00–05:00 EST", 'inside the maintenance window "thursday", starts in 2 d 2 h']
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--duration", "2h", "--by", "2026-12-08T01:00"),
            "the deadline, 2026-12-08T01:00:00-05:00, is past: it is 2026-12-08T01:00:00-05:00",
        ),
        (
            ("--duration", "2h", "--by", "2026-12-08T02:59"),
            "no slot of 2 h fits: it is 1 h 59 min until the deadline, 2026-12-08T02:59:00-05:00, "
            "and the soonest start is 2026-12-08T01:00:00-05:00",
        ),
        (
            ("--duration", "2h", "--by", "2026-12-09", "--environment", "prod"),
            'there is no environment "prod"; this schedule has preview, production',
        ),
    ],
)
def test_refused_suggestions(arguments: tuple[str, ...], message: str) -> None:
    assert emergency("suggest", *arguments) == Outcome(status=1, stdout="", stderr=f"{message}\n")
