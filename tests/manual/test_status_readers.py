"""What the manual shows for readers of Statuspage, and of badges, works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.manual.documents import TOPICS
from tests.publication.statuspage.documents import published
from tests.reminders.situations import URL, emergency_under_way
from tests.required import require

MACHINES = TOPICS["machines"]
READING = MACHINES.block("reading the list of what comes")


def test_the_script_that_reads_what_comes(tmp_path: Path) -> None:
    """A curl that knows one address stands in for the server."""
    require(None if shutil.which("jq") else "jq is not installed")
    path = "/api/v2/scheduled-maintenances/upcoming.json"
    (tmp_path / "answer.json").write_bytes(published(emergency_under_way())[path].body)
    curl = tmp_path / "curl"
    curl.write_text(f'#!/bin/sh\n[ "$*" = "-fsS {URL}{path}" ] && cat "{tmp_path}/answer.json"\n', encoding="utf-8")
    curl.chmod(0o755)
    program = subprocess.run(
        [shutil.which("bash") or "bash", "-c", READING],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert program.stdout.splitlines()[:2] == [
        "2026-12-10T07:00:00.000Z  Scheduled maintenance: Preview, Production",
        "2026-12-13T07:00:00.000Z  Scheduled maintenance: Preview, Production",
    ]


def test_the_addresses_that_are_shown_exist() -> None:
    public = published(emergency_under_way())
    (services,) = [json.loads(block.text) for block in MACHINES.blocks("json") if block.file_name == "services.json"]
    shown = [each["url"] for each in services.values()]
    for language in ("markdown", "html"):
        for block in MACHINES.blocks(language):
            shown += re.findall(rf"{URL}[^\"')\s]*(?=[\"')])", block.text)
    assert len(shown) >= 4
    assert {address for address in shown if address.removeprefix(URL) not in public} == set()
