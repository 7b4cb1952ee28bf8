"""Signatures of files: what tells whether one has to be read again."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Final, NamedTuple

NANOSECONDS: Final = 1_000_000_000
"""In a second."""


class FileSignature(NamedTuple):
    """A file's metadata: while it is the same, the file need not be read again."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, stat: os.stat_result) -> FileSignature:
        """The signature in a ``stat`` result."""
        return cls(mtime_ns=stat.st_mtime_ns, ctime_ns=stat.st_ctime_ns, size=stat.st_size, inode=stat.st_ino)

    @property
    def changed_at(self) -> datetime:
        """When the file was last edited, or put in place (UTC, whole seconds)."""
        # A deployment may keep an old time of change; the inode's own time says when the file came.
        return datetime.fromtimestamp(max(self.mtime_ns, self.ctime_ns) // NANOSECONDS, UTC)
