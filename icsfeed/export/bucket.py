"""A bucket of an object store, by URL: ``s3://``, ``gs://`` or ``az://``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError

from icsfeed.export.files import SiteFile
from icsfeed.export.manifest import NAME as MANIFEST
from icsfeed.export.targets import ExportError

if TYPE_CHECKING:
    from obstore import Attributes, PutMode, UpdateVersion

_REASONS: Final = (
    ("NoSuchBucket", "there is no such bucket"),
    ("InvalidAccessKeyId", "the store refuses the credentials"),
    ("SignatureDoesNotMatch", "the store refuses the credentials"),
    ("AccessDenied", "the credentials do not allow it"),
    ("CredentialsError", "there are no credentials; set them as the store's own tools take them"),
    ("dns error", "there is no such host"),
    ("error sending request", "the store can't be reached"),
    ("Connection refused", "the store can't be reached"),
)


class Bucket:
    """The objects below a URL. Credentials come from the environment, as the store's own tools take them."""

    def __init__(self, url: str, **config: Any) -> None:  # noqa: ANN401  (obstore's own)
        self._url = url
        self._manifest: UpdateVersion | None = None
        try:
            self._store = obstore.store.from_url(url, **config)
        except BaseError as error:
            raise self._refusal(error) from error

    def __str__(self) -> str:
        return self._url

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing yet: that another export is at it shows when the manifest is written, which each reads first."""
        yield

    def read(self, name: str) -> bytes | None:
        """An object's bytes."""
        try:
            found = obstore.get(self._store, name)
            if name == MANIFEST:
                self._manifest = {"e_tag": found.meta["e_tag"], "version": found.meta["version"]}
            return bytes(found.bytes())
        except NotFoundError:
            return None
        except BaseError as error:
            raise self._refusal(error) from error

    def sizes(self, names: frozenset[str]) -> dict[str, int]:
        """The sizes of those that are there, from one listing of all."""
        try:
            listing = obstore.list(self._store)
            return {each["path"]: each["size"] for chunk in listing for each in chunk if each["path"] in names}
        except BaseError as error:
            raise self._refusal(error) from error

    def write(self, file: SiteFile) -> None:
        """Put an object in its place, with what the store is to say of it."""
        attributes: Attributes = {"Content-Type": file.content_type}
        if file.cache_control:
            attributes["Cache-Control"] = file.cache_control
        if file.download is not None:
            attributes["Content-Disposition"] = f'attachment; filename="{file.download}"'
        is_manifest = file.name == MANIFEST
        mode: PutMode = (self._manifest or "create") if is_manifest else "overwrite"
        try:
            done = obstore.put(self._store, file.name, file.body, attributes=attributes, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            msg = f"another export to {self._url} is under way; try again when it is done"
            raise ExportError(msg) from None
        except BaseError as error:
            raise self._refusal(error) from error
        if is_manifest:
            self._manifest = {"e_tag": done["e_tag"], "version": done["version"]}

    def remove(self, name: str) -> None:
        """Take an object away."""
        try:
            obstore.delete(self._store, name)
        except NotFoundError:
            return
        except BaseError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: BaseError) -> ExportError:
        said = str(error)
        reason = next((words for sign, words in _REASONS if sign in said), said.splitlines()[0])
        return ExportError(f"{self._url} can't be written: {reason}; what it shows is whole")
