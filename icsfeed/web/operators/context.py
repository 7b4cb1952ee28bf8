"""What the operators' application works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from icsfeed.publication.live import Clock
from icsfeed.services.repository import NoRepository
from icsfeed.store.database.database import Database
from icsfeed.web.operators.workspaces import Workspaces


@dataclass(frozen=True, kw_only=True)
class Randomness:
    """The sources of ids, which others may see, and of secrets; ``new_bytes`` gives so many random bytes."""

    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    new_bytes: Callable[[int], bytes]


@dataclass(frozen=True, kw_only=True)
class OperatorsContext:
    """The parts of the operators' application that its routes share.

    ``database`` is ``NoRepository`` with the packaged example, with which there are no operators. ``clock`` gives the
    present instant, ``environment`` holds what the schedule calls ``env:NAME``.
    """

    workspaces: Workspaces
    database: Database | NoRepository
    clock: Clock
    randomness: Randomness
    environment: Mapping[str, str]
    log: FilteringBoundLogger
