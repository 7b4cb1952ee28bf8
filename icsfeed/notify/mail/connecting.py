"""Connecting to the mail server: greeting, encryption and login."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from icsfeed.domain.smtp_servers import SmtpSecurity, SmtpServer
from icsfeed.notify.mail.attempts import BreakError, ReplyError, smtp_errors
from icsfeed.notify.mail.refusals import SmtpReply, SmtpStage
from icsfeed.notify.mail.replies import BoundedSmtp, BoundedSmtpOverTls

COMMAND_TIMEOUT_SECONDS: Final = 60.0
"""How long the server may take for one whole reply: some check the recipient meanwhile, or let strangers wait."""

_OK: Final = 250


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpConnector:
    """How connections are made. ``own_name`` is the domain by which we greet.

    By default, the server's certificate has to be one that this machine trusts; the variable ``SSL_CERT_FILE`` names
    other authorities.
    """

    server: SmtpServer
    own_name: str
    timeout: float = COMMAND_TIMEOUT_SECONDS
    tls: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context, repr=False)

    def connection(self) -> smtplib.SMTP:
        """A connection on which mails can be sent.

        Raises:
            ReplyError: where the server refuses.
            BreakError: where it can't be reached, is silent, or shows no certificate for its name.
        """
        with smtp_errors(SmtpStage.CONNECTION, self.timeout):
            smtp = self._open()
        try:
            with smtp_errors(SmtpStage.CONNECTION, self.timeout):
                self._greet(smtp)
            self._log_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _open(self) -> smtplib.SMTP:
        host, port = self.server.host, self.server.port
        if self.server.security is SmtpSecurity.TLS:
            return BoundedSmtpOverTls(host, port, self.own_name, timeout=self.timeout, context=self.tls())
        return BoundedSmtp(host, port, self.own_name, timeout=self.timeout)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _say_hello(smtp)
        if self.server.security is SmtpSecurity.STARTTLS:
            if not smtp.has_extn("starttls"):
                reason = (
                    "offers no STARTTLS, and nothing is sent without; write smtps:// in [mail] smtp if it takes that"
                )
                raise BreakError(SmtpStage.CONNECTION, reason)
            smtp.starttls(context=self.tls())
            _say_hello(smtp)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not self.server.user:
            return
        if not smtp.has_extn("auth"):
            reason = "takes no login here; remove user name and password from [mail] smtp, or write another port"
            raise BreakError(SmtpStage.LOGIN, reason)
        with smtp_errors(SmtpStage.LOGIN, self.timeout):
            smtp.login(self.server.user, self.server.password)


def _say_hello(smtp: smtplib.SMTP) -> None:
    code, text = smtp.ehlo()
    if code != _OK:
        raise ReplyError(SmtpStage.CONNECTION, SmtpReply.of(code, text))
