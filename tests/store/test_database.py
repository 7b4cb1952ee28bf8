"""The database: what is recorded can be read back at once, complete and unchanged."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.changes import Change, State, Update
from icsfeed.domain.errors import BadInputError, ConflictError, UnavailableError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.maintnote import Account
from icsfeed.domain.public_holidays import Holiday, HolidayCalendar, PublishedHolidays
from icsfeed.domain.record import BEFORE_ANY_ENTRY, NOTHING, Record
from icsfeed.domain.spans import Span
from icsfeed.domain.subscribers import Action, Subscribers, SubscriberStep
from icsfeed.domain.translated_texts import translations_of
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import Workspace
from icsfeed.settings import DatabaseLocation
from icsfeed.store.database import open_database, recorded, schedule_kept_in
from icsfeed.store.database.columns import METADATA, UnrecordableTextError
from icsfeed.store.database.database import OTHER_DATABASE, Database
from icsfeed.store.database.migrating import VERSIONS
from icsfeed.store.database.tables import APPEND_ONLY, REWRITABLE, TABLES, audit_trail
from icsfeed.store.database.unusable import UnusableDatabaseError
from icsfeed.store.schedule_file import example_path
from tests.actors import operator
from tests.cli.running import run
from tests.examples import NOW, POLICY, TORONTO, utc
from tests.store.operator_rows import insert_operator_rows
from tests.store.work import (
    HOUR,
    a_change,
    a_freeze,
    a_line,
    a_plan,
    an_update,
    announce_one,
    created,
    in_sql,
    opened,
    read,
    write,
    write_anything,
)

SUBSCRIBED = SubscriberStep(
    action=Action.ADD,
    name="Ünïted Seeds",
    at=NOW,
    feed="all",
    alarms=(2 * HOUR, HOUR),
    digest="b" * 64,
    salt="c" * 32,
    account=Account(id="Ünïted", objects=("b; c", "a")),
)


def test_everything_recorded_can_be_read_back(database_url: str) -> None:
    plan = a_plan(
        summary="Zażółć\n🔧 'quoted' \"twice\" \\ %s",
        environments=frozenset({"production", "preview"}),
        impact=Impact.REDUCED_REDUNDANCY,
        reason="it can't wait",
        ticket="https://tickets.example.com/7",
    )
    announced = Change(kind=Kind.PLANNED, id="PC-1", updates=(an_update(plan=plan, message="first", by="Ω"),))
    later = NOW + timedelta(days=1)
    moved = replace(plan, span=Span(start=later, end=later + HOUR))
    begun = announced.with_update(
        an_update(
            2,
            at=later,
            plan=moved,
            state=State.IN_PROGRESS,
            message="begun",
            message_translations=translations_of({"en": "begun", "fr": "commencé"}),
        )
    )
    days = [date(2026, 12, day) for day in range(3, 8)]
    skip = Skip(window_id="thursday", day=days[0], reason="a holiday")
    silent = Skip(window_id="thursday", day=days[1], reason="never mind", silent=True)
    move = Move(window_id="sunday", day=days[2], to=Span(start=later, end=later + HOUR), reason="late")
    lines = [a_line("a@x"), a_line("b@x", at=later), a_line("a@x", 1, digest="")]
    freezes = [a_freeze(1, reason="Ω\n🔧"), a_freeze(2, until=later, is_internal=True, environments=plan.environments)]
    ended = freezes[0].ended(at=later + timedelta(microseconds=1), by="Ünal")
    with opened(database_url) as database:
        with write(database) as first:
            first.add_update(announced)
            first.add_revisions(lines[:2])
        with write(database, at=later) as second:
            second.add_update(begun)
            second.add_update(a_change(1))
            for adjustment in (skip, silent, move, replace(skip, day=days[3])):
                second.adjust(adjustment.window_id, adjustment.day, adjustment, reason=adjustment.reason)
            second.adjust("thursday", days[3], None, reason="after all")
            for freeze in freezes:
                second.start_freeze(freeze)
            second.end_freeze(ended)
            second.add_revisions(lines[2:])
            second.add_subscriber_step(SUBSCRIBED)
    assert read(database_url) == Record(
        entry=2,
        at=later,
        changed_at=later,
        changes={"PC-1": begun, "EC-1": a_change(1)},
        adjustments={("thursday", days[0]): skip, ("thursday", days[1]): silent, ("sunday", days[2]): move},
        freezes={"CF-1": ended, "CF-2": freezes[1]},
        ledger={"a@x": (lines[0], lines[2]), "b@x": (lines[1],)},
        subscribers=Subscribers().after([SUBSCRIBED]),
    )
    assert list(read(database_url).changes) == ["PC-1", "EC-1"]


def test_of_an_internal_freeze_only_the_revised_events_are_dated(database_url: str) -> None:
    """Otherwise the dates of public files would reveal that such a freeze exists."""
    internal, public = a_freeze(1, is_internal=True), a_freeze(2)
    dates = []
    with opened(database_url) as database:
        for at, freeze in ((NOW, internal), (NOW + 2 * HOUR, public)):
            with write(database, at=at) as transaction:
                transaction.start_freeze(freeze)
            dates.append(database.record().changed_at)
            with write(database, at=at + HOUR) as transaction:
                transaction.end_freeze(freeze.ended(at=at, by="ann"))
            dates.append(database.record().changed_at)
        with write(database, at=NOW + 4 * HOUR) as transaction:
            transaction.start_freeze(replace(internal, id="CF-3"))
            transaction.add_revisions([a_line("a@x")])
        dates.append(database.record().changed_at)
    assert dates == [BEFORE_ANY_ENTRY, BEFORE_ANY_ENTRY, *(NOW + hours * HOUR for hours in (2, 3, 4))]


def test_the_schedule_that_was_public_last_is_stored(database_url: str) -> None:
    policy = '[calendar]\nname = "Wartung – 維護 🌱"\n'.encode()
    with opened(database_url) as database:
        assert database.kept_schedule() is None
        for content, changed_at in ((b"# first", NOW), (policy, NOW), (policy, NOW + HOUR), (policy, NOW + HOUR)):
            database.keep_schedule(content, changed_at)
            assert database.kept_schedule() == (content, changed_at)
        # This makes no audit entry: servers need not read the record again.
        assert (database.entry(), database.record().entry) == (0, 0)
    with opened(database_url) as again:
        assert again.kept_schedule() == (policy, NOW + HOUR)


def test_the_holidays_that_were_public_last_are_stored_with_the_schedule(database_url: str) -> None:
    holidays = PublishedHolidays(
        release="0.108",
        first=date(2025, 1, 1),
        last=date(2027, 12, 31),
        calendars=(
            HolidayCalendar(
                country="FR",
                subdivision="",
                holidays=(
                    Holiday(day=date(2026, 7, 14), name="Fête nationale"),
                    Holiday(day=date(2026, 7, 14), name="x"),
                ),
            ),
        ),
    )
    with opened(database_url) as database:
        assert database.kept_holidays() is None
        for each in (holidays, replace(holidays, release="0.109"), None, holidays):
            database.keep_schedule(b"# policy", NOW, holidays=each)
            assert database.kept_holidays() == each
    with opened(database_url) as again:
        assert (again.kept_schedule(), again.kept_holidays()) == ((b"# policy", NOW), holidays)


def test_the_audit_trail_says_who_did_what_when(database_url: str) -> None:
    with opened(database_url) as database:
        with database.writing(actor=operator("ann", NOW), action="emergency announce", subject="") as transaction:
            transaction.set_subject("EC-1")
            transaction.add_update(a_change(1))
        bob = Actor(name="bob", kind=ActorKind.TOKEN, at=NOW + HOUR, address="192.0.2.7")
        with database.writing(actor=bob, action="publish", subject="schedule") as transaction:
            transaction.add_revisions([a_line("a@x")])
        first, second = database.entries()
        assert first == AuditEntry(
            number=1, at=NOW, by="ann", action="emergency announce", subject="EC-1", kind=ActorKind.COMMAND
        )
        assert second == AuditEntry(
            number=2,
            at=NOW + HOUR,
            by="bob",
            action="publish",
            subject="schedule",
            kind=ActorKind.TOKEN,
            address="192.0.2.7",
        )
        assert (database.entries(since=1), database.entries(since=2)) == ((second,), ())
        assert (database.entries(subject="EC-1"), database.entries(since=1, subject="EC-1")) == ((first,), ())


def test_without_a_database_there_are_no_audit_entries(tmp_path: Path) -> None:
    with closing(open_database(default_location(tmp_path / "default.db"))) as database:
        assert database.entries() == ()
    assert not (tmp_path / "default.db").exists()


def orders_in(record: Record) -> list[list[object]]:
    """The keys of what the record has in an order."""
    return [list(part) for part in (record.changes, record.ledger, record.adjustments, record.freezes)]


@pytest.mark.parametrize("seed", range(4))
def test_reading_incrementally_gives_the_same_as_reading_everything(database_url: str, seed: int) -> None:
    """A database that was read before reads only the rows added since, whoever added them."""
    random = Random(seed)  # noqa: S311  (no secret)
    with opened(database_url) as reader, opened(database_url) as ann, opened(database_url) as bob:
        for number in range(30):
            with write(random.choice([ann, bob, reader]), at=NOW + timedelta(seconds=number)) as transaction:
                write_anything(random, transaction)
            if random.random() < 0.6:
                expected = read(database_url)
                record = reader.record()
                assert record == expected
                assert orders_in(record) == orders_in(expected)
                assert reader.entry() == expected.entry
        assert reader.record().entry > 10  # most transactions recorded something
        assert len(reader.record().changes) > 3


def test_a_record_that_was_read_does_not_change_with_later_ones(database_url: str) -> None:
    with opened(database_url) as database:
        announce_one(database, "one")
        before = database.record()
        announce_one(database, "two")
        assert list(before.changes) == ["EC-1"]
        assert database.record().changes["EC-1"] is before.changes["EC-1"]
        assert database.record().adjustments is before.adjustments
        assert database.record() is database.record()


def test_an_empty_transaction_makes_no_audit_entry(database_url: str) -> None:
    with opened(database_url) as database:
        announce_one(database, "one")
        with write(database):
            pass
        with write(database) as transaction:
            transaction.add_revisions([])
        assert announce_one(database, "one").recorded is False
        assert (database.entry(), database.record().entry) == (1, 1)
    assert len(rows_of(database_url, audit_trail)) == 1


def test_an_aborted_transaction_records_nothing(database_url: str) -> None:
    with opened(database_url) as database:
        with pytest.raises(KeyError):
            abort(database, a_change(1))
        assert database.record() == read(database_url) == NOTHING
        assert announce_one(database, "one").change.id == "EC-1"
        with pytest.raises(KeyError):
            abort(database, a_change(2))
        assert list(database.record().changes) == ["EC-1"]
        assert (database.entry(), read(database_url).entry) == (1, 1)


def test_instants_are_in_utc_to_the_microsecond(database_url: str) -> None:
    """Whatever time zone an instant has, and whatever the server's time zone is."""
    ambiguous = datetime(2026, 11, 1, 1, 30, 0, 123456, TORONTO, fold=1)
    east = datetime(2026, 3, 8, 2, 30, 0, 999999, timezone(timedelta(hours=5, minutes=45)))
    plan = a_plan(span=Span(start=utc(1999, 12, 31, 23), end=utc(2030, 1, 1).replace(microsecond=1)))
    with opened(database_url) as database, write(database, at=ambiguous) as transaction:
        transaction.add_update(Change(kind=Kind.EMERGENCY, id="EC-1", updates=(an_update(at=east, plan=plan),)))
    record = read(database_url)
    update = record.changes["EC-1"].latest
    instants = (record.at, update.at, update.plan.span.start, update.plan.span.end)
    assert [each.isoformat() for each in instants] == [
        "2026-11-01T06:30:00.123456+00:00",
        "2026-03-07T20:45:00.999999+00:00",
        "1999-12-31T23:00:00+00:00",
        "2030-01-01T00:00:00.000001+00:00",
    ]


def test_an_instant_without_a_time_zone_is_a_programming_error(database_url: str) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  (the subject of this test)
    with opened(database_url) as database:
        with pytest.raises(sa.exc.StatementError, match="an instant needs a time zone"):
            write_update(database, an_update(at=naive))
        assert database.record() == NOTHING


@pytest.mark.parametrize(("character", "escaped"), [("\x00", r"\x00"), ("\ud83d", r"\ud83d")])
def test_every_database_refuses_a_text_that_one_of_them_can_not_store(
    database_url: str, character: str, escaped: str
) -> None:
    text = f"some {character} thing"
    with opened(database_url) as database:
        with pytest.raises(UnrecordableTextError) as refusal:
            write_update(database, an_update(plan=a_plan(summary=text)))
        assert str(refusal.value) == (
            f'"some {escaped} thing" can\'t be recorded: "{escaped}" is not a character; nothing was changed'
        )
        assert database.record() == NOTHING


def test_every_table_is_append_only_or_said_to_be_rewritable() -> None:
    assert sorted(each.name for each in (*APPEND_ONLY, *REWRITABLE)) == sorted(each.name for each in TABLES)


@pytest.mark.parametrize("table", [each.name for each in APPEND_ONLY])
def test_the_database_itself_refuses_to_change_or_delete_rows(database_url: str, table: str) -> None:
    with opened(database_url) as database:
        announce_one(database, "one", key="k")
        with write(database) as transaction:
            transaction.adjust("thursday", NOW.date(), None, reason="r")
            transaction.start_freeze(a_freeze())
            transaction.end_freeze(a_freeze().ended(at=NOW, by="bob"))
            transaction.add_subscriber_step(SUBSCRIBED)
    with in_sql(database_url) as connection:
        insert_operator_rows(connection)
    key = next(iter(METADATA.tables[table].primary_key)).name
    before = read(database_url), rows_of(database_url, audit_trail)
    by_replacing = (
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}" if database_url.startswith("sqlite") else "TRUNCATE {0} CASCADE"
    )
    for statement in ('UPDATE {0} SET "{1}" = "{1}"', "DELETE FROM {0}", by_replacing):
        with (
            pytest.raises(sa.exc.DBAPIError, match="what is recorded is never rewritten"),
            in_sql(database_url) as connection,
        ):
            connection.execute(sa.text(statement.format(table, key)))
    assert (read(database_url), rows_of(database_url, audit_trail)) == before


def test_a_change_can_not_replace_another_one_with_the_same_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/icsfeed.db"
    with opened(url) as database:
        announce_one(database, "one", key="k")
    statement = (
        "INSERT OR REPLACE INTO change_updates SELECT kind, 99, number, entry, at, by, message, state, summary, "
        "environments, impact, starts, ends, reason, ticket, key, step, target, automatic, withdrawn, uid_part, "
        "expected_end, message_translations, promised_notice FROM change_updates"
    )
    with pytest.raises(sa.exc.IntegrityError, match="never rewritten"), in_sql(url) as connection:
        connection.execute(sa.text(statement))
    assert list(read(url).changes) == ["EC-1"]


def test_an_announcement_is_recognized_by_its_key(database_url: str) -> None:
    with opened(database_url) as ann, opened(database_url) as bob:
        assert announce_one(ann, "one", key="k").recorded is True
        again = announce_one(bob, "one", key="k")
        assert (again.recorded, again.change.id) == (False, "EC-1")
        with pytest.raises(ConflictError) as refusal:
            announce_one(bob, "another", key="k")
        assert str(refusal.value) == 'the key "k" is that of EC-1, which says something else; take another'
        planned = AnnouncementRequest(kind=Kind.PLANNED, plan=a_plan(summary="two"), key="l")
        announce(Workspace(schedule=POLICY, repository=bob), planned, uid_part="", actor=operator("bob", NOW))
        with write(ann) as transaction:
            assert [transaction.announced_with(key) for key in ("k", "l", "m")] == ["EC-1", "PC-1", None]
        assert list(ann.record().changes) == ["EC-1", "PC-1"]


def test_reading_creates_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ICSFEED_DATABASE")
    (tmp_path / "icsfeed.db").unlink()
    (tmp_path / "schedule.toml").write_bytes(example_path().read_bytes())
    location = default_location(tmp_path / "icsfeed.db")
    assert recorded(location) is NOTHING
    assert schedule_kept_in(location) is None
    with closing(open_database(location)) as database:
        assert (database.entry(), database.record(), database.is_missing()) == (0, NOTHING, True)
    suggest = "emergency suggest --duration 1h --by 2026-12-01"
    for command in ("emergency list", "planned list", "upcoming", "build all", suggest):
        outcome = run(*command.split(), "--now", "2026-11-23T12:00:00Z")
        assert (command, outcome.status, outcome.stderr) == (
            command,
            0,
            f"icsfeed: there is no database {tmp_path}/icsfeed.db yet: nothing is recorded\n",
        )
    assert [each.name for each in tmp_path.iterdir()] == ["schedule.toml"]


def test_a_default_database_is_created_by_the_first_transaction(tmp_path: Path) -> None:
    file = tmp_path / "default.db"
    with closing(open_database(default_location(file))) as one, closing(open_database(default_location(file))) as two:
        assert (one.entry(), two.entry(), one.was_created) == (0, 0, False)
        assert announce_one(one, "one").change.id == "EC-1"
        assert announce_one(two, "two").change.id == "EC-2"
        assert (one.was_created, two.was_created, two.entry()) == (True, False, 2)
    assert [each.name for each in tmp_path.iterdir() if "default" in each.name] == ["default.db"]


def default_location(file: Path) -> DatabaseLocation:
    return DatabaseLocation(url=f"sqlite:///{file}", default_file=file)


def test_a_database_of_a_newer_icsfeed_is_refused(database_url: str) -> None:
    with opened(database_url) as database:
        announce_one(database, "one")
    with in_sql(database_url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9000'"))
    before = rows_of(database_url, audit_trail)
    with opened(database_url) as database:
        for use in (database.record, database.upgrade, lambda: announce_one(database, "two")):
            with pytest.raises(UnavailableError) as refusal:
                use()
            shown = database_url.removeprefix("sqlite:///").replace("+psycopg", "")
            assert str(refusal.value).replace("%2F", "/") == (
                f'the database {shown} was made by a newer icsfeed (its tables are "9000", this version knows them '
                f'up to "{VERSIONS[-1]}"); use the newer icsfeed'
            )
    assert rows_of(database_url, audit_trail) == before


def replace_file(backup: Path, file: Path) -> None:
    """Put a backup back while servers run, and remove SQLite's companion files."""
    for companion in ("-wal", "-shm"):
        file.with_name(file.name + companion).unlink(missing_ok=True)
    backup.replace(file)


def copy_over(backup: Path, file: Path) -> None:
    """Delete the file and copy the backup: the new file may get the inode of the old one."""
    file.unlink()
    shutil.copy(backup, backup.with_name("copy.db"))
    replace_file(backup.with_name("copy.db"), file)


def restore_into(backup: Path, file: Path) -> None:
    """Do what ``sqlite3 icsfeed.db ".restore backup.db"`` does."""
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)


@pytest.mark.parametrize("put_back", [replace_file, copy_over, restore_into])
@pytest.mark.parametrize("more", [0, 2, 4], ids=["older", "as many entries", "more entries"])
def test_a_restored_backup_is_refused_until_a_restart(
    tmp_path: Path, more: int, put_back: Callable[[Path, Path], None]
) -> None:
    """Not even an open connection may keep using the old file: its writes would be lost."""
    file, backup = tmp_path / "icsfeed.db", tmp_path / "backup.db"
    with opened(f"sqlite:///{file}") as server, opened(f"sqlite:///{file}") as api:
        announce_one(server, "kept")
        with created(f"sqlite:///{backup}") as other:
            announce_one(other, "kept")
            for number in range(more):
                announce_one(other, f"other {number}", now=NOW + timedelta(seconds=1 + number))
        for number in range(2):
            announce_one(api, f"lost {number}")
        before = server.record()
        assert (server.entry(), before.entry) == (3, 3)
        put_back(backup, file)
        assert server.entry() != before.entry
        for use in (server.record, lambda: announce_one(api, "after"), server.record):
            assert "of the audit trail, made 2026-11-23 12:00 UTC, is missing" in refused(use)
        assert [each.plan.summary for each in read(f"sqlite:///{file}").changes.values()] == [
            "kept",
            *(f"other {number}" for number in range(more)),
        ]


@pytest.mark.parametrize("more", [0, 2, 4], ids=["older", "as many entries", "more entries"])
def test_a_backup_restored_in_place_is_refused_until_a_restart(database_url: str, more: int) -> None:
    """That is what ``pg_restore --clean`` does. A server took it for the truth."""
    with opened(database_url) as server:
        for number in range(3):
            announce_one(server, f"lost {number}")
        before = server.record()
        assert server.entry() == 3
        delete_everything(database_url)
        with opened(database_url) as other:
            for number in range(1 + more):
                announce_one(other, f"other {number}", now=NOW + timedelta(seconds=1 + number))
        assert server.entry() != before.entry
        for use in (server.record, lambda: announce_one(server, "one more"), server.kept_schedule, server.record):
            assert "entry 3 of the audit trail, made 2026-11-23 12:00 UTC, is missing" in refused(use)
        assert [each.plan.summary for each in read(database_url).changes.values()] == [
            f"other {number}" for number in range(1 + more)
        ]


def refused(use: Callable[[], object]) -> str:
    """Why that use of a database is refused."""
    with pytest.raises(UnavailableError) as refusal:
        use()
    return str(refusal.value)


def test_an_emptied_database_is_refused(database_url: str) -> None:
    """A server that had published changes took an empty database for the truth, and all changes were gone."""
    with opened(database_url) as server:
        announce_one(server, "one")
        assert server.record().entry == 1
        delete_everything(database_url)
        assert server.entry() == 0
        for use in (server.record, lambda: announce_one(server, "two"), server.record):
            assert "entry 1 of the audit trail" in refused(use)
    with opened(database_url) as other:
        assert other.record() is NOTHING


def test_another_database_with_as_many_entries_is_refused_until_the_former_one_is_back(tmp_path: Path) -> None:
    file, backup, former = tmp_path / "icsfeed.db", tmp_path / "backup.db", tmp_path / "former.db"
    with created(f"sqlite:///{backup}") as other:
        announce_one(other, "other", now=NOW + HOUR)
    with opened(f"sqlite:///{file}") as database:
        announce_one(database, "one")
    shutil.copy(file, former)
    with opened(f"sqlite:///{file}") as database:
        assert database.record().entry == database.entry() == 1
        replace_file(backup, file)
        assert [database.entry(), database.entry()] == [OTHER_DATABASE, OTHER_DATABASE]
        assert refused(database.record) == (
            f"the database {file} is not the one that was read before, or an older state of it: entry 1 of the audit "
            "trail, made 2026-11-23 12:00 UTC, is missing; put the former one back, or restart icsfeed to go on with "
            "this one"
        )
        assert "entry 1 of the audit trail" in refused(lambda: database.note_fetches({("acme", "google"): NOW}))
        replace_file(former, file)
        assert database.record().changes["EC-1"].plan.summary == "one"
        announce_one(database, "two")
        assert database.entry() == 2


def test_a_deleted_file_is_reported_and_not_created_again(tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "icsfeed.db", tmp_path / "elsewhere.db"
    with opened(f"sqlite:///{file}") as database:
        announce_one(database, "one")
        assert database.entry() == database.record().entry == 1
        file.rename(elsewhere)
        for use in (database.entry, database.record, lambda: announce_one(database, "two"), database.entry):
            with pytest.raises(UnavailableError) as refusal:
                use()
            assert str(refusal.value) == f"the database {file} is gone; put it back"
        assert not file.exists()
        elsewhere.rename(file)
        assert database.entry() == database.record().entry == 1


def test_an_empty_file_in_place_of_a_database_was_an_empty_record(tmp_path: Path) -> None:
    file = tmp_path / "icsfeed.db"
    with opened(f"sqlite:///{file}") as database:
        announce_one(database, "one")
        assert database.record().entry == 1
        (tmp_path / "empty.db").touch()
        replace_file(tmp_path / "empty.db", file)
        for use in (database.entry, database.record, lambda: announce_one(database, "two"), database.upgrade):
            with pytest.raises(UnusableDatabaseError) as refusal:
                use()
            assert str(refusal.value) == (
                f"the database {file} is an empty file; restore it from a backup or, if there never was a record, "
                "delete it and make it with icsfeed database upgrade"
            )
    assert file.stat().st_size == 0


MALFORMED = "the URL of the database is malformed; {} (it is not repeated here, since it may hold a password)"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("icsfeed.db", MALFORMED.format("write one such as sqlite:///icsfeed.db or postgresql://user@host/name")),
        *(
            (url, MALFORMED.format("write one such as sqlite:///icsfeed.db or postgresql://user@host/name"))
            for url in (
                "host=127.0.0.1 user=postgres password=secr3t",
                "postgresql://postgres:secr3t",
                "postgresql:ann:secr3t@host/db",
                "postgresql://ann:secr@3t@host:port/db",
                "secr3t://host/db",
                "secr3t+psycopg://host/db",
                "postgresql://host:secr3t/db",
            )
        ),
        *(
            (url, MALFORMED.format("write one such as postgresql://user:password@host/name, options as ?name=value"))
            for url in (
                "postgresql://user;secr3t@host/db",
                "postgresql://host/db;password=secr3t",
                "postgresql://host/db&password=secr3t",
                "postgresql://host/db password=secr3t",
                "postgresql://password=secr3t/db",
            )
        ),
        ("postgresql://ann:secr@3t@127.0.0.1:1/db", MALFORMED.format("write an @ in the password as %40")),
        (
            "mysql://ann:secr3t@host/db",
            'icsfeed does not support "mysql" databases; '
            "write one such as sqlite:///icsfeed.db or postgresql://user@host/name",
        ),
        (
            "sqlite+aiosqlite:///icsfeed.db",
            'icsfeed does not support "sqlite+aiosqlite" databases; '
            "write one such as sqlite:///icsfeed.db or postgresql://user@host/name",
        ),
        ("sqlite://", "a database in memory keeps nothing; name a file, such as sqlite:///icsfeed.db"),
        ("sqlite:///:memory:", "a database in memory keeps nothing; name a file, such as sqlite:///icsfeed.db"),
        (
            "sqlite:///a.db?key=secr3t",
            "the URL of the SQLite database has options; name only the file: sqlite:////folder/file.db",
        ),
    ],
)
def test_a_malformed_url_is_refused_without_showing_its_password(url: str, message: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        read(url)
    assert str(refusal.value) == message
    assert ("secr" in url, "secr" in message) == ("3t" in url, False)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "postgresql://ann:secr%40t@127.0.0.1:1/db?sslpassword=secr@t&password=secr@t",
            "the database postgresql://ann:***@127.0.0.1:1/db can't be read: no server answers",
        ),
        (
            "postgresql://ann@127.0.0.1:1/db?PASSWORD=secr3t&SslPassWord=secr3t&pgpass=secr3t",
            'the database postgresql://ann@127.0.0.1:1/db can\'t be read: invalid connection option "PASSWORD"',
        ),
        (
            "postgresql://ann:secr3t@127.0.0.1:1/db?sslmode=secr3t",
            "the database postgresql://ann:***@127.0.0.1:1/db?sslmode=secr3t can't be read: "
            'connection is bad: invalid sslmode value: "***"',
        ),
        (
            "postgresql://ann:secr%40t@127.0.0.1:1/db?speed=high",
            "the database postgresql://ann:***@127.0.0.1:1/db?speed=high can't be read: "
            'invalid connection option "speed"',
        ),
    ],
)
def test_a_server_that_can_not_be_used_is_named_without_its_password(url: str, message: str) -> None:
    with pytest.raises(UnavailableError) as refusal:
        read(url)
    assert str(refusal.value) == message


def test_the_current_folder_may_change_while_a_database_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with created("sqlite:///odd %20#.db") as database:
        monkeypatch.chdir("/")
        announce_one(database, "one")
        assert database.file == tmp_path / "odd  #.db"
    assert {each.name for each in tmp_path.iterdir()} == {"icsfeed.db", "odd  #.db"}
    monkeypatch.chdir(tmp_path)
    assert read("sqlite:///odd %20#.db").entry == 1


def test_a_reader_does_not_wait_for_a_writer(database_url: str) -> None:
    with opened(database_url) as database, opened(database_url) as other:
        announce_one(database, "one")
        with write(other) as transaction:
            transaction.add_update(a_change(2))
            assert (database.entry(), list(database.record().changes)) == (1, ["EC-1"])
            assert list(other.record().changes) == ["EC-1"]
        assert (database.entry(), list(database.record().changes)) == (2, ["EC-1", "EC-2"])


def write_update(database: Database, update: Update) -> None:
    with write(database) as transaction:
        transaction.add_update(Change(kind=Kind.EMERGENCY, id="EC-1", updates=(update,)))


def abort(database: Database, change: Change) -> None:
    with write(database) as transaction:
        transaction.add_update(change)
        transaction.add_revisions([a_line("a@x")])
        raise KeyError


def rows_of(url: str, table: sa.Table) -> list[tuple[object, ...]]:
    with in_sql(url) as connection:
        return sorted((tuple(row) for row in connection.execute(sa.select(table))), key=str)


def delete_everything(url: str) -> None:
    """Delete all rows, with the triggers that refuse it switched off."""
    tables = list(reversed(APPEND_ONLY))  # the audit trail comes last, because the others refer to it
    with in_sql(url) as connection:
        if connection.dialect.name == "sqlite":
            triggers = connection.execute(sa.text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")).all()
            off, on = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        else:
            off, on = (
                [f"ALTER TABLE {each.name} {verb} TRIGGER ALL" for each in tables] for verb in ("DISABLE", "ENABLE")
            )
        for statement in off:
            connection.exec_driver_sql(statement)
        for table in tables:
            connection.execute(sa.delete(table))
        for statement in on:
            connection.exec_driver_sql(statement)
