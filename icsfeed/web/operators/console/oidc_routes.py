"""Signing in by OpenID Connect: a browser leaves for the provider, and comes back with a code."""

from __future__ import annotations

import hmac
import re
from threading import Lock
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.errors import IcsfeedError, TooManyAttemptsError, UnavailableError
from icsfeed.domain.operator_settings import OidcSettings
from icsfeed.domain.operators import Operator
from icsfeed.domain.sign_ins import SignInMethod
from icsfeed.services.operator_access import note_failure
from icsfeed.settings import UnsetVariableError, value_in
from icsfeed.web.operators.console.cookies import JOURNEY_COOKIE, cookie, delete_cookie, set_cookie
from icsfeed.web.operators.console.destinations import HOME, own_page
from icsfeed.web.operators.console.gatekeeper import OIDC_PATH, OIDC_RETURN_PATH
from icsfeed.web.operators.console.keys import ConsoleKeys
from icsfeed.web.operators.console.layout import current_language
from icsfeed.web.operators.console.oidc.journeys import LONGEST_ABSENCE, Journey, new_journey, sealed, unsealed
from icsfeed.web.operators.console.oidc.refusals import NOT_BEGUN_HERE, REFUSED_BY_PROVIDER, SignInRefusedError
from icsfeed.web.operators.console.sessions import ConsoleSessions, client_address
from icsfeed.web.operators.console.signin import see, sign_in_page, too_many_attempts_page
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase

if TYPE_CHECKING:
    from icsfeed.web.operators.console.oidc.provider import Provider

_KEY_PURPOSE: Final = "console sign-in"
_SECRET_PLACE: Final = "operators.oidc.client_secret"  # noqa: S105  (the name of a key)
_NO_PROVIDER: Final = phrase("The sign-in provider does not answer at the moment. Try again, or sign in with a token.")
_ERROR_CODE: Final = re.compile("[a-z_]{1,40}")
_MAX_CODE_CHARS: Final = 4096


def oidc_routes(context: OperatorsContext, sessions: ConsoleSessions, keys: ConsoleKeys) -> Blueprint:
    """The way to the provider and back; there is none where the schedule names no provider."""
    routes = Blueprint("console_oidc", __name__)
    views = _OidcViews(context, sessions, keys)
    routes.get(OIDC_PATH)(views.depart)
    routes.get(OIDC_RETURN_PATH)(views.arrive)
    return routes


class _OidcViews:
    """What each route answers."""

    def __init__(self, context: OperatorsContext, sessions: ConsoleSessions, keys: ConsoleKeys) -> None:
        self._context = context
        self._sessions = sessions
        self._keys = keys
        self._providers = _Providers(context)

    def depart(self) -> Response:
        """Send the browser to the provider."""
        page, settings, now = own_page(request.args.get("next", "")), self._settings(), self._context.clock()
        journey = new_journey(
            page=page, issuer=settings.issuer, now=now, new_secret=self._context.randomness.new_secret
        )
        try:
            provider = self._providers.provider(settings)
            url = provider.authorization_url(journey, _redirect_uri(), now=now)
        except (UnavailableError, UnsetVariableError) as error:
            return self._no_provider(page, error)
        response = make_response(redirect(url, 303))
        value = sealed(journey, self._keys.key(_KEY_PURPOSE))
        set_cookie(response, JOURNEY_COOKIE, value, max_age=int(LONGEST_ABSENCE.total_seconds()))
        return response

    def arrive(self) -> Response:
        """Let in the person whom the provider recognized. The browser's cookie is good for one return."""
        response = self._answer()
        delete_cookie(response, JOURNEY_COOKIE)
        return response

    def _answer(self) -> Response:
        settings = self._settings()
        sealed_journey, now = cookie(JOURNEY_COOKIE), self._context.clock()
        if not sealed_journey:
            # No attempt of this browser's: an old address, or another site's link. It counts against nobody.
            return self._refusal_page(HOME, SignInRefusedError(NOT_BEGUN_HERE))
        journey = unsealed(sealed_journey, self._keys.key(_KEY_PURPOSE), now=now)
        page = journey.page if journey is not None else HOME
        try:
            # However many attempts have failed: whom the provider recognizes gets in, as a valid token does.
            operator = self._recognized(settings, journey)
        except SignInRefusedError as error:
            return self._refused(page, error)
        except (UnavailableError, UnsetVariableError) as error:
            return self._no_provider(page, error)
        return self._sessions.enter(see(page), self._sessions.start(operator))

    def _recognized(self, settings: OidcSettings, journey: Journey | None) -> Operator:
        """The person whom the provider recognized, as an operator.

        Raises:
            SignInRefusedError: where it did not, or its answer can't be trusted.
            UnavailableError: where it does not answer.
        """
        from icsfeed.web.operators.console.oidc.people import person  # noqa: PLC0415  (loaded for those who sign in)
        from icsfeed.web.operators.console.oidc.provider import Arrival  # noqa: PLC0415

        state, code = request.args.get("state", ""), request.args.get("code", "")
        if journey is None or journey.issuer != settings.issuer or not _is_same(state, journey.state):
            raise SignInRefusedError(NOT_BEGUN_HERE)
        if not code or len(code) > _MAX_CODE_CHARS:
            raise SignInRefusedError(REFUSED_BY_PROVIDER, _error_code())
        arrival = Arrival(code=code, redirect_uri=_redirect_uri(), issuer=request.args.get("iss"))
        provider = self._providers.provider(settings)
        claims = provider.claims(arrival, journey, now=self._context.clock())
        return person(claims, settings, address=client_address())

    def _settings(self) -> OidcSettings:
        operators = self._context.workspaces.schedule().operators
        if operators is None or operators.oidc is None:
            raise NotFound
        return operators.oidc

    def _refused(self, page: str, error: SignInRefusedError) -> Response:
        try:
            note_failure(
                self._context.database,
                method=SignInMethod.OIDC,
                outcome=error.refusal.outcome,
                address=client_address(),
                now=self._context.clock(),
                name=error.name,
            )
        except TooManyAttemptsError as too_many:
            return too_many_attempts_page(self._context, page, too_many)
        return self._refusal_page(page, error)

    def _refusal_page(self, page: str, error: SignInRefusedError) -> Response:
        self._context.log.info("sign-in refused", reason=str(error), detail=error.detail)
        warning = current_language().say(error.refusal.reason)
        return sign_in_page(self._context, page, status=401, warning=warning)

    def _no_provider(self, page: str, error: IcsfeedError) -> Response:
        self._context.log.warning("sign-in provider not available", reason=str(error))
        return sign_in_page(self._context, page, status=503, warning=current_language().say(_NO_PROVIDER))


class _Providers:
    """Keeps the provider of the current settings, with its metadata."""

    def __init__(self, context: OperatorsContext) -> None:
        self._environment = context.environment
        self._lock = Lock()
        self._current: Provider | None = None

    def provider(self, settings: OidcSettings) -> Provider:
        """The provider of those settings.

        Raises:
            MissingPackageError: where the extra "oidc" is not installed.
            UnsetVariableError: where the client's secret is in a variable that is not set.
        """
        from icsfeed.web.operators.console.oidc.fetching import Exchanges  # noqa: PLC0415  (as above)
        from icsfeed.web.operators.console.oidc.provider import Provider  # noqa: PLC0415

        with self._lock:
            if self._current is None or self._current.settings != settings:
                secret = value_in(
                    self._environment,
                    settings.client_secret,
                    place=_SECRET_PLACE,
                    remedy="set it to the secret that the provider gave this client",
                )
                self._current = Provider(settings, client_secret=secret, exchanges=Exchanges())
            return self._current


def _redirect_uri() -> str:
    """Where the provider sends browsers back to: the address that is registered there."""
    return f"{request.root_url.rstrip('/')}{OIDC_RETURN_PATH}"


def _is_same(state: str, expected: str) -> bool:
    return hmac.compare_digest(state.encode(), expected.encode())


def _error_code() -> str:
    """The provider's code for its refusal (RFC 6749, section 4.1.2.1), if it looks like one."""
    code = request.args.get("error", "")
    return code if _ERROR_CODE.fullmatch(code) else ""
