"""Commands of operators that get killed at random moments: the database holds all of the step or none of it.

Each command is run in a fork of this process, as a shell would, and ended with SIGKILL: a third of the time at any
moment of its run, and otherwise about when it sends one of its statements that write, or commits.
"""

from __future__ import annotations

import importlib
import os
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, NoReturn

import sqlalchemy as sa

from icsfeed.cli.main import main
from icsfeed.domain.operator_tokens import has_token_form
from tests.cli.running import NOW, SCHEDULE
from tests.store.stages import Dump, Stage
from tests.store.stages import dump as dump_everything

_CLOCK: Final = ("--operator", "ann", "--now", NOW)
FOUR_EYES: Final = f'{SCHEDULE}\n[operators]\napproval = ["planned"]\n'
"""The schedule with which commands are killed."""

_WRITES: Final = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER")
_MOMENT_SECONDS: Final = 0.005
"""About as long as a statement or a commit takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A command line that records something, and those that are run before it; the clock and operator are added."""

    name: str
    command: str
    before: tuple[str, ...] = ()

    @property
    def acknowledgement(self) -> str | None:
        """The line that says that the step is recorded, if the command prints one that does not depend on the time."""
        words = self.name.split()
        first_words = {"announce": "EC-1", "draft": "DR-1", "approve": "PC-1"}
        return "CF-1" if words[:2] == ["freeze", "start"] else first_words.get(words[0])


_ANNOUNCE: Final = (
    "emergency announce --summary Patch --reason Urgent --environment production --start 2026-11-23T08:00 "
    "--duration 2h --message Soon --key patch --yes"
)

_DRAFT: Final = (
    "planned announce --summary Patch --environment production --start 2026-12-08T08:00 --duration 2h --key p --yes"
)

CASES: Final = (
    Case(
        name="announce",
        command=f"{_ANNOUNCE} --impact degraded",
        before=("window skip thursday 2026-12-03 --reason r",),
    ),
    Case(
        name="announce tentative",
        command=f"{_ANNOUNCE} --tentative",
        before=("window skip thursday 2026-12-03 --reason r",),
    ),
    Case(
        name="announce automatic",
        command=f"{_ANNOUNCE} --automatic",
        before=("window skip thursday 2026-12-03 --reason r",),
    ),
    Case(name="extend", command="emergency extend EC-1 30m --message Longer --expect 1 --yes", before=(_ANNOUNCE,)),
    Case(name="undo", command="emergency undo EC-1 --expect 2 --yes", before=(_ANNOUNCE, "emergency start EC-1 --yes")),
    Case(name="redact", command="emergency redact EC-1 --expect 1 --yes", before=(_ANNOUNCE,)),
    Case(name="redact a message", command="emergency redact EC-1 --update 1 --expect 1 --yes", before=(_ANNOUNCE,)),
    Case(name="cancel silently", command="emergency cancel EC-1 --silent --expect 1 --yes", before=(_ANNOUNCE,)),
    Case(name="confirm", command="emergency confirm EC-1 --expect 1 --yes", before=(f"{_ANNOUNCE} --tentative",)),
    Case(name="start", command="emergency start EC-1 --expect 1 --yes", before=(_ANNOUNCE,)),
    Case(
        name="update",
        command="emergency update EC-1 --summary Other --message Later --expect 1 --yes",
        before=(_ANNOUNCE,),
    ),
    Case(
        name="complete",
        command="emergency complete EC-1 --message Done --expect 2 --yes",
        before=(_ANNOUNCE, "emergency start EC-1 --yes"),
    ),
    Case(name="cancel", command="emergency cancel EC-1 --expect 1 --yes", before=(_ANNOUNCE,)),
    Case(name="skip", command="window skip thursday 2026-12-03 --reason Quiet", before=(_ANNOUNCE,)),
    Case(
        name="move",
        command="window move thursday 2026-12-03 --start 2026-12-04T02:00 --reason Quiet",
        before=(_ANNOUNCE,),
    ),
    Case(
        name="freeze start",
        command="freeze start --environment production --until 2026-12-04T09:00 --reason Audit --yes",
        before=(_ANNOUNCE,),
    ),
    Case(name="freeze start internal", command="freeze start --internal --reason Audit --yes", before=(_ANNOUNCE,)),
    Case(name="freeze end", command="freeze end CF-1 --yes", before=("freeze start --reason Audit --yes",)),
    Case(name="draft", command=_DRAFT, before=(_ANNOUNCE,)),
    Case(
        name="approve",
        command="planned approve DR-1 --yes",
        before=(_DRAFT, "token create bob --scope write --expires never"),
    ),
    Case(name="reserve numbers", command="database upgrade --after EC-41", before=(_ANNOUNCE,)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run of a command: its exit status (``None``: it was killed), output, seconds, writes, and modules."""

    status: int | None
    output: str
    seconds: float
    writes: int
    modules: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kill:
    """The moment of a kill: so many seconds after that many ``writes`` were about to be sent, or after the start."""

    seconds: float
    writes: int


@dataclass
class Tally:
    """What the killed runs of a command left behind."""

    name: str
    none: int = 0
    whole: int = 0
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return self.none + self.whole + len(self.faults)


def kill_many(case: Case, stage: Stage, schedule: Path, *, times: int, random: Random) -> Tally:
    """Kill the command so many times, and repeat it after each kill."""
    base = stage.base()
    token = ""
    for line in ("database upgrade", *case.before):
        run = run_once(line, base, schedule)
        _check_success(line, run)
        token = next((word for word in run.output.split() if has_token_form(word)), token)
    stage.keep()
    before, runs, afters = dump(base), [], []
    _import(run_once(case.command, stage.copy(), schedule, token=token).modules)
    for _ in range(3):
        url = stage.copy()
        runs.append(run_once(case.command, url, schedule, token=token))
        _check_success(case.command, runs[-1])
        afters.append(dump(url))
    assert before != afters[0], f"{case.name} records nothing"
    after = _Expected(afters)
    usual = sorted(runs, key=lambda each: each.seconds)[1]
    tally = Tally(name=case.name)
    while tally.kills < times:
        writes = random.randint(1, usual.writes) if random.random() < 2 / 3 else 0
        kill = Kill(seconds=random.uniform(0, _MOMENT_SECONDS if writes else 1.2 * usual.seconds), writes=writes)
        url = stage.copy()
        killed = run_once(case.command, url, schedule, kill, token=token)
        if killed.status is not None:
            _check_success(case.command, killed)
            continue  # it was faster
        stage.settle()
        acknowledged = case.acknowledgement in killed.output.splitlines()
        tally.acknowledged += acknowledged
        if after.is_equal(rows := dump(url)):
            tally.whole += 1
        elif rows == before and not acknowledged:
            tally.none += 1
        else:
            tally.faults.append(f"after {kill} (acknowledged: {acknowledged}), this is recorded: {rows}")
        repeated = run_once(case.command, url, schedule, token=token)
        if not after.is_equal(dump(url)) or repeated.status not in {0, 1} or "Traceback" in repeated.output:
            tally.faults.append(f"the repeat after {kill} ends with {repeated.status}: {repeated.output}")
    return tally


def dump(url: str) -> Dump:
    """The rows of every table but those that note the uses of tokens, each in a transaction of its own."""
    return {name: rows for name, rows in dump_everything(url).items() if name not in {"sign_ins", "token_uses"}}


def _import(names: Iterable[str]) -> None:
    """Import what commands need, so that forks have it and spend their time on what can be interrupted."""
    for name in sorted(set(names) - set(sys.modules)):
        with suppress(ImportError):
            importlib.import_module(name)


def _check_success(line: str, run: Run) -> None:
    assert run.status == 0, f"{line} ends with {run.status}: {run.output}"


class _Expected:
    """The rows after the command; what differs between its runs, such as random parts of UIDs, is not compared."""

    def __init__(self, dumps: list[Dump]) -> None:
        first = dumps[0]
        self._differing = {
            (name, number)
            for other in dumps[1:]
            for name, rows in other.items()
            for row, of_first in zip(rows, first[name], strict=True)
            for number, (value, expected) in enumerate(zip(row, of_first, strict=True))
            if value != expected
        }
        self._rows = self._comparable(first)

    def is_equal(self, rows: Dump) -> bool:
        return self._comparable(rows) == self._rows

    def _comparable(self, dumped: Dump) -> Dump:
        return {
            name: tuple(
                tuple(value for number, value in enumerate(row) if (name, number) not in self._differing)
                for row in rows
            )
            for name, rows in dumped.items()
        }


def run_once(line: str, url: str, schedule: Path, kill: Kill | None = None, *, token: str = "") -> Run:
    """Run the command in a fork, with that ``token`` in its environment, and kill it at that moment."""
    pipes = _Pipes()
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        _become(line, url, schedule, pipes, token)
    pipes.close(1)
    writes = 0
    while (kill is None or writes < kill.writes) and os.read(pipes.writes[0], 1):
        writes += 1
    if kill is not None:
        time.sleep(kill.seconds)
        os.kill(child, signal.SIGKILL)
    modules = frozenset(_read_all(pipes.modules[0]).decode().split())
    printed = _read_all(pipes.output[0]).decode()
    pipes.close(0)
    _, status = os.waitpid(child, 0)
    return Run(
        status=None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status),
        output=printed,
        seconds=time.perf_counter() - begin,
        writes=writes,
        modules=modules,
    )


def _read_all(descriptor: int) -> bytes:
    return b"".join(iter(lambda: os.read(descriptor, 65536), b""))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pipes:
    """What a command says: its ``output``, a byte before each of its ``writes`` and commits, its new ``modules``."""

    output: tuple[int, int] = field(default_factory=os.pipe)
    writes: tuple[int, int] = field(default_factory=os.pipe)
    modules: tuple[int, int] = field(default_factory=os.pipe)

    def close(self, end: int) -> None:
        for pipe in (self.output, self.writes, self.modules):
            os.close(pipe[end])


def _become(line: str, url: str, schedule: Path, pipes: _Pipes, token: str) -> NoReturn:
    """Turn a fork into the command; it never returns."""
    imported = set(sys.modules)
    os.dup2(pipes.output[1], 1)
    os.dup2(pipes.output[1], 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    for name in [name for name in os.environ if name.startswith("ICSFEED_")]:
        del os.environ[name]
    if token:
        os.environ["ICSFEED_TOKEN"] = token

    def say_write(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            os.write(pipes.writes[1], b".")

    def say_commit(_connection: object) -> None:
        os.write(pipes.writes[1], b".")

    sa.event.listen(sa.Engine, "before_cursor_execute", say_write)
    sa.event.listen(sa.Engine, "commit", say_commit)
    clock = () if line.startswith("database") else _CLOCK[2:] if line.startswith("planned approve") else _CLOCK
    try:
        main(["--schedule", str(schedule), "--database", url, *shlex.split(line), *clock], prog_name="icsfeed")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  (a fork must not continue as its parent)
        traceback.print_exc()
        status = 70
    sys.stdout.flush()
    sys.stderr.flush()
    # Those of all tests of a process would not fit into a pipe that nobody reads yet.
    os.write(pipes.modules[1], "\n".join(sys.modules.keys() - imported).encode())
    os._exit(status)
