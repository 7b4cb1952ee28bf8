"""The manifest: the files that exports wrote to a destination, and the revisions of the events in them.

It lies in the destination itself, so the next export continues from it on any machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final

from icsfeed.domain.revisions import GONE, Ledger, LedgerLine, Revision, is_private_key
from icsfeed.export.private_names import is_secret

OWN_FOLDER: Final = ".icsfeed"
NAME: Final = f"{OWN_FOLDER}/manifest.json"
VERSION: Final = 1
VERSION_WITH_SECRETS: Final = 2
"""Refused by versions of icsfeed that don't know private files: they would drop these from the manifest, and the files
themselves would stay public.
"""

_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedFile:
    """A file as an export wrote it: ``SiteFile.digest``, and the size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The files of a destination by name, and the last ledger line of every event.

    ``pending`` are the names that an export was about to write. They are icsfeed's, whether it wrote them or not. All
    names are as ``private_names.manifest_name`` returns them. ``uid_domain`` is that of the calendar published there;
    manifests of icsfeed 0.1 don't name it.
    """

    files: Mapping[str, ExportedFile] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    ledger: Ledger = field(default_factory=dict)
    uid_domain: str | None = None

    @property
    def uid_domains(self) -> frozenset[str]:
        """The UID domains that mark the calendar published there: of an older manifest, those of its events' UIDs.

        Empty if nothing marks it.
        """
        if self.uid_domain is not None:
            return frozenset({self.uid_domain})
        return frozenset(uid.rpartition("@")[2] for uid, lines in self.ledger.items() if lines[-1].digest != GONE)

    @property
    def names(self) -> frozenset[str]:
        """The names of all files that are icsfeed's."""
        return self.pending | self.files.keys()

    def to_json(self) -> bytes:
        """The manifest as a file, one entry a line; the same bytes for the same content."""
        files = (
            f"{_quoted(name)}: [{_quoted(self.files[name].digest)}, {self.files[name].size}]"
            for name in sorted(self.files)
        )
        ledger = (f"{_quoted(uid)}: [{_line_json(self.ledger[uid][-1])}]" for uid in sorted(self.ledger))
        calendar = [f'"uid_domain": {_quoted(self.uid_domain)}'] if self.uid_domain is not None else []
        parts = [
            f'"icsfeed": {VERSION_WITH_SECRETS if any(map(is_secret, self.names)) else VERSION}',
            *calendar,
            f'"files": {{{_one_a_line(files)}}}',
            f'"pending": [{_one_a_line(map(_quoted, sorted(self.pending)))}]',
            f'"ledger": {{{_one_a_line(ledger)}}}',
        ]
        return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def continued(recorded: Ledger, exported: Ledger) -> Ledger:
    """The ledger of a database, continued from an earlier export for the events of which the database knows less.

    The database knows as much as the export if it has the very line that was exported, or a later one.
    """
    unknown = {uid: lines for uid, lines in exported.items() if not _has(recorded.get(uid, ()), lines[-1])}
    return {**recorded, **unknown} if unknown else recorded


def last_lines(ledger: Ledger) -> Ledger:
    """The part of a ledger that a destination keeps: the last line of each event, in whole seconds.

    Nothing private: the manifest often lies where everybody can read it.
    """
    return {key: (_in_whole_seconds(lines[-1]),) for key, lines in ledger.items() if not is_private_key(key)}


def _has(lines: Iterable[LedgerLine], exported: LedgerLine) -> bool:
    key = (exported.digest, exported.revision.sequence)
    return any(
        line.revision.sequence > exported.revision.sequence or (line.digest, line.revision.sequence) == key
        for line in lines
    )


def _in_whole_seconds(line: LedgerLine) -> LedgerLine:
    at = line.revision.at.astimezone(UTC).replace(microsecond=0)
    return LedgerLine(uid=line.uid, digest=line.digest, revision=Revision(sequence=line.revision.sequence, at=at))


def _one_a_line(entries: Iterable[str]) -> str:
    lines = ",\n".join(entries)
    return f"\n{lines}\n" if lines else ""


def _line_json(line: LedgerLine) -> str:
    at = line.revision.at.astimezone(UTC)
    return f'{line.revision.sequence}, {_quoted(line.digest)}, "{at:%Y-%m-%dT%H:%M:%SZ}"'
