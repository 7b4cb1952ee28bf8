"""One calendar for each site: an export onto the site of another one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from icsfeed.domain.revisions import GONE
from icsfeed.export.files import SiteFile
from icsfeed.export.folder import Folder
from icsfeed.export.manifest import Manifest
from icsfeed.export.manifest_parsing import parse_manifest
from tests.cli.running import NOW, SCHEDULE, Outcome, run
from tests.export.sites import contents, dates, put

OURS, THEIRS = "maintenance.example.com", "demo.example.org"
ANOTHER_CALENDAR = SCHEDULE.replace(OURS, THEIRS)


def refusal(dest: Path) -> Outcome:
    return Outcome(
        status=1,
        stdout="",
        stderr=f'{dest} publishes another calendar: its uid_domain is "{OURS}", and that of this schedule is '
        f'"{THEIRS}"; export to another destination, check --schedule, or replace that calendar with '
        "--replace-calendar\n",
    )


@pytest.fixture
def dest(schedule: Path, tmp_path: Path) -> Path:
    """A site with our calendar; the schedule file is another one's by now."""
    assert run("export", tmp_path / "site", "--now", NOW).status == 0
    schedule.write_text(ANOTHER_CALENDAR, encoding="utf-8")
    return tmp_path / "site"


def manifest_of(dest: Path) -> Manifest:
    return parse_manifest((dest / ".icsfeed" / "manifest.json").read_bytes(), "site")


def rewrite(dest: Path, manifest: Manifest) -> None:
    (dest / ".icsfeed" / "manifest.json").write_bytes(manifest.to_json())


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",), ("--watch",)])
def test_an_export_no_longer_overwrites_the_site_of_another_calendar(dest: Path, options: tuple[str, ...]) -> None:
    before = dates(dest)
    done = run("export", dest, "--now", NOW, *options)
    last_line = done.stderr.splitlines(keepends=True)[-1]  # --watch logs the schedule first
    assert replace(done, stderr=last_line) == refusal(dest)
    assert dates(dest) == before


def test_the_other_calendar_is_replaced_if_asked_and_from_then_on_it_is_this_one(dest: Path, schedule: Path) -> None:
    assert run("export", dest, "--now", NOW, "--replace-calendar").status == 0
    feed = contents(dest)["feeds/all.ics"]
    assert (f"@{THEIRS}" in feed, f"@{OURS}" in feed) == (True, False)
    assert run("export", dest, "--now", NOW).stdout.startswith(f"{dest}: 0 written, 0 removed, ")
    schedule.write_text(SCHEDULE, encoding="utf-8")
    assert run("export", dest, "--now", NOW).status == 1


def test_a_site_of_an_earlier_release_is_recognized_by_its_uids(dest: Path) -> None:
    rewrite(dest, replace(manifest_of(dest), uid_domain=None))
    before = dates(dest)
    assert run("export", dest, "--now", NOW) == refusal(dest)
    assert dates(dest) == before


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_a_site_of_an_earlier_release_names_its_calendar_from_the_next_export_on(dest: Path, schedule: Path) -> None:
    schedule.write_text(SCHEDULE, encoding="utf-8")
    named = manifest_of(dest)
    rewrite(dest, replace(named, uid_domain=None))
    assert run("export", dest, "--now", NOW).stdout.startswith(f"{dest}: 0 written, 0 removed, ")
    assert manifest_of(dest) == named
    assert json.loads((dest / ".icsfeed" / "manifest.json").read_bytes())["uid_domain"] == OURS


def test_events_that_are_no_longer_public_do_not_mark_a_calendar(dest: Path) -> None:
    """Of a calendar that got another uid_domain, the old UIDs stay in the manifest."""
    old = manifest_of(dest)
    gone = {uid: tuple(replace(line, digest=GONE) for line in lines) for uid, lines in old.ledger.items()}
    assert gone
    rewrite(dest, replace(old, uid_domain=None, ledger=gone))
    assert run("export", dest, "--now", NOW).status == 0


def test_an_export_that_is_killed_while_it_replaces_a_calendar_is_completed_without_asking_again(dest: Path) -> None:
    """Half of the files are the new calendar's: from the first of them on, the site is its."""

    class KilledError(Exception):
        """Stands for the kill."""

    class Killed(Folder):
        def write(self, files: Sequence[SiteFile], on_written: Callable[[], None]) -> None:
            del files, on_written
            raise KilledError

    before = manifest_of(dest)
    target = Killed(dest)
    with pytest.raises(KilledError):
        put({"feeds/all.ics": "new"}, target, uid_domain=THEIRS)
    assert manifest_of(dest) == replace(before, pending=frozenset({"feeds/all.ics"}), uid_domain=THEIRS)
    assert run("export", dest, "--now", NOW).status == 0
