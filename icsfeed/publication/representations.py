"""What is at a path: bytes, and all that a carrier says of them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Representation:
    """What is at a path.

    ``download`` is the file name under which a browser keeps it (``None``: it is shown); ``left_out`` is how many
    events found no place in it. Only what is ``dated`` is told with its Last-Modified. What is ``immutable`` never
    changes at its path. ``security`` is a page's Content-Security-Policy (empty: it is no page).
    """

    body: bytes
    content_type: str
    download: str | None = None
    left_out: int = 0
    dated: bool = True
    immutable: bool = False
    security: str = ""

    @cached_property
    def etag(self) -> str:
        """A strong entity tag of the bytes, without its quotes (RFC 9110, section 8.8.3)."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    @cached_property
    def packed(self) -> bytes:
        """The bytes in gzip, the same ones every time."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)


Maker: TypeAlias = Callable[[], Representation]


class Representations(Mapping[str, Representation]):
    """What is at each path, made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers = makers
        self._made: dict[str, Representation] = {}

    def __getitem__(self, path: str) -> Representation:
        found = self._made.get(path)
        if found is None:
            found = self._made[path] = self._makers[path]()
        return found

    def __contains__(self, path: object) -> bool:
        return path in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
