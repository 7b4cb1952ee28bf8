"""A provider of OpenID Connect: where it sends people, and whom it has recognized.

Authlib's own client for Flask keeps its state in Flask's session and logs what it must not; so its parts that check
tokens are used here, with the state in a cookie of our own.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

from icsfeed.domain.operator_settings import OidcSettings
from icsfeed.optional_packages import optional_package
from icsfeed.web.operators.console.oidc.fetching import Answer, Exchange, Exchanges, is_success, require_secure
from icsfeed.web.operators.console.oidc.id_tokens import ExpectedClaims, UnknownKeyError, verified_claims
from icsfeed.web.operators.console.oidc.journeys import Journey
from icsfeed.web.operators.console.oidc.people import groups_of
from icsfeed.web.operators.console.oidc.refusals import (
    CODE_NOT_ACCEPTED,
    INVALID_ID_TOKEN,
    OTHER_ISSUER,
    OTHER_PERSON,
    ProviderUnavailableError,
    SignInRefusedError,
)

with optional_package("icsfeed[oidc]", use="signing in by OpenID Connect"):
    from authlib.common.urls import add_params_to_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

_DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
_KEEP_METADATA: Final = timedelta(hours=1)
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_SCOPES: Final = ("openid", "email", "profile")
_GROUPS_SCOPE: Final = "groups"
_MIN_SERVER_ERROR: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What a browser brings when it returns: a ``code`` and, from some providers, the ``issuer`` (RFC 9207).

    ``redirect_uri`` is the address that it returns to.
    """

    code: str = field(repr=False)
    redirect_uri: str
    issuer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Metadata:
    """What the provider says of itself, and its keys, since an instant."""

    values: Mapping[str, Any]
    keys: Mapping[str, Any]
    since: datetime


class Provider:
    """The provider of the settings. Its metadata and keys are kept for an hour, or until a key is missing."""

    def __init__(self, settings: OidcSettings, *, client_secret: str, exchanges: Exchanges) -> None:
        self.settings = settings
        self._client_secret = client_secret
        self._exchanges = exchanges
        self._cached: _Metadata | None = None

    def authorization_url(self, journey: Journey, redirect_uri: str, *, now: datetime) -> str:
        """Where the browser signs in.

        Raises:
            ProviderUnavailableError: where the provider does not say.
        """
        metadata = self._exchanges.result_of(lambda exchange: self._metadata(exchange, now))
        supported = metadata.values.get("scopes_supported")
        has_groups = isinstance(supported, list) and _GROUPS_SCOPE in supported
        parameters = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join((*_SCOPES, _GROUPS_SCOPE) if has_groups else _SCOPES),
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": create_s256_code_challenge(journey.verifier),
            "code_challenge_method": "S256",
        }
        return str(add_params_to_uri(metadata.values["authorization_endpoint"], parameters.items()))

    def claims(self, arrival: Arrival, journey: Journey, *, now: datetime) -> Mapping[str, Any]:
        """What the provider says of the person, in exchange for the code that the browser brought.

        Raises:
            ProviderUnavailableError: where the provider does not answer.
            SignInRefusedError: where it does not accept the code, or its answer can't be trusted.
        """
        return self._exchanges.result_of(lambda exchange: self._redeem(exchange, arrival, journey, now))

    def _redeem(self, exchange: Exchange, arrival: Arrival, journey: Journey, now: datetime) -> Mapping[str, Any]:
        cached = self._cached
        metadata = self._metadata(exchange, now)
        wants_issuer = metadata.values.get("authorization_response_iss_parameter_supported") is True
        if arrival.issuer != self.settings.issuer and (wants_issuer or arrival.issuer is not None):
            raise SignInRefusedError(OTHER_ISSUER)
        tokens = self._tokens(exchange, metadata, arrival, journey)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token", "")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise SignInRefusedError(INVALID_ID_TOKEN, "the answer has no ID token")
        settings = self.settings
        expected = ExpectedClaims(issuer=settings.issuer, client_id=settings.client_id, nonce=journey.nonce)
        try:
            claims = verified_claims(id_token, metadata.keys, expected, access_token=access_token, now=now)
        except UnknownKeyError:
            if metadata is not cached:
                raise
            metadata = self._renew(exchange, now)
            claims = verified_claims(id_token, metadata.keys, expected, access_token=access_token, now=now)
        return (
            claims if groups_of(claims) is not None else self._with_user_info(exchange, metadata, claims, access_token)
        )

    def _tokens(self, exchange: Exchange, metadata: _Metadata, arrival: Arrival, journey: Journey) -> Mapping[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": arrival.code,
            "redirect_uri": arrival.redirect_uri,
            "code_verifier": journey.verifier,
        }
        headers = {}
        client_id, secret = self.settings.client_id, self._client_secret
        methods = metadata.values.get("token_endpoint_auth_methods_supported")
        if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
            fields |= {"client_id": client_id, "client_secret": secret}
        else:
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"  # RFC 6749, section 2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = exchange.post(metadata.values["token_endpoint"], fields, headers=headers)
        if answer.status >= _MIN_SERVER_ERROR:
            raise OddAnswerError(answer, subject="token endpoint")
        if not is_success(answer):
            raise SignInRefusedError(CODE_NOT_ACCEPTED, f"status {answer.status}")
        return answer.content

    def _with_user_info(
        self, exchange: Exchange, metadata: _Metadata, claims: Mapping[str, Any], access_token: str
    ) -> Mapping[str, Any]:
        """The claims and those that this provider has only in its user info (section 5.3)."""
        url = metadata.values.get("userinfo_endpoint")
        if not isinstance(url, str) or not access_token:
            return claims
        answer = exchange.get(url, headers={"Authorization": f"Bearer {access_token}"})
        if not is_success(answer):
            raise OddAnswerError(answer, subject="user info")
        if answer.content.get("sub") != claims["sub"]:
            raise SignInRefusedError(OTHER_PERSON)
        return {**answer.content, **claims}

    def _metadata(self, exchange: Exchange, now: datetime) -> _Metadata:
        metadata = self._cached
        if metadata is not None and metadata.since <= now < metadata.since + _KEEP_METADATA:
            return metadata
        return self._renew(exchange, now)

    def _renew(self, exchange: Exchange, now: datetime) -> _Metadata:
        answer = exchange.get(self.settings.issuer.rstrip("/") + _DISCOVERY_PATH)
        values = answer.content
        if not is_success(answer) or not all(isinstance(values.get(name), str) for name in _ENDPOINTS):
            raise OddAnswerError(answer, subject="metadata")
        if values.get("issuer") != self.settings.issuer:
            msg = "the provider names another issuer than the schedule; write the issuer exactly as it does"
            raise ProviderUnavailableError(msg)
        for name in _ENDPOINTS:
            require_secure(values[name])
        keys = exchange.get(values["jwks_uri"])
        if not is_success(keys) or not isinstance(keys.content.get("keys"), list):
            raise OddAnswerError(keys, subject="keys")
        self._cached = _Metadata(values=values, keys=keys.content, since=now)
        return self._cached


class OddAnswerError(ProviderUnavailableError):
    """An answer that is not what the ``subject`` of the request should give."""

    def __init__(self, answer: Answer, *, subject: str) -> None:
        super().__init__(f"the provider's {subject} can't be read (status {answer.status})")
