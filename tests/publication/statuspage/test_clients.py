"""Outside clients of Statuspage's API read ours, over HTTP: a package from npm, and an exporter for Prometheus."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from icsfeed.domain.situation import Situation
from icsfeed.publication.statuspage.maintenances import DAYS_AHEAD
from tests.publication.pages.serving import Host, hosting
from tests.publication.statuspage.documents import entries, published
from tests.readers import icaljs
from tests.reminders.situations import SITUATIONS
from tests.required import require

NODE: Final = shutil.which("node") or "node"
PROGRAM: Final = Path(icaljs.__file__).with_name("statuspage.mjs")
EXPORTER: Final = "statuspage_prometheus_exporter"
CHECK: Final = f"""
import json
from {EXPORTER}.service_checker import SERVICES, check_status_page_service
print(json.dumps(check_status_page_service("calendar", SERVICES["calendar"])))
"""
Times: TypeAlias = set[tuple[str, str]]
each_situation = pytest.mark.parametrize("name", ["emergency_under_way", "month_end_midnight", "freeze_week"])
each_folder = pytest.mark.parametrize("folder", ["", "fr/"])


@pytest.fixture(name="host")
def _host() -> Iterator[Host]:
    with hosting() as host:
        yield host


def of_feed(situation: Situation) -> tuple[Times, Times]:
    """The times of what is in progress in the feed, and of what begins within 30 days."""
    now = f"{situation.now:%Y-%m-%dT%H:%M:%SZ}"
    last = f"{situation.now + timedelta(days=DAYS_AHEAD):%Y-%m-%dT%H:%M:%SZ}"
    of_work = [each for each in entries(situation) if each["state"] != "cancelled"]
    in_progress = {
        (each["start"], each["end"])
        for each in of_work
        if each["state"] == "in progress" or (each["kind"] == "maintenance" and each["start"] <= now < each["end"])
    }
    return in_progress, {(each["start"], each["end"]) for each in of_work if now < each["start"] < last} - in_progress


def times(maintenances: list[dict[str, Any]], start: str, end: str, status: str) -> Times:
    """Those in a status, to the second as feeds have them."""
    return {
        (each[start].replace(".000Z", "Z"), each[end].replace(".000Z", "Z"))
        for each in maintenances
        if each["status"] == status
    }


@each_situation
@each_folder
def test_a_client_from_npm_reads_what_the_feed_has(host: Host, name: str, folder: str) -> None:
    installed = PROGRAM.parent / "node_modules" / "statuspage.io"
    require(None if installed.is_dir() else "statuspage.io is not installed: npm ci --prefix tests/readers")
    situation = SITUATIONS[name]
    host.site = published(situation)
    address = f"{host.url}/{folder}".rstrip("/")
    program = subprocess.run([NODE, str(PROGRAM), address], capture_output=True, check=True, timeout=60)
    read = json.loads(program.stdout)
    in_progress, ahead = of_feed(situation)
    summary = read["summary"]["scheduled_maintenances"]
    fields = ("scheduled_for", "scheduled_until")
    assert times(summary, *fields, status="in_progress") == in_progress
    assert times(summary, *fields, status="scheduled") == ahead
    assert times(read["upcoming"]["scheduled_maintenances"], *fields, status="scheduled") == ahead
    language = situation.in_language(folder.removesuffix("/") or "en")
    assert [each["name"] for each in read["summary"]["components"]] == [*language.schedule.environment_names.values()]


@each_situation
@each_folder
def test_an_exporter_for_prometheus_reads_what_the_feed_has(host: Host, name: str, folder: str, tmp_path: Path) -> None:
    is_installed = importlib.util.find_spec(EXPORTER) is not None
    require(None if is_installed else "statuspage-prometheus-exporter is not installed: tests/requirements.txt")
    situation = SITUATIONS[name]
    host.site = published(situation)
    services = tmp_path / "services.json"
    services.write_text(json.dumps({"calendar": {"url": f"{host.url}/{folder}api/v2/summary.json"}}))
    environment = {**os.environ, "SERVICES_JSON_PATH": str(services)}
    program = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, check=True, timeout=60, cwd=tmp_path, env=environment
    )
    read = json.loads(program.stdout)
    in_progress, ahead = of_feed(situation)
    fields = ("scheduled_start", "scheduled_end")
    assert (read["success"], read["incident_metadata"]) == (True, [])
    assert times(read["maintenance_metadata"], *fields, status="in_progress") == in_progress
    assert times(read["maintenance_metadata"], *fields, status="scheduled") == ahead
    language = situation.in_language(folder.removesuffix("/") or "en")
    assert [each["name"] for each in read["component_metadata"]] == [*language.schedule.environment_names.values()]
    assert ("under_maintenance" in {each["status"] for each in read["component_metadata"]}) is bool(in_progress)
