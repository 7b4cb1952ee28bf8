"""The JSON Schemas of what programs read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from icsfeed.publication.representations import Maker, Representation

FEED_SCHEMA_PATH: Final = "/schemas/feed-1.json"
WEBHOOK_SCHEMA_PATH: Final = "/schemas/webhook-1.json"
_FOLDER: Final = Path(__file__).parent / "schemas"


def schema_makers() -> Iterator[tuple[str, Maker]]:
    """The schemas of JSON feeds and of webhooks, by path."""
    for path in (FEED_SCHEMA_PATH, WEBHOOK_SCHEMA_PATH):
        yield path, partial(_schema, _FOLDER / path.rpartition("/")[2])


def _schema(file: Path) -> Representation:
    return Representation(body=file.read_bytes(), content_type="application/schema+json")
