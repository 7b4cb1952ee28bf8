"""Small sites to export, and a look at the destination."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from icsfeed.domain.revisions import Ledger
from icsfeed.export.exporting import Report, export, read_manifest
from icsfeed.export.files import Content, Order, SiteFile
from icsfeed.export.folder import Folder
from icsfeed.export.targets import Target
from tests.cli.running import NOW, run, token_key_file

OWN = frozenset({".icsfeed/lock", ".icsfeed/manifest.json"})
"""The files that an export keeps for itself."""


def site(contents: Mapping[str, str]) -> list[SiteFile]:
    """Site files with those texts, by name."""
    return [
        SiteFile(
            name=name,
            content=Content(
                make=text.encode,
                fingerprint=text,
                content_type="text/html" if name.endswith(".html") else "text/calendar",
            ),
            order=Order.PAGE if name.endswith(".html") else Order.FEED,
        )
        for name, text in contents.items()
    ]


def put(
    contents: Mapping[str, str], target: Target | Path, *, uid_domain: str | None = None, dry_run: bool = False
) -> Report:
    """Export those texts after any previous export."""
    folder_or_bucket = Folder(target) if isinstance(target, Path) else target
    return put_files(site(contents), folder_or_bucket, uid_domain=uid_domain, dry_run=dry_run)


def put_files(
    files: list[SiteFile],
    target: Target,
    *,
    ledger: Ledger | None = None,
    uid_domain: str | None = None,
    dry_run: bool = False,
) -> Report:
    """Export those files after any previous export."""
    with target.locked():
        before = read_manifest(target)
        return export(files, target, before=before, ledger=ledger or {}, uid_domain=uid_domain, dry_run=dry_run)


def private_site(folder: Path) -> tuple[Path, list[str]]:
    """Export a site with two private feeds, one of which has an alarm; returns its folder, and the feeds' paths."""
    key = token_key_file(folder)
    options = ("--token-key-file", key, "--now", NOW)
    subscribers = (("Acme Inc.",), ("Other", "--alarm", "1h"))
    paths = [run("subscriber", "add", *subscriber, *options).stdout.strip() for subscriber in subscribers]
    assert run("export", folder / "site", "--private", *options).status == 0
    return folder / "site", paths


def contents(folder: Path) -> dict[str, str]:
    """The texts in a folder by name, without the export's own files."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes().decode("latin-1") for name, path in sorted(paths.items()) if name not in OWN}


def dates(folder: Path) -> dict[str, tuple[int, int]]:
    """The modification time and inode of each file, including the manifest."""
    stats = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path.relative_to(folder).as_posix(): (stat.st_mtime_ns, stat.st_ino) for path, stat in stats.items()}
