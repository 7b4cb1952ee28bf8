"""An operation of the API: what it is called, who may call it, with which fields, and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel

from icsfeed.domain.actors import Actor
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.changes import Workspace
from icsfeed.services.idempotency import KeyedRepository
from icsfeed.services.listeners import ListenerOutbox
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError
from icsfeed.services.requests.offsets import request_with_offsets
from icsfeed.store.database.database import Database

PREFIX: Final = "/api/v1"

Repository: TypeAlias = Database | KeyedRepository
"""The database, or as much of it as a request with an idempotency key may use."""

_Request = TypeVar("_Request")
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of an operation by an ``operator``, or of a public one by anybody (``None``).

    ``fields`` are those of the query or of the body, ``path`` those in the address. ``versions`` are the numbers of
    the updates of a change of which the caller expects one to be the latest (``None``: any).
    """

    operator: Operator | None
    schedule: Schedule
    database: Database
    repository: Repository
    now: datetime
    random_bytes: Callable[[int], bytes]
    path: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    dry_run: bool = False
    versions: tuple[int, ...] | None = None

    @property
    def workspace(self) -> Workspace:
        return Workspace(schedule=self.schedule, repository=self.repository)

    @property
    def actor(self) -> Actor:
        if self.operator is None:
            msg = "an operation that records something was called by nobody"
            raise TypeError(msg)
        return self.operator.actor(self.now)

    @property
    def outbox(self) -> ListenerOutbox | None:
        """The outbox, once there is a database."""
        return self.database.outbox if not self.database.is_missing() else None

    def situation(self) -> Situation:
        return self.workspace.situation(now=self.now)

    def request(self, build: Callable[[Mapping[str, object]], _Request], **more: object) -> _Request:
        """The request that ``build`` makes of the fields and ``more``, which the address says; instants have offsets.

        Raises:
            InvalidRequestError: with the errors of all fields.
        """
        doubled = [
            FieldError(
                field=name, fault=FieldFault.UNKNOWN, message=f'"{name}" is in the address', remedy="leave it out"
            )
            for name in more
            if name in self.fields
        ]
        if doubled:
            raise InvalidRequestError(doubled)
        return request_with_offsets({**self.fields, **more}, build, zone=self.schedule.calendar.zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationAnswer:
    """What an operation answers: a value for JSON, and what HTTP says beside.

    ``version`` identifies the state of a change, ``location`` is where something new is found. ``secrets`` are the
    keys of what is shown only once, and never kept.
    """

    content: Mapping[str, object]
    status: int = 200
    version: str = ""
    location: str = ""
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One operation, from which its route, its part of the OpenAPI document and its tool for agents are made.

    ``query`` is the model of the address's query, ``request`` that of the body, ``responses`` those of the answers by
    status. One that ``can_rehearse`` takes ``dry_run``; one that ``is_versioned`` answers with the version of a change
    and, where it records something, takes the versions that the caller expects. A ``public`` one needs no operator.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    summary: str
    description: str = ""
    topic: str
    scope: Scope
    function: Callable[[Call], OperationAnswer]
    query: type[BaseModel] | None = None
    request: type[BaseModel] | None = None
    responses: Mapping[int, type[BaseModel]]
    can_rehearse: bool = False
    is_versioned: bool = False
    is_public: bool = False

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of what stands in the address, in order."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @property
    def records(self) -> bool:
        """Whether it changes something."""
        return self.scope is Scope.WRITE
