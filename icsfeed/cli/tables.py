"""Rows on a terminal: a table where there is room for one, else a list of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MAX_BLOCK_COLUMNS: Final = 80
"""Up to this width, and where the table is wider than the terminal, each row is a block of lines: no cell is broken."""

_UNFOLDED_COLUMNS: Final = 100_000
"""Wider than any table, so that piped tables are never folded."""

_INDENT: Final = "  "


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    styles: Iterable[str | None] = (),
    *,
    sentence_columns: int | None = None,
) -> None:
    """Print the rows, each in its style where styles are given; nothing in them is taken for markup.

    On a narrow terminal, the first cell is the title of the row's block; the second as well where the first has no
    heading. With ``sentence_columns``, the last cell of a row is a sentence, which a table breaks into such lines.
    """
    from rich.console import Console

    console = Console(highlight=False)
    given = iter(styles)
    styled = [(tuple(row), next(given, None)) for row in rows]
    if not console.is_terminal:
        console.width = _UNFOLDED_COLUMNS
        console.print(_table(headings, styled, sentence_columns))
    elif console.width > MAX_BLOCK_COLUMNS and _fits(console, table := _table(headings, styled, sentence_columns)):
        console.print(table)
    else:
        _print_blocks(console, headings, styled)


def _fits(console: Console, table: Table) -> bool:
    """Whether the terminal shows the table without breaking a cell, such as a date, over lines."""
    from rich.measure import Measurement

    unfolded = console.options.update(max_width=_UNFOLDED_COLUMNS)
    return Measurement.get(console, unfolded, table).maximum <= console.width


def _table(
    headings: Sequence[str], rows: Iterable[tuple[tuple[str, ...], str | None]], sentence_columns: int | None
) -> Table:
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(heading, overflow="fold") for heading in headings))
    table.columns[-1].max_width = sentence_columns
    for cells, style in rows:
        table.add_row(*(Text(cell) for cell in cells), style=style)
    return table


def _print_blocks(
    console: Console, headings: Sequence[str], rows: Iterable[tuple[tuple[str, ...], str | None]]
) -> None:
    from rich.text import Text

    titles = 1 if headings[0] else 2
    labels = [f"{_INDENT}{heading}: " for heading in headings[titles:]]
    margin = max(map(len, labels), default=0)
    for number, (cells, style) in enumerate(rows):
        if number:
            console.print()
        console.print(Text(_INDENT.join(cells[:titles]), style=style or "", overflow="fold"))
        for label, cell in zip(labels, cells[titles:], strict=True):
            lines = Text(cell).wrap(console, console.width - margin, overflow="fold") if cell else ()
            for line_number, line in enumerate(lines):
                console.print(Text((label if line_number == 0 else "").ljust(margin)) + line, soft_wrap=True)
