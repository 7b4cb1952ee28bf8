"""Sends what schemathesis makes up to the operators' API for some minutes: with a token, and without one.

``python -m tests.benchmarks.fuzzing [MINUTES]``

Half of the time, the application alone is the server, and each request comes from another network, so that failed
attempts are not limited. Then it is ``icsfeed serve``, whose workers hand the requests over.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from tests.cli.running import IN_FORCE
from tests.operators.access import create
from tests.operators.api.fuzzing import WITHOUT_STATE, fuzz, operators_server
from tests.web.servers import serving, until

_LIMITED = ("--exclude-checks", "ignored_auth")
"""From one network, the eleventh invalid token is answered by 429."""


@contextlib.contextmanager
def whole_server(folder: Path, *, scope: Scope) -> Generator[tuple[str, str]]:
    """``icsfeed serve`` with an empty record; gives its address, and a token of that scope."""
    schedule = folder / "schedule.toml"
    schedule.write_text(IN_FORCE, encoding="utf-8")
    url = f"sqlite:///{folder}/icsfeed.db"
    with closing(Database(url, may_be_missing=True)) as database:
        token = create(database, "fuzzer", scope=scope, lasts=None, now=datetime.now(UTC)).text
    with serving(schedule, "--database", url) as server:
        until(lambda: server.get("/api/v1/openapi.json").status_code == 200)
        yield server.url, token


def main(minutes: float) -> None:
    """Each server, with a token that may write, with one that may read, and with none."""
    for server, arguments in ((operators_server, WITHOUT_STATE), (whole_server, _LIMITED)):
        for scope, has_token, share in ((Scope.WRITE, True, 0.3), (Scope.READ, True, 0.1), (Scope.READ, False, 0.1)):
            with tempfile.TemporaryDirectory() as name, server(Path(name), scope=scope) as (url, token):
                time = ("--max-time", str(max(1, int(60 * minutes * share))), "--continue-on-failure")
                result = fuzz(Path(name), url, token if has_token else "", *arguments, *time)
            heading = f"{server.__name__}, {scope}, with token: {has_token}, status {result.returncode}\n"
            sys.stdout.write(f"{heading}{result.stdout}{result.stderr}")
            sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
