"""Connections to a mail server that wait for each reply until a deadline, and read so much of it at most.

``smtplib`` waits anew for every piece that arrives, and reads lines as long as the server says that more follow.
"""

from __future__ import annotations

import io
import smtplib
from typing import Final

from icsfeed.notify.deadlines import Deadline

MAX_REPLY_BYTES: Final = 65_536


class EndlessReplyError(OSError):
    """A reply that is longer than any server has reason to make one."""


class BoundedSmtp(smtplib.SMTP):
    """A connection whose ``timeout`` is that of each reply as a whole."""

    _stream: _ReplyStream | None = None

    def getreply(self) -> tuple[int, bytes]:
        sock = self.sock
        if sock is None:
            return super().getreply()
        if self.file is None or self._stream is None:  # also once the connection is encrypted
            self._stream = _ReplyStream(self)
            self.file = io.BufferedReader(self._stream)
        self._stream.expect_reply()
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)


class BoundedSmtpOverTls(BoundedSmtp, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class _ReplyStream(io.RawIOBase):
    """What arrives on the connection, reply by reply."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self._deadline = Deadline(0)
        self._left = 0

    def expect_reply(self) -> None:
        self._deadline = Deadline(self._smtp.timeout)
        self._left = MAX_REPLY_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader passes
        if not self._left:
            raise EndlessReplyError
        if (sock := self._smtp.sock) is None:
            return 0
        sock.settimeout(self._deadline.remaining())
        count = sock.recv_into(buffer[: self._left])
        self._left -= count
        return count
