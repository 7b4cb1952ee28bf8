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

from icsfeed.domain.errors import BadInputError, ConflictError, UnavailableError
from icsfeed.export.files import DISPOSITION, SiteFile
from icsfeed.export.manifest import NAME as MANIFEST
from icsfeed.export.manifest_parsing import MAX_MANIFEST_BYTES, parse_manifest
from icsfeed.export.store_errors import is_missing_bucket, reason_of

if TYPE_CHECKING:
    from obstore import Attributes, PutMode

SCHEMES: Final = ("s3", "gs", "az")
_CONCURRENT_UPLOADS: Final = 8
"""Each of them waits for the network nearly all the time."""

HEARTBEAT: Final = timedelta(seconds=1)
"""How often a running export rewrites the manifest to show that it is alive."""

PATIENCE: Final = timedelta(seconds=5)
"""How long another export waits for a heartbeat before it takes over."""

_RETRIES: Final[Any] = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
_CLIENT: Final[Any] = {
    "allow_http": True,  # for an endpoint without TLS that the environment names, such as a store on this machine
    "connect_timeout": timedelta(seconds=3),
    "timeout": timedelta(seconds=10),
}


class Bucket:
    """The objects below a URL. Credentials come from the environment, in the variables of the store's own tools.

    A bucket can't be locked. Instead, each export writes the manifest on the condition that it is still the one that it
    has read, and rewrites it while it uploads. A second export thus sees whether the first is alive, and a first export
    that was wrongly taken for dead is refused.
    """

    def __init__(self, url: str, *, patience: timedelta = PATIENCE, heartbeat: timedelta = HEARTBEAT) -> None:
        scheme, _, rest = url.partition("://")
        if {"@", "?", "#"} & set(rest):
            msg = "a bucket's URL has a scheme, a name and a path, nothing else; credentials come from the environment"
            raise BadInputError(msg)
        if scheme not in SCHEMES or not rest.partition("/")[0]:
            msg = f'"{url}" is neither a folder nor a bucket; write a bucket as s3://NAME, gs://NAME or az://NAME'
            raise BadInputError(msg)
        if {".", ".."} & set(rest.split("/")):
            msg = f'"{url}" is not a path in a bucket; write the path without "." and ".."'
            raise BadInputError(msg)
        self._url = url
        self._patience = patience
        self._heartbeat = heartbeat
        self._version: PutMode = "create"
        """On which condition the manifest is written."""
        self._manifest = b""
        self._last_heartbeat = 0.0
        with self._translated_errors():
            self._store = obstore.store.from_url(url, retry_config=_RETRIES, client_options=_CLIENT)

    def __str__(self) -> str:
        return self._url

    @contextmanager
    def locked(self) -> Generator[None]:
        """Refuse to start while another export is running: if the manifest says so, watch for its heartbeat."""
        content = self.read(MANIFEST, max_bytes=MAX_MANIFEST_BYTES)
        if content is not None and parse_manifest(content, self._url).pending:
            time.sleep(self._patience.total_seconds())
            if self.read(MANIFEST, max_bytes=MAX_MANIFEST_BYTES) != content:
                raise self._conflict()
        yield

    def read(self, name: str, *, max_bytes: int) -> bytes | None:
        result = self._get(name)
        return self._body(result, max_bytes) if result is not None else None

    def sizes(self, names: frozenset[str], *, folder: str = "") -> dict[str, int]:
        """The sizes, from one listing of the whole bucket."""
        with self._translated_errors():
            sizes = {each["path"]: each["size"] for chunk in obstore.list(self._store) for each in chunk}
        return {name: size for name, size in sizes.items() if name in names or (folder and name.startswith(folder))}

    def read_manifest(self) -> bytes | None:
        """The manifest; from now on it is written on the condition that it is still this one."""
        result = self._get(MANIFEST)
        self._version = "create"
        if result is None:
            return None
        self._remember(result.meta["e_tag"], result.meta["version"])
        return self._body(result, MAX_MANIFEST_BYTES)

    def write_manifest(self, content: bytes) -> None:
        self._manifest = content
        attributes: Attributes = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        with self._translated_errors():
            result = obstore.put(
                self._store, MANIFEST, content, attributes=attributes, mode=self._version, use_multipart=False
            )
        self._remember(result["e_tag"], result["version"])

    def write(self, files: Sequence[SiteFile], on_written: Callable[[], None]) -> None:
        """Upload files concurrently, but those of one ``Order`` only when all of the previous one are uploaded."""
        with ThreadPoolExecutor(_CONCURRENT_UPLOADS) as threads:
            try:
                for _, group in groupby(files, key=lambda file: file.order):
                    pending = {threads.submit(self._put, file) for file in group}
                    while pending:
                        done, pending = wait(pending, self._heartbeat.total_seconds(), FIRST_COMPLETED)
                        for each in done:
                            each.result()
                            on_written()
                        self.beat()
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def beat(self) -> None:
        """If it is time, rewrite the manifest with other bytes of the same meaning, so that another export sees it."""
        if time.monotonic() - self._last_heartbeat >= self._heartbeat.total_seconds():
            self.write_manifest(self._manifest + b"\n")

    def remove(self, names: Sequence[str]) -> None:
        if names:
            with self._translated_errors():
                obstore.delete(self._store, names)

    def _get(self, name: str) -> obstore.GetResult | None:
        try:
            return obstore.get(self._store, name)
        except (BaseError, FileNotFoundError) as error:
            reason = reason_of(str(error))
            if isinstance(error, FileNotFoundError) and not is_missing_bucket(reason):
                return None
            raise self._unavailable(reason) from error

    def _body(self, result: obstore.GetResult, max_bytes: int) -> bytes:
        """The bytes, or slightly more than ``max_bytes`` of them; the rest is not fetched."""
        body = bytearray()
        with self._translated_errors():
            for chunk in result:
                body += chunk
                if len(body) > max_bytes:
                    break
        return bytes(body)

    def _put(self, file: SiteFile) -> None:
        attributes: Attributes = {"Content-Type": file.content_type}
        for name in ("Cache-Control", DISPOSITION):
            if name in file.headers:
                attributes[name] = file.headers[name]
        with self._translated_errors():
            obstore.put(self._store, file.name, file.body, attributes=attributes, use_multipart=False)

    def _remember(self, e_tag: str | None, version: str | None) -> None:
        self._last_heartbeat = time.monotonic()
        self._version = {}
        if e_tag is not None:
            self._version["e_tag"] = e_tag
        if version is not None:
            self._version["version"] = version

    def _conflict(self) -> ConflictError:
        return ConflictError(f"another export to {self._url} is running; try again when it is done")

    @contextmanager
    def _translated_errors(self) -> Generator[None]:
        try:
            yield
        except (AlreadyExistsError, PreconditionError):
            raise self._conflict() from None
        except (BaseError, FileNotFoundError) as error:
            raise self._unavailable(reason_of(str(error))) from error

    def _unavailable(self, reason: str) -> UnavailableError:
        return UnavailableError(
            f"{self._url} can't be written: {reason}; every object there is whole, "
            "and the next export continues from there"
        )
