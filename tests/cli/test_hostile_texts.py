"""Texts that would read as something else, and addresses with passwords: none becomes public, by any way."""

from __future__ import annotations

from pathlib import Path

import pytest

from icsfeed.domain.subscribers import Action, SubscriberStep, key_of
from tests.cli.running import NOW, SCHEDULE, run
from tests.examples import utc
from tests.store.work import a_change, a_plan, an_update, opened, read, write

EVIL = "pay\u202eelgoog"
REFUSAL = (
    "has the direction control U+202E at position 4, with which text can be shown in another order than it is written; "
    "remove it"
)
WITH_PASSWORD = "https://ann:hunter2@jira.example.com/OPS-1"
PASSWORD_REFUSAL = (
    "the address of the ticket has a user name or password before the host, which everybody could read; leave it out"
)
ANNOUNCE = (
    *("emergency", "announce", "--summary", "Failover", "--environment", "production", "--start", NOW),
    *("--duration", "2h", "--reason", "x", "--operator", "ann", "--yes"),
)
DATABASE = "sqlite:///icsfeed.db"


def refused(*arguments: str) -> str:
    """The message of a command that ends with status 1."""
    done = run(*arguments, "--now", NOW)
    assert (done.status, done.stdout) == (1, "")
    return done.stderr


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize(
    ("arguments", "subject"),
    [
        ((*ANNOUNCE, "--summary", EVIL), "the summary"),
        ((*ANNOUNCE, "--reason", EVIL), "the reason"),
        ((*ANNOUNCE, "--message", EVIL), "the message"),
        ((*ANNOUNCE, "--key", EVIL), "the key"),
        ((*ANNOUNCE, "--operator", EVIL), "the operator's name"),
        (("emergency", "update", "EC-1", "--summary", EVIL), "the summary"),
        (("emergency", "update", "EC-1", "--reason", EVIL), "the reason"),
        (("emergency", "update", "EC-1", "--message", EVIL), "the message"),
        (("emergency", "start", "EC-1", "--message", EVIL), "the message"),
        (("emergency", "cancel", "EC-1", "--message", EVIL), "the message"),
        (("window", "skip", "thursday", "2026-12-03", "--reason", EVIL), "the reason"),
        (
            ("window", "move", "thursday", "2026-12-03", "--start", "2026-12-04T02:00", "--reason", EVIL),
            "the reason",
        ),
        (("subscriber", "add", EVIL), "the name"),
    ],
)
def test_a_text_with_a_direction_control_is_refused_by_every_command(arguments: tuple[str, ...], subject: str) -> None:
    assert run(*ANNOUNCE, "--now", NOW).status == 0
    before = read(DATABASE)
    assert f"{subject} {REFUSAL}" in refused(*arguments)
    assert read(DATABASE) == before


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize("command", [ANNOUNCE, ("emergency", "update", "EC-1", "--yes")], ids=["announce", "update"])
def test_a_ticket_with_a_password_is_refused_without_showing_it(command: tuple[str, ...]) -> None:
    assert run(*ANNOUNCE, "--now", NOW).status == 0
    assert PASSWORD_REFUSAL in (text := refused(*command, "--ticket", WITH_PASSWORD))
    assert "hunter2" not in text
    assert "hunter2" not in refused(*command, "--ticket", "ann:hunter2@jira.example.com/OPS-1")
    assert [change.plan.ticket for change in read(DATABASE).changes.values()] == [""]


CHANGE = """
[[changes]]
id = "failover"
kind = "emergency"
summary = "Failover"
start = 2026-12-08T01:00:00
duration = "2h"
announced = 2026-11-08T00:30:00
environments = ["production"]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('name = "Down, and up"', f'name = "{EVIL}"', id="the calendar's name"),
        pytest.param('name = "Production"', f'name = "{EVIL}"', id="an environment's name"),
        pytest.param('name = "Scheduled maintenance"', f'name = "{EVIL}"', id="a window's name"),
        pytest.param('name = "Change freeze"', f'name = "{EVIL}"', id="a freeze's name"),
        pytest.param('id = "month-end"', f'id = "month-end"\ndescription = "{EVIL}"', id="a freeze's description"),
        pytest.param('id = "thursday"', f'id = "thursday"\ndescription = "{EVIL}"', id="a window's description"),
        pytest.param("[calendar]", f'[calendar]\ndescription = "{EVIL}"', id="the calendar's description"),
        pytest.param("[calendar]", f'[calendar]\nvendor = "{EVIL}"', id="the vendor's name"),
        pytest.param(
            "[calendar]", f'[calendar]\norganizer = {{ name = "{EVIL}", email = "a@b.example" }}', id="the organizer"
        ),
        pytest.param(
            "[[change_freezes]]", f'[[feeds]]\nslug = "f"\nname = "{EVIL}"\n[[change_freezes]]', id="a feed's name"
        ),
        pytest.param("[[change_freezes]]", f"{CHANGE.replace('Failover', EVIL)}[[change_freezes]]", id="a summary"),
        pytest.param("[[change_freezes]]", f'{CHANGE}reason = "{EVIL}"\n[[change_freezes]]', id="a reason"),
        pytest.param("[[change_freezes]]", f'{CHANGE}message = "{EVIL}"\n[[change_freezes]]', id="a message"),
    ],
)
def test_a_text_with_a_direction_control_in_the_schedule_file_is_a_mistake(schedule: Path, old: str, new: str) -> None:
    assert SCHEDULE.count(old) == 1
    schedule.write_text(SCHEDULE.replace(old, new), encoding="utf-8")
    done = run("check")
    assert done.status == 1
    assert f": the text {REFUSAL}\n" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("setting", "subject"),
    [
        ('url = "https://ann:hunter2@maintenance.example.com"', "url: the address"),
        ('logo = "https://ann:hunter2@www.example.com/logo.svg"', "logo: the address"),
        ('support_url = "https://ann:hunter2@www.example.com"', "support_url: the address"),
        ('embed_in = ["https://ann:hunter2@kb.example.com"]', "embed_in[0]: the origin"),
    ],
)
def test_an_address_with_a_password_in_the_schedule_file_is_a_mistake(
    schedule: Path, setting: str, subject: str
) -> None:
    schedule.write_text(SCHEDULE.replace("[calendar]", f"[calendar]\n{setting}"), encoding="utf-8")
    done = run("check")
    text = done.stdout + done.stderr
    assert done.status == 1
    assert f"calendar.{subject} has a user name or password before the host, which everybody could read" in text
    assert "hunter2" not in text


def test_a_ticket_with_a_password_in_the_schedule_file_is_a_mistake(schedule: Path) -> None:
    schedule.write_text(f'{SCHEDULE}{CHANGE}ticket = "{WITH_PASSWORD}"\n', encoding="utf-8")
    done = run("check")
    assert done.status == 1
    assert f': changes "failover", ticket: {PASSWORD_REFUSAL}\n' in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.usefixtures("schedule")
def test_what_was_recorded_before_these_rules_can_still_be_read_and_worked_with() -> None:
    """Only new texts are checked: an emergency can be moved whatever its summary is."""
    plan = a_plan(summary=EVIL, reason=EVIL, ticket=WITH_PASSWORD)
    change = a_change()
    with opened(DATABASE) as database, write(database) as transaction:
        transaction.add_update(change.__class__(kind=change.kind, id=change.id, updates=(an_update(plan=plan),)))
        transaction.add_subscriber_step(
            SubscriberStep(action=Action.ADD, name=EVIL, at=utc(2026, 11, 1), feed="all", digest="d" * 64)
        )
    assert read(DATABASE).changes["EC-1"].plan == plan
    start = ("--start", "2026-12-24T10:00", "--now", NOW)
    assert run("emergency", "update", "EC-1", "--yes", *start).status == 0
    moved = read(DATABASE).changes["EC-1"].plan
    assert (moved.summary, moved.reason, moved.ticket) == (EVIL, EVIL, WITH_PASSWORD)
    assert moved.span != plan.span
    assert run("subscriber", "rotate", EVIL, "--now", NOW).status == 0
    assert read(DATABASE).subscribers.by_key[key_of(EVIL)].name == EVIL
    assert run("build", "all", "--now", NOW).status == 0


@pytest.mark.usefixtures("schedule")
def test_right_to_left_texts_need_no_controls() -> None:
    summary = "\u05e9\u05d3\u05e8\u05d5\u05d2 2026\u200f (\u05d0)"
    assert run(*ANNOUNCE, "--summary", summary, "--now", NOW).status == 0
    assert read(DATABASE).changes["EC-1"].plan.summary == summary
