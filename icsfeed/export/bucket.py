"""A bucket of an object store, by URL: ``s3://``, ``gs://`` or ``az://``."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from icsfeed.export.files import DISPOSITION, SiteFile
from icsfeed.export.manifest import NAME as MANIFEST
from icsfeed.export.manifest import Manifest
from icsfeed.export.store_answers import is_missing_bucket, reason_of
from icsfeed.export.targets import ExportError

if TYPE_CHECKING:
    from obstore import Attributes, PutMode

SCHEMES: Final = ("s3", "gs", "az")
_AT_ONCE: Final = 8
"""Uploads that are under way together: each waits for the network nearly all the time."""

SIGN_OF_LIFE: Final = timedelta(seconds=1)
"""How often an export that is under way shows that it lives."""

PATIENCE: Final = timedelta(seconds=5)
"""For so long another export waits for such a sign before it takes over."""

_RETRIES: Final[Any] = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
_CLIENT: Final[Any] = {
    "allow_http": True,  # where the environment names an endpoint without TLS: a store on this machine, say
    "connect_timeout": timedelta(seconds=3),
    "timeout": timedelta(seconds=10),
}


class Bucket:
    """The objects below a URL. Credentials come from the environment, as the store's own tools take them.

    A bucket can't be locked. Instead each export writes the manifest on condition that it is the one it has read, and,
    while it uploads, again and again: so a second one sees whether the first still lives, and a first that was taken
    for dead is refused.
    """

    def __init__(self, url: str, *, patience: timedelta = PATIENCE, life_every: timedelta = SIGN_OF_LIFE) -> None:
        scheme, _, rest = url.partition("://")
        if {"@", "?", "#"} & set(rest):
            msg = "a bucket is named by scheme, name and path alone; credentials come from the environment"
            raise ExportError(msg)
        if scheme not in SCHEMES or not rest.partition("/")[0]:
            msg = f"{url!r} is no folder and no bucket; buckets are written s3://NAME, gs://NAME or az://NAME"
            raise ExportError(msg)
        if {".", ".."} & set(rest.split("/")):
            msg = f"{url!r} is no place in a bucket; write its path without . and .."
            raise ExportError(msg)
        self._url = url
        self._patience = patience
        self._life_every = life_every
        self._version: PutMode = "create"
        self._manifest = b""
        self._shown = 0.0
        with self._refusals():
            self._store = obstore.store.from_url(url, retry_config=_RETRIES, client_options=_CLIENT)

    def __str__(self) -> str:
        return self._url

    @contextmanager
    def locked(self) -> Generator[None]:
        """See that no other export is at it, which there may be where the manifest says that one has begun."""
        found = self.read(MANIFEST)
        if found is not None and Manifest.from_json(found, self._url).pending:
            time.sleep(self._patience.total_seconds())
            if self.read(MANIFEST) != found:
                raise self._other()
        yield

    def read(self, name: str) -> bytes | None:
        """An object's bytes."""
        found = self._get(name)
        return bytes(found.bytes()) if found is not None else None

    def sizes(self, names: frozenset[str], *, folder: str = "") -> dict[str, int]:
        """The sizes of those that are there, from one listing of all."""
        with self._refusals():
            found = {each["path"]: each["size"] for chunk in obstore.list(self._store) for each in chunk}
        return {name: size for name, size in found.items() if name in names or (folder and name.startswith(folder))}

    def read_manifest(self) -> bytes | None:
        """The manifest; what is written from now on is on condition that it is still this one."""
        found = self._get(MANIFEST)
        self._version = "create"
        if found is None:
            return None
        self._remember(found.meta["e_tag"], found.meta["version"])
        with self._refusals():
            return bytes(found.bytes())

    def write_manifest(self, content: bytes) -> None:
        """Put the manifest in its place."""
        self._manifest = content
        attributes: Attributes = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        with self._refusals():
            done = obstore.put(
                self._store, MANIFEST, content, attributes=attributes, mode=self._version, use_multipart=False
            )
        self._remember(done["e_tag"], done["version"])

    def write(self, files: Sequence[SiteFile], written: Callable[[], None]) -> None:
        """Upload the files, some at once, but none before those that come before it by its kind are there."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            try:
                for _, kind in groupby(files, key=lambda file: file.order):
                    waiting = {threads.submit(self._put, file) for file in kind}
                    while waiting:
                        done, waiting = wait(waiting, self._life_every.total_seconds(), FIRST_COMPLETED)
                        for each in done:
                            each.result()
                            written()
                        self.show_life()
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def show_life(self) -> None:
        """Now and then write the manifest again, in other bytes that say the same: another export sees it."""
        if time.monotonic() - self._shown >= self._life_every.total_seconds():
            self.write_manifest(self._manifest + b"\n")

    def remove(self, names: Sequence[str]) -> None:
        """Take objects away."""
        if names:
            with self._refusals():
                obstore.delete(self._store, names)

    def _get(self, name: str) -> obstore.GetResult | None:
        try:
            return obstore.get(self._store, name)
        except (BaseError, FileNotFoundError) as error:
            reason = reason_of(str(error))
            if isinstance(error, FileNotFoundError) and not is_missing_bucket(reason):
                return None
            raise self._refusal(reason) from error

    def _put(self, file: SiteFile) -> None:
        attributes: Attributes = {"Content-Type": file.content_type}
        for name in ("Cache-Control", DISPOSITION):
            if name in file.headers:
                attributes[name] = file.headers[name]
        with self._refusals():
            obstore.put(self._store, file.name, file.body, attributes=attributes, use_multipart=False)

    def _remember(self, e_tag: str | None, version: str | None) -> None:
        self._shown = time.monotonic()
        self._version = {}
        if e_tag is not None:
            self._version["e_tag"] = e_tag
        if version is not None:
            self._version["version"] = version

    def _other(self) -> ExportError:
        return ExportError(f"another export to {self._url} is under way; try again when it is done")

    @contextmanager
    def _refusals(self) -> Generator[None]:
        try:
            yield
        except (AlreadyExistsError, PreconditionError):
            raise self._other() from None
        except (BaseError, FileNotFoundError) as error:
            raise self._refusal(reason_of(str(error))) from error

    def _refusal(self, reason: str) -> ExportError:
        return ExportError(
            f"{self._url} can't be written: {reason}; every object there is whole, and the next export goes on"
        )
