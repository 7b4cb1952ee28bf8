"""``python -m tests.benchmarks.killing``: kill every command that records something 200 times on each database.

Other command lines can be named: ``--command 'emergency extend EC-1 30m --yes' --before 'emergency announce …'``.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from random import Random

import click

from tests.databases import a_server
from tests.store.killed_commands import CASES, FOUR_EYES, Case, kill_many
from tests.store.stages import PostgresqlStage, SqliteStage, Stage


@click.command()
@click.option("--times", default=200, show_default=True, help="How often each command is killed on each database.")
@click.option("--seed", default=1, show_default=True)
@click.option("--case", "names", multiple=True, help="Only these of the prepared commands.")
@click.option("--command", help="This command line instead.")
@click.option("--before", multiple=True, help="A command line to run before it.")
def killing(times: int, seed: int, names: tuple[str, ...], command: str | None, before: tuple[str, ...]) -> None:
    """Kill commands, and print what they left behind."""
    if command is not None:
        cases: tuple[Case, ...] = (Case(name=command, command=command, before=before),)
    else:
        cases = tuple(case for case in CASES if not names or case.name in names)
    with tempfile.TemporaryDirectory() as folder, a_server() as server, server.database() as url:
        schedule = Path(folder) / "schedule.toml"
        schedule.write_text(FOUR_EYES, encoding="utf-8")
        stages: dict[str, Stage] = {
            "SQLite": SqliteStage(folder=Path(folder)),
            "PostgreSQL": PostgresqlStage(url=url),
        }
        click.echo(f"{'command':24} {'database':10} kills none whole acknowledged faults seconds")
        for case in cases:
            for database, stage in stages.items():
                begin = time.monotonic()
                tally = kill_many(case, stage, schedule, times=times, random=Random(f"{seed} {case.name} {database}"))  # noqa: S311
                click.echo(
                    f"{case.name:24} {database:10} {tally.kills:5} {tally.none:4} {tally.whole:5} "
                    f"{tally.acknowledged:12} {len(tally.faults):6} {time.monotonic() - begin:7.0f}"
                )
                for fault in tally.faults:
                    click.echo(f"  {fault}")


if __name__ == "__main__":
    killing()
