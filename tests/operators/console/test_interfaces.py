"""The console and the commands record the same, and make the same public, byte for byte."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from icsfeed.domain.changes import Change
from icsfeed.domain.record import Record
from icsfeed.store.database.database import Database
from tests.cli.running import SCHEDULE, run
from tests.operators.access import MINUTE
from tests.operators.api.test_interfaces import public_bytes
from tests.operators.console.forms import announce, take
from tests.operators.consoles import Browser, Operations

PART = "0123456789"
COMMANDS = (
    "announce --summary Failover --environment production --duration 2h --reason Disk --tentative",
    "confirm EC-1 --message Agreed",
    "start EC-1",
    "extend EC-1 30m",
    "undo EC-1",
    "complete EC-1 --message Done",
)


def with_one_uid(record: Record) -> tuple[Record, Change]:
    """The record with a UID that is not random, and its only change."""
    (change,) = record.changes.values()
    same = replace(change, uid_part=PART)
    return replace(record, changes={same.id: same}, ledger={}), same


def test_the_same_record_and_the_same_bytes(tmp_path: Path, ops: Operations, alice: Browser) -> None:
    begin, folder = ops.now, tmp_path / "commands"
    assert announce(alice, summary="Failover", reason="Disk", state="tentative").status_code == 303
    steps = (("confirm", "Agreed"), ("start", ""), ("extend?length=30m", ""), ("undo", ""), ("complete", "Done"))
    for step, message in steps:
        ops.later(10 * MINUTE)
        assert take(alice, step, **({"message": message} if message else {})).status_code == 303
    folder.mkdir()
    schedule = folder / "schedule.toml"
    schedule.write_text(SCHEDULE, encoding="utf-8")
    url = f"sqlite:///{folder}/commands.db"
    assert run("database", "upgrade", "--schedule", schedule, "--database", url).status == 0
    for number, command in enumerate(COMMANDS):
        at = (begin + number * 10 * MINUTE).isoformat()
        options = ("--schedule", schedule, "--database", url, "--now", at, "--operator", "Alice", "--yes")
        outcome = run("emergency", *command.split(), *options)
        assert outcome.status == 0, outcome.stderr
    with closing(Database(url)) as commands_database:
        by_commands = commands_database.record()
    by_console = ops.database.record()
    (console_record, console_change), (commands_record, commands_change) = map(with_one_uid, (by_console, by_commands))
    assert console_change == commands_change
    digests = [
        [line.revision for lines in each.ledger.values() for line in lines] for each in (by_console, by_commands)
    ]
    assert digests[0] == digests[1] != []
    published = public_bytes(schedule, console_record, ops.now)
    assert published == public_bytes(schedule, commands_record, ops.now)
    assert b"SUMMARY:Completed: Emergency change: Failover" in published["/feeds/all.ics"]
