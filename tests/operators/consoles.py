"""The operators' application in this process, and browsers that use its console: they keep cookies and send forms."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import Client, TestResponse

from icsfeed.domain.operators import Scope
from icsfeed.publication.sources import ScheduleFile
from icsfeed.service_log import service_log
from icsfeed.store.database.database import Database
from icsfeed.web.operators.application import make_operators_application
from icsfeed.web.operators.context import OperatorsContext, Randomness
from icsfeed.web.operators.workspaces import Workspaces
from tests.cli.running import SCHEDULE
from tests.operators.access import DAY, HERE, NOW, create, new_id, new_secret

SECURE: Final = "https://maintenance.example.com"
SIGN_IN: Final = "/operator/sign-in"
HOME: Final = "/operator/"
COOKIES: Final = ("__Host-icsfeed", "icsfeed", "__Host-icsfeed-form", "icsfeed-form", "__Host-icsfeed-oidc")
_CSRF: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


class _CompiledTemplates(BytecodeCache):
    """Compiles each template once for all applications of a test process."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_TEMPLATES: Final = _CompiledTemplates()


@dataclass(kw_only=True)
class Operations:
    """The operators' application on a database, at an instant that tests move."""

    app: Flask
    database: Database
    path: Path
    log: io.StringIO
    """What the application logged."""
    now: datetime = NOW

    def later(self, length: timedelta) -> None:
        self.now += length

    def browser(self, base_url: str = SECURE, *, address: str = HERE, language: str = "en") -> Browser:
        return Browser(client=Client(self.app), base_url=base_url, address=address, language=language)

    def signed_in(
        self,
        base_url: str = SECURE,
        *,
        name: str = "Alice",
        scope: Scope = Scope.WRITE,
        lasts: timedelta = DAY,
        language: str = "en",
    ) -> Browser:
        """A browser in which somebody has just signed in with a new token."""
        browser = self.browser(base_url, language=language)
        created = create(self.database, name, scope=scope, lasts=lasts, now=self.now)
        assert browser.sign_in(created.text).status_code == 303
        return browser


@dataclass(kw_only=True)
class Browser:
    """Keeps cookies, and sends the forms of the pages that it has opened."""

    client: Client
    base_url: str
    address: str = HERE
    language: str = "en"
    headers: dict[str, str] = field(default_factory=dict)
    form_token: str = ""
    """The token against cross-site requests of the page that was opened last."""

    def get(self, path: str, **headers: str) -> TestResponse:
        response = self.client.get(
            path,
            base_url=self.base_url,
            headers={"Accept-Language": self.language, **self.headers, **headers},
            environ_overrides={"REMOTE_ADDR": self.address},
        )
        if match := _CSRF.search(response.text):
            self.form_token = match[1]
        return response

    def post(self, path: str, data: Mapping[str, object] | None = None, *, csrf: str | None = None) -> TestResponse:
        """Send a form, from a page of this site, with the token of the page that was opened last or another."""
        return self.client.post(
            path,
            data={**(data or {}), "csrf_token": self.form_token if csrf is None else csrf},
            base_url=self.base_url,
            headers={"Accept-Language": self.language, "Referer": f"{self.base_url}{HOME}", **self.headers},
            environ_overrides={"REMOTE_ADDR": self.address},
        )

    def sign_in(self, token: str, *, page: str = "") -> TestResponse:
        self.get(f"{SIGN_IN}?next={page}")
        response = self.post(SIGN_IN, {"token": token, "next": page})
        if response.status_code == 303:
            self.get(response.location)
        return response

    def cookies(self) -> dict[str, str]:
        host = self.base_url.partition("://")[2].partition(":")[0]
        found = {name: self.client.get_cookie(name, host) for name in COOKIES}
        return {name: cookie.value for name, cookie in found.items() if cookie is not None}


def operations(
    folder: Path, database: Database, *, schedule: str = SCHEDULE, environment: Mapping[str, str] | None = None
) -> Operations:
    """The operators' application for a schedule in that folder."""
    path = folder / "schedule.toml"
    path.write_text(schedule, encoding="utf-8")
    lines = io.StringIO()
    with contextlib.redirect_stderr(lines):
        log = service_log()
    context = OperatorsContext(
        workspaces=Workspaces(ScheduleFile(path=path), database, log=log),
        database=database,
        clock=lambda: result.now,
        randomness=Randomness(new_id=new_id, new_secret=new_secret, new_bytes=os.urandom),
        environment=environment or {},
        log=log,
    )
    app = make_operators_application(context)
    app.jinja_env.bytecode_cache = _TEMPLATES
    result = Operations(app=app, database=database, path=path, log=lines)
    return result
