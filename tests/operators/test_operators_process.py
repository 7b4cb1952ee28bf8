"""The operators' process loses its socket: it is replaced, and the log and a metric say so."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from icsfeed.web.relay import OPERATORS_SOCKET
from tests.operators.test_serving_operators import schedule
from tests.web.servers import Server, serving, until

__all__ = ["schedule"]


def socket_of(process: int) -> Path:
    variables = Path(f"/proc/{process}/environ").read_text("utf-8").split("\0")
    (path,) = [each.partition("=")[2] for each in variables if each.startswith(OPERATORS_SOCKET)]
    return Path(path)


def is_answered(server: Server) -> bool:
    return server.get("/operator/").status_code != 503


def is_available(server: Server) -> bool:
    return "icsfeed_operators_available 1.0" in server.get("/metrics").text


def test_it_is_replaced(schedule: Path) -> None:
    with serving(schedule) as server:
        until(lambda: is_answered(server))
        assert is_available(server)
        (first,) = server.side_processes("operators")
        shutil.rmtree(socket_of(first).parent)
        assert not is_available(server)
        assert server.get("/readyz").status_code == 200
        until(lambda: server.side_processes("operators") not in (set(), {first}))
        until(lambda: is_answered(server))
        log = server.log.read_text("utf-8")
        assert "the socket was deleted" in log
        assert '"status": 1' in log

        (second,) = server.side_processes("operators")
        socket_of(second).unlink()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.side_processes("operators") not in (set(), {second}))
        until(lambda: is_answered(server))
        assert "Traceback" not in server.log.read_text("utf-8")
