"""Connections that must be done by a deadline, however slowly the other side sends."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Final

MAX_RESPONSE_BYTES: Final = 65_536
"""Of status and headers; the body is never read."""

_CHUNK_BYTES: Final = 16_384


class Deadline:
    """An instant of the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """The seconds that are left.

        Raises:
            TimeoutError: where none are.
        """
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class TimedSocket:
    """What ``http.client`` needs of a socket: every wait ends with the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._connection.settimeout(self._deadline.remaining())
            rest = rest[self._connection.send(rest[:_CHUNK_BYTES]) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        del mode  # http.client reads bytes
        return io.BufferedReader(_TimedStream(self._receive))

    def close(self) -> None:
        self._connection.close()

    def _receive(self, buffer: memoryview) -> int:
        self._connection.settimeout(self._deadline.remaining())
        return self._connection.recv_into(buffer)


class _TimedStream(io.RawIOBase):
    """What arrives, up to the most that a response may have."""

    def __init__(self, receive: Callable[[memoryview], int]) -> None:
        self._receive = receive
        self._left = MAX_RESPONSE_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader passes
        if not self._left:
            raise HTTPException
        count = self._receive(buffer[: self._left])
        self._left -= count
        return count
