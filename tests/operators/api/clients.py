"""A client of the operators' application in this process, with a token, a clock and a schedule of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from icsfeed.domain.operators import Scope
from icsfeed.publication.sources import ScheduleFile
from icsfeed.service_log import service_log
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from icsfeed.web.operators.application import make_operators_application
from icsfeed.web.operators.context import OperatorsContext, Randomness
from icsfeed.web.operators.workspaces import Workspaces
from tests.operators.access import create, new_id, new_secret
from tests.publication.fakes import Clock

API = "/api/v1"
START, END = "2026-12-08T01:00:00-05:00", "2026-12-08T03:00:00-05:00"
FAILOVER = {"kind": "emergency", "summary": "Database failover", "environments": ["production"]}
ANNOUNCEMENT = {**FAILOVER, "start": START, "end": END, "reason": "A disk is failing"}


on_both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@dataclass(frozen=True, kw_only=True)
class ApiClient:
    """Sends requests with a token; an empty one is left out."""

    client: FlaskClient
    token: str
    clock: Clock
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> TestResponse:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, fields: object = None, *, headers: dict[str, str] | None = None) -> TestResponse:
        if fields is None:
            return self.send("POST", path, headers=headers)
        return self.send("POST", path, data=json.dumps(fields), content_type="application/json", headers=headers)

    def send(
        self,
        method: str,
        path: str,
        *,
        data: str | bytes = "",
        content_type: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(
            API + path,
            method=method,
            data=data,
            content_type=content_type,
            headers={**authorization, **self.headers, **(headers or {})},
        )


def new_context(schedule: Path, database: Database, clock: Callable[[], datetime]) -> OperatorsContext:
    log = service_log()
    return OperatorsContext(
        workspaces=Workspaces(ScheduleFile(path=schedule, load=load_schedule), database, log=log),
        database=database,
        clock=clock,
        randomness=Randomness(
            new_id=new_id, new_secret=new_secret, new_bytes=lambda count: bytes.fromhex(new_secret())[-count:]
        ),
        environment={},
        log=log,
    )


def new_client(schedule: Path, database: Database, *, scope: Scope = Scope.WRITE, name: str = "chat bot") -> ApiClient:
    """A client with a token of that scope, which is created for it."""
    clock = Clock()
    application = make_operators_application(new_context(schedule, database, clock))
    token = create(database, name, scope=scope, now=clock.now).text
    return ApiClient(client=application.test_client(), token=token, clock=clock)


def json_of(response: TestResponse) -> Any:  # noqa: ANN401  (JSON)
    """The JSON of a response, which must be some."""
    assert response.json is not None, response.text
    return response.json


def problem_of(response: TestResponse) -> Any:  # noqa: ANN401  (JSON)
    """The problem (RFC 9457) that a response has, which must be one."""
    assert response.mimetype == "application/problem+json", response.text
    problem = json_of(response)
    assert problem["status"] == response.status_code
    return problem
