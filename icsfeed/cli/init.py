"""``icsfeed init``."""

from __future__ import annotations

from pathlib import Path

import click

from icsfeed.cli.options import example
from icsfeed.settings import DEFAULT_SCHEDULE
from icsfeed.store.files import write_new
from icsfeed.store.schedule_file import example_path


@click.command(epilog=example("init", "init policies/eu.toml"))
@click.argument("path", type=click.Path(path_type=Path), default=DEFAULT_SCHEDULE)
def init(path: Path) -> None:
    """Write a commented starter schedule to PATH (default: schedule.toml).

    An existing file is left as it is.
    """
    write_new(path, example_path().read_bytes())
    click.echo(
        f"{path} is written. Make it yours (each calendar needs a uid_domain of its own), then: icsfeed check {path}"
    )
