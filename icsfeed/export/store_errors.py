"""An object store's errors in words of our own: the store's may quote addresses that contain a signature."""

from __future__ import annotations

import re
from typing import Final

NO_CREDENTIALS: Final = "no credentials are set in the environment, and this machine has none of its own"
_WRONG_CREDENTIALS: Final = "the store rejects these credentials"
_NO_BUCKET: Final = "there is no such bucket"
_REASONS: Final = {
    "NoSuchBucket": _NO_BUCKET,
    "The specified bucket does not exist": _NO_BUCKET,
    "ContainerNotFound": _NO_BUCKET,
    "InvalidAccessKeyId": _WRONG_CREDENTIALS,
    "SignatureDoesNotMatch": _WRONG_CREDENTIALS,
    "InvalidToken": _WRONG_CREDENTIALS,
    "AuthenticationFailed": _WRONG_CREDENTIALS,
    "ExpiredToken": "the credentials have expired",
    "AccessDenied": "the credentials don't permit it",
    "AuthorizationPermissionMismatch": "the credentials don't permit it",
    "PermanentRedirect": "the bucket is in another region; name it in AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; name it in AWS_REGION",
    "Account must be specified": "no account is set in the environment",
    "Error performing token request": NO_CREDENTIALS,
    "/latest/api/token": NO_CREDENTIALS,
    "/metadata/identity": NO_CREDENTIALS,
    "dns error": "there is no such host",
    "kind: Connect": "nothing answers at its address",
    "kind: Timeout": "the store did not answer in time",
}
_CODE: Final = re.compile(r"<Code>(\w+)</Code>")
_STATUS: Final = re.compile(r"status code: (\d{3} [A-Za-z ]+)")


def reason_of(store_error: str) -> str:
    """Why the store failed; ``store_error`` is the text of obstore's exception."""
    reason = next((reason for sign, reason in _REASONS.items() if sign in store_error), None)
    if reason is not None:
        return reason
    for pattern in (_CODE, _STATUS):
        if (match := pattern.search(store_error)) is not None:
            return f"the store answers {match[1].strip()}"
    return "the connection to the store failed" if "HTTP error" in store_error else "the store's client failed"


def is_missing_bucket(reason: str) -> bool:
    """Whether the whole bucket is missing, and not only the object."""
    return reason == _NO_BUCKET
