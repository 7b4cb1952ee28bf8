"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_PIPE_WIDTH = 200


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], styles: Iterable[str | None] = ()) -> None:
    """Print the rows, each in its style where styles are given; nothing in them is taken for markup."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    # What is too long for a narrow terminal goes on in the next line; nothing is left out.
    table = Table(*(Column(heading, overflow="fold") for heading in headings))
    given = iter(styles)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row), style=next(given, None))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    console.print(table)
