"""An export: only what has changed is written, in an order in which nobody finds what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeAlias

from icsfeed.domain.revisions import Ledger
from icsfeed.export.files import SiteFile
from icsfeed.export.manifest import Manifest, Written
from icsfeed.export.private_names import FOLDER, is_secret, noted_as, shown_as
from icsfeed.export.targets import ExportError, Target
from icsfeed.publication.private import LeftOut
from icsfeed.services.upcoming import utc_text

Progress: TypeAlias = Callable[[int, int], None]
"""Hears how many files of how many are done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What an export did, or would do: names of files as they may be shown, in order.

    ``private_left_out`` are the private feeds that it did not write; ``None`` where it was to write none.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    private_left_out: tuple[LeftOut, ...] | None = None

    @property
    def without_feed(self) -> tuple[str, ...]:
        """The subscribers whose private feed is not there."""
        return tuple(each.name for each in self.private_left_out or () if each.until is None)

    @property
    def without_old_address(self) -> tuple[str, ...]:
        """The subscribers whose private feed is not where it was before, though it still might be."""
        return tuple(each.name for each in self.private_left_out or () if each.until is not None)

    def as_json(self) -> dict[str, object]:
        """The report as JSON has it."""
        found: dict[str, object] = {
            "written": list(self.written),
            "removed": list(self.removed),
            "unchanged": self.unchanged,
        }
        if self.private_left_out is not None:
            found["private_left_out"] = [
                {"name": each.name, "until": utc_text(each.until) if each.until is not None else None}
                for each in self.private_left_out
            ]
        return found


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
    noted = before.names
    names = noted | site.keys()
    plain = frozenset(name for name in names if not is_secret(name))
    there = target.sizes(plain, folder=FOLDER if plain != names else "")
    own = {name for name in there if noted_as(name) in noted}
    _refuse_foreign(target, own, site, there)
    changed = [file for file in site.values() if not _is_there(file, before, there)]
    stale = sorted(name for name in own - site.keys() if there[name] >= 0)
    report = Report(
        written=tuple(file.shown_as for file in changed),
        removed=tuple(map(shown_as, stale)),
        unchanged=len(site) - len(changed),
    )
    if dry_run:
        return report
    if changed or stale:
        # Whatever happens from here on, these are known for icsfeed's own.
        started = replace(before, pending=before.pending.union(file.noted_as for file in changed))
        target.write_manifest(started.to_json())
        target.write(changed, _counted(progress, len(changed)))
        target.remove(stale)
    now_there = {file.noted_as: Written(digest=file.digest, size=len(file.body)) for file in changed}
    noted_files = (file.noted_as for file in site.values())
    after = Manifest(files={name: now_there.get(name) or before.files[name] for name in noted_files}, ledger=ledger)
    if after != before:
        target.write_manifest(after.to_json())
    return report


def _is_there(file: SiteFile, before: Manifest, there: dict[str, int]) -> bool:
    written = before.files.get(file.noted_as)
    if written is None or file.noted_as in before.pending:
        return False
    return written.digest == file.digest and there.get(file.name) == written.size


def _refuse_foreign(target: Target, own: set[str], site: dict[str, SiteFile], there: dict[str, int]) -> None:
    """Refuse to write over what no export wrote, unless it is the same."""
    for name, file in site.items():
        is_other = there.get(name, 0) < 0
        if is_other or (name in there and name not in own and target.read(name) != file.body):
            msg = f"{target} has a file {file.shown_as} that no export wrote; move it away, or export to another place"
            raise ExportError(msg)


def _counted(progress: Progress | None, total: int) -> Callable[[], None]:
    numbers = count(1)
    return (lambda: progress(next(numbers), total)) if progress is not None else (lambda: None)
