"""A schedule with private environments, channels and mail, and the console of its operators, for tests of pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from jinja2.bccache import Bucket, BytecodeCache

from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import read_schedule
from tests.operators.consoles import Operations, operations

NASTY: Final = 'A <script>alert(1)</script> & {{ 7 * 7 }} `x` | "y"'
"""A text of the vendor with everything that must be escaped somewhere."""

CUSTOMER: Final = "customer@example.net"
SCHEDULE: Final = """\
[calendar]
name = "Seed-to-Sale maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
url = "https://maintenance.example.com"
organizer = { name = "Support", email = "support@example.com" }
languages = ["en"]

[operators]
approval = ["planned"]

[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "laboratory"
name = "Laboratory"
public = false

[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
days = ["Thursday"]
start = 02:00:00
end = 06:00:00
effective_from = 2026-11-01
effective_until = 2027-11-30
environments = ["production"]
impact = "outage"

[[maintenance_windows]]
id = "laboratory"
name = "A <script>alert(1)</script> & {{ 7 * 7 }}"
days = ["Monday"]
start = 22:00:00
end = 23:00:00
effective_from = 2026-11-01
effective_until = 2027-11-30
environments = ["laboratory"]
impact = "degraded"

[[change_freezes]]
id = "month-end"
name = "Month-end freeze"
every = "month"
week = "last-7-days"
description = "The books are closed"

[[feeds]]
slug = "insiders"
name = "Insiders"
environments = ["production", "laboratory"]
public = false

[[channels]]
id = "operations"
webhook = "https://chat.example.com/hook"
secret = "env:HOOK_SECRET"

[mail]
from = "Maintenance <maintenance@example.com>"
smtp = "env:SMTP_URL"
remind = ["24h"]
"""


class _SharedTemplates(BytecodeCache):
    """Compiled templates, for all applications of this process."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (compiled := self._compiled.get(bucket.key + bucket.checksum)) is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_TEMPLATES: Final = _SharedTemplates()


@contextmanager
def a_console(
    folder: Path, *, schedule: str = SCHEDULE, environment: Mapping[str, str] | None = None
) -> Iterator[Operations]:
    """The console on an SQLite database in that folder."""
    (folder / "icsfeed.db").write_bytes(_empty_database())
    with closing(Database(f"sqlite:///{folder}/icsfeed.db")) as database:
        console = operations(folder, database, schedule=schedule, environment=environment)
        console.app.jinja_env.bytecode_cache = _TEMPLATES
        yield console


@cache
def _empty_database() -> bytes:
    """A database with empty tables, made once: migrations take longer than most of these tests."""
    with TemporaryDirectory() as folder:
        with closing(Database(f"sqlite:///{folder}/icsfeed.db")) as database:
            database.upgrade()
        return (Path(folder) / "icsfeed.db").read_bytes()


def workspace(console: Operations) -> Workspace:
    """What operators at the command line work with, on the same database."""
    return Workspace(schedule=read_schedule(console.path.read_bytes(), "schedule.toml"), repository=console.database)


def words(page: str) -> str:
    """The text of a page, on one line."""
    body = page.partition('<main id="main">')[2]
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
    return re.sub(r" ([,;:.])", r"\1", text)


def field(page: str, name: str) -> str:
    """The value of the line of that id, which can be copied."""
    match = re.search(rf'id="{name}"[^>]* value="([^"]*)"', page)
    assert match is not None, name
    return html.unescape(match[1])


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the last form of a page, which a confirmation sends again."""
    form = page.rpartition("<form")[2]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf_token"}
