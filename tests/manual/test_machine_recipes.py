"""The scripts of the topic ``machines`` apply what is published where it has changed, and never what is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.manual.documents import TOPICS
from tests.publication.interop.test_gke import FITTING
from tests.publication.interop.years import a_year, document
from tests.required import require
from tests.situations import a_situation

MACHINES = TOPICS["machines"]
BASE = MACHINES.block("file: alertmanager.base.yml")
ALERTMANAGER = MACHINES.block("fetching the intervals").replace("/etc/prometheus", ".")
ARGO_CD, GKE = (
    next(block.text for block in MACHINES.blocks("bash") if f"{program} " in block.text)
    for program in ("kubectl", "gcloud")
)

CURL = """\
case "$*" in
*setMaintenancePolicy*) cat > posted ;;
*) while [ "$1" != -o ]; do shift; done; test -f published && cp published "$2" ;;
esac
"""


def run(folder: Path, script: str, published: bytes | None) -> int:
    """Run the script where curl gets what is published, or fails, and other programs note how they were called."""
    (folder / "published").unlink(missing_ok=True)
    if published is not None:
        (folder / "published").write_bytes(published)
    programs = {
        "curl": CURL,
        "systemctl": 'echo "$*" >> reloads',
        "kubectl": 'echo "$*" > patched',
        "gcloud": "echo value",
        "yq": 'echo "$*"; cat gke.yml',
    }
    (bin_folder := folder / "bin").mkdir(exist_ok=True)
    for name, program in programs.items():
        (bin_folder / name).write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (bin_folder / name).chmod(0o755)
    return subprocess.run(
        [shutil.which("bash") or "bash", "-c", script],
        cwd=folder,
        env={"PATH": f"{bin_folder}:{os.environ['PATH']}"},
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


def test_alertmanager_is_reloaded_when_something_has_changed(tmp_path: Path) -> None:
    require(None if shutil.which("amtool") else "amtool is not installed: Debian's prometheus-alertmanager")
    (tmp_path / "alertmanager.base.yml").write_text(BASE, encoding="utf-8")
    eventful = document(a_year(), "alertmanager", "production").body
    shorter = eventful.replace(b"'11:00'", b"'10:59'")
    for published, status, reloads in (
        (eventful, 0, 1),
        (eventful, 0, 1),
        (None, 1, 1),
        (b"<html>", 1, 1),
        (b"", 1, 1),
        (shorter, 0, 2),
    ):
        assert (run(tmp_path, ALERTMANAGER, published) == 0) is (status == 0), published
        assert (tmp_path / "reloads").read_text().splitlines() == ["reload prometheus-alertmanager"] * reloads
    assert (tmp_path / "alertmanager.yml").read_bytes() == BASE.encode() + b"\n" + shorter


def test_argo_cds_project_is_patched_with_what_was_fetched(tmp_path: Path) -> None:
    assert run(tmp_path, ARGO_CD, None) != 0
    assert not (tmp_path / "patched").exists()
    assert run(tmp_path, ARGO_CD, b"spec: {}\n") == 0
    assert (tmp_path / "patched").read_text() == (
        "patch appproject production --namespace argocd --type merge --patch-file sync-windows.yml\n"
    )
    assert (tmp_path / "sync-windows.yml").read_bytes() == b"spec: {}\n"


@pytest.mark.parametrize(
    ("published", "is_applied"),
    [
        pytest.param(document(a_situation(FITTING), "gke").body, True, id="a policy that fits"),
        pytest.param(document(a_year(), "gke").body, False, id="a refused one, of comments alone"),
        pytest.param(None, False, id="nothing"),
    ],
)
def test_a_clusters_policy_is_replaced_by_one_that_fits(
    tmp_path: Path, published: bytes | None, *, is_applied: bool
) -> None:
    assert (run(tmp_path, GKE, published) == 0) is is_applied
    posted = tmp_path / "posted"
    assert posted.exists() is is_applied
    if published is not None and is_applied:
        filter_line = b'-o json .maintenancePolicy.resourceVersion = "value" gke.yml\n'
        assert posted.read_bytes() == filter_line + published
