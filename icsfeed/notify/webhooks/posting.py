"""Posting a webhook, and what the receiver's answer means.

Nothing comes from the environment: no proxy, no ``.netrc``. Redirects are not followed, and of an answer only its
status and headers are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Final

from icsfeed.notify.deadlines import Deadline
from icsfeed.notify.failures import PermanentFailureError, TemporaryFailureError
from icsfeed.notify.webhooks.connecting import Connector, reason_of
from icsfeed.notify.webhooks.endpoints import Endpoint

MAX_SECONDS: Final = 15.0
"""How long one attempt may take in all; receivers are to acknowledge first and work afterwards."""

MAX_RETRY_AFTER: Final = timedelta(hours=1)
"""How long a receiver can put off the next attempt."""

_GONE: Final = "the receiver answered 410: it is gone for good"
_NOT_HTTP: Final = "the answer of the receiver is not HTTP, or too long"
_SECONDS_PATTERN: Final = re.compile(r"[0-9]{1,9}")


def post(
    endpoint: Endpoint,
    body: bytes,
    headers: Mapping[str, str],
    *,
    connector: Connector,
    now: datetime,
    seconds: float = MAX_SECONDS,
) -> None:
    """Post the body; where this returns, the receiver has acknowledged it.

    Raises:
        PermanentFailureError: where the receiver is gone for good, or its address lacks https.
        TemporaryFailureError: where it did not acknowledge it.
    """
    deadline = Deadline(seconds)
    try:
        connection = connector.connect(endpoint, deadline)
        try:
            response = _response(connection, endpoint, body, headers)
        finally:
            connection.close()
    except TimeoutError:
        msg = f"the receiver did not answer within {seconds:g} seconds"
        raise TemporaryFailureError(msg) from None
    except OSError as error:
        msg = f"no answer from the receiver: {reason_of(error)}"
        raise TemporaryFailureError(msg) from None
    except (HTTPException, ValueError):
        raise TemporaryFailureError(_NOT_HTTP) from None
    _judge(response, now)


def _response(connection: HTTPConnection, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> HTTPResponse:
    authorization = {"Authorization": endpoint.authorization} if endpoint.authorization else {}
    connection.request("POST", endpoint.target, body, {**headers, **authorization, "Connection": "close"})
    return connection.getresponse()


def _judge(response: HTTPResponse, now: datetime) -> None:
    """Raise unless the status acknowledges.

    Only 410 is final. Any other refusal may come from a receiver that is set up wrongly for an hour, and must not lose
    announcements.
    """
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status == HTTPStatus.GONE:
        raise PermanentFailureError(_GONE)
    redirects = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    msg = f"the receiver answered {status}{' and redirects, which is not followed' if redirects else ''}"
    raise TemporaryFailureError(msg, retry_after=_retry_after(response.getheader("Retry-After", ""), now))


def _retry_after(text: str, now: datetime) -> timedelta | None:
    """How long a receiver asks to wait (RFC 9110, section 10.2.3), up to an hour; ``None`` where it says nothing."""
    text = text.strip()
    if _SECONDS_PATTERN.fullmatch(text):
        return min(timedelta(seconds=int(text)), MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
        pause = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return min(max(pause, timedelta()), MAX_RETRY_AFTER)
