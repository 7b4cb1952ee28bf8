"""``icsfeed remind``: what a server has at the address, or the same for other days or one environment."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.makers import reminder_path
from tests.applications import create_app
from tests.cli.running import NOW, Outcome, run
from tests.examples import NOW as NOW_INSTANT

EXAMPLE_NOTE = "icsfeed: no schedule.toml here; taking the packaged example policy\n"
PRIVATE = """
[[environments]]
id = "acme"
name = "Acme's own platform"
public = false

[[maintenance_windows]]
id = "acme"
name = "Maintenance for Acme"
days = ["Friday"]
start = 01:00:00
end = 03:00:00
environments = ["acme"]
"""


@pytest.fixture
def with_private(schedule: Path) -> Path:
    with_url = 'uid_domain = "maintenance.example.com"\nurl = "https://maintenance.example.com"'
    text = schedule.read_text(encoding="utf-8").replace('uid_domain = "maintenance.example.com"', with_url)
    schedule.write_text(text + PRIVATE, encoding="utf-8")
    return schedule


@pytest.mark.parametrize(("channel", "language"), list(product(CHANNELS, ["en", "fr"])))
def test_it_prints_what_a_server_has(channel: str, language: str, with_private: Path) -> None:
    """An emergency change in progress and one that is announced are in it."""
    announce = ("emergency", "announce", "--environment", "production", "--impact", "outage", "--yes")
    for summary, start in (("Patch", "2026-11-23T11:00:00Z"), ("Replace a disk", "2026-11-25T03:00:00Z")):
        assert run(*announce, "--summary", summary, "--start", start, "--duration", "2h", "--now", NOW).status == 0, (
            summary
        )
    assert run("emergency", "start", "EC-1", "--now", NOW).status == 0
    app = create_app(schedule=with_private, clock=lambda: NOW_INSTANT)
    answer = app.test_client().get(reminder_path(CHANNELS[channel], "" if language == "en" else "fr/"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CHANNELS[channel].content_type)
    assert answer.headers["Content-Language"] == language
    printed = run("remind", channel, "--language", language, "--now", NOW)
    assert (printed.status, printed.stdout) == (0, answer.text)


@pytest.mark.usefixtures("with_private")
def test_days_and_environment_narrow_the_text() -> None:
    def lines(*options: str) -> list[str]:
        printed = run("remind", "ticket-text", "--now", "2026-12-01T12:00:00Z", *options)
        return [line for line in printed.stdout.splitlines() if line.endswith(("Scheduled maintenance", "for Acme"))]

    assert lines("--days", "2") == ["* Thu, Dec 3, 2:00 a.m. – 6:00 a.m. EST: Scheduled maintenance"]
    assert lines("--days", "1") == ["* Thu, Dec 3, 2:00 a.m. – 6:00 a.m. EST: Scheduled maintenance"]
    assert lines("--days", "3") == lines("--days", "2"), "a private environment is meant only where it is named"
    assert lines("--days", "3", "--environment", "acme") == [
        "* Fri, Dec 4, 1:00 a.m. – 3:00 a.m. EST: Maintenance for Acme"
    ]
    assert lines("--environment", "preview") == []


def test_without_a_schedule_it_takes_the_example() -> None:
    printed = run("remind", "ticket-text", "--now", NOW)
    assert (printed.status, printed.stderr) == (0, EXAMPLE_NOTE)
    assert printed.stdout.startswith("Seed-to-Sale maintenance\nAs of Mon, Nov 23, 2026, 12:00 a.m. EST\n")


@pytest.mark.usefixtures("with_private")
def test_json_has_the_variables() -> None:
    variables = json.loads(run("remind", "ticket", "--json", "--days", "10", "--now", NOW).stdout)
    assert (variables["days"], variables["today"], variables["is_live"]) == (10, "2026-11-23", True)
    assert [item["id"] for item in variables["coming"]] == ["month-end", "thursday"]


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            ("ticket", "--language", "de"),
            'this calendar has no reminders in "de"; its languages are en, fr',
            id="a language that the calendar has not",
        ),
        pytest.param(
            ("ticket", "--environment", "prod"),
            'there is no environment "prod"; this schedule has preview, production',
            id="an environment that the schedule has not",
        ),
    ],
)
def test_a_wrong_value_is_one_clear_error(options: tuple[str, ...], message: str) -> None:
    assert run("remind", *options, "--now", NOW) == Outcome(status=1, stdout="", stderr=f"{message}\n")


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("tickets",), f"Invalid value for 'CHANNEL': 'tickets' is not one of {', '.join(map(repr, CHANNELS))}."),
        (("ticket", "--days", "0"), "Invalid value for '--days': 0 is out of range; write a number from 1 to 366"),
    ],
)
def test_a_wrong_channel_or_number_of_days_is_refused(options: tuple[str, ...], message: str) -> None:
    refused = run("remind", *options)
    assert (refused.status, refused.stdout, refused.stderr.splitlines()[-1]) == (1, "", f"Error: {message}")
