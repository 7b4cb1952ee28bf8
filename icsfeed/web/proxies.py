"""Behind proxies, and below a path: what the application is told of a request is what the client sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?")


def behind(app: WSGIApplication, *, hops: int, prefix: str) -> WSGIApplication:
    """The application behind so many proxies, and below that path.

    Of the X-Forwarded headers (For, Proto, Host, Prefix) the last ``hops`` values count, which those proxies wrote
    themselves; whatever a client makes up stands before them. A prefix that is no path is none.
    """
    below = _Below(app, prefix) if prefix else app
    if not hops:
        return below
    return ProxyFix(_without_odd_prefix(below), x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)


def _without_odd_prefix(app: WSGIApplication) -> WSGIApplication:
    """An application that believes no prefix which leads to another host, as one with two slashes does."""

    def plain(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix = environ.get("SCRIPT_NAME", "")
        if prefix:
            known = environ["werkzeug.proxy_fix.orig"]["SCRIPT_NAME"]
            environ["SCRIPT_NAME"] = prefix.rstrip("/") if _PATH.fullmatch(prefix) else known
        return app(environ, start_response)

    return plain


class _Below:
    """An application below a path, of which a proxy took nothing away.

    What comes without the prefix is served all the same: a probe for /readyz comes to the server itself.
    """

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._inside = prefix + "/"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path, script = environ.get("PATH_INFO", ""), environ.get("SCRIPT_NAME", "")
        if path == self._prefix:
            # Without the last slash, what a page names beside itself would be sought beside the prefix.
            start_response("308 Permanent Redirect", [("Location", script + self._inside), ("Content-Length", "0")])
            return []
        if path.startswith(self._inside):
            environ["PATH_INFO"] = path[len(self._prefix) :]
        environ["SCRIPT_NAME"] = script + self._prefix
        return self._app(environ, start_response)
