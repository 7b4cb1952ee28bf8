"""Takes the picture of the page that the README shows: ``python -m tests.manual.screenshot``.

It needs Pillow, which nothing else here does.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import ViewportSize, sync_playwright

from icsfeed.store.schedule_file import example_path
from tests.manual.documents import MANUAL, ROOT
from tests.publication.pages import browsers

NOW: Final = "2026-12-08T02:10"
ANNOUNCED: Final = (
    "emergency announce --summary Database_failover --environment production --start 2026-12-08T01:30 --duration 2h "
    "--reason A_disk_is_failing --now 2026-12-08T00:30",
    "emergency start EC-1 --message The_vendor_is_on_site --now 2026-12-08T01:30",
    "window move sunday 2026-12-13 --start 2026-12-12T23:00 --reason Vendor_on_site_on_Saturday --now 2026-12-08",
)
SIZE: Final = ViewportSize(width=1280, height=1390)
SECONDS_TO_START: Final = 60


@contextmanager
def served() -> Generator[str]:
    """The address of a server that shows the example with something announced."""
    with TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        schedule = example_path().read_text(encoding="utf-8").replace("# url = ", "url = ")
        (folder / "schedule.toml").write_text(schedule, encoding="utf-8")
        for line in ANNOUNCED:
            arguments = [argument.replace("_", " ") for argument in line.split()]
            subprocess.run([sys.executable, "-m", "icsfeed", *arguments], cwd=folder, env=_environment(), check=True)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "icsfeed", "serve", "--now", NOW, "--port", str(port)]
        with subprocess.Popen(command, cwd=folder, env=_environment()) as server:
            try:
                yield _ready(f"http://127.0.0.1:{port}/")
            finally:
                server.terminate()


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def _ready(url: str) -> str:
    """The address, as soon as it answers."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            httpx.get(url + "readyz").raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return url


def take(target: Path) -> None:
    """Write the upper part of the page to ``target``, as a visitor in London sees it."""
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=list(browsers.FLAGS))
        context = browser.new_context(viewport=SIZE, timezone_id="Europe/London", locale="en-GB", color_scheme="light")
        page = context.new_page()
        page.clock.set_fixed_time(datetime.fromisoformat(NOW).replace(tzinfo=ZoneInfo("America/Toronto")))
        page.goto(url, wait_until="networkidle")
        page.screenshot(path=target)
        browser.close()
    image = import_module("PIL.Image")
    image.open(target).convert("P", palette=image.Palette.ADAPTIVE, colors=64).save(target, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else MANUAL / "page.png")
