"""``icsfeed interop``: the bytes of the publication, warnings on standard error, status 1 where a format refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import NOW, Outcome, run
from tests.examples import NOW as NOW_INSTANT

LEFT_OUT = (
    "warning: Cron names no year: what lies beyond 2027-11-01T00:00:00Z is left out until it is less than a year "
    "ahead.\n"
)
EXAMPLE_NOTE = "icsfeed: no schedule.toml here; taking the packaged example policy\n"
TOO_LITTLE = (
    "GKE demands 48 hours of maintenance within any 32 days, in stretches of 4 hours at least. The weekly windows, "
    "without the times in which nothing may run, leave as few as 24 hours. Longer or more frequent windows are needed, "
    "or shorter freezes.\n"
)


@pytest.mark.parametrize("slug", ["all", "production", "planned", "freeze", "emergency"])
@pytest.mark.parametrize("name", ["alertmanager", "argocd", "change-calendar"])
def test_it_prints_what_is_published(name: str, slug: str, schedule: Path) -> None:
    published = publish(
        Situation(schedule=load_schedule(schedule).schedule, now=NOW_INSTANT), changed_at=NOW_INSTANT
    ).representations
    path = f"/feeds/{slug}.windows.ics" if name == "change-calendar" else f"/interop/{slug}/{name}.yml"
    printed = run("interop", name, "--feed", slug, "--now", NOW)
    if path in published:
        assert (printed.status, printed.stdout.encode()) == (0, published[path].body.replace(b"\r\n", b"\n"))
    else:
        assert printed == Outcome(
            status=1,
            stdout="",
            stderr=f'the feed "{slug}" selects neither windows nor planned changes, and has no change calendar\n',
        )


def test_the_paths_without_a_feed_are_those_of_all(schedule: Path) -> None:
    published = publish(
        Situation(schedule=load_schedule(schedule).schedule, now=NOW_INSTANT), changed_at=NOW_INSTANT
    ).representations
    assert [path for path in published if path.startswith("/interop/") and path.count("/") == 2] == [
        "/interop/alertmanager.yml",
        "/interop/argocd.yml",
        "/interop/gke.yml",
    ]
    for name in ("alertmanager", "argocd", "gke"):
        representation = published[f"/interop/{name}.yml"]
        assert representation is published[f"/interop/all/{name}.yml"]
        assert (representation.content_type, representation.language) == ("application/yaml", "en")


@pytest.mark.usefixtures("folder")
def test_without_a_schedule_it_takes_the_example() -> None:
    printed = run("interop", "argocd", "--now", NOW)
    assert (printed.status, printed.stderr) == (0, EXAMPLE_NOTE + LEFT_OUT)
    assert run("interop", "gke", "--now", NOW) == Outcome(status=1, stdout="", stderr=EXAMPLE_NOTE + TOO_LITTLE)


def test_a_file_is_written_only_where_the_format_can_have_the_feed(schedule: Path) -> None:
    written = schedule.parent / "windows.yml"
    printed = run("interop", "argocd", "--feed", "production", "--now", NOW, "-o", written)
    assert printed == Outcome(status=0, stdout="", stderr=LEFT_OUT)
    before = written.read_bytes()
    assert yaml.safe_load(before).keys() == {"spec"}
    assert run("interop", "gke", "--now", NOW, "-o", written).status == 1
    assert written.read_bytes() == before


@pytest.mark.usefixtures("schedule")
def test_a_feed_of_which_one_environment_has_no_windows_never_opens() -> None:
    apart = (
        'The environments of this feed, "Preview" and "Production", are never open for planned changes at the same '
        "time; take the feed of one environment.\n"
    )
    assert run("interop", "alertmanager", "--now", NOW).stderr == f"warning: {apart}"
    assert run("interop", "gke", "--now", NOW) == Outcome(status=1, stdout="", stderr=apart)


@pytest.mark.usefixtures("folder")
def test_a_feed_or_format_that_there_is_not() -> None:
    assert run("interop", "gke", "--feed", "nothing").stderr == EXAMPLE_NOTE + (
        'there is no feed "nothing"; this schedule has all, emergency, freeze, maintenance, planned, preview, '
        "production\n"
    )
    wrong = run("interop", "helm")
    assert wrong.status == 1
    assert "'helm' is not one of 'alertmanager', 'argocd', 'gke', 'change-calendar'" in wrong.stderr


def test_a_private_feed_is_printed_where_it_is_named(schedule: Path) -> None:
    """It is on no public path."""
    text = schedule.read_text(encoding="utf-8")
    private = 'id = "preview"\nname = "Preview"\npublic = false'
    text = text.replace('id = "preview"\nname = "Preview"', private)
    text += (
        '\n[[maintenance_windows]]\nid = "friday"\nname = "Hidden"\ndays = ["Friday"]\nstart = 03:17:00\n'
        'end = 05:00:00\neffective_from = 2020-01-01\nenvironments = ["preview"]\n'
        '\n[[feeds]]\nslug = "hidden"\nname = "Hidden"\npublic = false\nenvironments = ["preview"]\n'
    )
    schedule.write_text(text, encoding="utf-8")
    published = publish(
        Situation(schedule=load_schedule(schedule).schedule, now=NOW_INSTANT), changed_at=NOW_INSTANT
    ).representations
    texts = {path: each.body for path, each in published.items() if path.startswith("/interop/")}
    assert texts
    assert [path for path, body in texts.items() if b"idden" in body or b"08:17" in body or b"17 8" in body] == []
    assert not any("hidden" in path for path in published)
    assert "start_time: 08:17" in run("interop", "alertmanager", "--feed", "hidden", "--now", NOW).stdout.replace(
        "'", ""
    )
    assert "SUMMARY:Open" in run("interop", "change-calendar", "--feed", "hidden", "--now", NOW).stdout
