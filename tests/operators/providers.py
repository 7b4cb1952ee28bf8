"""A provider of OpenID Connect that does what a test wants: it signs what no honest one would, or does not answer."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwk, jws, jwt

CLIENT_ID: Final = "icsfeed"
CLIENT_SECRET: Final = "s3cret of the:client"
SECRET_VARIABLE: Final = "OIDC_SECRET"

Claims = dict[str, Any]


def new_key(kid: str = "first") -> jwk.RSAKey:
    return jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


KEY: Final = new_key()
OTHER_KEY: Final = new_key("other")


def signed(claims: Claims, key: jwk.RSAKey = KEY, **header: str) -> str:
    return jwt.encode({"alg": "RS256", "kid": str(key.kid), **header}, claims, key)


def unsigned(claims: Claims) -> str:
    """A token with "alg": "none" and no signature."""
    return ".".join([*(_base64url(json.dumps(each).encode()) for each in ({"alg": "none"}, claims)), ""])


def signed_with_the_secret(claims: Claims) -> str:
    key = jwk.OctKey.import_key(CLIENT_SECRET)
    return jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])


def signed_with_the_public_key_as_a_secret(claims: Claims) -> str:
    """The key confusion of CVE-2015-9235."""
    payload = json.dumps(claims)
    secret = jwk.OctKey.import_key(base64.b64encode(KEY.as_pem(private=False)).decode())
    return jws.serialize_compact({"alg": "HS256", "kid": str(KEY.kid)}, payload, secret, algorithms=["HS256"])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(kw_only=True)
class Provider:
    """What the provider says; tests change it."""

    issuer: str = ""
    person: Claims = field(default_factory=lambda: {"sub": "42", "email": "Alice@Example.com", "groups": ["ops"]})
    twist: Callable[[Claims], Claims] = lambda claims: claims
    """What becomes of the claims before they are signed."""
    sign: Callable[[Claims], str] = signed
    keys: list[jwk.RSAKey] = field(default_factory=lambda: [KEY])
    metadata: Claims = field(default_factory=dict)
    """Added to the metadata."""
    tokens: Claims = field(default_factory=dict)
    """Added to the answer of the token endpoint."""
    user_info: Claims = field(default_factory=lambda: {"sub": "42"})
    answers_with: Claims = field(default_factory=dict)
    """In place of a code."""
    refuses: dict[str, int] = field(default_factory=dict)
    """The status of all answers, by path."""
    waits: dict[str, float] = field(default_factory=dict)
    """How long each part of an answer takes, in seconds, by path."""
    bodies: dict[str, bytes] = field(default_factory=dict)
    """Other answers, by path."""
    requests: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    """The codes and tokens that were handed out."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _codes: dict[str, Claims] = field(default_factory=dict)

    def answer(self, method: str, path: str, query: dict[str, str], form: dict[str, str], authorization: str) -> Claims:
        """The body of an answer; "status" and "location" in it are not part of it."""
        self.requests.append(f"{method} {path}")
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?kept=yes",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
            } | self.metadata
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        if path == "/authorize":
            return self._authorize(query)
        if path == "/token" and method == "POST":
            return self._redeem(form, authorization)
        if path == "/userinfo" and authorization == f"Bearer {self.secrets[-1]}":
            return self.user_info
        return {"status": 404}

    def _authorize(self, query: dict[str, str]) -> Claims:
        code = f"code-{len(self._codes)}-" + "c" * 30
        self._codes[code] = dict(query)
        self.secrets.append(code)
        answer = self.answers_with or {"code": code}
        return {"status": 302, "location": f"{query['redirect_uri']}?{urlencode({'state': query['state'], **answer})}"}

    def _redeem(self, form: dict[str, str], authorization: str) -> Claims:
        pair = f"{form.get('client_id')}:{form.get('client_secret')}"
        if authorization.startswith("Basic "):
            pair = ":".join(map(unquote_plus, base64.b64decode(authorization[6:]).decode().split(":", 1)))
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or pair != f"{CLIENT_ID}:{CLIENT_SECRET}"
            or asked["redirect_uri"] != form["redirect_uri"]
            or (asked["code_challenge"], asked["code_challenge_method"]) != (challenge, "S256")
        ):
            return {"status": 400, "error": "invalid_grant"}
        seconds = int(self.now.timestamp())
        claims = self.twist(
            {
                "iss": self.issuer,
                "aud": CLIENT_ID,
                "iat": seconds,
                "exp": seconds + 300,
                "nonce": asked["nonce"],
                **self.person,
            }
        )
        id_token, access_token = self.sign(claims), "access-" + "a" * 40
        self.secrets += [id_token, access_token]
        return {"token_type": "Bearer", "access_token": access_token, "id_token": id_token} | self.tokens


@contextlib.contextmanager
def providing() -> Iterator[Provider]:
    """A provider on a port of this machine."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))

        def _answer(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            content = provider.answer(self.command, parts.path, query, form, self.headers.get("Authorization", ""))
            status = provider.refuses.get(parts.path, content.pop("status", 200))
            location = content.pop("location", "")
            body = provider.bodies.get(parts.path, json.dumps(content).encode())
            head = f"HTTP/1.0 {status} X\r\nContent-Type: application/json\r\n"
            head += f"Location: {location}\r\n" if location else ""
            wait = provider.waits.get(parts.path, 0)
            with contextlib.suppress(OSError):
                if not wait:
                    self.wfile.write(f"{head}\r\n".encode() + body)
                    return
                for byte in f"{head}\r\n".encode() + body:
                    time.sleep(wait)
                    self.wfile.write(bytes([byte]))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
