"""Why a message could not be sent.

The reasons are stored and shown to operators: no address of a customer, no URL and no password stands in them.
"""

from __future__ import annotations

from datetime import timedelta

from icsfeed.domain.errors import UnavailableError


class SendingError(UnavailableError):
    """A message that was not sent, as far as the transport can tell."""


class TemporaryFailureError(SendingError):
    """A receiver that does not take the message now, and may do so later.

    ``retry_after`` is how long it asks for patience, if it says so. Where it ``concerns_all``, the server as a whole
    takes nothing at the moment: trying other messages at once would only fail alike.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, concerns_all: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.concerns_all = concerns_all


class PermanentFailureError(SendingError):
    """A receiver that will never take this message: trying again would only annoy it."""


class MailboxRefusedError(PermanentFailureError):
    """A mailbox that does not exist or takes no mail: the server refused it as a recipient (550, 551, 553)."""
