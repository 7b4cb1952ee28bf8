"""The console's cookies: never readable by scripts, never sent along by other sites' forms."""

from __future__ import annotations

from typing import Final

from flask import Request, Response, request

SESSION_COOKIE: Final = "icsfeed"
"""Holds the secret of an operator's session."""

FORM_COOKIE: Final = "icsfeed-form"
"""Holds a random id, to which the forms are bound of somebody who has not signed in yet."""

JOURNEY_COOKIE: Final = "icsfeed-oidc"
"""Holds, signed, what a browser needs when it returns from the provider."""

_HOST_PREFIX: Final = "__Host-"
"""Browsers take such a cookie by https only, and from this very host alone (RFC 6265bis, section 4.1.3.2)."""


def cookie(name: str) -> str:
    """The value that the browser sent, or nothing."""
    return cookie_of(request, name)


def cookie_of(each: Request, name: str) -> str:
    """The value in a request, or nothing."""
    return each.cookies.get(_full_name(each, name), "")


def set_cookie(response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie for ``max_age`` seconds or, by default, until the browser is closed."""
    response.set_cookie(
        _full_name(request, name),
        value,
        max_age=max_age,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def delete_cookie(response: Response, name: str) -> None:
    name = _full_name(request, name)
    response.delete_cookie(name, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def _full_name(each: Request, name: str) -> str:
    return f"{_HOST_PREFIX}{name}" if each.is_secure else name
