"""The application under any WSGI server: its arguments, and its settings from the environment."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from icsfeed.domain.errors import IcsfeedError
from icsfeed.store.database.database import Database
from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock


def title() -> str:
    """The title of the calendar that the application serves, given the environment and the current folder."""
    text = create_app(clock=Clock()).test_client().get("/").text
    return text.partition("<title>")[2].partition("</title>")[0]


def test_the_environment_names_the_schedule(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_SCHEDULE", str(schedule))
    assert title() == "Down, and up"


def test_without_a_setting_the_schedule_is_in_the_current_folder(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ICSFEED_SCHEDULE", "")
    monkeypatch.chdir(schedule.parent)
    app = create_app(clock=Clock())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    schedule.write_text(SCHEDULE.replace("Down, and up", "Moved on"), encoding="utf-8")
    assert "<title>Moved on</title>" in app.test_client().get("/").text


def test_without_any_schedule_the_example_is_served_and_a_warning_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert title() == "Seed-to-Sale maintenance"
    first = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (first["level"], first["event"]) == (
        "warning",
        "no schedule.toml in this folder: the packaged example is served",
    )


def test_the_example_does_not_replace_a_named_file_that_is_missing(tmp_path: Path) -> None:
    client = create_app(schedule=tmp_path / "missing.toml", clock=Clock()).test_client()
    assert client.get("/feeds/all.ics").status_code == 503


def test_the_example_never_replaces_a_schedule_that_was_public(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that replaced the file, or a wrong folder, showed customers the example."""
    monkeypatch.chdir(schedule.parent)
    title_before = title()
    schedule.unlink()
    client = create_app(clock=Clock()).test_client()
    response = client.get("/feeds/all.ics")
    assert (response.status_code, response.headers["X-Icsfeed-Stale"]) == (200, "schedule")
    assert (title_before, title()) == ("Down, and up", "Down, and up")


def test_with_the_example_nothing_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert title() == "Seed-to-Sale maintenance"
    (database := Database("sqlite:///icsfeed.db")).record()
    assert (database.record().entry, database.kept_schedule()) == (0, None)
    database.close()


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "broken"])
def test_an_application_that_starts_with_a_broken_file_serves_the_last_good_schedule(
    schedule: Path, database_url: str, gone: bool
) -> None:
    """As a worker does that replaces a killed one."""
    client = create_app(schedule=schedule, database=database_url, clock=Clock()).test_client()
    before = client.get("/feeds/all.ics")
    if gone:
        schedule.unlink()
    else:
        schedule.write_text("[calendar", encoding="utf-8")
    clock = Clock()
    restarted = create_app(schedule=schedule, database=database_url, clock=clock).test_client()
    after = restarted.get("/feeds/all.ics")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert (before.headers.get("X-Icsfeed-Stale"), after.headers["X-Icsfeed-Stale"]) == (None, "schedule")
    assert '"status":"stale"' in restarted.get("/readyz").text
    schedule.write_text(SCHEDULE.replace("Down, and up", "Mended"), encoding="utf-8")
    clock.advance(seconds=1)
    mended = restarted.get("/")
    assert "<title>Mended</title>" in mended.text
    assert "X-Icsfeed-Stale" not in mended.headers


@pytest.mark.parametrize(
    ("now", "years"),
    [
        pytest.param("2031-01-01T04:59:59Z", (2029, 2031), id="with an offset"),
        pytest.param("2031-01-01T00:00", (2030, 2032), id="local: in the calendar's zone"),
        pytest.param("2031-01-01", (2030, 2032), id="a date"),
    ],
)
def test_a_preview_pins_the_clock(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, now: str, years: tuple[int, int]
) -> None:
    monkeypatch.setenv("ICSFEED_NOW", now)
    feed = create_app(schedule=schedule).test_client().get("/feeds/all.expanded.ics").text
    starts = sorted(line[8:12] for line in feed.splitlines() if line.startswith("DTSTART:"))
    assert (int(starts[0]), int(starts[-1])) == years


def test_the_log_says_that_the_clock_is_pinned(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forgotten variable had the server show the past."""
    create_app(schedule=schedule)
    assert "pinned" not in capsys.readouterr().err
    monkeypatch.setenv("ICSFEED_NOW", "2031-01-01T00:00")
    create_app(schedule=schedule)
    assert '"at": "2031-01-01T05:00:00+00:00"' in capsys.readouterr().err


def test_a_preview_needs_a_valid_instant(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_NOW", "tomorrow")
    with pytest.raises(IcsfeedError) as refusal:
        create_app(schedule=schedule)
    assert str(refusal.value) == (
        '"tomorrow" is not an instant; write one such as 2026-03-08T07:00:00Z, or 2026-03-08T03:00 in America/Toronto'
    )


def test_a_preview_of_a_broken_schedule_needs_an_offset(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a schedule, the zone of a local time is unknown."""
    schedule.write_text("", encoding="utf-8")
    monkeypatch.setenv("ICSFEED_NOW", "2031-01-01T00:00Z")
    assert create_app(schedule=schedule).test_client().get("/healthz").status_code == 200
    monkeypatch.setenv("ICSFEED_NOW", "2031-01-01T00:00")
    with pytest.raises(IcsfeedError):
        create_app(schedule=schedule)


def test_without_a_preview_the_clock_is_the_system_clock(schedule: Path) -> None:
    assert create_app(schedule=schedule).test_client().get("/readyz").json == {"status": "ready"}


def test_wsgi_servers_find_the_application(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_SCHEDULE", str(schedule))
    monkeypatch.syspath_prepend(Path(__file__).parents[2])
    app = importlib.import_module("wsgi").app
    assert app.test_client().get("/feeds/all.ics").status_code == 200


def test_wsgi_servers_get_one_sentence_for_a_wrong_setting(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_SCHEDULE", str(schedule))
    monkeypatch.setenv("ICSFEED_ACCESS_LOG", "maybe")
    monkeypatch.syspath_prepend(Path(__file__).parents[2])
    monkeypatch.delitem(sys.modules, "wsgi", raising=False)
    with pytest.raises(SystemExit) as end:
        importlib.import_module("wsgi")
    assert str(end.value) == 'icsfeed: "maybe" is neither yes nor no; write 1 to log every request, or 0'


def test_a_named_database_that_is_missing_opened_the_gate(
    schedule: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker starts all the same, has nothing to say, and recovers once the database is there."""
    url, clock = f"sqlite:///{tmp_path}/typo.db", Clock()
    client = create_app(schedule=schedule, database=url, clock=clock).test_client()
    assert {client.get(path).status_code for path in ("/api/v1/state?environment=production", "/feeds/all.ics")} == {
        503
    }
    assert f"there is no database {tmp_path}/typo.db; check its name" in capsys.readouterr().err
    with closing(Database(url)) as database:
        database.upgrade()
    clock.advance(seconds=2)
    assert client.get("/api/v1/state?environment=production").status_code == 200


def test_a_database_in_the_current_folder_is_not_passed_over(
    schedule: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ICSFEED_DATABASE")
    (folder := tmp_path / "calendar").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        IcsfeedError, match=r"icsfeed.db lies in the current folder, .*, but belongs beside the schedule"
    ):
        create_app(schedule=schedule.rename(folder / "schedule.toml"), clock=Clock())
