"""``icsfeed manual``: the manual of the installed version, in the terminal."""

from __future__ import annotations

import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import click

from icsfeed.cli.options import example
from icsfeed.cli.output import print_line
from icsfeed.domain.errors import NotFoundError

_MAX_COLUMNS: Final = 120


@click.command(epilog=example("manual operators"))
@click.argument("topic", required=False)
def manual(topic: str | None) -> None:
    """Show the manual of this version: its list of topics or, with TOPIC, one of them.

    Piped, the text is Markdown.
    """
    topics = _topics()
    if topic is None:
        width = max(map(len, topics))
        for name, page in topics.items():
            print_line(f"{name:{width}}  {_summary(page)}", margin=width + 2)
        return
    if topic not in topics:
        msg = f'the manual has no topic "{topic}"; its topics are {", ".join(topics)}'
        raise NotFoundError(msg)
    text = topics[topic].read_text(encoding="utf-8")
    if sys.stdout is not None and sys.stdout.isatty():  # None: closed by the caller
        click.echo_via_pager(_laid_out(text))
    else:
        click.echo(text, nl=False)


def _topics() -> dict[str, Traversable]:
    """The pages of the manual by topic, in alphabetical order."""
    pages = (files("icsfeed") / "manual").iterdir()
    markdown = sorted((page for page in pages if page.name.endswith(".md")), key=lambda page: page.name)
    return {page.name.removesuffix(".md"): page for page in markdown}


def _summary(page: Traversable) -> str:
    """The line below the title: for whom the page is, and what it is about."""
    return page.read_text(encoding="utf-8").splitlines()[2].strip("*")


def _laid_out(text: str) -> str:
    """The Markdown as this terminal can show it. Links keep their targets: those are other topics."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    with console.capture() as capture:
        console.print(Markdown(text, hyperlinks=False), width=min(console.width, _MAX_COLUMNS))
    return capture.get()
