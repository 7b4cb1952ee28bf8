"""The connections that a server holds, for its metrics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = "CONNECTIONS"
"""The key of ``Connections`` in the configuration of an application that ``serve`` runs."""

_SOCKET_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""The system's TCP sockets, one per line after the first (proc_net_tcp in Linux's documentation)."""

_LOCAL_ADDRESS, _STATE = 1, 3
_OPEN_STATES: Final = frozenset({"01", "08"})
"""ESTABLISHED and CLOSE_WAIT: all others listen, have yet to be opened, or were closed by the server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Connections:
    """The connections to a ``port``, of which all workers together hold ``limit`` at most."""

    port: int
    limit: int

    def held(self) -> int | None:
        """How many connections there are, those that no worker has accepted yet included; ``None`` but on Linux."""
        tables = [table for table in _SOCKET_TABLES if table.exists()]
        return sum(self._count(table) for table in tables) if tables else None

    def _count(self, table: Path) -> int:
        port = f":{self.port:04X}"
        # Most lines are of others, and splitting is what takes time.
        rows = (line.split() for line in table.read_text("ascii").splitlines()[1:] if port in line)
        return sum(row[_LOCAL_ADDRESS].endswith(port) and row[_STATE] in _OPEN_STATES for row in rows)
