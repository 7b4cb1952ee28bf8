"""The manifest: what an export wrote to its destination, so that the next one goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.revisions import Ledger, LedgerLine, Revision
from icsfeed.export.private_names import is_secret

OWN_FOLDER: Final = ".icsfeed"
NAME: Final = f"{OWN_FOLDER}/manifest.json"
_VERSION: Final = 1
_WITH_SECRETS: Final = 2
"""What an icsfeed that knows no private files must not go on from: it would forget them, and they stay."""
_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


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
    Those with a token in them are as ``noted_as`` has them, all others as they are.
    """

    files: Mapping[str, Written] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    ledger: Ledger = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """All names that are icsfeed's."""
        return self.pending | self.files.keys()

    def to_json(self) -> bytes:
        """The manifest as a file, a line an entry; the same bytes for the same content."""
        files = (
            f"{_quoted(name)}: [{_quoted(self.files[name].digest)}, {self.files[name].size}]"
            for name in sorted(self.files)
        )
        ledger = (f"{_quoted(uid)}: [{_said(self.ledger[uid][-1])}]" for uid in sorted(self.ledger))
        parts = [
            f'"icsfeed": {_WITH_SECRETS if any(map(is_secret, self.names)) else _VERSION}',
            f'"files": {{{_lines(files)}}}',
            f'"pending": [{_lines(map(_quoted, sorted(self.pending)))}]',
            f'"ledger": {{{_lines(ledger)}}}',
        ]
        return ("{\n" + ",\n".join(parts) + "\n}\n").encode()

    @classmethod
    def from_json(cls, content: bytes, where: str) -> Manifest:
        """The manifest that a file says; ``where`` is what messages call its destination.

        Raises:
            ForeignManifestError: where it is not one that this icsfeed wrote.
        """
        try:
            said = json.loads(content)
            record = {_VERSION: said, _WITH_SECRETS: said}[said["icsfeed"]]
            return cls(
                files={_name(name): _file(*file) for name, file in record["files"].items()},
                pending=frozenset(map(_name, record["pending"])),
                ledger={uid: (_line(uid, *line),) for uid, line in record["ledger"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = (
                f"{where} has a {NAME} that this icsfeed did not write; export to another place, or to this one emptied"
            )
            raise ForeignManifestError(msg) from error


def joined(recorded: Ledger, exported: Ledger) -> Ledger:
    """The ledger of a database, gone on from an earlier export where the database does not know of it.

    It does where it has the very line that was exported, or has gone beyond it.
    """
    unknown = {uid: lines for uid, lines in exported.items() if not _knows(recorded.get(uid, ()), lines[-1])}
    return {**recorded, **unknown} if unknown else recorded


def last_lines(ledger: Ledger) -> Ledger:
    """What of a ledger is worth keeping at a destination: what was public last, in whole seconds."""
    return {uid: (_whole_seconds(lines[-1]),) for uid, lines in ledger.items()}


def _knows(lines: Iterable[LedgerLine], exported: LedgerLine) -> bool:
    said = (exported.digest, exported.revision.sequence)
    return any(
        line.revision.sequence > exported.revision.sequence or (line.digest, line.revision.sequence) == said
        for line in lines
    )


def _whole_seconds(line: LedgerLine) -> LedgerLine:
    at = line.revision.at.astimezone(UTC).replace(microsecond=0)
    return LedgerLine(uid=line.uid, digest=line.digest, revision=Revision(sequence=line.revision.sequence, at=at))


def _lines(entries: Iterable[str]) -> str:
    joined_entries = ",\n".join(entries)
    return f"\n{joined_entries}\n" if joined_entries else ""


def _said(line: LedgerLine) -> str:
    at = line.revision.at.astimezone(UTC)
    return f'{line.revision.sequence}, {_quoted(line.digest)}, "{at:%Y-%m-%dT%H:%M:%SZ}"'


def _name(name: Any) -> str:  # noqa: ANN401  (whatever the file says)
    """A name within the destination: what a manifest names, exports write over and delete."""
    parts = name.split("/")
    if not {"", ".", ".."}.isdisjoint(parts) or {"\\", "\0", ":"} & set(name) or name == NAME:
        raise ValueError(name)
    return str(name)


def _file(digest: Any, size: Any) -> Written:  # noqa: ANN401
    if not isinstance(digest, str) or type(size) is not int:
        raise TypeError
    return Written(digest=digest, size=size)


def _line(uid: str, sequence: Any, digest: Any, at: Any) -> LedgerLine:  # noqa: ANN401
    if type(sequence) is not int or not isinstance(digest, str):
        raise TypeError
    moment = datetime.fromisoformat(at).astimezone(UTC)
    return LedgerLine(uid=uid, digest=digest, revision=Revision(sequence=sequence, at=moment))
