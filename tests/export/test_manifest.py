"""The manifest, and the ledger continued from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icsfeed.domain.revisions import GONE, Ledger, LedgerLine, Revision
from icsfeed.export.manifest import ExportedFile, Manifest, continued, last_lines
from icsfeed.export.manifest_parsing import parse_manifest
from tests.examples import NOW


def lines(*pairs: tuple[int, str]) -> Ledger:
    """The ledger lines of one event: pairs of SEQUENCE and digest."""
    return {
        "uid": tuple(
            LedgerLine(uid="uid", digest=digest, revision=Revision(sequence=number, at=NOW)) for number, digest in pairs
        )
    }


@pytest.mark.parametrize(
    ("database_ledger", "exported_ledger", "expected"),
    [
        pytest.param({}, lines((3, "a")), lines((3, "a")), id="an empty database"),
        pytest.param(lines((0, "a")), {}, lines((0, "a")), id="a first export"),
        pytest.param(lines((0, "a"), (1, "b")), lines((1, "b")), lines((0, "a"), (1, "b")), id="the same lines"),
        pytest.param(
            lines((0, "a"), (1, "b")), lines((0, "a")), lines((0, "a"), (1, "b")), id="the database has more lines"
        ),
        pytest.param(
            lines((2, "b")),
            lines((1, "a")),
            lines((2, "b")),
            id="the database has more lines, but not the exported one",
        ),
        pytest.param(lines((0, "a")), lines((3, "a")), lines((3, "a")), id="a new database"),
        pytest.param(
            lines((0, "b")), lines((0, "a")), lines((0, "a")), id="a new database after an edit: the SEQUENCE must rise"
        ),
        pytest.param(lines((0, "a")), lines((0, GONE)), lines((0, GONE)), id="vanished since: the SEQUENCE must rise"),
    ],
)
def test_the_ledger_continues_from_the_source_with_more_lines(
    database_ledger: Ledger, exported_ledger: Ledger, expected: Ledger
) -> None:
    assert continued(database_ledger, exported_ledger) == expected


def test_a_manifest_can_be_read_back() -> None:
    manifest = Manifest(
        files={"feeds/ä “b”.ics": ExportedFile(digest="d", size=5), "a": ExportedFile(digest="e", size=0)},
        pending=frozenset({"z", "y"}),
        ledger=lines((0, "a"), (2, "b")),
    )
    expected = replace(manifest, ledger=lines((2, "b")))
    content = manifest.to_json()
    assert parse_manifest(content, "site") == expected
    assert parse_manifest(content, "site").to_json() == content
    assert parse_manifest(Manifest().to_json(), "site") == Manifest()


def test_fractions_of_a_second_are_no_change() -> None:
    ledger = {
        "uid": tuple(
            replace(line, revision=Revision(sequence=0, at=NOW.replace(microsecond=7)))
            for line in lines((0, "a"))["uid"]
        )
    }
    manifest = Manifest(ledger=last_lines(ledger))
    assert parse_manifest(manifest.to_json(), "site") == manifest
