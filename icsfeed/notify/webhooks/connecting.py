"""Connections to receivers of webhooks, at none but addresses that were checked.

A name is looked up once for each attempt, and each of its addresses checked. The connection is made to a checked
address, not to the name, so a name that changes its meaning in between leads nowhere else.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, cast

from icsfeed.notify.deadlines import Deadline, TimedSocket
from icsfeed.notify.failures import PermanentFailureError, TemporaryFailureError
from icsfeed.notify.webhooks.addresses import is_public
from icsfeed.notify.webhooks.endpoints import Endpoint

CONNECT_SECONDS: Final = 5.0
"""How long one address of several may take to answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SocketAddress:
    """An address that a name has: what a socket connects to."""

    family: int
    value: tuple[str | int | bytes, ...]

    @property
    def ip(self) -> IPv4Address | IPv6Address:
        return ip_address(str(self.value[0]))


Resolver = Callable[[str, int], Sequence[SocketAddress]]
"""Gives the addresses of a host name and port; raises ``OSError`` where there are none."""


def look_up(host: str, port: int) -> tuple[SocketAddress, ...]:
    """The addresses that the system knows, in its order; an IP address in any notation is its own."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(
        SocketAddress(family=family, value=value) for family, _, _, _, value in rows if isinstance(value[0], str)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Connector:
    """How connections to receivers are made.

    Without ``allow_private``, they lead to addresses of the public internet, by HTTPS only. With it, HTTPS leads
    anywhere, and HTTP to what is not public.
    """

    tls: ssl.SSLContext
    allow_private: bool = False
    resolve: Resolver = look_up

    def connect(self, endpoint: Endpoint, deadline: Deadline) -> HTTPConnection:
        """A connection to a checked address of the endpoint, with its certificate verified.

        Raises:
            PermanentFailureError: where the address has no https and needs it, which no waiting mends.
            TemporaryFailureError: where there is none.
            OSError: where the deadline comes first, or TLS fails.
        """
        if not (endpoint.is_secure or self.allow_private):
            raise PermanentFailureError(_INSECURE)
        connection = _first_connection(self._checked_addresses(endpoint, deadline), deadline)
        try:
            connection.settimeout(deadline.remaining())
            if endpoint.is_secure:
                connection = self.tls.wrap_socket(connection, server_hostname=endpoint.host)
        except BaseException:
            connection.close()
            raise
        http = HTTPConnection(endpoint.host, endpoint.port)
        http.auto_open = 0
        http.sock = cast("socket.socket", TimedSocket(connection, deadline))
        return http

    def _checked_addresses(self, endpoint: Endpoint, deadline: Deadline) -> list[SocketAddress]:
        addresses = _looked_up(self.resolve, endpoint, deadline)
        allowed = [each for each in addresses if self._allows(each.ip, endpoint)]
        if not allowed:
            raise TemporaryFailureError(_not_allowed(endpoint, is_private=self.allow_private))
        return allowed

    def _allows(self, ip: IPv4Address | IPv6Address, endpoint: Endpoint) -> bool:
        if is_public(ip):
            return endpoint.is_secure
        return self.allow_private


_INSECURE: Final = (
    "a webhook without https is posted only where allow_private_addresses is set; write its address with https, "
    "then run icsfeed notify retry"
)
_NOT_LOOKED_UP: Final = "the name of the receiver was not looked up in time"
_NO_ADDRESS: Final = "the name of the receiver has no address"


def _not_allowed(endpoint: Endpoint, *, is_private: bool) -> str:
    if is_private and not endpoint.is_secure:
        return "a webhook without https may lead to private addresses only, and this one does not"
    return "the webhook leads to an address that is not public, and allow_private_addresses is not set"


def _looked_up(resolve: Resolver, endpoint: Endpoint, deadline: Deadline) -> Sequence[SocketAddress]:
    """The addresses of the endpoint; the system's own patience with name servers may be longer than ours."""
    results: list[Sequence[SocketAddress]] = []

    def look_up_host() -> None:
        with suppress(OSError, UnicodeError):  # none then
            results.append(resolve(endpoint.host, endpoint.port))

    thread = threading.Thread(target=look_up_host, name="webhook-lookup", daemon=True)
    thread.start()
    thread.join(deadline.remaining())
    if thread.is_alive():
        raise TemporaryFailureError(_NOT_LOOKED_UP)
    if not results or not results[0]:
        raise TemporaryFailureError(_NO_ADDRESS)
    return results[0]


def _first_connection(addresses: Sequence[SocketAddress], deadline: Deadline) -> socket.socket:
    """A connection to the first of the addresses that answers."""
    reason = ""
    for address in addresses:
        connection = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(CONNECT_SECONDS, deadline.remaining()))
            connection.connect(address.value)
        except OSError as error:
            connection.close()
            reason = reason_of(error)
        else:
            return connection
    msg = f"there is no connection to the receiver: {reason}"
    raise TemporaryFailureError(msg)


def reason_of(error: OSError) -> str:
    """Why a connection failed, without the names and addresses that an error may quote."""
    match error:
        case ssl.SSLCertVerificationError(verify_code=code) if code in _CERTIFICATE_REASONS:
            return _CERTIFICATE_REASONS[code]
        case ssl.SSLCertVerificationError():
            return "its certificate can't be verified"
        case ssl.SSLError():
            return "it does not speak TLS as it should"
        case TimeoutError():
            return "it does not answer in time"
    return os.strerror(error.errno).lower() if error.errno else "it closed the connection"


_CERTIFICATE_REASONS: Final = {
    10: "its certificate has expired",
    18: "its certificate is self-signed",
    19: "its certificate is signed by an unknown authority",
    20: "its certificate is signed by an unknown authority",
    62: "its certificate is for another name",
    64: "its certificate is for another name",
}
"""By OpenSSL's codes (X509_V_ERR_…)."""
