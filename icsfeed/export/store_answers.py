"""What an object store's refusals mean, in words of our own: the store's may quote addresses that hold a signature."""

from __future__ import annotations

import re
from typing import Final

NO_CREDENTIALS: Final = "no credentials are set in the environment, and this machine has none of its own"
_WRONG_CREDENTIALS: Final = "the store does not take these credentials"
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
    "AccessDenied": "the credentials do not allow it",
    "AuthorizationPermissionMismatch": "the credentials do not allow it",
    "PermanentRedirect": "the bucket is in another region; name it in AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; name it in AWS_REGION",
    "Account must be specified": "no account is set in the environment",
    "Error performing token request": NO_CREDENTIALS,
    "/latest/api/token": NO_CREDENTIALS,
    "/metadata/identity": NO_CREDENTIALS,
    "dns error": "there is no such host",
    "kind: Connect": "nothing answers there",
    "kind: Timeout": "the store did not answer in time",
}
_CODE: Final = re.compile(r"<Code>(\w+)</Code>")
_STATUS: Final = re.compile(r"status code: (\d{3} [A-Za-z ]+)")


def reason_of(said: str) -> str:
    """Why the store did not do it; ``said`` is all that obstore tells of it."""
    known = next((words for sign, words in _REASONS.items() if sign in said), None)
    if known is not None:
        return known
    for pattern in (_CODE, _STATUS):
        if (found := pattern.search(said)) is not None:
            return f"the store answers {found[1].strip()}"
    return "the connection to the store failed" if "HTTP error" in said else "the store's client failed"


def is_missing_bucket(reason: str) -> bool:
    """Whether that is why: not only the object, but the whole bucket is missing."""
    return reason == _NO_BUCKET
