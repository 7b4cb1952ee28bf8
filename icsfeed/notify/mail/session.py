"""Hands mails over to the mail server, as many as possible on one connection."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NamedTuple

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


class SmtpCommand(NamedTuple):
    """A command, and the codes of replies after which the mail goes on."""

    stage: SmtpStage
    text: str
    accepted: tuple[int, ...]

    def require(self, reply: tuple[int, bytes]) -> None:
        """Raise a ``ReplyError`` where the reply is another."""
        code, text = reply
        if code not in self.accepted:
            raise ReplyError(self.stage, SmtpReply.of(code, text))


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
                raise error.failure() from None
            self._post_anew(mail)
        finally:
            self._used_at = self._seconds()

    def close(self) -> None:
        """Say goodbye, without waiting long for an answer."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.timeout = min(self._connector.timeout, _FAREWELL_SECONDS)
            if smtp.sock is not None:
                smtp.sock.settimeout(smtp.timeout)
            smtp.quit()
        except OSError:  # also smtplib's errors
            smtp.close()

    def _post_anew(self, mail: PostedMail) -> None:
        self.close()
        try:
            self._attempt(mail)
        except AttemptError as error:
            raise error.failure() from None

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
        commands = (
            SmtpCommand(SmtpStage.SENDER, f"MAIL FROM:<{mail.sender}>{size}", (_OK,)),
            SmtpCommand(SmtpStage.RECIPIENT, f"RCPT TO:<{mail.recipient}>", (_OK, _WILL_FORWARD)),
            SmtpCommand(SmtpStage.DATA, "DATA", (_GO_AHEAD,)),
        )
        if smtp.has_extn("pipelining"):
            self._send_together(smtp, commands)
        else:
            for command in commands:
                with self._errors_at(command.stage):
                    command.require(smtp.docmd(command.text))
        with self._errors_at(SmtpStage.CONTENT):
            smtp.send(_as_content(mail.message))
            SmtpCommand(SmtpStage.CONTENT, "", (_OK,)).require(smtp.getreply())

    def _send_together(self, smtp: smtplib.SMTP, commands: Sequence[SmtpCommand]) -> None:
        """Send the commands without waiting for each reply, which saves two of four round trips (RFC 2920)."""
        refusal: AttemptError | None = None
        with self._errors_at(commands[0].stage):
            smtp.send("".join(f"{command.text}\r\n" for command in commands))
        for command in commands:
            try:
                with self._errors_at(command.stage):
                    code, text = smtp.getreply()
                    command.require((code, text))
            except AttemptError as error:
                refusal = refusal or error
                if error.spoils_connection:
                    raise refusal from None
        if refusal is None:
            return
        if code == _GO_AHEAD:  # the server takes the content for a recipient that it refused: there is none
            with self._errors_at(SmtpStage.DATA):
                smtp.send(_END_OF_CONTENT)
                smtp.getreply()
        raise refusal

    def _errors_at(self, stage: SmtpStage) -> AbstractContextManager[None]:
        return smtp_errors(stage, self._connector.timeout)

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
