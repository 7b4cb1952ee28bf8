"""The manifest: what an export wrote to its destination, so that the next one goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.revisions import Ledger, LedgerLine, Revision

NAME: Final = ".icsfeed/manifest.json"
_VERSION: Final = 1


class ForeignManifestError(IcsfeedError):
    """A manifest that this icsfeed did not write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A file that an export wrote: what it is known by, and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The files of a destination by name, and the last line of the ledger of every event.

    ``pending`` are names that an export was about to write and may not have: they are icsfeed's, whatever is there.
    """

    files: Mapping[str, Written] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    ledger: Ledger = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """All names that are icsfeed's."""
        return self.pending | self.files.keys()

    def to_json(self) -> bytes:
        """The manifest as a file, the same bytes for the same content."""
        record = {
            "icsfeed": _VERSION,
            "files": {name: [each.digest, each.size] for name, each in sorted(self.files.items())},
            "pending": sorted(self.pending),
            "ledger": {
                uid: [lines[-1].revision.sequence, lines[-1].digest, f"{lines[-1].revision.at:%Y-%m-%dT%H:%M:%SZ}"]
                for uid, lines in sorted(self.ledger.items())
            },
        }
        return json.dumps(record, ensure_ascii=False, indent=0).encode() + b"\n"

    @classmethod
    def from_json(cls, content: bytes, where: str) -> Manifest:
        """The manifest that a file says; ``where`` is what messages call its destination.

        Raises:
            ForeignManifestError: where it is not one that this icsfeed wrote.
        """
        try:
            said = json.loads(content)
            record = {_VERSION: said}[said["icsfeed"]]
            return cls(
                files={name: Written(digest=digest, size=size) for name, (digest, size) in record["files"].items()},
                pending=frozenset(record["pending"]),
                ledger={uid: (_line(uid, *line),) for uid, line in record["ledger"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"{where} has a {NAME} that this icsfeed did not write; move it away to begin anew"
            raise ForeignManifestError(msg) from error


def _line(uid: str, sequence: int, digest: str, at: str) -> LedgerLine:
    moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return LedgerLine(uid=uid, digest=digest, revision=Revision(sequence=sequence, at=moment))


def joined(recorded: Ledger, exported: Ledger) -> Ledger:
    """The ledger of a database, gone on from an earlier export where the database knows less."""
    missing: Iterable[str] = exported.keys() - recorded.keys()
    older = {
        uid
        for uid in exported.keys() & recorded.keys()
        if exported[uid][-1].revision.sequence > recorded[uid][-1].revision.sequence
    }
    return {**recorded, **{uid: exported[uid] for uid in (*missing, *older)}}
