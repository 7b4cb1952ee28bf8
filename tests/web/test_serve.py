"""A real ``icsfeed serve``: processes, signals, sockets."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.cli.running import SCHEDULE, run
from tests.databases import Server
from tests.web.servers import PATIENCE, serving, until

BROKEN = SCHEDULE.replace("America/Toronto", "Nowhere/Special")


def test_good_edits_are_public_without_a_restart_and_broken_ones_are_not(schedule: Path) -> None:
    with serving(schedule) as server:
        first = server.get("/feeds/all.ics")
        assert (first.status_code, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert server.get("/feeds/all.ics", **{"If-None-Match": first.headers["etag"]}).status_code == 304
        assert f"icsfeed: serving {schedule} at {server.url}/" in server.log.read_text("utf-8").splitlines()

        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
        # A request waits a second for a new publication; a machine that runs tests may need longer.
        until(lambda: server.get("/feeds/all.ics", **{"If-None-Match": first.headers["etag"]}).status_code == 200)
        edited = server.get("/feeds/all.ics")
        assert b"SUMMARY:Edited" in edited.content

        schedule.write_text(BROKEN, encoding="utf-8")
        until(lambda: server.get("/readyz").json()["status"] == "stale")
        assert server.get("/feeds/all.ics").content == edited.content
        ready = server.get("/readyz")
        assert (ready.status_code, ready.json()["status"], ready.json()["schedule"]["mistakes"]) == (200, "stale", 1)
        assert "Nowhere/Special" in server.log.read_text("utf-8")

        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Mended"), encoding="utf-8")
        until(lambda: b"SUMMARY:Mended" in server.get("/feeds/all.ics").content)
        assert server.get("/readyz").json() == {"status": "ready"}
        assert "schedule mended" in server.log.read_text("utf-8")


def test_a_hanging_database_does_not_block_readers(
    schedule: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker answers all requests in one thread."""
    with postgresql.database() as url:
        monkeypatch.setenv("ICSFEED_DATABASE", url)
        with serving(schedule) as server:
            first = server.get("/feeds/all.ics")
            with postgresql.hanging():
                answers = [server.get("/feeds/all.ics")]
                while "x-icsfeed-stale" not in answers[-1].headers:
                    answers.append(server.get("/feeds/all.ics"))
                assert {(each.status_code, each.content) for each in answers} == {(200, first.content)}
                # The database times out after seconds. If requests waited for that, there would be only one of them.
                assert len(answers) > 3
            until(lambda: "x-icsfeed-stale" not in server.get("/feeds/all.ics").headers)


def test_bodies_and_lengths_over_a_real_connection(schedule: Path) -> None:
    """A server may add or remove Content-Length, and a wrong one breaks the connection."""
    with serving(schedule) as server, httpx.Client(base_url=server.url, trust_env=False, timeout=PATIENCE) as client:
        until(lambda: "last-modified" in server.get("/feeds/all.ics").headers)
        whole = client.get("/feeds/all.ics")
        head = client.head("/feeds/all.ics")
        assert (head.content, head.headers["content-length"]) == (b"", whole.headers["content-length"])
        assert head.headers["etag"] == whole.headers["etag"]
        assert whole.headers["content-encoding"] == "br"
        unchanged = client.get("/feeds/all.ics", headers={"If-None-Match": whole.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["last-modified"] == whole.headers["last-modified"]
        options = client.options("/feeds/all.ics")
        assert (options.status_code, options.content, options.headers.get("content-length")) == (204, b"", None)
        # A server that answers before it has read a body may close the connection, so this one is not used again.
        assert httpx.post(f"{server.url}/feeds/all.ics", content=b"x" * 100_000, trust_env=False).status_code == 405
        assert client.get("/feeds/..%2f..%2fetc/passwd").status_code == 404
        assert client.get("/feeds/all.ics").content == whole.content


@pytest.mark.parametrize(
    ("number", "group"),
    [
        pytest.param(signal.SIGTERM, False, id="SIGTERM, from a supervisor"),
        pytest.param(signal.SIGINT, True, id="Ctrl-C, in a terminal"),
    ],
)
def test_the_server_stops_cleanly_with_all_workers(schedule: Path, number: signal.Signals, group: bool) -> None:
    with serving(schedule, "--workers", "2") as server:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        # Between loading the application and the first request, a worker of Granian's misses signals for a moment.
        until(server.is_idle)
        assert len(server.workers()) == 2
        # A client that keeps its connection open, as browsers and proxies do.
        with httpx.Client(base_url=server.url, trust_env=False, timeout=PATIENCE) as client:
            assert client.get("/feeds/all.ics").status_code == 200
            assert server.end(number, group=group) == 0
        until(lambda: server.processes() == {})
        lines = server.log.read_text("utf-8").splitlines()
        assert [line for line in lines if not line.startswith(("{", "icsfeed: serving"))] == []


@pytest.mark.parametrize(
    "by",
    [
        pytest.param("HUP", id="on SIGHUP"),
        pytest.param("death", id="after its death"),
    ],
)
def test_a_worker_is_replaced(schedule: Path, by: str) -> None:
    with serving(schedule) as server:
        (worker,) = server.workers()
        if by == "HUP":
            server.process.send_signal(signal.SIGHUP)
        else:
            os.kill(worker, signal.SIGKILL)
        until(lambda: bool(server.workers()) and worker not in server.workers())

        def answers() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return server.get("/feeds/all.ics").status_code == 200
            return False

        until(answers)
        assert server.end(signal.SIGTERM) == 0


def test_a_worker_that_keeps_dying_does_not_stop_the_server(schedule: Path) -> None:
    """Granian by itself exits if a worker dies twice within seconds of its start, although another one serves."""
    with serving(schedule, "--workers", "2") as server:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        healthy, victim = sorted(server.workers())
        dead: set[int] = set()
        for _ in range(3):
            os.kill(victim, signal.SIGKILL)
            dead.add(victim)
            until(lambda: len(server.workers() - dead) == 2)
            (victim,) = server.workers() - {healthy, *dead}
        assert healthy in server.workers()
        until(lambda: server.log.read_text("utf-8").count("schedule published") >= 3)
        assert server.get("/feeds/all.ics").status_code == 200
        assert "crash loop" not in server.log.read_text("utf-8")
        until(server.is_idle)
        assert server.end(signal.SIGTERM) == 0


def test_a_preview_shows_the_named_instant(schedule: Path) -> None:
    with serving(schedule, "--now", "2031-01-01T00:00") as server:
        assert b"UNTIL=2032" in server.get("/feeds/all.ics").content


def test_serve_refuses_a_broken_schedule_and_names_every_error(schedule: Path) -> None:
    schedule.write_text(BROKEN.replace("02:00:00", '"two"'), encoding="utf-8")
    outcome = run("serve", "--schedule", schedule)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in outcome.stderr.splitlines()] == [f"{schedule}:3", f"{schedule}:18"]


def test_a_port_in_use_is_a_one_line_error(schedule: Path) -> None:
    """Granian would share the port with the other server, and each would get half of the requests."""
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        outcome = run("serve", "--schedule", schedule, "--port", str(port))
    assert outcome.status == 1
    assert (
        outcome.stderr
        == f"icsfeed can't listen on 127.0.0.1, port {port}: address already in use; choose another port with --port\n"
    )


def test_a_second_server_cannot_share_the_port_of_the_first(schedule: Path) -> None:
    with serving(schedule) as server:
        port = server.url.rpartition(":")[2]
        outcome = run("serve", "--schedule", schedule, "--port", port)
    assert (outcome.status, outcome.stderr) == (
        1,
        f"icsfeed can't listen on 127.0.0.1, port {port}: address already in use; choose another port with --port\n",
    )


def test_a_host_that_is_not_this_machine_is_a_one_line_error(schedule: Path) -> None:
    outcome = run("serve", "--schedule", schedule, "--host", "192.0.2.1")
    assert outcome.status == 1
    assert outcome.stderr == "icsfeed can't listen on 192.0.2.1, port 8000: cannot assign requested address\n"


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_an_invalid_port_is_bad_input(schedule: Path, port: str) -> None:
    outcome = run("serve", "--schedule", schedule, "--port", port)
    assert outcome.status == 1
    assert "Invalid value for '--port'" in outcome.stderr


def test_every_option_comes_from_the_environment(schedule: Path) -> None:
    environment = {"ICSFEED_SCHEDULE": str(schedule), "ICSFEED_HOST": "192.0.2.1", "ICSFEED_PORT": "8123"}
    outcome = run("serve", environment=environment)
    assert outcome.stderr == "icsfeed can't listen on 192.0.2.1, port 8123: cannot assign requested address\n"
    assert run("serve", environment=environment | {"ICSFEED_WORKERS": "none"}).status == 1
    assert '"tomorrow" is not an instant' in run("serve", environment=environment | {"ICSFEED_NOW": "tomorrow"}).stderr


@pytest.mark.parametrize("value", ["tcp://10.96.12.3:8000", "udp://10.96.12.3:8000"])
def test_the_port_that_kubernetes_sets_for_a_service_is_passed_over(schedule: Path, value: str) -> None:
    """``serve`` ended with "is not a whole number"."""
    outcome = run("serve", "--schedule", schedule, "--host", "192.0.2.1", environment={"ICSFEED_PORT": value})
    assert outcome.stderr.splitlines() == [
        f"warning: ICSFEED_PORT={value} is passed over: Kubernetes sets it for a Service",
        "icsfeed can't listen on 192.0.2.1, port 8000: cannot assign requested address",
    ]


def test_serve_reads_no_pipe(tmp_path: Path) -> None:
    """It waited for somebody to write into it."""
    os.mkfifo(tmp_path / "schedule.toml")
    outcome = run("serve", "--schedule", tmp_path / "schedule.toml")
    assert (outcome.status, outcome.stderr) == (
        1,
        f"{tmp_path / 'schedule.toml'}: this is a pipe, a socket or a device; name a regular file, which can be read "
        "again and again\n",
    )


def test_a_pipe_in_place_of_the_schedule_is_stale_and_stops_nothing(schedule: Path) -> None:
    """Publication stood still for good, with /readyz ready and no line in the log."""
    with serving(schedule) as server:
        before = server.get("/feeds/all.ics").content
        schedule.unlink()
        os.mkfifo(schedule)
        until(lambda: server.get("/readyz").json().get("schedule", {}).get("mistakes") == 1)
        assert server.get("/feeds/all.ics").content == before
        assert "this is a pipe, a socket or a device" in server.log.read_text("utf-8")
        schedule.unlink()
        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Mended"), encoding="utf-8")
        until(lambda: b"SUMMARY:Mended" in server.get("/feeds/all.ics").content)
        assert server.get("/readyz").json() == {"status": "ready"}


def test_workers_share_their_counts_and_leave_no_files(schedule: Path) -> None:
    with serving(schedule, "--workers", "2", "--access-log") as server:
        until(lambda: server.log.read_text("utf-8").count("schedule published") == 2)
        for _ in range(40):
            assert server.get("/feeds/all.ics", **{"User-Agent": "Google-Calendar-Importer"}).status_code == 200
        counted = 'icsfeed_requests_total{client="google",path="/feeds/all.ics",status="200"} 40.0\n'
        # The other worker counts within a second.
        until(lambda: counted in server.get("/metrics").text)
        assert server.log.read_text("utf-8").count('"path": "/feeds/all.ics"') == 40
        pids = [pid for pid in server.processes() if pid == server.process.pid]
        environment = Path(f"/proc/{next(iter(server.workers()))}/environ").read_text("utf-8").split("\0")
        (folder,) = [line.partition("=")[2] for line in environment if line.startswith("PROMETHEUS_MULTIPROC_DIR=")]
        assert (len(pids), Path(folder).is_dir()) == (1, True)
        until(server.is_idle)
        assert server.end(signal.SIGTERM) == 0
        assert not Path(folder).exists()


def test_the_log_names_the_address_with_the_prefix(schedule: Path) -> None:
    with serving(schedule, "--prefix", "ops/") as server:
        assert f"icsfeed: serving {schedule} at {server.url}/ops" in server.log.read_text("utf-8").splitlines()
        assert server.get("/ops/feeds/all.ics").status_code == 200


def test_an_invalid_prefix_is_a_one_line_error(schedule: Path) -> None:
    outcome = run("serve", "--schedule", schedule, "--prefix", "/a b")
    assert (outcome.status, outcome.stderr) == (1, '"/a b" is not a path; write one such as /maintenance\n')


def test_fetches_are_recorded_when_the_server_stops(schedule: Path, tmp_path: Path) -> None:
    arguments = ("--schedule", str(schedule), "--database", f"sqlite:///{tmp_path}/icsfeed.db")
    path = run("subscriber", "add", "Acme", *arguments).stdout.strip()
    with serving(schedule, *arguments[2:]) as server:
        assert server.get(path, **{"User-Agent": "Google-Calendar-Importer"}).status_code == 200
        until(server.is_idle)
        assert server.end(signal.SIGTERM) == 0
    (subscriber,) = json.loads(run("subscriber", "list", "--json", *arguments).stdout)
    assert list(subscriber["clients"]) == ["google"]
