"""Extracts every message from the code and the templates; ``python -m tests.words.extraction`` updates the catalogs.

A new language is a copy of ``icsfeed/words/messages.pot`` named after its code, with the translations filled in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from icsfeed.words.languages import CATALOGS

PACKAGE = CATALOGS.parent
TEMPLATE = CATALOGS / "messages.pot"
KEYWORDS: dict[str, Any] = {
    "say": None,
    "say_count": (1, 2),
    "phrase": None,
    "phrase_in": ((1, "c"), 2),
}
"""Which arguments are messages: of ``phrase_in``, the first is the context."""

_METHODS: tuple[tuple[str, Callable[..., Any], dict[str, str]], ...] = (
    ("*.py", extract_python, {}),
    ("*.html", babel_extract, {"trimmed": "true"}),
)
_WRITTEN_AT = datetime(2026, 11, 28, tzinfo=UTC)
"""Catalogs change with their messages alone."""


def extract_messages(files: Iterable[Path], root: Path = PACKAGE.parent) -> Catalog:
    """The messages of those files, with their paths below ``root``, without translations."""
    catalog = Catalog(
        project="icsfeed",
        version="",
        copyright_holder="icsfeed contributors",
        creation_date=_WRITTEN_AT,
        charset="utf-8",
    )
    for path, method, options in _sources(files):
        with path.open("rb") as file:
            for _, message, comments, context in extract(method, file, KEYWORDS, (), options):
                location = (path.relative_to(root).as_posix(), 1)
                catalog.add(message, None, [location], context=context, auto_comments=comments)
    return catalog


def product_files() -> list[Path]:
    """All code and all templates."""
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html"})


def _sources(files: Iterable[Path]) -> Iterator[tuple[Path, Callable[..., Any], dict[str, str]]]:
    for path in files:
        yield from ((path, method, options) for pattern, method, options in _METHODS if path.match(pattern))


def messages_of(catalog: Catalog) -> dict[tuple[str, str], Message]:
    """The messages by context and English text (of two plural forms, the first), without the header."""
    return {
        (each.context or "", each.id if isinstance(each.id, str) else each.id[0]): each for each in catalog if each.id
    }


def read_catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def write_catalog(path: Path, catalog: Catalog) -> None:
    """Write the catalog without its generator, whose next release would change every file."""
    written = io.BytesIO()
    write_po(written, catalog, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    lines = written.getvalue().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(b'"Generated-By: ')))


def update_catalogs() -> None:
    template = extract_messages(product_files())
    write_catalog(TEMPLATE, template)
    for path in sorted(CATALOGS.glob("*.po")):
        catalog = read_catalog(path)
        catalog.update(template, no_fuzzy_matching=True)
        write_catalog(path, catalog)


if __name__ == "__main__":
    update_catalogs()
