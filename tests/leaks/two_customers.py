"""A schedule with two private customers, every fact of which is a string that stands nowhere else."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import brotli

from tests.cli.running import run, token_key_file

NOW: Final = "2026-11-23T12:00:00Z"

_PUBLIC: Final = """\
[calendar]
name = "Maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
url = "https://maintenance.example.com"
organizer = { name = "Support", email = "support@example.com" }

[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "preview"
name = "Preview"

[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
days = ["Thursday"]
start = 02:00:00
end = 06:00:00
effective_from = 2020-01-01
environments = ["production"]

[[change_freezes]]
id = "month-end"
name = "Change freeze"
every = "month"
week = "last-7-days"
effective_from = 2020-01-01
"""
_FEEDS: Final = """
[[feeds]]
slug = "production"
name = "Production alone"
environments = ["production"]
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A private customer, whose texts all contain the ``word`` and whose times are ``minute`` past some hour."""

    word: str
    minute: int

    @property
    def schedule(self) -> str:
        """Their part of the schedule file: windows of their own and one that they share, a freeze, a change."""
        word, minute = self.word, f"{self.minute:02}"
        return f"""
[[environments]]
id = "{word}-environment"
name = "{word}EnvironmentName"
public = false

[[maintenance_windows]]
id = "{word}-window"
name = "{word}WindowName"
description = "{word}WindowDescription"
days = ["Tuesday"]
start = 21:{minute}:00
end = 22:{minute}:00
effective_from = 2026-03-01
environments = ["{word}-environment"]

[[maintenance_windows]]
id = "shared-with-{self.minute}"
name = "Shared maintenance"
days = ["Wednesday"]
start = 03:00:00
end = 04:00:00
effective_from = 2026-03-01
environments = ["{word}-environment", "production"]

[[change_freezes]]
id = "{word}-freeze"
name = "{word}FreezeName"
description = "{word}FreezeDescription"
from = 2026-12-14T20:{minute}:00
until = 2026-12-17T20:{minute}:00
environments = ["{word}-environment"]

[[changes]]
id = "{word}-change"
kind = "planned"
summary = "{word}WrittenSummary"
environments = ["{word}-environment"]
start = 2026-12-08T19:{minute}:00
duration = "1h"
announced = 2026-11-20T18:{minute}:00
message = "{word}WrittenMessage"

[[feeds]]
slug = "{word}-feed"
name = "{word}FeedName"
description = "{word}FeedDescription"
environments = ["{word}-environment", "production"]
public = false
"""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is in no byte that somebody else gets: words, and times on the clock of Toronto and in UTC."""
        minute = f"{self.minute:02}"
        return (
            self.word,
            f":{minute}:",
            f":{minute} ",
            f":{minute}–",
            f":{minute}</",
            f"{minute}00Z",
            f"T21{minute}00",
            f"h\N{NO-BREAK SPACE}{minute}",
            f"h\N{NARROW NO-BREAK SPACE}{minute}",
        )

    @property
    def subscriber(self) -> str:
        return f"{self.word}Subscriber"


ACME: Final = Customer(word="wolfram", minute=37)
GLOBEX: Final = Customer(word="zirkon", minute=43)
BOTH: Final = (ACME, GLOBEX)


def write_schedule(folder: Path, customers: Iterable[Customer] = BOTH, shared: Iterable[Customer] = BOTH) -> Path:
    """The schedule file with those customers; without one that shares a window, the window stays."""
    present = tuple(customers)
    parts = [each.schedule for each in present]
    parts += [_without_private(each.schedule) for each in shared if each not in present]
    path = folder / "schedule.toml"
    path.write_text(_PUBLIC + "".join(parts) + _FEEDS, encoding="utf-8")
    return path


def _without_private(schedule: str) -> str:
    """The shared window alone, for those who still have it."""
    window = next(part for part in re.split(r"\n(?=\[\[)", schedule) if "shared-with" in part)
    return "\n" + re.sub(r'"[a-z]+-environment", ', "", window)


def record_secrets() -> None:
    """What operators record of each customer, in the current folder."""
    for minute, customer in enumerate(BOTH):
        of_customer = ("--environment", f"{customer.word}-environment")
        at = f"2026-11-21T10:{customer.minute}:0{minute}Z"
        summary = ("--summary", f"{customer.word}RecordedSummary", "--reason", f"{customer.word}Reason")
        times = ("--start", f"2026-12-04T16:{customer.minute}:00Z", "--duration", "1h", "--yes", "--now", at)
        _run("emergency", "announce", *of_customer, *summary, *times)
        skip = ("2026-12-01", "--reason", f"{customer.word}SkipReason", "--yes", "--now", at)
        _run("window", "skip", f"{customer.word}-window", *skip)
        move = (
            "2026-12-22",
            "--start",
            f"2026-12-23T15:{customer.minute}:00Z",
            "--reason",
            f"{customer.word}MoveReason",
        )
        _run("window", "move", f"{customer.word}-window", *move, "--yes", "--now", at)
        freeze = ("--reason", f"{customer.word}StartReason", "--until", f"2026-11-22T17:{customer.minute}:00Z")
        _run("freeze", "start", *of_customer, *freeze, "--yes", "--now", at)
        left = _announced(customer, "production", at)
        # When a change left is public; what it says from then on is not.
        leaving = ("--message", f"{customer.word}LeftMessage", "--yes", "--now", "2026-11-21T09:30:00Z")
        _run("planned", "update", left, *of_customer, *leaving)
        _run("planned", "update", left, "--summary", f"{customer.word}LeftSummary", "--yes", "--now", at)
        came = _announced(customer, f"{customer.word}-environment", at)
        _run("planned", "update", came, "--message", f"{customer.word}EarlyMessage", "--yes", "--now", at)
        public = ("--environment", "production", "--summary", "An upgrade", "--reason", "Now for all")
        _run("planned", "update", came, *public, *_WHEN, "--yes", "--now", "2026-11-22T09:00:00Z")
    for customer in BOTH:
        last = f"2026-11-22T11:{customer.minute}:00Z"
        restore = ("2026-12-22", "--reason", f"{customer.word}RestoreReason", "--yes", "--now", last)
        _run("window", "restore", f"{customer.word}-window", *restore)


_WHEN: Final = ("--start", "2026-12-10T18:00:00Z", "--duration", "2h")


def _announced(customer: Customer, environment: str, at: str) -> str:
    """A planned change that starts public or private, and will be the other."""
    is_public = environment == "production"
    summary = "A failover" if is_public else f"{customer.word}FirstSummary"
    when = _WHEN if is_public else ("--start", f"2026-12-10T18:{customer.minute}:00Z", "--duration", "2h")
    at = "2026-11-21T09:00:00Z" if is_public else at
    options = ("--environment", environment, "--summary", summary, *when, "--yes", "--now", at)
    return _run("planned", "announce", *options).strip().splitlines()[-1]


def add_subscribers(folder: Path) -> dict[str, str]:
    """Each customer's token, by word; and a subscriber of a public feed."""
    key = token_key_file(folder)
    tokens = {}
    for customer in BOTH:
        account = ("--account", f"{customer.word}Account", "--object", f"{customer.word}Object")
        options = ("--feed", f"{customer.word}-feed", *account, "--token-key-file", key, "--now", NOW)
        tokens[customer.word] = _run("subscriber", "add", customer.subscriber, *options).split("/")[2]
    _run("subscriber", "add", "Anybody", "--feed", "production", "--token-key-file", key, "--now", NOW)
    return tokens


def _run(*arguments: str | Path) -> str:
    outcome = run(*arguments)
    assert outcome.status == 0, outcome
    return outcome.stdout


def leaks(texts: Mapping[str, bytes], customers: Iterable[Customer] = BOTH) -> dict[str, list[str]]:
    """Where a secret stands, and which; compressed bytes are read as what they hold."""
    found_in = {}
    for name, content in texts.items():
        text = f"{name}\n{_plain(name, content).decode('utf-8', errors='replace')}".casefold()
        secrets = [each for customer in customers for each in customer.secrets if each.casefold() in text]
        if secrets:
            found_in[name] = secrets
    return found_in


def _plain(name: str, content: bytes) -> bytes:
    if name.endswith(".gz"):
        return gzip.decompress(content)
    if name.endswith(".br"):
        return bytes(brotli.decompress(content))
    return content
