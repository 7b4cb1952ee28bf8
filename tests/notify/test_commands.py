"""``icsfeed notify``, as operators and cron run it."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.cli.running import Outcome, run
from tests.cli.terminal import at_a_terminal
from tests.notify.mail.smtp_servers import a_mail_server
from tests.notify.posts import arrivals, webhook, write_schedule
from tests.notify.receivers import Receiver, receiver, status

MAIL = """
[mail]
from = "Maintenance <maintenance@example.com>"
smtp = "env:SMTP_URL"
server = "https://maintenance.example.com"
"""
ORGANIZER = 'organizer = { name = "Support", email = "support@example.com" }\n'


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as hook:
        yield hook


@pytest.fixture(autouse=True)
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: Receiver) -> Iterator[Path]:
    """A schedule with one webhook, in the current folder; afterwards, signals do what they did before."""
    monkeypatch.chdir(tmp_path)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield write_schedule(tmp_path, webhook("hook", hook.url))
    for number, handler in handlers.items():
        signal.signal(number, handler)


def notify(command: str, *arguments: str) -> Outcome:
    return run("notify", command, *arguments)


def announce(summary: str = "Failover") -> None:
    start = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    options = ("--summary", summary, "--environment", "production", "--impact", "outage", "--reason", "A disk fails")
    assert run("emergency", "announce", "--start", start, "--duration", "2h", *options).status == 0


def fail_for_good(hook: Receiver) -> None:
    """Have a delivery given up: its receiver is gone for good."""
    hook.answers = [status(410)]
    announce()
    assert notify("run", "--once").status == 1
    hook.answers = [status(204)]


def test_run_once_sends_what_is_due_in_silence(hook: Receiver) -> None:
    announce()
    assert notify("run", "--once") == Outcome(status=0, stdout="", stderr="")
    assert notify("run", "--once") == Outcome(status=0, stdout="", stderr="")
    assert [(each.event, each.summary) for each in arrivals(hook)] == [("announced", "Failover")]


def test_run_once_ends_with_status_1_where_an_attempt_failed(hook: Receiver) -> None:
    hook.answers = [status(503)]
    announce()
    outcome = notify("run", "--once")
    assert (outcome.status, outcome.stdout) == (1, "")
    (line,) = [json.loads(each) for each in outcome.stderr.splitlines()]
    assert (line["event"], line["receiver"], line["subject"]) == ("not sent", "channel:hook", "EC-1")
    assert hook.url not in outcome.stderr
    assert notify("run", "--once").status == 0  # its next attempt is not due yet


def test_run_refuses_a_pinned_clock() -> None:
    assert notify("run", "--once", "--now", "2026-12-08T06:00:00Z") == Outcome(
        status=1,
        stdout="",
        stderr="announcements are sent when they are due by the real clock; leave out --now and ICSFEED_NOW\n",
    )


def test_run_once_refuses_a_schedule_without_receivers(tmp_path: Path) -> None:
    write_schedule(tmp_path)
    assert notify("run", "--once") == Outcome(
        status=1,
        stdout="",
        stderr=(
            "the schedule has neither [[channels]] nor [mail], so nobody is notified; see `icsfeed manual channels`\n"
        ),
    )


def test_status_shows_what_waits_and_what_failed(hook: Receiver) -> None:
    assert notify("status").stdout == "0 waiting, 0 sent, 0 failed, 0 replaced, 0 dropped\n"
    fail_for_good(hook)
    announce("Another")
    lines = notify("status").stdout.splitlines()
    assert lines[0] == "1 waiting, 0 sent, 1 failed, 0 replaced, 0 dropped"
    cells = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in lines if line[:1] in "│┃"]
    assert cells[0] == ["No.", "Receiver", "Subject", "Event", "State", "Next attempt / Ended", "Tries", "Problem"]
    assert [row[:5] for row in cells[1:]] == [
        ["2", "hook", "EC-2", "announced", "waiting"],
        ["1", "hook", "EC-1", "announced", "failed"],
        [""] * 5,
    ]
    assert [row[6:] for row in cells[2:]] == [["1", "the receiver answered"], ["", "410: it is gone for good"]]
    assert re.fullmatch(
        r"hook has failed since .*, 1 attempt: the receiver answered 410: it is gone for good", lines[1]
    )
    assert {len(line) for line in lines[2:]} == {112}


def test_status_in_json(hook: Receiver) -> None:
    fail_for_good(hook)
    report = json.loads(notify("status", "--json").stdout)
    (delivery,) = report["deliveries"]
    instants = [delivery.pop(name) for name in ("queued", "first_attempt", "ended")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", instant) for instant in instants)
    assert delivery == {
        "number": 1,
        "receiver": "channel:hook",
        "subject": "EC-1",
        "event": "announced",
        "update": 1,
        "starts": None,
        "lead_minutes": None,
        "state": "failed",
        "attempts": 1,
        "due": None,
        "problem": "the receiver answered 410: it is gone for good",
    }
    assert report["counts"] == {"waiting": 0, "sent": 0, "failed": 1, "replaced": 0, "dropped": 0}
    (failing,) = report["failing"]
    assert failing == {
        "receiver": "channel:hook",
        "since": instants[1],
        "attempts": 1,
        "problem": "the receiver answered 410: it is gone for good",
    }


def test_status_of_no_database(no_database: None) -> None:
    del no_database
    assert notify("status").stdout == "0 waiting, 0 sent, 0 failed, 0 replaced, 0 dropped\n"
    assert not Path("icsfeed.db").exists()


def test_retry_tries_again_and_says_who_wanted_it(hook: Receiver, tmp_path: Path) -> None:
    fail_for_good(hook)
    assert notify("retry", "--operator", "ann").stdout == "tried again now: 1\n"
    assert notify("run", "--once").status == 0
    assert [each.event for each in arrivals(hook)] == ["announced", "announced"]
    assert notify("retry").stdout == "nothing has failed, or waits after a failed attempt\n"
    trail = Database(f"sqlite:///{tmp_path}/icsfeed.db").entries()
    assert [(each.by, each.action, each.subject) for each in trail][-1] == ("ann", "notify retry", "")


def test_retry_makes_due_what_waits_after_a_failed_attempt(hook: Receiver) -> None:
    """Once a receiver is mended, nobody waits for the pause, which may be an hour."""
    hook.answers = [status(503)]
    announce()
    assert notify("run", "--once").status == 1
    hook.answers = [status(204)]
    assert notify("run", "--once") == Outcome(status=0, stdout="", stderr="")
    assert notify("retry", "hook").stdout == "tried again now: 1\n"
    assert notify("retry", "1").stderr == "delivery 1 is due already, or being sent; nothing was changed\n"
    assert notify("retry", "mail").stdout == "nothing has failed, or waits after a failed attempt\n"
    assert notify("run", "--once").status == 0
    assert notify("status").stdout.splitlines()[0] == "0 waiting, 1 sent, 0 failed, 0 replaced, 0 dropped"


def test_retry_says_why_there_is_nothing_to_retry(hook: Receiver) -> None:
    fail_for_good(hook)
    announce("Another")
    assert run("emergency", "start", "EC-1").status == 0
    expected = (
        "delivery 1 was replaced by a newer one about EC-1; "
        "delivery 2 waits for its first attempt; there is nothing to retry; "
        "there is no delivery 999; nothing was changed\n"
    )
    assert notify("retry", "1", "2", "999") == Outcome(status=1, stdout="", stderr=expected)
    assert notify("run", "--once").status == 0
    assert notify("retry", "2").stderr == "delivery 2 was sent; nothing was changed\n"
    assert notify("retry", "EC-1").stderr == (
        '"EC-1" is neither the id of a delivery, such as 41, nor that of a channel (hook, mail); '
        "`icsfeed notify status` shows both; nothing was changed\n"
    )


@pytest.mark.parametrize("digits", ["9" * 10, "9" * 20, "9" * 5000])
def test_no_delivery_has_a_number_of_so_many_digits(hook: Receiver, digits: str) -> None:
    announce()
    outcome = notify("retry", digits)
    assert outcome.stderr.startswith(f'"{digits[:10]}')
    assert outcome.stderr.endswith(
        " is neither the id of a delivery, such as 41, nor that of a channel (hook, mail); "
        "`icsfeed notify status` shows both; nothing was changed\n"
    )
    assert (outcome.status, hook.received) == (1, [])


def test_run_once_says_at_a_terminal_that_nothing_is_due(hook: Receiver) -> None:
    assert at_a_terminal("notify", "run", "--once").screen == "nothing is due, and nothing waits\n"
    hook.answers = [status(503)]
    announce()
    notify("run", "--once")
    screen = at_a_terminal("notify", "run", "--once").screen
    assert re.fullmatch(r"nothing is due before .*; `icsfeed notify status` shows what waits\n", screen)


def test_test_sends_a_message_about_no_change(hook: Receiver) -> None:
    assert notify("test", "hook") == Outcome(status=0, stdout="the channel hook took a test message\n", stderr="")
    (arrival,) = arrivals(hook)
    assert (arrival.change, arrival.event) == ("TEST", "updated")
    title = json.loads(hook.received[0].body)["title"]
    assert title == "Test message from Down, and up"
    assert notify("status").stdout == "0 waiting, 0 sent, 0 failed, 0 replaced, 0 dropped\n"


def test_test_says_why_it_failed_and_no_secret(hook: Receiver) -> None:
    hook.answers = [status(500)]
    outcome = notify("test", "hook")
    assert outcome == Outcome(
        status=1,
        stdout="",
        stderr=(
            "channel hook: the receiver answered 500; check the receiver, and its address in the schedule, "
            "then try again\n"
        ),
    )


def test_test_says_which_channel_lacks_a_variable_and_where_the_address_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as gone:
        pass
    write_schedule(tmp_path, '[[channels]]\nid = "operations"\nurl = "env:OPERATIONS_URL"\n')
    monkeypatch.delenv("OPERATIONS_URL", raising=False)
    assert notify("test", "operations").stderr == (
        'channels "operations": url is "env:OPERATIONS_URL", but the variable OPERATIONS_URL is not set; '
        "set it where the sender runs, and start that again\n"
    )
    monkeypatch.setenv("OPERATIONS_URL", f"json://127.0.0.1:{gone.port}/secret")
    assert notify("test", "operations").stderr == (
        "channel operations: the service can't be reached; "
        "check the receiver, and its address in OPERATIONS_URL, then try again\n"
    )


def test_test_names_the_channels_that_there_are() -> None:
    assert notify("test", "chat").stderr == 'there is no channel "chat"; this schedule has hook\n'


def test_test_sends_a_mail_to_the_address_that_is_named(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, hook: Receiver
) -> None:
    text = schedule.read_text("utf-8").replace("\n[[environments]]", f"{ORGANIZER}\n[[environments]]", 1)
    schedule.write_text(text + MAIL, encoding="utf-8")
    assert notify("test", "mail") == Outcome(
        status=2,
        stdout="",
        stderr=(
            "Usage: icsfeed notify test [OPTIONS] CHANNEL\nTry 'icsfeed notify test --help' for help.\n\n"
            "Error: --to is missing: name the address that gets the test message\n"
        ),
    )
    assert "SMTP_URL" in notify("test", "mail", "--to", "ann@example.com").stderr
    with a_mail_server() as server:
        monkeypatch.setenv("SMTP_URL", f"smtp://localhost:{server.port}")
        assert notify("test", "mail", "--to", "Ann@Example.com").stdout == (
            "the mail server took a test message for ann@example.com\n"
        )
        (mail,) = server.mails
    assert mail.recipients == ("ann@example.com",)
    assert b"Subject: Test message from " in mail.content
    assert b"subscribed" not in mail.content
    assert b"List-Unsubscribe" not in mail.content
    assert b"text/calendar" not in mail.content
    assert notify("test", "hook", "--to", "ann@example.com").status == 2
    assert hook.received == []


def test_no_channel_has_the_name_of_customers_mail(schedule: Path) -> None:
    text = schedule.read_text("utf-8").replace('id = "hook"', 'id = "mail"')
    schedule.write_text(text, encoding="utf-8")
    line = text.splitlines().index('id = "mail"') + 1
    assert run("check") == Outcome(
        status=1,
        stdout="",
        stderr=(
            f'schedule.toml:{line}: channels "mail", id: "mail" is what commands call customers\' mail; '
            "give the channel another id\n"
        ),
    )


def test_check_warns_of_a_url_that_apprise_does_not_understand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channels = '[[channels]]\nid = "one"\nurl = "env:ONE_URL"\n\n[[channels]]\nid = "two"\nurl = "env:TWO_URL"\n'
    write_schedule(tmp_path, channels)
    monkeypatch.setenv("ONE_URL", "json://localhost/secret")
    monkeypatch.setenv("TWO_URL", "nonsense://secret")
    warnings = [line.partition(": warning: ")[2] for line in run("check").stdout.splitlines() if "channels" in line]
    assert warnings[:-1] == [
        'channels "two": url is none that Apprise understands; write it as the service\'s page at appriseit.com says'
    ]
