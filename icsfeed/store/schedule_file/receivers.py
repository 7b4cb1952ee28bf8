"""Whether a schedule file names receivers of announcements, asked again and again at little cost."""

from __future__ import annotations

from pathlib import Path

from icsfeed.store.schedule_file.mistakes import ScheduleFileError
from icsfeed.store.schedule_file.reading import LoadedSchedule
from icsfeed.store.schedule_file.signatures import FileSignature
from icsfeed.store.schedule_file.syntax import parse


class ReceiverWatch:
    """Watches the file at ``path``, which was ``loaded`` before. While it can't be read, what it said last holds."""

    def __init__(self, path: Path, loaded: LoadedSchedule) -> None:
        self._path = path
        self._signature: FileSignature | None = loaded.signature
        self._has_receivers = bool(loaded.schedule.channels) or loaded.schedule.mail is not None

    def has_receivers(self) -> bool:
        """Whether the file has channels or mail now."""
        signature = self._current_signature()
        if signature is not None and signature != self._signature:
            self._signature = signature
            try:
                tables = parse(self._path.read_bytes(), str(self._path))
            except (OSError, ScheduleFileError):
                return self._has_receivers
            self._has_receivers = bool(tables.get("channels")) or "mail" in tables
        return self._has_receivers

    def _current_signature(self) -> FileSignature | None:
        try:
            return FileSignature.of(self._path.stat())
        except OSError:
            return None
