"""Checks ID tokens (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from icsfeed.optional_packages import optional_package
from icsfeed.web.operators.console.oidc.refusals import EXPIRED_ID_TOKEN, INVALID_ID_TOKEN, SignInRefusedError

with optional_package("icsfeed[oidc]", use="signing in by OpenID Connect"):
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import ExpiredTokenError, JoseError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a public key. "none" is no signature, and anybody with the client's secret can make an HS256 one."""

_LEEWAY: Final = timedelta(minutes=1)
"""How far the provider's clock and ours may be apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedClaims:
    """What the ID token of a sign-in has to say."""

    issuer: str
    client_id: str
    nonce: str


def verified_claims(
    id_token: str, keys: Mapping[str, Any], expected: ExpectedClaims, *, access_token: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of an ID token that one of the provider's ``keys`` has signed.

    Raises:
        UnknownKeyError: where none of them has; the provider may have newer ones.
        SignInRefusedError: where it is not for this sign-in, or has expired.
    """
    try:
        key_set = KeySet.import_key_set({"keys": _signing_keys(keys)})
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        token = jwt.decode(id_token, key_set, registry=registry)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UnknownKeyError(INVALID_ID_TOKEN, type(error).__name__) from None
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
        },
        {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": access_token},
    )
    try:
        claims.validate(now=int(now.timestamp()), leeway=int(_LEEWAY.total_seconds()))
    except ExpiredTokenError as error:
        raise SignInRefusedError(EXPIRED_ID_TOKEN, type(error).__name__) from None
    except (JoseError, ValueError, TypeError) as error:
        claim = str(getattr(error, "claim", ""))
        raise SignInRefusedError(INVALID_ID_TOKEN, f"{type(error).__name__} {claim}".strip()) from None
    return dict(claims)


class UnknownKeyError(SignInRefusedError):
    """An ID token whose signature no key confirms."""


def _signing_keys(keys: Mapping[str, Any]) -> list[Any]:
    listed: Collection[Any] = keys.get("keys", ())
    return [
        key for key in listed if isinstance(key, dict) and key.get("use", "sig") == "sig" and key.get("kty") != "oct"
    ]
