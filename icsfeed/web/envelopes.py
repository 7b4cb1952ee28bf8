"""Requests on their way from a feed worker to the operators' process: what WSGI says of one, then its body.

The first line is JSON with the texts of the request's WSGI environment (PEP 3333), as they are once the trusted proxies
have been believed. So the operators' process sees the path, the host and the client's address exactly as the worker
does, and nothing that a client sends can pass for what the worker says.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Final
from wsgiref.types import WSGIEnvironment

from icsfeed.web.request_log import REQUEST_ID

REQUEST_PATH: Final = "/request"
"""Where the operators' process takes a request."""

ADMISSION_PATH: Final = "/admission"
"""Where it says, for a request without its body, whose the credentials are."""

OPERATOR_HEADER: Final = "X-Operator"
"""Of that answer: the id of the token, or of the person whose session it is; none if they are no operator's."""

_NAMES: Final = frozenset(
    {
        "CONTENT_TYPE",
        "PATH_INFO",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "wsgi.url_scheme",
        REQUEST_ID,
    }
)

_HEADER_PREFIX: Final = "HTTP_"
_CONNECTION_HEADERS: Final = frozenset(
    _HEADER_PREFIX + name
    for name in (
        "CONNECTION",
        "EXPECT",
        "FORWARDED",
        "KEEP_ALIVE",
        "PROXY",
        "PROXY_CONNECTION",
        "TE",
        "TRAILER",
        "TRANSFER_ENCODING",
        "UPGRADE",
    )
)
"""What concerns a connection, and what proxies write, which has been believed or ignored already. ``HTTP_PROXY`` may
also be a variable of the server's environment.
"""

_FORWARDED_PREFIX: Final = "HTTP_X_FORWARDED_"


def sealed(environ: WSGIEnvironment, body: bytes) -> bytes:
    """The request with that body, to be sent to the operators' process."""
    texts = {name: value for name, value in environ.items() if _is_relayed(name)}
    return json.dumps(texts).encode("ascii") + b"\n" + body


def unseal(environ: WSGIEnvironment) -> None:
    """Turn the environment of a request that carries another into that of the other."""
    content: bytes = environ["wsgi.input"].read()
    line, _, body = content.partition(b"\n")
    for name in [name for name in environ if name.startswith(_HEADER_PREFIX) or name in _NAMES]:
        del environ[name]
    environ.update(json.loads(line))
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)


def _is_relayed(name: str) -> bool:
    if name.startswith(_HEADER_PREFIX):
        return name not in _CONNECTION_HEADERS and not name.startswith(_FORWARDED_PREFIX)
    return name in _NAMES
