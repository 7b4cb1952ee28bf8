"""One export: write only what has changed, in an order that never leaves a link to a missing file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeAlias

from icsfeed.domain.errors import RefusedError
from icsfeed.domain.revisions import Ledger
from icsfeed.export.files import SiteFile
from icsfeed.export.manifest import ExportedFile, Manifest
from icsfeed.export.manifest_parsing import parse_manifest
from icsfeed.export.private_names import FOLDER, display_name, is_secret, manifest_name
from icsfeed.export.targets import Target
from icsfeed.publication.private import LeftOut
from icsfeed.services.upcoming import utc_text

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of files written so far, and with the number of all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The result of an export: names of files as they may be shown, in order.

    ``private_left_out`` are the private feeds that it could not write; ``None`` if none were to be written.
    ``template_mistakes`` are those of reminders' own templates, in whose place the built-in texts are.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    private_left_out: tuple[LeftOut, ...] | None = None
    template_mistakes: tuple[str, ...] = ()

    @property
    def without_feed(self) -> tuple[str, ...]:
        """The subscribers whose private feed is missing."""
        return tuple(each.name for each in self.private_left_out or () if each.until is None)

    @property
    def without_old_address(self) -> tuple[str, ...]:
        """The subscribers whose previous address is still valid, but missing here."""
        return tuple(each.name for each in self.private_left_out or () if each.until is not None)

    def as_json(self) -> dict[str, object]:
        """The report as JSON."""
        report: dict[str, object] = {
            "written": list(self.written),
            "removed": list(self.removed),
            "unchanged": self.unchanged,
        }
        if self.private_left_out is not None:
            report["private_left_out"] = [
                {"name": each.name, "until": utc_text(each.until) if each.until is not None else None}
                for each in self.private_left_out
            ]
        return report


def read_manifest(target: Target) -> Manifest:
    """The manifest of the export before; an empty one if there was none.

    Raises:
        IcsfeedError: if it can't be read, or is not a manifest.
    """
    content = target.read_manifest()
    return parse_manifest(content, str(target)) if content is not None else Manifest()


def export(
    files: Iterable[SiteFile],
    target: Target,
    *,
    before: Manifest,
    ledger: Ledger,
    uid_domain: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Make ``target`` hold exactly ``files``, apart from files that icsfeed did not write; ``before`` is its manifest.

    The new manifest has the ``ledger`` and the ``uid_domain`` of the calendar that is exported. If the process is
    killed, every file is either the old or the new one, and the next export completes the site.

    Raises:
        IcsfeedError: if the target can't be written, or has another program's file in the place of one of ours.
    """
    site = {file.name: file for file in sorted(files, key=lambda file: (file.order, file.name))}
    manifest_names = {name: manifest_name(name) for name in site}
    sizes, own_names = _existing_files(target, before.names, manifest_names)
    _refuse_to_replace_others(target, own_names, site, sizes)
    whole = {name: before.files[name] for name in before.files.keys() - before.pending}
    changed = [
        file for name, file in site.items() if not _is_current(file, whole.get(manifest_names[name]), sizes.get(name))
    ]
    obsolete = sorted(name for name in own_names - site.keys() if sizes[name] >= 0)
    report = Report(
        written=tuple(file.display_name for file in changed),
        removed=tuple(map(display_name, obsolete)),
        unchanged=len(site) - len(changed),
    )
    if dry_run:
        return report
    if changed or obsolete:
        # Listed before they are written: whatever happens next, these files are recognized as icsfeed's.
        pending = before.pending.union(manifest_names[file.name] for file in changed)
        target.write_manifest(replace(before, pending=pending, uid_domain=uid_domain).to_json())
        target.write(changed, _counter(progress, len(changed)))
        target.remove(obsolete)
    written = {manifest_names[file.name]: ExportedFile(digest=file.digest, size=len(file.body)) for file in changed}
    exported = {name: written.get(name) or before.files[name] for name in manifest_names.values()}
    after = Manifest(files=exported, ledger=ledger, uid_domain=uid_domain)
    if after != before:
        target.write_manifest(after.to_json())
    return report


def _existing_files(
    target: Target, listed: frozenset[str], manifest_names: Mapping[str, str]
) -> tuple[Mapping[str, int], set[str]]:
    """The sizes of existing files, and which of these files earlier exports wrote.

    ``listed`` are the names in the manifest before, ``manifest_names`` those of the site by file name.
    """
    obsolete = listed.difference(manifest_names.values())
    public_names = frozenset(name for name in obsolete if not is_secret(name))
    # The manifest has only digests of private names: to find the files of other ones, all must be looked at.
    folder = FOLDER if len(public_names) < len(obsolete) else ""
    sizes = target.sizes(public_names | manifest_names.keys(), folder=folder)
    own_names = {name for name in sizes if (manifest_names.get(name) or manifest_name(name)) in listed}
    return sizes, own_names


def _is_current(file: SiteFile, exported: ExportedFile | None, size: int | None) -> bool:
    return exported is not None and exported.digest == file.digest and exported.size == size


def _refuse_to_replace_others(
    target: Target, own_names: set[str], site: Mapping[str, SiteFile], sizes: Mapping[str, int]
) -> None:
    """Refuse to replace a file that no export wrote, unless its bytes are the same."""
    for name, file in site.items():
        is_no_file = sizes.get(name, 0) < 0
        if is_no_file or (name in sizes and name not in own_names and not _has_body(target, file, sizes[name])):
            msg = (
                f'{target} has a file "{file.display_name}" that no export wrote; '
                "move it away, or export to another destination"
            )
            raise RefusedError(msg)


def _has_body(target: Target, file: SiteFile, size: int) -> bool:
    return size == len(file.body) and target.read(file.name, max_bytes=size) == file.body


def _counter(progress: Progress | None, total: int) -> Callable[[], None]:
    numbers = count(1)
    return (lambda: progress(next(numbers), total)) if progress is not None else (lambda: None)
