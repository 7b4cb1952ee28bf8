"""``icsfeed init``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("schedule.toml"))
def init(path: Path) -> None:
    """Write a commented starter schedule to PATH (default: schedule.toml).

    A file that is there already is left as it is.
    """
    from icsfeed.store.files import write_new
    from icsfeed.store.schedule_file import example_path

    write_new(path, example_path().read_bytes())
    click.echo(f"{path} is written. Make it yours, then: icsfeed check --schedule {path}")
