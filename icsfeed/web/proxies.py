"""Requests through proxies, or below a path prefix, as the client sent them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?")


def behind_proxies(app: WSGIApplication, *, hops: int, prefix: str) -> WSGIApplication:
    """The application as served behind ``hops`` proxies, and below the path ``prefix``.

    The last ``hops`` values of each X-Forwarded header (For, Proto, Host, Prefix) are trusted, since those proxies
    wrote them; whatever a client makes up comes before them. A prefix that isn't a path is ignored.
    """
    prefixed = _Prefixed(app, prefix) if prefix else app
    if not hops:
        return prefixed
    return ProxyFix(_with_valid_prefix(prefixed), x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)


def _with_valid_prefix(app: WSGIApplication) -> WSGIApplication:
    """Ignore forwarded prefixes that would lead links to another host, such as one that starts with two slashes."""

    def with_valid_prefix(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix = environ.get("SCRIPT_NAME", "")
        if prefix:
            original = environ["werkzeug.proxy_fix.orig"]["SCRIPT_NAME"]
            environ["SCRIPT_NAME"] = prefix.rstrip("/") if _PATH.fullmatch(prefix) else original
        return app(environ, start_response)

    return with_valid_prefix


class _Prefixed:
    """An application below a path prefix that the proxy leaves in place.

    Paths without the prefix work as well, since probes for /readyz don't come through the proxy.
    """

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._folder = prefix + "/"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path, script = environ.get("PATH_INFO", ""), environ.get("SCRIPT_NAME", "")
        if path == self._prefix:
            # Without the slash at the end, a page's relative links would leave the prefix.
            start_response("308 Permanent Redirect", [("Location", script + self._folder), ("Content-Length", "0")])
            return []
        if path.startswith(self._folder):
            environ["PATH_INFO"] = path[len(self._prefix) :]
        environ["SCRIPT_NAME"] = script + self._prefix
        return self._app(environ, start_response)
