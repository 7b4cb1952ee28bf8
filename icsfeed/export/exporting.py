"""An export: only what has changed is written, in an order in which nobody finds what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeAlias

from icsfeed.domain.revisions import Ledger
from icsfeed.export.files import SiteFile
from icsfeed.export.manifest import Manifest, Written
from icsfeed.export.targets import ExportError, Target

Progress: TypeAlias = Callable[[int, int], None]
"""Hears how many files of how many are done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What an export did, or would do: names of files, in order."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    def record(self) -> dict[str, object]:
        """The report as JSON has it."""
        return {"written": list(self.written), "removed": list(self.removed), "unchanged": self.unchanged}


def read_manifest(target: Target) -> Manifest:
    """What was exported there before.

    Raises:
        IcsfeedError: where it can't be read, or is none.
    """
    content = target.read_manifest()
    return Manifest.from_json(content, str(target)) if content is not None else Manifest()


def export(
    files: Iterable[SiteFile],
    target: Target,
    *,
    before: Manifest,
    ledger: Ledger,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Have ``target`` hold exactly ``files``, besides what is not icsfeed's; ``before`` is its manifest.

    Killed at any moment, each file is the old one or the new one, and the next export completes it.

    Raises:
        ExportError: where it can't be written, or a file is in the way that no export wrote.
    """
    site = {file.name: file for file in sorted(files, key=lambda file: (file.order, file.name))}
    own = before.names
    there = target.sizes(own | site.keys())
    _refuse_foreign(target, own, site, there)
    changed = [file for file in site.values() if not _is_there(file, before, there)]
    stale = sorted(own - site.keys())
    report = Report(
        written=tuple(file.name for file in changed),
        removed=tuple(name for name in stale if there.get(name, -1) >= 0),
        unchanged=len(site) - len(changed),
    )
    if dry_run:
        return report
    if changed or stale:
        # Whatever happens from here on, these are known for icsfeed's own.
        started = replace(before, pending=before.pending.union(report.written))
        target.write_manifest(started.to_json())
        target.write(changed, _counted(progress, len(changed)))
        target.remove(report.removed)
    now_there = {file.name: Written(digest=file.digest, size=len(file.body)) for file in changed}
    after = Manifest(files={name: now_there.get(name) or before.files[name] for name in site}, ledger=ledger)
    if after != before:
        target.write_manifest(after.to_json())
    return report


def _is_there(file: SiteFile, before: Manifest, there: dict[str, int]) -> bool:
    written = before.files.get(file.name)
    if written is None or file.name in before.pending:
        return False
    return written.digest == file.digest and there.get(file.name) == written.size


def _refuse_foreign(target: Target, own: frozenset[str], site: dict[str, SiteFile], there: dict[str, int]) -> None:
    """Refuse to write over what no export wrote, unless it is the same."""
    for name, file in site.items():
        is_other = there.get(name, 0) < 0
        if is_other or (name in there and name not in own and target.read(name) != file.body):
            msg = f"{target} has a {name} that no export wrote; move it away, or export to another place"
            raise ExportError(msg)


def _counted(progress: Progress | None, total: int) -> Callable[[], None]:
    numbers = count(1)
    return (lambda: progress(next(numbers), total)) if progress is not None else (lambda: None)
