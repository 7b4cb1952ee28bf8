"""Hands mails over to the mail server, as many as possible on one connection."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from icsfeed.notify.mail.attempts import AttemptError, ReplyError, smtp_errors
from icsfeed.notify.mail.connecting import SmtpConnector
from icsfeed.notify.mail.headers import bare_address
from icsfeed.notify.mail.refusals import SmtpReply, SmtpStage

_OK: Final = 250
_WILL_FORWARD: Final = 251
_GO_AHEAD: Final = 354
_LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_END_OF_CONTENT: Final = b".\r\n"
_FAREWELL_SECONDS: Final = 2.0
_MAX_IDLE_SECONDS: Final = 30.0
"""How long a connection is kept for the next mail. A firewall may drop one that is idle for longer without a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedMail:
    """A mail with the addresses of its SMTP envelope: plain ASCII, and lines that end with CRLF."""

    sender: str
    recipient: str = field(repr=False)
    message: bytes = field(repr=False)

    def __post_init__(self) -> None:
        bare_address(self.sender)
        bare_address(self.recipient)


class SmtpSession:
    """One connection at a time, opened by the first mail. One thread at a time uses it."""

    def __init__(self, connector: SmtpConnector, *, seconds: Callable[[], float] = monotonic) -> None:
        self._connector = connector
        self._seconds = seconds
        self._used_at = 0.0
        self._smtp: smtplib.SMTP | None = None

    def post(self, mail: PostedMail) -> None:
        """Hand the mail over; once this returns, the server has taken responsibility for it.

        A connection that was kept may have been closed by the server meanwhile, or have had its share of mails: where
        that shows before any of the content was sent, the mail goes over a new one.

        Raises:
            TemporaryFailureError: where it may succeed later. Where the connection breaks after the content was sent,
                nobody can know whether the server took the mail: the next attempt may repeat it.
            PermanentFailureError: where the server will never take it.
            MailboxRefusedError: where that is due to its recipient.
        """
        if self._seconds() - self._used_at > _MAX_IDLE_SECONDS:
            self.close()
        is_kept = self._smtp is not None
        try:
            self._attempt(mail)
        except AttemptError as error:
            if not (is_kept and error.may_be_stale):
                raise error.failure(mail.recipient) from None
            self._post_anew(mail)
        finally:
            self._used_at = self._seconds()

    def close(self) -> None:
        """Say goodbye, without waiting long for an answer."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(_FAREWELL_SECONDS)
            smtp.quit()
        except OSError:  # also smtplib's errors
            smtp.close()

    def _post_anew(self, mail: PostedMail) -> None:
        self.close()
        try:
            self._attempt(mail)
        except AttemptError as error:
            raise error.failure(mail.recipient) from None

    def _attempt(self, mail: PostedMail) -> None:
        if self._smtp is None:
            self._smtp = self._connector.connection()
        try:
            self._transact(self._smtp, mail)
        except AttemptError as error:
            if error.spoils_connection or not self._is_reset(self._smtp):
                self._drop()
            raise

    def _transact(self, smtp: smtplib.SMTP, mail: PostedMail) -> None:
        size = f" SIZE={len(mail.message)}" if smtp.has_extn("size") else ""
        self._command(smtp, SmtpStage.SENDER, f"MAIL FROM:<{mail.sender}>{size}", _OK)
        self._command(smtp, SmtpStage.RECIPIENT, f"RCPT TO:<{mail.recipient}>", _OK, _WILL_FORWARD)
        self._command(smtp, SmtpStage.DATA, "DATA", _GO_AHEAD)
        with smtp_errors(SmtpStage.CONTENT, self._connector.timeout):
            smtp.send(_as_content(mail.message))
            _require(SmtpStage.CONTENT, smtp.getreply(), _OK)

    def _command(self, smtp: smtplib.SMTP, stage: SmtpStage, command: str, *accepted: int) -> None:
        with smtp_errors(stage, self._connector.timeout):
            _require(stage, smtp.docmd(command), *accepted)

    def _is_reset(self, smtp: smtplib.SMTP) -> bool:
        """Whether the server has forgotten the mail that it refused, and takes another one."""
        try:
            return smtp.rset()[0] == _OK
        except OSError:  # also smtplib's errors
            return False

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _as_content(message: bytes) -> bytes:
    """The message as it is sent (RFC 5321, section 4.5.2), with its end."""
    return _LEADING_DOT.sub(b"..", message) + (b"" if message.endswith(b"\r\n") else b"\r\n") + _END_OF_CONTENT


def _require(stage: SmtpStage, reply: tuple[int, bytes], *accepted: int) -> None:
    code, text = reply
    if code not in accepted:
        raise ReplyError(stage, SmtpReply.of(code, text))
