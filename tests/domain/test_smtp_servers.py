"""What the URL of a mail server means."""

from __future__ import annotations

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.smtp_servers import SmtpSecurity, SmtpServer, smtp_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer(host="mail.example.com", port=587, security=SmtpSecurity.STARTTLS)),
        ("smtps://mail.example.com", SmtpServer(host="mail.example.com", port=465, security=SmtpSecurity.TLS)),
        (
            "SMTP://Mail.Example.com:2525/",
            SmtpServer(host="mail.example.com", port=2525, security=SmtpSecurity.STARTTLS),
        ),
        ("smtp://localhost:25", SmtpServer(host="localhost", port=25, security=SmtpSecurity.PLAIN)),
        ("smtp://127.0.0.53:25", SmtpServer(host="127.0.0.53", port=25, security=SmtpSecurity.PLAIN)),
        ("smtp://[::1]:25", SmtpServer(host="::1", port=25, security=SmtpSecurity.PLAIN)),
        ("smtps://localhost", SmtpServer(host="localhost", port=465, security=SmtpSecurity.TLS)),
        ("smtp://10.0.0.5:25", SmtpServer(host="10.0.0.5", port=25, security=SmtpSecurity.STARTTLS)),
        (
            "smtp://localhost.example.com",
            SmtpServer(host="localhost.example.com", port=587, security=SmtpSecurity.STARTTLS),
        ),
        (
            "smtp://announcements%40example.com:p%3A%2Fs%40%25@mail.example.com:587",
            SmtpServer(
                host="mail.example.com",
                port=587,
                security=SmtpSecurity.STARTTLS,
                user="announcements@example.com",
                password="p:/s@%",
            ),
        ),
    ],
)
def test_a_url_says_where_and_how(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


def test_a_server_shows_no_credentials() -> None:
    shown = repr(smtp_server("smtps://user:hunter2@mail.example.com"))
    assert shown == "SmtpServer(host='mail.example.com', port=465, security=<SmtpSecurity.TLS: 'tls'>)"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "it has to begin with smtp:// or smtps://"),
        ("http://user:hunter2@mail.example.com", "it has to begin with smtp:// or smtps://"),
        ("mail.example.com:587", "it has to begin with smtp:// or smtps://"),
        ("smtp://", "its host or its port is malformed"),
        ("smtp://user:hunter2@", "its host or its port is malformed"),
        ("smtp://user:hunter2@mail.example.com:0", "its host or its port is malformed"),
        ("smtp://user:hunter2@mail.example.com:70000", "its host or its port is malformed"),
        ("smtp://user:hunter2@mail.example.com:port", "its host or its port is malformed"),
        ("smtp://user:hunter2@[::1", "its host or its port is malformed"),
        ("smtp://user:hunter2@mail example", "its host or its port is malformed"),
        ("smtp://user:hunter2@mail.example.com\r\nDATA", "its host or its port is malformed"),
        ("smtp://user@mail.example.com", "it needs both a user name and a password, or neither"),
        ("smtp://:hunter2@mail.example.com", "it needs both a user name and a password, or neither"),
        (
            "smtp://user:hunter2%@mail.example.com",
            "its user name or password has a % without two hexadecimal digits after it; write %25 for %",
        ),
        (
            "smtp://user:hünter2@mail.example.com",
            "its user name or password has a character other than printable ASCII, which servers read differently",
        ),
        (
            "smtp://user:hunter2%0D%0AX@mail.example.com",
            "its user name or password has a character other than printable ASCII, which servers read differently",
        ),
        (
            "smtp://user:hunter2/x@mail.example.com",
            "its host or its port is malformed",
        ),
        (
            "smtp://mail.example.com/user:hunter2",
            "nothing may follow host and port; in user name and password, write / as %2F, ? as %3F and # as %23",
        ),
    ],
)
def test_a_malformed_url_is_explained_but_never_repeated(url: str, reason: str) -> None:
    with pytest.raises(BadInputError) as error:
        smtp_server(url)
    assert str(error.value) == (
        f"this is not the URL of a mail server: {reason} (it is not repeated here, since it may hold a "
        "password); write one such as smtp://user:password@mail.example.com:587"
    )
    assert error.value.__suppress_context__ or error.value.__context__ is None
