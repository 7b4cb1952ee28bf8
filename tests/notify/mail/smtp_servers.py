"""Real SMTP servers in threads of their own, which take, refuse, delay or break off as a test tells them to."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.smtp import Envelope as SmtpEnvelope
from aiosmtpd.smtp import Session as ServerSession

from icsfeed.domain.smtp_servers import SmtpSecurity, SmtpServer
from icsfeed.notify.mail.connecting import SmtpConnector
from icsfeed.notify.mail.session import SmtpSession

OK: Final = "250 OK"
SILENCE: Final = "silence"
"""In place of a reply: none at all."""

BREAK: Final = "break"
"""In place of a reply: the connection is gone."""

USER: Final = "announcements"
PASSWORD: Final = "pa:ss@wo/rd%?"


@dataclass(frozen=True, kw_only=True)
class ReceivedMail:
    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(kw_only=True)
class Script:
    """How the server replies. ``sender`` is asked with the number of mails that its connection has brought."""

    greeting: Callable[[], str] = lambda: OK
    sender: Callable[[int], str] = lambda _: OK
    recipient: Callable[[str], str] = lambda _: OK
    data: Callable[[], str] = lambda: OK
    content: Callable[[ReceivedMail], str] = lambda _: OK
    reset: Callable[[], str] = lambda: OK
    goodbye: Callable[[], str] = lambda: "221 Bye"


@dataclass(kw_only=True)
class MailServer:
    """A server that runs: what it took, and how many connections it had."""

    port: int = 0
    mails: list[ReceivedMail] = field(default_factory=list)
    connections: int = 0
    resets: int = 0
    packets: list[bytes] = field(default_factory=list)
    _sessions: list[SmtpSession] = field(default_factory=list)
    disconnect_all: Callable[[], None] = lambda: None

    def server(self, security: SmtpSecurity = SmtpSecurity.PLAIN, *, user: str = "", password: str = "") -> SmtpServer:
        return SmtpServer(host="localhost", port=self.port, security=security, user=user, password=password)

    def session(
        self,
        security: SmtpSecurity = SmtpSecurity.PLAIN,
        *,
        timeout: float = 10,
        user: str = "",
        password: str = "",
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        seconds: Callable[[], float] = monotonic,
    ) -> SmtpSession:
        """A session with this server, which closes it before it ends."""
        server = self.server(security, user=user, password=password)
        connector = SmtpConnector(server=server, own_name="vendor.example", timeout=timeout, tls=tls)
        self._sessions.append(SmtpSession(connector, seconds=seconds))
        return self._sessions[-1]

    def close_sessions(self) -> None:
        for session in self._sessions:
            session.close()


class _ScriptedSmtp(SMTP):
    """One connection."""

    def __init__(
        self,
        running: MailServer,
        script: Script,
        *,
        loop: asyncio.AbstractEventLoop,
        starttls: ssl.SSLContext | None,
        takes_logins: bool,
        pipelines: bool,
    ) -> None:
        super().__init__(
            self,
            hostname="mail.example",
            loop=loop,
            timeout=60,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=_authenticated if takes_logins else None,
            auth_require_tls=starttls is not None or not takes_logins,
        )
        self._running, self._script = running, script
        self._mails = 0
        self._pipelines = pipelines
        running.connections += 1

    async def _reply(self, reply: str) -> str:
        if reply in {BREAK, SILENCE}:
            if reply == BREAK:
                self.disconnect()
            await asyncio.sleep(3600)  # ends with the connection
        return reply

    def data_received(self, data: bytes) -> None:
        self._running.packets.append(data)
        super().data_received(data)

    def disconnect(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def handle_EHLO(  # noqa: N802
        self, _: SMTP, session: ServerSession, __: SmtpEnvelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        reply = await self._reply(self._script.greeting())
        if reply == OK:
            return [*responses[:-1], "250-PIPELINING", responses[-1]] if self._pipelines else responses
        return ["250-mail.example", reply] if reply.startswith("250 ") else [reply]

    async def handle_MAIL(  # noqa: N802
        self, _: SMTP, __: ServerSession, envelope: SmtpEnvelope, address: str, ___: list[str]
    ) -> str:
        reply = await self._reply(self._script.sender(self._mails))
        if reply == OK:
            envelope.mail_from = address
        return reply

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: ServerSession, envelope: SmtpEnvelope, address: str, ___: list[str]
    ) -> str:
        reply = await self._reply(self._script.recipient(address))
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_RSET(self, *_: object) -> str:  # noqa: N802
        self._running.resets += 1
        return await self._reply(self._script.reset())

    async def handle_QUIT(self, *_: object) -> str:  # noqa: N802
        return await self._reply(self._script.goodbye())

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        reply = self._script.data()
        if reply == OK:
            await super().smtp_DATA(arg)
        else:
            if reply.startswith("354"):
                await self.push("354 go ahead")
                await self._reply(BREAK)
            await self.push(await self._reply(reply))

    async def handle_DATA(self, _: SMTP, __: ServerSession, envelope: SmtpEnvelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        mail = ReceivedMail(sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), content=content)
        reply = await self._reply(self._script.content(mail))
        if reply.startswith("250"):
            self._mails += 1
            self._running.mails.append(mail)
        return reply


def _authenticated(_: object, __: object, ___: object, ____: str, login: LoginPassword) -> AuthResult:
    is_right = login.login == USER.encode() and login.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)


@contextmanager
def a_mail_server(
    script: Script | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    takes_logins: bool = False,
    pipelines: bool = False,
) -> Iterator[MailServer]:
    """A server on the loopback address, with TLS from the first byte, after STARTTLS, or not at all."""
    loop = asyncio.new_event_loop()
    running = MailServer()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    protocols: list[_ScriptedSmtp] = []

    def protocol() -> _ScriptedSmtp:
        protocols.append(
            _ScriptedSmtp(
                running,
                script or Script(),
                loop=loop,
                starttls=starttls,
                takes_logins=takes_logins,
                pipelines=pipelines,
            )
        )
        return protocols[-1]

    listening = asyncio.run_coroutine_threadsafe(
        loop.create_server(protocol, "localhost", 0, ssl=tls, family=2), loop
    ).result()
    running.disconnect_all = lambda: asyncio.run_coroutine_threadsafe(_disconnect(protocols), loop).result()
    running.port = listening.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        running.close_sessions()
        asyncio.run_coroutine_threadsafe(_shut_down(listening, protocols), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _disconnect(protocols: list[_ScriptedSmtp]) -> None:
    for protocol in protocols:
        protocol.disconnect()


async def _shut_down(listening: asyncio.Server, protocols: list[_ScriptedSmtp]) -> None:
    listening.close()
    await _disconnect(protocols)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def server_tls(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate for that name, and the file that makes clients trust it."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    options = ["-nodes", "-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName=DNS:{name}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *options, *files],  # noqa: S607
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate
