"""Mails reach a real SMTP server, and each of its moods has the right consequence."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from icsfeed.domain.smtp_servers import SmtpSecurity, SmtpServer
from icsfeed.notify.failures import (
    MailboxRefusedError,
    PermanentFailureError,
    SendingError,
    TemporaryFailureError,
)
from icsfeed.notify.mail.connecting import SmtpConnector
from icsfeed.notify.mail.session import PostedMail, SmtpSession
from tests.notify.mail.smtp_servers import (
    BREAK,
    OK,
    PASSWORD,
    SILENCE,
    USER,
    MailServer,
    Script,
    a_mail_server,
    server_tls,
)
from tests.required import require

Serve: TypeAlias = Callable[..., AbstractContextManager[MailServer]]
ALICE = "alice@customer.example"
BOB = "bob@customer.example"


def a_mail(recipient: str = ALICE, content: bytes = b"Subject: 1\r\n\r\ntext\r\n") -> PostedMail:
    return PostedMail(sender="maintenance@vendor.example", recipient=recipient, message=content)


@pytest.fixture(params=[False, True], ids=["one by one", "pipelined"])
def serve(request: pytest.FixtureRequest) -> Serve:
    """Makes servers that take commands one by one or, as most do, several at once."""
    return partial(a_mail_server, pipelines=request.param)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def failure_of(session: SmtpSession, mail: PostedMail) -> SendingError:
    with pytest.raises(SendingError) as error:
        session.post(mail)
    assert error.value.__suppress_context__, "smtplib's own errors quote addresses"
    return error.value


def times(first: str, then: str = OK) -> Callable[[object], str]:
    """Reply so once, then otherwise."""
    replies = iter([first])
    return lambda _: next(replies, then)


def test_many_mails_go_over_one_connection(serve: Serve) -> None:
    with serve() as running:
        session = running.session()
        for number in range(5):
            session.post(a_mail(f"customer{number}@customer.example"))
        session.close()
    assert running.connections == 1
    assert [mail.recipients for mail in running.mails] == [(f"customer{n}@customer.example",) for n in range(5)]
    assert {mail.sender for mail in running.mails} == {"maintenance@vendor.example"}


@pytest.mark.parametrize(
    "content",
    [
        b"A: 1\r\n\r\n.\r\n..\r\n.leading\r\ntrailing.\r\n",
        b"A: 1\r\n\r\n" + b"x" * 900 + b"\r\n",
        b"A: 1\r\n\r\nno line end",
    ],
    ids=["dots", "a long line", "no line end"],
)
def test_the_content_arrives_byte_for_byte(serve: Serve, content: bytes) -> None:
    with serve() as running:
        running.session().post(a_mail(content=content))
    assert [mail.content for mail in running.mails] == [content if content.endswith(b"\r\n") else content + b"\r\n"]


def test_a_refused_mailbox_does_not_hold_up_the_next_mail(serve: Serve) -> None:
    refusal = f"550 5.1.1 <{ALICE}>: Recipient address rejected: User alice unknown in table of customer.example"
    with serve(Script(recipient=lambda address: refusal if address == ALICE else OK)) as running:
        session = running.session()
        failure = failure_of(session, a_mail(ALICE))
        session.post(a_mail(BOB))
    assert type(failure) is MailboxRefusedError
    assert str(failure) == "the mail server answered 550 5.1.1 to RCPT TO: the mailbox does not exist"
    assert [mail.recipients for mail in running.mails] == [(BOB,)]
    assert (running.connections, running.resets) == (1, 1)


@pytest.mark.parametrize("reply", [BREAK, SILENCE, "500 what?"])
def test_a_server_that_does_not_forget_a_refused_mail_gets_the_next_on_another_connection(
    serve: Serve, reply: str
) -> None:
    script = Script(recipient=lambda address: "550 unknown" if address == ALICE else OK, reset=lambda: reply)
    with serve(script) as running:
        session = running.session(timeout=0.2)
        assert isinstance(failure_of(session, a_mail(ALICE)), MailboxRefusedError)
        session.post(a_mail(BOB))
    assert (running.connections, len(running.mails)) == (2, 1)


@pytest.mark.parametrize("reply", [BREAK, SILENCE])
def test_goodbye_is_said_once(serve: Serve, reply: str) -> None:
    with serve(Script(goodbye=lambda: reply)) as running:
        session = running.session(timeout=0.2)
        session.post(a_mail())
        session.close()
        session.close()
        session.post(a_mail())
    assert (running.connections, len(running.mails)) == (2, 2)


def test_greylisting_delays_a_mail_alone(serve: Serve) -> None:
    with serve(Script(recipient=times("451 4.7.1 Greylisted, try again in 5 minutes"))) as running:
        session = running.session()
        failure = failure_of(session, a_mail(ALICE))
        session.post(a_mail(BOB))
        session.post(a_mail(ALICE))
    assert isinstance(failure, TemporaryFailureError)
    assert not failure.concerns_all
    assert str(failure) == (
        "the mail server answered 451 4.7.1 to RCPT TO: "
        "the server's rules refuse it for now: perhaps it lets unknown senders wait (greylisting)"
    )
    assert [mail.recipients for mail in running.mails] == [(BOB,), (ALICE,)]


@pytest.mark.parametrize("limit", ["421 4.7.0 Too many messages on this connection", "452 4.5.3 Too many mails", BREAK])
def test_a_server_that_takes_a_few_mails_on_each_connection_gets_new_ones(serve: Serve, limit: str) -> None:
    with serve(Script(sender=lambda brought: OK if brought < 2 else limit)) as running:
        session = running.session()
        for _ in range(5):
            session.post(a_mail())
    assert (running.connections, len(running.mails)) == (3, 5)


@pytest.mark.parametrize("reply", ["421 4.3.2 Shutting down", BREAK])
@pytest.mark.parametrize("stage", ["recipient", "data"])
def test_a_kept_connection_that_ends_before_the_content_is_replaced(serve: Serve, stage: str, reply: str) -> None:
    replies = iter([OK, reply])
    script = Script()
    setattr(script, stage, lambda *_: next(replies, OK))
    with serve(script) as running:
        session = running.session()
        session.post(a_mail())
        session.post(a_mail())
    assert (running.connections, len(running.mails)) == (2, 2)


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(serve: Serve) -> None:
    with serve() as running:
        session = running.session()
        session.post(a_mail())
        running.disconnect_all()
        session.post(a_mail())
    assert (running.connections, len(running.mails)) == (2, 2)


@pytest.mark.parametrize(("pause", "connections"), [(29, 1), (31, 2)])
def test_a_connection_is_not_kept_for_long_without_mails(serve: Serve, pause: float, connections: int) -> None:
    seconds = [0.0]
    with serve() as running:
        session = running.session(seconds=lambda: seconds[0])
        for _ in range(2):
            session.post(a_mail())
            seconds[0] += pause
    assert (running.connections, len(running.mails)) == (connections, 2)


@pytest.mark.parametrize("moment", ["data", "content"])
def test_a_connection_that_breaks_within_the_content_may_have_delivered_it(serve: Serve, moment: str) -> None:
    """So the mail is not sent again at once, and fails for itself alone."""
    replies = iter([OK, "354 and gone" if moment == "data" else BREAK])
    script = Script()
    setattr(script, moment, lambda *_: next(replies, OK))
    with serve(script) as running:
        session = running.session()
        session.post(a_mail(BOB))
        failure = failure_of(session, a_mail(ALICE))
        assert len(running.mails) == 1
        session.post(a_mail(BOB))
    assert isinstance(failure, TemporaryFailureError)
    assert not failure.concerns_all
    assert str(failure) == "the mail server closed the connection at the mail"
    assert (running.connections, len(running.mails)) == (2, 2)


@pytest.mark.parametrize(
    ("stage", "words", "concerns_all"),
    [
        ("greeting", "the connection", True),
        ("sender", "MAIL FROM", True),
        ("recipient", "RCPT TO", False),
        ("data", "DATA", False),
        ("content", "the mail", False),
    ],
)
def test_a_silent_server_does_not_hold_up_the_sender(serve: Serve, stage: str, words: str, concerns_all: bool) -> None:
    script = Script()
    setattr(script, stage, lambda *_: SILENCE)
    with serve(script) as running:
        failure = failure_of(running.session(timeout=0.2), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert (str(failure), failure.concerns_all) == (
        f"the mail server did not answer to {words} within 0.2 s",
        concerns_all,
    )
    assert running.mails == []


@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        ("greeting", "554 5.7.1 You are on a blocklist", TemporaryFailureError),
        ("sender", "550 5.7.1 Sender not allowed", TemporaryFailureError),
        ("sender", "451 4.3.0 Try later", TemporaryFailureError),
        ("content", "452 4.3.1 Disk full", TemporaryFailureError),
        ("content", "552 5.3.4 Too big", PermanentFailureError),
        ("content", "554 5.7.1 Looks like spam", PermanentFailureError),
        ("content", "550 5.7.1 Refused by policy", PermanentFailureError),
        ("data", "554 5.5.1 No valid recipients", PermanentFailureError),
    ],
)
def test_refusals_that_say_nothing_of_the_mailbox(
    serve: Serve, stage: str, reply: str, expected: type[SendingError]
) -> None:
    script = Script()
    setattr(script, stage, lambda *_: reply)
    with serve(script) as running:
        failure = failure_of(running.session(), a_mail())
    assert type(failure) is expected
    is_about_everybody = stage in {"greeting", "sender"}
    assert getattr(failure, "concerns_all", False) is is_about_everybody


def test_a_refused_login_is_nobodys_fault_but_the_configurations(serve: Serve) -> None:
    with serve(takes_logins=True) as running:
        failure = failure_of(running.session(user=USER, password="hunter2"), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert failure.concerns_all
    assert str(failure) == "the mail server refused the login (535 5.7.8); check user name and password in [mail] smtp"


def test_a_login_succeeds_with_any_characters(serve: Serve) -> None:
    with serve(takes_logins=True) as running:
        running.session(user=USER, password=PASSWORD).post(a_mail())
    assert len(running.mails) == 1


def test_a_server_without_logins_gets_no_password(serve: Serve) -> None:
    with serve() as running:
        failure = failure_of(running.session(user=USER, password=PASSWORD), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert failure.concerns_all
    assert str(failure) == (
        "the mail server takes no login here; remove user name and password from [mail] smtp, or write another port"
    )


@pytest.mark.parametrize("stage", ["sender", "recipient"])
def test_a_server_that_wants_a_login_and_gets_none_blames_no_mailbox(serve: Serve, stage: str) -> None:
    script = Script()
    setattr(script, stage, lambda _: "530 5.7.0 Authentication required")
    with serve(script) as running:
        failure = failure_of(running.session(), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert failure.concerns_all


@pytest.fixture
def _openssl() -> None:
    require(None if shutil.which("openssl") else "openssl is not installed")


def trusting(file: Path) -> Callable[[], ssl.SSLContext]:
    return lambda: ssl.create_default_context(cafile=file)


@pytest.mark.usefixtures("_openssl")
@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
def test_mails_and_passwords_travel_encrypted(serve: Serve, tmp_path: Path, security: SmtpSecurity) -> None:
    context, trusted = server_tls(tmp_path)
    from_start, after_starttls = (context, None) if security is SmtpSecurity.TLS else (None, context)
    with serve(tls=from_start, starttls=after_starttls, takes_logins=True) as running:
        session = running.session(security, user=USER, password=PASSWORD, tls=trusting(trusted))
        session.post(a_mail())
        session.post(a_mail())
        session.close()
    assert (running.connections, len(running.mails)) == (1, 2)


@pytest.mark.usefixtures("_openssl")
def test_authorities_come_from_the_variable_of_openssl(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = server_tls(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with serve(starttls=context) as running:
        running.session(SmtpSecurity.STARTTLS).post(a_mail())
    assert len(running.mails) == 1


@pytest.mark.usefixtures("_openssl")
@pytest.mark.parametrize(
    ("name", "is_trusted", "reason"),
    [
        ("localhost", False, "self-signed certificate"),
        ("mail.example", True, "Hostname mismatch, certificate is not valid for 'localhost'."),
    ],
)
def test_a_certificate_is_checked(serve: Serve, tmp_path: Path, name: str, is_trusted: bool, reason: str) -> None:
    context, trusted = server_tls(tmp_path, name)
    tls = trusting(trusted) if is_trusted else ssl.create_default_context
    with serve(starttls=context) as running:
        failure = failure_of(running.session(SmtpSecurity.STARTTLS, tls=tls), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert failure.concerns_all
    assert str(failure) == f"the mail server shows a certificate that is not valid: {reason}"
    assert running.mails == []


def test_nothing_is_sent_without_encryption_where_it_is_due(serve: Serve) -> None:
    with serve() as running:
        failure = failure_of(running.session(SmtpSecurity.STARTTLS), a_mail())
    assert str(failure) == (
        "the mail server offers no STARTTLS, and nothing is sent without; "
        "write smtps:// in [mail] smtp if it takes that"
    )
    assert running.mails == []


def test_a_server_that_is_not_there(unused_port: int) -> None:
    server = SmtpServer(host="localhost", port=unused_port, security=SmtpSecurity.PLAIN)
    session = SmtpSession(SmtpConnector(server=server, own_name="vendor.example"))
    failure = failure_of(session, a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert failure.concerns_all
    assert str(failure) == "the mail server can't be reached: Connection refused"
    session.close()


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [
        (b"", "the mail server closed the connection at once"),
        (
            b"554 5.3.2 go away\r\n",
            "the mail server answered 554 5.3.2 to the connection: the server takes no mail at the moment",
        ),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            "the mail server's answer to the connection is not SMTP; check host and port in [mail] smtp",
        ),
        (
            b"220 " + b"x" * 9000 + b"\r\n",
            "the mail server sent a line without end in place of an answer to the connection",
        ),
    ],
)
def test_what_is_no_mail_server_gets_nothing(greeting: bytes, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_greet_once, args=(listening, greeting))
        thread.start()
        server = SmtpServer(host="127.0.0.1", port=listening.getsockname()[1], security=SmtpSecurity.PLAIN)
        failure = failure_of(SmtpSession(SmtpConnector(server=server, own_name="vendor.example", timeout=5)), a_mail())
        thread.join()
    assert isinstance(failure, TemporaryFailureError)
    assert (str(failure), failure.concerns_all) == (reason, True)


def _greet_once(listening: socket.socket, greeting: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(greeting)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1024):
            pass


@pytest.mark.usefixtures("_openssl")
def test_a_server_that_speaks_no_tls(serve: Serve, tmp_path: Path) -> None:
    _, trusted = server_tls(tmp_path)
    with serve() as running:
        failure = failure_of(running.session(SmtpSecurity.TLS, tls=trusting(trusted)), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert failure.concerns_all
    assert str(failure) == "the mail server does not speak TLS as it should (WRONG_VERSION_NUMBER)"


def test_a_server_that_offers_unknown_logins_only(serve: Serve) -> None:
    script = Script(greeting=lambda: "250 AUTH GSSAPI")
    with serve(script) as running:
        failure = failure_of(running.session(user=USER, password=PASSWORD), a_mail())
    assert str(failure) == "the mail server offers no way to log in that icsfeed knows (PLAIN, LOGIN or CRAM-MD5)"


@pytest.mark.parametrize(("pipelines", "packets"), [(False, 4), (True, 2)])
def test_servers_that_take_several_commands_at_once_get_them(pipelines: bool, packets: int) -> None:
    """Where each packet waits for an answer from far away, that is twice as fast."""
    with a_mail_server(pipelines=pipelines) as running:
        session = running.session()
        session.post(a_mail())
        before = len(running.packets)
        session.post(a_mail())
        assert len(running.packets) - before == packets


@pytest.mark.parametrize("stage", ["sender", "recipient", "content"])
def test_an_answer_without_end_is_none(serve: Serve, stage: str) -> None:
    script = Script()
    setattr(script, stage, lambda *_: "250 " + "x" * 9000)
    with serve(script) as running:
        failure = failure_of(running.session(), a_mail())
    assert isinstance(failure, TemporaryFailureError)
    assert str(failure).startswith("the mail server sent a line without end in place of an answer to ")


@pytest.mark.parametrize(
    ("lines", "pause", "reason"),
    [
        (50, 0.0, "the mail server sent an answer without end to MAIL FROM"),
        (1, 0.2, "the mail server did not answer to MAIL FROM within 1 s"),
    ],
    ids=["as fast as it can", "a line now and then"],
)
def test_an_answer_of_ever_more_lines_is_none(lines: int, pause: float, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_say_ever_more, args=(listening, b"250-and\r\n" * lines, pause))
        thread.start()
        server = SmtpServer(host="127.0.0.1", port=listening.getsockname()[1], security=SmtpSecurity.PLAIN)
        session = SmtpSession(SmtpConnector(server=server, own_name="vendor.example", timeout=1))
        failure = failure_of(session, a_mail())
        thread.join()
    assert isinstance(failure, TemporaryFailureError)
    assert (str(failure), failure.concerns_all) == (reason, True)


def _say_ever_more(listening: socket.socket, lines: bytes, pause: float) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(b"220 hello\r\n")
        connection.recv(1024)
        connection.sendall(b"250 mail.example\r\n")
        connection.recv(1024)
        end = time.monotonic() + 5
        with suppress(OSError):
            while time.monotonic() < end:
                connection.sendall(lines)
                time.sleep(pause)


def test_a_server_that_wants_the_content_all_the_same_gets_none() -> None:
    """Some say 354 to a DATA that was sent along, although they refused the recipient (RFC 2920, section 3.1)."""
    replies = [
        *(b"220 hello\r\n", b"250-mail.example\r\n250 PIPELINING\r\n"),
        *(b"250 OK\r\n550 5.1.1 unknown\r\n354 go ahead\r\n", b"554 5.5.1 no valid recipients\r\n", b"250 OK\r\n"),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        lines: list[bytes] = []
        thread = threading.Thread(target=_answer, args=(listening, replies, lines))
        thread.start()
        server = SmtpServer(host="127.0.0.1", port=listening.getsockname()[1], security=SmtpSecurity.PLAIN)
        session = SmtpSession(SmtpConnector(server=server, own_name="vendor.example", timeout=5))
        failure = failure_of(session, a_mail())
        session.close()
        thread.join()
    assert isinstance(failure, MailboxRefusedError)
    assert lines[2:] == [b".\r\n", b"rset\r\n", b"quit\r\n"]


def _answer(listening: socket.socket, replies: list[bytes], lines: list[bytes]) -> None:
    connection, _ = listening.accept()
    with connection:
        for reply in replies:
            connection.sendall(reply)
            lines.append(connection.recv(4096))
