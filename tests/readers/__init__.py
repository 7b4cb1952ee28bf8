"""Calendar engines behind real clients, used to read our feeds back."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from tests import required

from . import aic, icaljs, libical, rie
from .instances import Instance

__all__ = ["READERS", "Instance", "Reader", "require"]


class Reader(NamedTuple):
    """One engine: its name, its reading function, and why it is unavailable here (None if it is available)."""

    name: str
    read: Callable[[bytes, datetime, datetime], list[Instance]]
    unavailable: Callable[[], str | None]


READERS = (
    Reader(rie.NAME, rie.read, rie.unavailable),
    Reader(aic.NAME, aic.read, aic.unavailable),
    Reader(icaljs.NAME, icaljs.read, icaljs.unavailable),
    Reader(libical.NAME, libical.read, libical.unavailable),
)


def require(reader: Reader) -> None:
    """Skip the running test if the reader is unavailable; fail it under CI, where every reader is required."""
    required.require(reader.unavailable())
