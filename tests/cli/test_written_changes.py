"""Changes in the schedule file give the same calendars as changes that operators record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.services.differences import Edit, differences
from icsfeed.store.schedule_file import load_schedule, read_schedule
from tests.applications import create_app
from tests.cli.running import SCHEDULE, Outcome, run
from tests.examples import utc
from tests.publication.fakes import Clock
from tests.situations import a_situation

ANNOUNCEMENT: Final = """
[[changes]]
id = "failover"
kind = "emergency"
summary = "Database failover"
environments = ["production"]
start = 2026-12-08T01:00:00
duration = "2h"
reason = "A disk is failing"
announced = 2026-12-08T00:30:00
tentative = true
"""

STEPS: Final = (
    ("2026-12-08T00:35:00", ("confirm",), 'step = "confirm"'),
    ("2026-12-08T00:40:00", ("update", "--message", "We wait"), 'message = "We wait"'),
    (
        "2026-12-08T00:55:00",
        ("update", "--start", "2026-12-08T01:30", "--message", "The vendor is late"),
        'start = 2026-12-08T01:30:00\nmessage = "The vendor is late"',
    ),
    ("2026-12-08T01:30:00", ("start",), 'step = "start"'),
    ("2026-12-08T02:10:00", ("update", "--end", "2026-12-08T04:00"), "end = 2026-12-08T04:00:00"),
    ("2026-12-08T03:40:00", ("complete", "--message", "Done"), 'step = "complete"\nmessage = "Done"'),
)
"""The time of each step, the command that takes it, and its keys in the file."""


def update(at: str, what: str) -> str:
    return f"\n[[changes.updates]]\nat = {at}\n{what}\n"


def normal(feed: str) -> str:
    """The feed with ID in place of the change's id."""
    unfolded = feed.replace("\r\n", "\n").replace("\n ", "").replace("\\nId: ", "\\nNumber: ")
    return re.sub("(?i)ec-1([.][0-9a-f]{10})?|failover(?=@|\\\\n)", "ID", unfolded)


def texts_by_step() -> list[str]:
    """The schedule file after the announcement and after each step."""
    announced = SCHEDULE + ANNOUNCEMENT
    updates = [update(at, what) for at, _, what in STEPS]
    return [announced + "".join(updates[:number]) for number in range(len(STEPS) + 1)]


def recorded() -> list[str]:
    """The feed after the announcement and after each step, all taken by commands."""
    database = new_database("recorded.db")
    announced = run(
        *("emergency", "announce", "--summary", "Database failover", "--environment", "production", "--tentative"),
        *("--start", "2026-12-08T01:00", "--duration", "2h", "--reason", "A disk is failing", "--yes"),
        *("--now", "2026-12-08T00:30", "--database", database),
    )
    assert announced.status == 0, announced
    feeds = [built(time_of(0), database)]
    for number, (at, (name, *rest), _) in enumerate(STEPS, start=1):
        done = run(*("emergency", name, "EC-1", *rest, "--yes", "--now", at, "--database", database))
        assert done.status == 0, done
        feeds.append(built(time_of(number), database))
    return feeds


def new_database(name: str) -> str:
    """The URL of a new database in this folder."""
    url = f"sqlite:///{name}"
    assert run("database", "upgrade", "--database", url).status == 0
    return url


def time_of(step: int) -> str:
    return STEPS[step - 1][0] if step else "2026-12-08T00:30:00"


def built(now: str, database: str = "sqlite:///icsfeed.db") -> str:
    done = run("build", "emergency", "--now", now, "--database", database)
    assert done.status == 0, done
    return done.stdout


def from_nothing(schedule: Path) -> Iterator[str]:
    """The feeds from a machine that sees each file for the first time."""
    for number, text in enumerate(texts_by_step()):
        schedule.write_text(text, encoding="utf-8")
        yield built(time_of(number), new_database(f"empty-{number}.db"))


def from_the_export_before(schedule: Path) -> Iterator[str]:
    """The feeds from exports, each with a new database and the destination of the one before."""
    for number, text in enumerate(texts_by_step()):
        schedule.write_text(text, encoding="utf-8")
        database = new_database(f"new-{number}.db")
        assert run("export", "site", "--now", time_of(number), "--database", database).status == 0
        yield Path("site/feeds/emergency.ics").read_bytes().decode()


def from_a_server(schedule: Path) -> Iterator[str]:
    """The feeds from a server that saw every edit, and recorded what it published."""
    clock = Clock()
    schedule.write_text(texts_by_step()[0], encoding="utf-8")
    client = create_app(schedule=schedule, database=new_database("server.db"), clock=clock).test_client()
    for number, text in enumerate(texts_by_step()):
        schedule.write_text(text, encoding="utf-8")
        clock.now = datetime.fromisoformat(f"{time_of(number)}-05:00")
        yield client.get("/feeds/emergency.ics").text


@pytest.mark.parametrize("feeds_of", [from_nothing, from_the_export_before, from_a_server])
def test_each_step_gives_the_same_feed_as_a_recorded_one(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, feeds_of: Callable[[Path], Iterator[str]]
) -> None:
    """Status, summary, times, description, SEQUENCE and DTSTAMP: everything but the id."""
    monkeypatch.chdir(schedule.parent)
    for step, (feed, expected) in enumerate(zip(feeds_of(schedule), recorded(), strict=True)):
        assert "failover@" in feed, step
        assert normal(feed) == normal(expected), step


def sequence(feed: str) -> list[int]:
    return [int(line.partition(":")[2]) for line in feed.splitlines() if line.startswith("SEQUENCE")]


def test_two_updates_in_one_edit_are_two_revisions_on_every_machine(
    schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(schedule.parent)
    texts = [SCHEDULE + ANNOUNCEMENT, SCHEDULE + ANNOUNCEMENT + "".join(update(at, what) for at, _, what in STEPS[:3])]
    for number, text in enumerate(texts):
        schedule.write_text(text, encoding="utf-8")
        assert run("export", "site", "--now", time_of(3), "--database", new_database(f"{number}.db")).status == 0
    exported = Path("site/feeds/emergency.ics").read_bytes().decode()
    assert sequence(exported) == [3]
    assert normal(exported) == normal(built(time_of(3)))


def test_an_edit_in_place_is_a_revision_where_the_last_export_is_available_and_none_decreases(
    schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(schedule.parent)
    corrected = ANNOUNCEMENT.replace("Database failover", "Failover of the database")
    texts = [ANNOUNCEMENT, corrected, corrected, corrected + update(*STEPS[0][::2]), ANNOUNCEMENT, ""]
    sequences = []
    for number, text in enumerate(texts):
        schedule.write_text(SCHEDULE + text, encoding="utf-8")
        done = run("export", "site", "--now", f"2026-12-08T01:0{number}", "--database", new_database(f"{number}.db"))
        assert done.status == 0, done
        sequences += [sequence(Path("site/feeds/emergency.ics").read_bytes().decode())]
    assert sequences == [[0], [1], [1], [2], [3], []]


PLANNED: Final = """
[[changes]]
id = "a-move"
kind = "planned"
summary = "A move of racks"
environments = ["production"]
start = 2026-12-14T10:00:00
end = 2026-12-14T12:00:00
announced = 2026-11-20T09:00:00
message = "Nothing to do for you"
"""


def test_every_page_and_feed_shows_it(schedule: Path) -> None:
    schedule.write_text(SCHEDULE + PLANNED, encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    for path in ("/", "/fr/", "/embed/", "/calendar/2026/12/", "/feeds/all.atom", "/feeds/planned.json"):
        assert "A move of racks" in client.get(path).text, path
    for path in ("/feeds/all.ics", "/feeds/planned.expanded.ics", "/downloads/production.ics"):
        assert "UID:planned.a-move@maintenance.example.com" in client.get(path).text, path
    (entry,) = client.get("/feeds/planned.json").get_json()["entries"]
    assert (entry["uid"], entry["start"], entry["updates"][0]["message"]) == (
        "planned.a-move@maintenance.example.com",
        "2026-12-14T15:00:00Z",
        "Nothing to do for you",
    )
    assert "DTSTART:20261214T150000Z" in client.get("/feeds/production.aws.ics").text
    state = client.get("/api/v1/state?environment=production&at=2026-12-14T16:00:00Z").get_json()
    assert (state["state"], state["why"]) == ("OPEN", "in the planned change a-move")
    # The author is not public, as with operators.
    assert "schedule file" not in client.get("/feeds/all.json").text + client.get("/feeds/all.atom").text


@pytest.mark.usefixtures("no_database")
def test_the_commands_show_it_and_refuse_to_take_a_step(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(schedule.parent)
    schedule.write_text(SCHEDULE + PLANNED, encoding="utf-8")
    (listed,) = json.loads(run("planned", "list", "--json", "--now", "2026-12-01").stdout)
    output = json.loads(run("planned", "show", "A-Move", "--json", "--now", "2026-12-01").stdout)
    assert {**listed, "database_missing": f"{schedule.parent}/icsfeed.db"} == output
    assert (output["id"], output["state"]) == ("a-move", "confirmed")
    for step in ("confirm", "start", "complete", "cancel"):
        assert run("planned", step, "a-move", "--yes", "--now", "2026-12-01") == Outcome(
            status=1,
            stdout="",
            stderr="a-move is in the schedule file; add its next update there, in [[changes.updates]]\n",
        )
    assert run("emergency", "show", "a-move").stderr.splitlines()[-1] == (
        "Error: a-move is a planned change; use `icsfeed planned` instead of `icsfeed emergency`"
    )
    gate = run("gate", "--environment", "production", "--at", "2026-12-14T11:00", "--now", "2026-12-01")
    assert (gate.status, gate.stdout.splitlines()[0]) == (0, "OPEN: in the planned change a-move")
    upcoming = json.loads(run("upcoming", "--json", "--now", "2026-12-14", "--days", "1").stdout)
    assert "a-move" in json.dumps(upcoming)
    assert not Path("icsfeed.db").exists()


def test_texts_are_tidied_like_those_of_operators(schedule: Path) -> None:
    text = PLANNED.replace('"A move of racks"', '"  A   move of racks "').replace('"Nothing', '"  \\r\\n Nothing')
    (change,) = load_schedule(write(schedule, SCHEDULE + text)).schedule.changes
    assert (change.plan.summary, change.latest.message) == ("A move of racks", "Nothing to do for you")


def test_an_id_that_begins_like_those_of_the_other_kind_does_not_change_its_kind(schedule: Path) -> None:
    write(schedule, SCHEDULE + PLANNED.replace('"a-move"', '"ec-move"'))
    assert run("emergency", "show", "ec-move").stderr.splitlines()[-1] == (
        "Error: ec-move is a planned change; use `icsfeed planned` instead of `icsfeed emergency`"
    )
    assert run("planned", "show", "ec-move", "--now", "2026-12-01").stdout.splitlines()[0] == "ec-move: A move of racks"


def test_announcing_the_same_change_repeats_it_and_another_gets_a_warning(
    schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(schedule.parent)
    schedule.write_text(SCHEDULE + PLANNED, encoding="utf-8")
    words = ("planned", "announce", "--environment", "production", "--start", "2026-12-14T10:00", "--yes")
    same = run(*words, "--summary", "A move of racks", "--duration", "2h", "--now", "2026-12-01")
    assert (same.status, same.stdout) == (0, "a-move\n")
    other = run(*words, "--summary", "Something else", "--duration", "1h", "--now", "2026-12-01")
    assert (other.status, other.stdout) == (0, "PC-1\n")
    assert "PC-1 overlaps a-move (A move of racks): Mon 2026-12-14 10:00–12:00 EST" in other.stderr


def test_check_warns_as_announce_does(schedule: Path) -> None:
    text = SCHEDULE + PLANNED.replace("2026-12-14T1", "2026-12-10T0").replace("T02:", "T04:")
    schedule.write_text(text, encoding="utf-8")
    checked = run("check", "--now", "2026-11-20T08:00", "--json")
    warnings = [each for each in json.loads(checked.stdout)["warnings"] if each["path"].startswith("changes")]
    assert [each["message"] for each in warnings] == [
        "the latest update is dated Fri 2026-11-20 09:00 EST, in the future; it is public all the same",
        'a-move overlaps the maintenance window "thursday": Thu 2026-12-10 02:00–06:00 EST',
    ]
    assert {each["line"] for each in warnings} == {text.splitlines().index("[[changes]]") + 1}


def test_diff_shows_an_edit_of_it(schedule: Path) -> None:
    before = read_schedule((SCHEDULE + PLANNED).encode(), "before")
    later = PLANNED + update("2026-12-01T09:00:00", "start = 2026-12-15T10:00:00")
    cancelled = PLANNED + update("2026-12-01T09:00:00", 'step = "cancel"')
    rewritten = PLANNED.replace("2026-12-14", "2026-12-16")
    nothing = read_schedule(SCHEDULE.encode(), "nothing")

    def edits(old: Schedule, text: str) -> list[tuple[Edit, Kind, str, date]]:
        new = read_schedule((SCHEDULE + text).encode(), "after")
        dates = differences(a_situation(old, now=utc(2026, 12, 1)), a_situation(new, now=utc(2026, 12, 1))).dates
        return [(each.change, each.kind, each.id, each.day) for each in dates]

    of_it = (Kind.PLANNED, "a-move", date(2026, 12, 14))
    assert edits(nothing, PLANNED) == [(Edit.ADDED, *of_it)]
    assert edits(before, later) == [(Edit.MOVED, *of_it)]
    assert edits(before, rewritten) == [(Edit.MOVED, *of_it)]
    assert edits(before, cancelled) == [(Edit.REMOVED, *of_it)]
    assert edits(before, "") == [(Edit.REMOVED, *of_it)]
    assert edits(before, PLANNED) == []
    schedule.write_text(SCHEDULE + later, encoding="utf-8")
    (old := schedule.with_name("old.toml")).write_text(SCHEDULE + PLANNED, encoding="utf-8")
    assert run("diff", old, schedule, "--now", "2026-12-01").stdout.splitlines()[0] == (
        "~ planned a-move: Mon 2026-12-14 10:00–12:00 EST → Tue 2026-12-15 10:00–12:00 EST"
    )


def test_the_order_in_the_file_does_not_matter(schedule: Path) -> None:
    one, other = (
        create_app(schedule=write(schedule, SCHEDULE + text), clock=Clock()).test_client().get("/feeds/all.ics").data
        for text in (PLANNED + ANNOUNCEMENT, ANNOUNCEMENT + PLANNED)
    )
    assert one == other


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_in_the_change(schedule: Path) -> None:
    text = (
        ANNOUNCEMENT
        + 'ticket = "https://tickets.example.com/1"\nimpact = "degraded"\nmessage = "One\\nTwo"\n'
        + update("2026-12-08T05:40:00Z", 'environments = ["production", "preview"]\nimpact = "outage"')
        + update("2026-12-08T00:45:00", 'summary = "Failover"\nreason = ""\nticket = ""\nduration = "90m"')
    )
    (change,) = load_schedule(write(schedule, SCHEDULE + text)).schedule.changes
    first, second, third = change.updates
    assert (change.kind, change.id, change.is_recorded) == (Kind.EMERGENCY, "failover", False)
    assert [(each.at, each.state, each.message, each.by) for each in change.updates] == [
        (utc(2026, 12, 8, 5, 30), State.TENTATIVE, "One\nTwo", "schedule file"),
        (utc(2026, 12, 8, 5, 40), State.TENTATIVE, "", "schedule file"),
        (utc(2026, 12, 8, 5, 45), State.TENTATIVE, "", "schedule file"),
    ]
    assert (first.plan.impact, first.plan.ticket, sorted(first.plan.environments)) == (
        "degraded",
        "https://tickets.example.com/1",
        ["production"],
    )
    assert (second.plan.impact, sorted(second.plan.environments)) == ("outage", ["preview", "production"])
    assert (third.plan.summary, third.plan.reason, third.plan.ticket) == ("Failover", "", "")
    assert (third.plan.span.start, third.plan.span.end) == (utc(2026, 12, 8, 6), utc(2026, 12, 8, 7, 30))


def test_an_update_without_a_step_may_be_called_update(schedule: Path) -> None:
    """Messages once offered ``update`` as a step, so files may have it."""
    later = "start = 2026-12-15T10:00:00"
    changes = [
        load_schedule(write(schedule, SCHEDULE + PLANNED + update("2026-12-01T09:00:00", text))).schedule.changes
        for text in (later, f'step = "update"\n{later}')
    ]
    assert changes[0] == changes[1]
    assert [each.plan.span.start for each in changes[0][0].updates] == [utc(2026, 12, 14, 15), utc(2026, 12, 15, 15)]
