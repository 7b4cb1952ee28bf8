"""Why an attempt to hand over a mail ended: by a reply of the server, or without one."""

from __future__ import annotations

import smtplib
import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from icsfeed.notify.failures import SendingError, TemporaryFailureError
from icsfeed.notify.mail.refusals import CLOSING, SmtpReply, SmtpStage, failure
from icsfeed.notify.mail.replies import EndlessReplyError

_WIDE_STAGES: Final = frozenset({SmtpStage.CONNECTION, SmtpStage.LOGIN, SmtpStage.SENDER})
"""What goes wrong there has nothing to do with the mail."""

_STAGES_BEFORE_CONTENT: Final = frozenset({SmtpStage.SENDER, SmtpStage.RECIPIENT, SmtpStage.DATA})


class AttemptError(Exception, ABC):
    """An attempt that failed at a ``stage``. It is never shown: its text says nothing of the server's."""

    def __init__(self, stage: SmtpStage) -> None:
        super().__init__(stage)
        self.stage = stage

    @property
    @abstractmethod
    def may_be_stale(self) -> bool:
        """Whether a connection that was kept may have caused it, and nothing of the mail's content was sent."""

    @property
    @abstractmethod
    def spoils_connection(self) -> bool:
        """Whether nothing more can be sent on the connection."""

    @abstractmethod
    def failure(self) -> SendingError:
        """What it means for the mail."""


class ReplyError(AttemptError):
    """The server said something else than that it goes on."""

    def __init__(self, stage: SmtpStage, reply: SmtpReply) -> None:
        super().__init__(stage)
        self.reply = reply

    @property
    def may_be_stale(self) -> bool:
        """Servers that take so many mails on a connection, or wait so long for the next one, say 421 or 4xx."""
        if self.stage is SmtpStage.SENDER:
            return not self.reply.is_permanent
        return self.spoils_connection and self.stage in _STAGES_BEFORE_CONTENT

    @property
    def spoils_connection(self) -> bool:
        return self.reply.code == CLOSING or self.reply.is_malformed

    def failure(self) -> SendingError:
        return failure(self.stage, self.reply)


class BreakError(AttemptError):
    """The connection failed; the ``reason`` says how, and goes on from "the mail server"."""

    def __init__(self, stage: SmtpStage, reason: str) -> None:
        super().__init__(stage)
        self.reason = reason

    @property
    def may_be_stale(self) -> bool:
        return self.stage in _STAGES_BEFORE_CONTENT

    @property
    def spoils_connection(self) -> bool:
        return True

    def failure(self) -> SendingError:
        return TemporaryFailureError(f"the mail server {self.reason}", concerns_all=self.stage in _WIDE_STAGES)


@contextmanager
def smtp_errors(stage: SmtpStage, timeout: float) -> Iterator[None]:
    """Errors of smtplib and of the network within, as those above."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        if isinstance(error.smtp_error, str):  # smtplib's own words, after which it has closed the connection
            raise BreakError(stage, f"sent a line without end in place of an answer to {stage}") from None
        raise ReplyError(stage, SmtpReply.of(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPServerDisconnected as error:
        cause = error.__context__
        raise BreakError(stage, _network_reason(stage, cause, timeout)) from None
    except smtplib.SMTPException:  # only logins get here
        raise BreakError(stage, "offers no way to log in that icsfeed knows (PLAIN, LOGIN or CRAM-MD5)") from None
    except OSError as error:
        raise BreakError(stage, _network_reason(stage, error, timeout)) from None


def _network_reason(stage: SmtpStage, cause: BaseException | None, timeout: float) -> str:
    if isinstance(cause, EndlessReplyError):
        return f"sent an answer without end to {stage}"
    if isinstance(cause, TimeoutError):
        return f"did not answer to {stage} within {timeout:g} s"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not valid: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"does not speak TLS as it should ({cause.reason or 'without a reason'})"
    return _connection_reason(cause) if stage is SmtpStage.CONNECTION else f"closed the connection at {stage}"


def _connection_reason(cause: BaseException | None) -> str:
    if isinstance(cause, OSError):
        return f"can't be reached: {cause.strerror or type(cause).__name__}"
    return "closed the connection at once"
