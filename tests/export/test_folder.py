"""Exports to a folder: foreign files are never touched, whatever their names."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from icsfeed.domain.errors import IcsfeedError
from icsfeed.export.folder import Folder
from tests.cli.running import NOW, run
from tests.export.sites import OWN, contents, dates, put
from tests.required import require

OLD = {"feeds/all.ics": "old", "feeds/gone.ics": "gone", "deep/er/page.html": "old page"}
NEW = {"feeds/all.ics": "new", "feeds/more.ics": "more", "index.html": "new page"}
WHOLE = "every file there is whole, and the next export continues from there"


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(IcsfeedError) as refused:
        action()
    return str(refused.value)


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """A destination with foreign neighbors."""
    (tmp_path / "neighbor.txt").write_text("not ours")
    return tmp_path / "site"


def test_the_destination_holds_the_site_and_no_obsolete_files(dest: Path) -> None:
    assert put(OLD, dest).as_json() == {"written": list(OLD), "removed": [], "unchanged": 0}
    assert contents(dest) == OLD | {}
    report = put(NEW, dest)
    assert report.as_json() == {
        "written": ["feeds/all.ics", "feeds/more.ics", "index.html"],
        "removed": ["deep/er/page.html", "feeds/gone.ics"],
        "unchanged": 0,
    }
    assert contents(dest) == NEW
    assert {path.name for path in dest.iterdir()} == {"feeds", "index.html", ".icsfeed"}
    assert {path.name for path in (dest / ".icsfeed").iterdir()} == {"lock", "manifest.json"}


def test_foreign_files_stay_even_in_obsolete_folders(dest: Path) -> None:
    put(OLD, dest)
    (dest / "deep" / "er" / "ours.txt").write_text("foreign")
    (dest / "CNAME").write_text("calendar.example.com")
    put(NEW, dest)
    assert contents(dest) == NEW | {"deep/er/ours.txt": "foreign", "CNAME": "calendar.example.com"}
    put({}, dest)
    assert contents(dest) == {"deep/er/ours.txt": "foreign", "CNAME": "calendar.example.com"}


def test_a_foreign_file_is_never_replaced(dest: Path) -> None:
    (dest / "feeds").mkdir(parents=True)
    (dest / "feeds" / "all.ics").write_text("foreign")
    assert refusal(lambda: put(OLD, dest)) == (
        f'{dest} has a file "feeds/all.ics" that no export wrote; move it away, or export to another destination'
    )
    assert contents(dest) == {"feeds/all.ics": "foreign"}


def test_a_foreign_file_with_the_same_bytes_is_taken_over(dest: Path) -> None:
    (dest / "feeds").mkdir(parents=True)
    (dest / "feeds" / "all.ics").write_text("old")
    put(OLD, dest)
    put(NEW, dest)
    assert contents(dest) == NEW


def test_a_folder_in_the_place_of_a_file_is_refused(dest: Path) -> None:
    (dest / "feeds" / "all.ics").mkdir(parents=True)
    assert refusal(lambda: put(OLD, dest)) == (
        f'{dest} has a file "feeds/all.ics" that no export wrote; move it away, or export to another destination'
    )
    assert contents(dest) == {}


def test_a_file_in_the_place_of_a_folder_is_refused(dest: Path) -> None:
    put(NEW, dest)
    (dest / "deep").write_text("foreign")
    expected = f"{dest}/deep is not a folder; move it away, or export to another destination"
    assert refusal(lambda: put(OLD, dest)) == expected
    assert refusal(lambda: put(OLD, dest, dry_run=True)) == expected
    assert contents(dest) == NEW | {"deep": "foreign"}


def test_a_changed_or_removed_file_is_written_again(dest: Path) -> None:
    put(OLD, dest)
    (dest / "feeds" / "all.ics").write_text("a longer text")
    (dest / "feeds" / "gone.ics").unlink()
    assert put(OLD, dest).written == ("feeds/all.ics", "feeds/gone.ics")
    assert contents(dest) == OLD


def test_an_obsolete_file_that_became_a_folder_stays(dest: Path) -> None:
    put(OLD, dest)
    (dest / "feeds" / "gone.ics").unlink()
    (dest / "feeds" / "gone.ics").mkdir()
    assert put(NEW, dest).removed == ("deep/er/page.html",)
    assert (dest / "feeds" / "gone.ics").is_dir()


@pytest.mark.parametrize("way", ["feeds", "deep/er", ".icsfeed"])
@pytest.mark.parametrize("new", [OLD, NEW, {}], ids=["the same", "another site", "no file"])
def test_links_to_folders_are_refused(dest: Path, tmp_path: Path, way: str, new: dict[str, str]) -> None:
    """Obsolete files are removed: behind a link, these would be foreign files."""
    put(OLD, dest)
    away = tmp_path / "away"
    (dest / way).rename(away)
    (dest / way).symlink_to(away)
    before = dates(away)
    assert refusal(lambda: put(new, dest)) == (
        f"{dest}/{way} is a link, and exports don't follow links; move it away, or export to another destination"
    )
    assert dates(away) == before


@pytest.mark.parametrize("name", ["feeds/all.ics", ".icsfeed/lock", ".icsfeed/manifest.json", ".icsfeed/parts"])
def test_links_to_files_are_not_followed(dest: Path, tmp_path: Path, name: str) -> None:
    put(OLD, dest)
    (away := tmp_path / "away").write_text("not ours")
    (dest / name).unlink(missing_ok=True)
    (dest / name).symlink_to(away)
    with contextlib.suppress(IcsfeedError):
        put(NEW, dest)
    assert away.read_text() == "not ours"


def test_the_destination_itself_may_be_a_link(dest: Path, tmp_path: Path) -> None:
    """Web servers' roots often are, and the caller names this one."""
    (tmp_path / "release-7").mkdir()
    dest.symlink_to("release-7")
    put(OLD, dest)
    assert contents(tmp_path / "release-7") == OLD
    assert dest.is_symlink()


def test_nothing_outside_is_touched(dest: Path, tmp_path: Path) -> None:
    neighbors = set(tmp_path.iterdir())
    for files in (OLD, NEW, {}):
        put(files, dest)
    assert set(tmp_path.iterdir()) == {*neighbors, dest}
    assert (tmp_path / "neighbor.txt").read_text() == "not ours"


@pytest.mark.parametrize(
    "name",
    ["../neighbor.txt", "/etc/passwd", "feeds/../../neighbor.txt", "feeds//all.ics", ".", "", "a\\b", "C:x", "a\0b"],
)
def test_a_manifest_with_names_outside_the_destination_is_refused(dest: Path, tmp_path: Path, name: str) -> None:
    put(OLD, dest)
    manifest = dest / ".icsfeed" / "manifest.json"
    record = json.loads(manifest.read_text())
    record["files"][name] = ["", 8]
    manifest.write_text(json.dumps(record))
    assert refusal(lambda: put(NEW, dest)) == (
        f"{dest} has a .icsfeed/manifest.json that this version of icsfeed did not write; "
        "export to another destination, or empty this one"
    )
    assert contents(dest) == OLD
    assert (tmp_path / "neighbor.txt").read_text() == "not ours"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="another kind of JSON"),
        pytest.param('{"files": {}}', id="another program's file"),
        pytest.param('{"icsfeed": 3, "files": {}, "pending": [], "ledger": {}}', id="a newer version"),
        pytest.param('{"icsfeed": 1, "files": {"a": ["d"]}, "pending": [], "ledger": {}}', id="a file without size"),
        pytest.param('{"icsfeed": 1, "files": {"a": ["d", "1"]}, "pending": [], "ledger": {}}', id="a size as text"),
        pytest.param('{"icsfeed": 1, "files": {}, "pending": ["../a"], "ledger": {}}', id="a pending file outside"),
        pytest.param('{"icsfeed": 1, "files": {}, "pending": [], "ledger": {"u": ["0", "d", "x"]}}', id="a bad line"),
        pytest.param('{"icsfeed": 1, "files": {}, "pending": [], "ledger": {"u": [0, "d", "x"]}}', id="not an instant"),
        pytest.param("\xff", id="not text"),
    ],
)
def test_a_manifest_that_no_export_wrote_is_refused(dest: Path, text: str) -> None:
    (dest / ".icsfeed").mkdir(parents=True)
    (dest / ".icsfeed" / "manifest.json").write_text(text, encoding="latin-1")
    assert refusal(lambda: put(NEW, dest)) == (
        f"{dest} has a .icsfeed/manifest.json that this version of icsfeed did not write; "
        "export to another destination, or empty this one"
    )


def test_a_concurrent_export_is_refused(dest: Path) -> None:
    put(OLD, dest)
    with Folder(dest).locked():
        assert refusal(lambda: put(NEW, dest)) == f"another export to {dest} is running; try again when it is done"
    assert contents(dest) == OLD
    put(NEW, dest)
    assert contents(dest) == NEW


def test_files_replaced_within_a_second_get_different_dates(dest: Path) -> None:
    """Servers derive ETags from whole seconds and the size: a client would get a 304."""
    seconds = []
    for text in ("one", "two", "six"):
        put({"feeds/all.ics": text}, dest)
        seconds.append(int((dest / "feeds" / "all.ics").stat().st_mtime))
    assert seconds[0] < seconds[1] < seconds[2]


def test_a_destination_that_is_a_file_is_a_one_line_error(schedule: Path, dest: Path) -> None:
    del schedule
    dest.write_text("a file")
    for dry in ((), ("--dry-run",)):
        done = run("export", dest, "--now", NOW, *dry)
        expected = f"{dest} is not a folder; move it away, or export to another destination\n"
        assert (done.status, done.stdout, done.stderr) == (1, "", expected)
    assert dest.read_text() == "a file"


def mount(*arguments: str | Path) -> str:
    """Run mount; returns its error."""
    program = shutil.which("mount") or "mount"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False).stderr.strip()


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Generator[None]:
    require(None if os.geteuid() == 0 else "only root can mount a small disk")
    folder.mkdir()
    fault = mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder)
    require(f"no disk can be mounted here: {fault}" if fault else None)
    try:
        yield
    finally:
        subprocess.run([shutil.which("umount") or "umount", folder], check=True)


def test_on_a_full_disk_the_old_site_stays_whole_and_the_next_export_completes_the_new_one(dest: Path) -> None:
    with small_disk(dest, 256):
        old = {f"feeds/{number}.ics": "o" * 6000 for number in range(15)}
        put(old, dest)
        new = dict.fromkeys(old, "n" * 12000)
        assert refusal(lambda: put(new, dest)) == f"{dest} can't be written: no space left on device; {WHOLE}"
        assert contents(dest) == old
        assert not (dest / ".icsfeed" / "parts").exists()
        smaller = dict.fromkeys(old, "n" * 3000)
        put(smaller, dest)
        assert contents(dest) == smaller


def test_a_read_only_destination_is_a_one_line_error(dest: Path, schedule: Path) -> None:
    del schedule
    with small_disk(dest, 256):
        put(OLD, dest)
        assert mount("-o", "remount,ro", dest) == ""
        done = run("export", dest, "--now", NOW)
        expected = f"{dest} can't be written: read-only file system; {WHOLE}\n"
        assert (done.status, done.stdout, done.stderr) == (1, "", expected)
        assert contents(dest) == OLD


def test_an_export_keeps_only_two_files_of_its_own(dest: Path) -> None:
    put(OLD, dest)
    assert {name for name in dates(dest) if name not in OLD} == OWN
