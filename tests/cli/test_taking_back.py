"""A night shift: the wrong change started, a password in a message, work that takes longer. All can be put right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.running import Outcome, run
from tests.cli.terminal import at_a_terminal

pytestmark = pytest.mark.usefixtures("winter")

ANNOUNCE = (
    "announce",
    "--summary",
    "Failover",
    "--environment",
    "production",
    "--duration",
    "2h",
    "--reason",
    "A disk",
)
AT_SHIFT = "2026-12-08T"
"""A Tuesday in Toronto."""


def emergency(clock: str, *arguments: str, kind: str = "emergency") -> Outcome:
    return run(kind, *arguments, "--now", AT_SHIFT + clock, "--operator", "ann")


def answer(clock: str, *arguments: str, kind: str = "emergency") -> str:
    outcome = emergency(clock, *arguments, kind=kind)
    assert outcome.status == 0, outcome.stderr
    return outcome.stdout


def refusal(clock: str, *arguments: str, kind: str = "emergency") -> tuple[int, str]:
    outcome = emergency(clock, *arguments, kind=kind)
    assert outcome.stdout == ""
    return outcome.status, outcome.stderr.splitlines()[-1]


def change(clock: str) -> Any:  # noqa: ANN401  (JSON)
    return json.loads(run("emergency", "show", "EC-1", "--json", "--now", AT_SHIFT + clock).stdout)


def feed(clock: str) -> str:
    return run("build", "all", "--now", AT_SHIFT + clock).stdout.replace("\n ", "")


def test_starting_the_wrong_change_is_taken_back() -> None:
    emergency("03:00", *ANNOUNCE, "--start", "05:00")
    assert emergency("03:10", "start", "1").stderr == (
        "warning: EC-1 starts 1 h 50 min before its announced time, Tue 2026-12-08 05:00–07:00 EST\n"
    )
    assert answer("03:11", "undo", "1", "--message", "That was EC-2") == (
        "EC-1 step taken back: start by ann, Tue 2026-12-08 03:10 EST\n"
        "EC-1 confirmed: Tue 2026-12-08 05:00–07:00 EST\n"
        "EC-1 message added: That was EC-2\n"
    )
    assert "DTSTART:20261208T100000Z" in feed("03:12")
    assert refusal("03:12", "undo", "1") == (
        1,
        "EC-1 has no step to take back; to withdraw the announcement, cancel it silently",
    )
    assert answer("05:01", "start", "1").startswith("EC-1 started: until ")


def test_completing_too_early_is_taken_back() -> None:
    emergency("03:00", *ANNOUNCE)
    emergency("03:00", "start", "1")
    assert answer("03:30", "complete", "1") == (
        "EC-1 completed: Tue 2026-12-08 03:00–03:30 EST; planned Tue 2026-12-08 03:00–05:00 EST\n"
    )
    assert answer("03:31", "undo", "1") == (
        "EC-1 step taken back: complete by ann, Tue 2026-12-08 03:30 EST\n"
        "EC-1 in progress again: until Tue 2026-12-08 05:00 EST\n"
    )


def test_a_move_is_taken_back() -> None:
    emergency("03:00", *ANNOUNCE, "--start", "05:00")
    emergency("03:01", "update", "1", "--start", "06:00", "--impact", "degraded")
    assert answer("03:02", "undo", "1") == (
        "EC-1 step taken back: update by ann, Tue 2026-12-08 03:01 EST\n"
        "EC-1 impact: degraded → outage\n"
        "EC-1 moved: 06:00–08:00 → 05:00–07:00 EST\n"
    )


def test_a_password_in_a_message_is_withdrawn() -> None:
    """It could never be corrected or removed, and stayed in every feed."""
    emergency("03:00", *ANNOUNCE)
    emergency("03:05", "update", "1", "--message", "Vendor late; password hunter2")
    emergency("03:06", "update", "1", "--message", "The vendor has arrived")
    assert "hunter2" in feed("03:06")
    assert answer("03:07", "redact", "1", "--update", "2") == ("EC-1 message of update 2 withdrawn\n")
    assert ("hunter2" in feed("03:07"), "The vendor has arrived" in feed("03:07")) == (False, True)
    assert [update["message"] for update in change("03:08")["updates"]] == [
        "",
        "[withdrawn]",
        "The vendor has arrived",
        "",
    ]
    note = "note: fetched copies may remain; change a secret\n"
    assert emergency("03:08", "redact", "1", "--update", "3").stderr == note
    assert refusal("03:08", "redact", "1", "--update", "9") == (1, "EC-1 has no update 9; its latest is 5")
    assert refusal("03:08", "redact", "1", "--update", "1") == (1, "update 1 of EC-1 has no message to withdraw")


def test_all_texts_of_a_change_are_withdrawn() -> None:
    emergency("03:00", *ANNOUNCE[:-1], "hunter2", "--ticket", "https://t.example/hunter2", "--message", "hunter2!")
    assert answer("03:01", "redact", "1", "--message", "A secret was in it") == (
        "EC-1 summary, reason, ticket and messages withdrawn\nEC-1 message added: A secret was in it\n"
    )
    assert ("hunter2" in feed("03:01"), "hunter2" in json.dumps(change("03:01"))) == (False, False)
    shown = run("emergency", "show", "1", "--now", AT_SHIFT + "03:02").stdout
    assert shown.startswith("EC-1: [withdrawn]\n")
    assert "  2. Tue 2026-12-08 03:01 EST by ann: withdrew all texts\n" in shown


def test_a_change_is_extended_twice() -> None:
    emergency("03:00", *ANNOUNCE)
    emergency("03:10", "start", "1")
    assert answer("04:00", "extend", "EC-1", "30m") == "EC-1 ends later: 03:10–05:10 → 03:10–05:40 EST\n"
    assert answer("05:39", "extend", "1", "1h30m", "--message", "Still at it") == (
        "EC-1 ends later: 03:10–05:40 → 03:10–07:10 EST\nEC-1 message added: Still at it\n"
    )
    assert refusal("07:10", "extend", "1", "30m") == (
        1,
        "EC-1 can't be extended: its end, Tue 2026-12-08 07:10 EST, is past; "
        "update it with a new end, as a time of day",
    )
    assert refusal("07:09", "extend", "1", "30") == (
        1,
        '"30" is not a length of time; write days, hours and minutes, such as 2h, 90m, 1h30m or 1d',
    )
    assert refusal("07:09", "extend", "1") == (2, "Error: Missing argument 'LENGTH'.")


def test_a_planned_change_extended_into_a_freeze_needs_a_reason_first() -> None:
    before = ("--start", "2026-12-24T22:00", "--duration", "1h")
    emergency("03:00", *ANNOUNCE[:5], *before, kind="planned")
    status, message = refusal("03:01", "extend", "PC-1", "2h", kind="planned")
    assert (status, message.partition("; ")[2]) == (1, "give one first: icsfeed planned update PC-1 --reason …")


def test_a_false_announcement_is_withdrawn_as_if_it_had_never_been() -> None:
    emergency("03:00", *ANNOUNCE)
    assert answer("03:01", "cancel", "1", "--silent") == (
        "EC-1 withdrawn: nothing of it is public any more\nEC-1 cancelled: Tue 2026-12-08 03:00–05:00 EST\n"
    )
    assert "ec-1" not in feed("03:01")
    assert "  State:        cancelled, withdrawn from everything public\n" in (
        run("emergency", "show", "1", "--now", AT_SHIFT + "03:02").stdout
    )


def test_an_automatic_change_starts_and_completes_by_the_clock() -> None:
    emergency("03:00", *ANNOUNCE, "--start", "05:00", "--automatic")
    states = [(change(clock)["state"], change(clock)["automatic"]) for clock in ("04:59", "05:00", "07:00")]
    assert states == [("confirmed", True), ("in progress", True), ("completed", True)]
    assert answer("05:30", "undo", "1") == (
        "EC-1 step taken back: start by clock, Tue 2026-12-08 05:00 EST\n"
        "EC-1 no longer automatic\n"
        "EC-1 confirmed: Tue 2026-12-08 05:00–07:00 EST\n"
    )
    assert (change("08:00")["state"], change("08:00")["automatic"]) == ("confirmed", False)


def test_a_preview_tells_of_the_clock() -> None:
    tried = emergency("03:00", *ANNOUNCE, "--start", "05:00", "--automatic", "--dry-run")
    assert "  Automatic:    starts and completes by the clock\n" in tried.stdout


def test_on_a_terminal_every_way_back_is_previewed_and_confirmed() -> None:
    emergency("03:00", *ANNOUNCE)
    emergency("03:01", "start", "1")
    session = at_a_terminal("emergency", "undo", "1", "--now", AT_SHIFT + "03:02", "--operator", "bob", answers="y")
    assert session.status == 0
    assert session.asked == "Take back the latest step of EC-1, Tue 2026-12-08 03:00–05:00 EST?"
    assert "  Step:         step taken back: start by ann, Tue 2026-12-08 03:01 EST\n" in session.screen
    session = at_a_terminal(
        *("emergency", "redact", "1", "--now", AT_SHIFT + "03:03", "--operator", "bob"),
        answers="y",
        meanwhile=lambda: emergency("03:03", "update", "1", "--message", "One more"),
    )
    assert (session.status, session.asked) == (1, "Withdraw ALL texts of EC-1, Tue 2026-12-08 03:00–05:00 EST?")
    assert 'EC-1 has changed since update 3: update 4 by ann: "One more".' in session.screen


def test_the_clock_does_not_outrun_a_confirmed_step() -> None:
    """The steps that the clock takes by itself have numbers, too; a question was refused as if somebody were faster."""
    emergency("03:00", *ANNOUNCE, "--start", "05:00", "--automatic")
    session = at_a_terminal(
        *("emergency", "update", "1", "--end", "08:00", "--now", AT_SHIFT + "05:30", "--operator", "bob"), answers="y"
    )
    assert (session.status, session.asked) == (0, "Update EC-1, Tue 2026-12-08 05:00–08:00 EST?")
    assert "EC-1 ends later: 05:00–07:00 → 05:00–08:00 EST\n" in session.screen


def test_before_all_texts_are_withdrawn_the_question_says_so_and_how_to_withdraw_one_message() -> None:
    """It asked to withdraw "texts", and a wrong message took the summary with it."""
    emergency("03:00", *ANNOUNCE)
    emergency("03:01", "update", "1", "--message", "The switch is back")
    emergency("03:02", "update", "1", "--message", "No, it is not")
    emergency("03:03", "redact", "1", "--update", "3")
    redact = ("emergency", "redact", "1", "--now", AT_SHIFT + "03:04", "--operator", "bob")
    assert at_a_terminal(*redact, answers="n", columns=200).asked == (
        "Withdraw ALL texts of EC-1, Tue 2026-12-08 03:00–05:00 EST? To withdraw only the latest message: --update 2"
    )
    assert at_a_terminal(*redact, "--update", "2", answers="n").asked == (
        "Withdraw the message of update 2 of EC-1, Tue 2026-12-08 03:00–05:00 EST?"
    )


def test_undo_says_that_the_message_of_the_step_stays_public() -> None:
    emergency("03:00", *ANNOUNCE, "--start", "05:00")
    emergency("03:01", "update", "1", "--start", "06:00", "--message", "An hour later")
    assert answer("03:02", "undo", "1").splitlines()[0] == (
        "EC-1 step taken back: update by ann, Tue 2026-12-08 03:01 EST; its message stays public; "
        "`icsfeed emergency redact EC-1 --update 2` withdraws it"
    )
    assert emergency("03:03", "redact", "1", "--update", "2").status == 0
    emergency("03:04", "start", "1", "--message", "We begin")
    emergency("03:05", "redact", "1", "--update", "5")
    assert "stays public" not in answer("03:06", "undo", "1")


def test_only_the_start_says_that_it_is_early() -> None:
    """Every later step repeated it, long after the start."""
    emergency("03:00", *ANNOUNCE, "--start", "05:00")
    assert "before its announced time" in emergency("04:50", "start", "1").stderr
    assert "before its announced time" not in emergency("04:51", "extend", "1", "30m").stderr


def test_a_list_says_which_changes_are_automatic_and_which_are_withdrawn() -> None:
    emergency("03:00", *ANNOUNCE, "--start", "05:00", "--automatic")
    assert " confirmed, automatic " in run("emergency", "list", "--now", AT_SHIFT + "03:01").stdout
    cancelled = at_a_terminal("emergency", "cancel", "1", "--silent", "--now", AT_SHIFT + "03:02", answers="y")
    assert cancelled.screen.endswith("EC-1 is cancelled and withdrawn; undo takes that back\n")
    assert " cancelled, withdrawn " in run("emergency", "list", "--all", "--now", AT_SHIFT + "03:03").stdout


def test_a_path_in_place_of_a_url_is_refused_with_the_url() -> None:
    refused = run("database", "copy", "icsfeed.db", "sqlite:///copy.db")
    assert (refused.status, refused.stderr) == (
        1,
        '"icsfeed.db" is a path, not the URL of a database; write sqlite:///icsfeed.db\n',
    )
