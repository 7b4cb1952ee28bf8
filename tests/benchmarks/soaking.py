"""A mixed load for minutes, with failures all the time: ``python -m tests.benchmarks.soaking``.

Clients poll a real server with two workers, an operator announces changes, the schedule is edited (some edits are
broken), the younger worker is killed every 45 seconds, and the PostgreSQL server is stopped every minute. No answer may
be wrong: a feed is complete and its ETag matches its bytes, an unavailable one is 503 with Retry-After, and nothing
else fails. The audit trail must list what the operator recorded, no more and no less. The feeds are full from the
start, so each announcement replaces an older event: the worker that is never killed may not use more memory at the end
than when it was warm, and little more than a new worker that serves the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median_low
from threading import Event, Lock, Thread
from typing import Final

import click
import httpx

from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.changes import Plan
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests import databases
from tests.actors import operator as an_operator
from tests.benchmarks.announcing import HOUR, fill
from tests.cli.running import SCHEDULE
from tests.web.servers import Server, serving

CLIENTS: Final = 4
CHANGES: Final = 1000
"""Past changes that are recorded beforehand: more than fit into a feed."""

PATHS: Final = (
    "/feeds/all.ics",
    "/feeds/emergency.ics",
    "/feeds/all.expanded.ics",
    "/feeds/all.json",
    "/feeds/all.atom",
    "/downloads/production.ics",
    "/",
    "/calendar/2026/12/",
    "/feeds/all.windows.ics",
    "/reminders/knowledge-base.html",
    "/fr/reminders/phone.twiml.xml",
    "/badge.svg",
    "/api/v2/summary.json",
    "/interop/alertmanager.yml",
    "/private/wrong/all.ics",
    "/api/v1/state?environment=production",
)


@dataclass
class Tally:
    """The answers of the server, and what was wrong with them."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken_connections: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, path: str, response: httpx.Response) -> None:
        """Check an answer and count it."""
        fault = _fault(path, response)
        with self.lock:
            self.statuses[response.status_code] += 1
            if fault is not None:
                self.wrong.append(f"{path}: {fault}")

    def add_broken_connection(self) -> None:
        """Count a connection that broke because its worker was killed."""
        with self.lock:
            self.broken_connections += 1


def _fault(path: str, response: httpx.Response) -> str | None:  # noqa: PLR0911  (one for each fault)
    status, body = response.status_code, response.content
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        return None if "Retry-After" in response.headers else "503 without Retry-After"
    if path.startswith("/private/"):
        return None if status == httpx.codes.NOT_FOUND else f"status {status}"
    if status == httpx.codes.NOT_MODIFIED:
        return "a body with 304" if body else None
    if status != httpx.codes.OK:
        return f"status {status}"
    if path.endswith(".ics") and not (body.startswith(b"BEGIN:VCALENDAR") and body.endswith(b"END:VCALENDAR\r\n")):
        return "an incomplete calendar"
    plain = "Content-Encoding" not in response.headers and path.startswith(("/feeds/", "/downloads/"))
    if plain and response.headers["ETag"] != f'"{hashlib.sha256(body).hexdigest()[:32]}"':
        return "an ETag that does not match the bytes"
    return None


def client(server: Server, tally: Tally, over: Event, number: int) -> None:
    """Poll all paths until ``over`` is set; every other client sends the ETags that it has."""
    tags: dict[str, str] = {}
    coding = ("identity", "gzip", "br", "identity")[number % 4]
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as session:
        while not over.is_set():
            for path in PATHS:
                headers = {"Accept-Encoding": coding}
                if path in tags and number % 2:
                    headers["If-None-Match"] = tags[path]
                try:
                    response = session.get(path, headers=headers)
                except httpx.TransportError:
                    tally.add_broken_connection()
                    continue
                tally.add(path, response)
                tags[path] = response.headers.get("ETag", tags.get(path, ""))
            time.sleep(0.01)


def operator(workspace: Workspace, server: Server, counts: Counter[str], over: Event, is_down: Event) -> None:
    """Announce a change every second, and check that it is public two seconds later."""
    number = 0
    while not over.wait(1):
        number += 1
        now = datetime.now(UTC).replace(microsecond=0)
        summary = f"Patch {number}"
        plan = Plan(
            summary=summary,
            environments=frozenset({"production"}),
            impact=Impact.DEGRADED,
            span=Span(start=now, end=now + timedelta(minutes=5)),
            reason="A soak",
        )
        try:
            announce(
                workspace,
                AnnouncementRequest(kind=Kind.EMERGENCY, plan=plan),
                uid_part="",
                actor=an_operator("soak", now),
            )
        except IcsfeedError:
            counts["refused announcements"] += 1
            continue
        counts["announcements"] += 1
        end = time.monotonic() + 2
        while not is_down.is_set():
            with contextlib.suppress(httpx.TransportError):
                if f"{summary}\r\n".encode() in server.get("/feeds/emergency.ics").content:
                    break
            if time.monotonic() > end and not is_down.is_set():
                counts["announcements not public within 2 s"] += 1
                break


def editor(schedule: Path, counts: Counter[str], over: Event) -> None:
    """Edit the schedule every five seconds; each sixth edit is broken."""
    number = 0
    while not over.wait(5):
        number += 1
        text = SCHEDULE.replace("Scheduled maintenance", f"Maintenance {number}")
        broken = number % 6 == 0
        schedule.write_text(text.replace("America/Toronto", "Nowhere/Special") if broken else text, encoding="utf-8")
        counts["broken edits" if broken else "edits"] += 1


def memory(worker: int) -> int:
    """The resident memory of a worker, in MB."""
    status = Path(f"/proc/{worker}/status").read_text("utf-8")
    (size,) = (int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))
    return size


def memory_when_new(schedule: Path) -> int:
    """The resident memory, in MB, of a new worker that serves the same."""
    over, tally = Event(), Tally()
    with (
        serving(schedule) as server,
        running(lambda: client(server, tally, over, 0), lambda: client(server, tally, over, 1)),
    ):
        time.sleep(20)
        over.set()
        (worker,) = server.workers()
        return memory(worker)


@contextlib.contextmanager
def running(*functions: Callable[[], None]) -> Generator[None]:
    """Run the functions in threads; at the end, wait for them."""
    threads = [Thread(target=function, daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(60)


def audit_faults(entries: Iterable[AuditEntry], counts: Counter[str]) -> list[str]:
    """What is wrong with the audit entries; one that was lost while committing may be recorded or not."""
    recorded = sum(entry.action == "emergency announce" for entry in entries)
    least, most = counts["announcements"], counts["announcements"] + counts["refused announcements"]
    if least <= recorded <= most:
        return []
    return [f"the audit trail has {recorded} announcements, and should have {least} to {most}"]


@click.command()
@click.option("--minutes", type=click.FloatRange(0.5, 60), default=10, show_default=True)
def main(minutes: float) -> None:
    """Soak the server, and print how it answered."""
    over, is_down, tally, counts = Event(), Event(), Tally(), Counter[str]()
    samples: list[int] = []
    with tempfile.TemporaryDirectory() as folder, databases.a_server() as postgresql, postgresql.database() as url:
        schedule = Path(folder) / "schedule.toml"
        schedule.write_text(SCHEDULE, encoding="utf-8")
        os.environ["ICSFEED_DATABASE"] = url
        database = Database(url)
        database.upgrade()
        workspace = Workspace(schedule=load_schedule(schedule).schedule, repository=database)
        fill(workspace, CHANGES, apart=HOUR)
        filled = database.entry()
        with serving(schedule, "--workers", "2") as server:
            oldest = min(server.workers())
            clients = [lambda number=number: client(server, tally, over, number) for number in range(CLIENTS)]
            with running(
                *clients,
                lambda: operator(workspace, server, counts, over, is_down),
                lambda: editor(schedule, counts, over),
            ):
                end = time.monotonic() + 60 * minutes
                for tick in range(1, 10_000):
                    time.sleep(5)
                    samples.append(memory(oldest))
                    if tick % 9 == 0:
                        counts["workers killed"] += 1
                        for worker in set(server.workers()) - {oldest}:
                            os.kill(worker, signal.SIGKILL)
                    if tick % 12 == 0:
                        counts["stops of the database"] += 1
                        is_down.set()
                        postgresql.stop()
                        time.sleep(4)
                        postgresql.start()
                        time.sleep(3)
                        is_down.clear()
                    if time.monotonic() > end:
                        break
                over.set()
        schedule.write_text(SCHEDULE, encoding="utf-8")  # the last edit may have been a broken one
        new = memory_when_new(schedule)
        tally.wrong += audit_faults(database.entries(since=filled), counts)
    fourth = len(samples) / 4
    quarters = [median_low(samples[int(part * fourth) : int((part + 1) * fourth)]) for part in range(4)]
    click.echo(f"answers by status: {dict(sorted(tally.statuses.items()))}")
    click.echo(f"connections that broke with a worker: {tally.broken_connections}; {dict(counts)}")
    sizes = ", ".join(f"{size} MB" for size in quarters)
    click.echo(f"memory of the worker that was not killed, median of each quarter: {sizes}; of a new one: {new} MB")
    click.echo(f"faults: {len(tally.wrong)}")
    for wrong in tally.wrong[:20]:
        click.echo(f"  {wrong}")


if __name__ == "__main__":
    main()
