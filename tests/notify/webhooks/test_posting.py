"""What happens when a webhook is posted, with real receivers on loopback addresses."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.notify.deadlines import MAX_RESPONSE_BYTES
from icsfeed.notify.failures import PermanentFailureError, TemporaryFailureError
from icsfeed.notify.webhooks.connecting import Connector, SocketAddress, look_up
from icsfeed.notify.webhooks.endpoints import endpoint_of
from icsfeed.notify.webhooks.posting import post
from tests.notify.receivers import Answer, Receiver, dripping, raw, receiver, silent, status

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
PATIENCE = 0.5
LONG = 10.0
"""Long enough, however busy the machine is."""
PRIVATE = Connector(tls=ssl.create_default_context(), allow_private=True)
PUBLIC = replace(PRIVATE, allow_private=False)
NOT_PUBLIC = "the webhook leads to an address that is not public, and allow_private_addresses is not set"


def deliver(url: str, connector: Connector = PRIVATE, *, seconds: float = LONG) -> None:
    headers = {"Content-Type": "application/json"}
    post(endpoint_of(url), b'{"a": 1}', headers, connector=connector, now=NOW, seconds=seconds)


def failure(url: str, connector: Connector = PRIVATE, *, seconds: float = LONG) -> TemporaryFailureError:
    with pytest.raises(TemporaryFailureError) as failed:
        deliver(url, connector, seconds=seconds)
    assert url not in str(failed.value)
    return failed.value


def resolved_to(*addresses: str) -> Connector:
    """A connector for which every name has those addresses."""

    def resolve(_: str, port: int) -> Sequence[SocketAddress]:
        return [each for address in addresses for each in look_up(address, port)]

    return replace(PUBLIC, resolve=resolve)


def test_the_body_arrives_as_it_is_with_its_headers() -> None:
    with receiver() as there:
        deliver(f"http://us%C3%A9r:p%40ss@127.0.0.1:{there.port}/a/b?c=d")
    (request,) = there.received
    assert (request.method, request.path, request.body) == ("POST", "/a/b?c=d", b'{"a": 1}')
    assert request.headers == {
        "host": f"127.0.0.1:{there.port}",
        "accept-encoding": "identity",
        "authorization": "Basic dXPDqXI6cEBzcw==",
        "connection": "close",
        "content-length": "8",
        "content-type": "application/json",
    }


def test_an_ipv6_address_has_its_brackets_in_the_header() -> None:
    with receiver(host="::1") as there:
        deliver(f"http://[::1]:{there.port}/")
    assert there.received[0].headers["host"] == f"[::1]:{there.port}"


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_any_2xx_acknowledges(code: int) -> None:
    with receiver(status(code)) as there:
        deliver(there.url)
    assert len(there.received) == 1


def test_only_410_is_final() -> None:
    with receiver(status(410)) as there, pytest.raises(PermanentFailureError) as failed:
        deliver(there.url)
    assert str(failed.value) == "the receiver answered 410: it is gone for good"


@pytest.mark.parametrize("code", [400, 401, 403, 404, 408, 413, 422, 425, 429, 500, 502, 503, 504])
def test_a_receiver_that_refuses_may_be_set_up_wrongly_for_an_hour(code: int) -> None:
    with receiver(status(code)) as there:
        failed = failure(there.url)
    assert (str(failed), failed.retry_after) == (f"the receiver answered {code}", None)


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        pytest.param("120", timedelta(minutes=2), id="seconds"),
        pytest.param("0", timedelta(), id="at once"),
        pytest.param("86400", timedelta(hours=1), id="a day is too long"),
        pytest.param("9" * 9, timedelta(hours=1), id="so are thirty years"),
        pytest.param("9" * 5000, None, id="no number of seconds has so many digits"),
        pytest.param("Tue, 01 Dec 2026 12:30:00 GMT", timedelta(minutes=30), id="a date"),
        pytest.param("Tue, 01 Dec 2026 11:30:00 GMT", timedelta(), id="a date in the past"),
        pytest.param("Tue, 01 Dec 2026 12:30:00", timedelta(minutes=30), id="a date without a zone"),
        pytest.param("-5", None, id="less than nothing"),
        pytest.param("soon", None, id="no time at all"),
        pytest.param("\N{FULLWIDTH DIGIT NINE}", None, id="other digits"),
        pytest.param("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None, id="a year that no calendar has"),
        pytest.param("Mon, 01 Jan 9999 00:00:00 -2300", timedelta(hours=1), id="the end of all years, in the west"),
        pytest.param("Mon, 01 Jan 2024 00:00:00 +99999999999999999999", None, id="a zone that is nowhere"),
    ],
)
def test_a_receiver_may_ask_for_patience_within_bounds(text: str, pause: timedelta | None) -> None:
    with receiver(status(503, Retry_After=text)) as there:
        assert failure(there.url).retry_after == pause


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(code: int) -> None:
    with receiver() as elsewhere, receiver(status(code, Location=elsewhere.url)) as there:
        failed = failure(there.url)
    assert str(failed) == f"the receiver answered {code} and redirects, which is not followed"
    assert elsewhere.received == []


NO_HTTP = "the answer of the receiver is not HTTP, or too long"
FAULTY: dict[str, tuple[Answer, str]] = {
    "nothing": (raw(), "no answer from the receiver: it closed the connection"),
    "half a status line": (raw(b"HTTP/1.1 2"), NO_HTTP),
    "another protocol": (raw(b"220 mail.example.com ESMTP\r\n"), NO_HTTP),
    "a status that is none": (raw(b"HTTP/1.1 abc OK\r\n\r\n"), NO_HTTP),
    "too many headers": (raw(b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 200, b"\r\n"), NO_HTTP),
    "too long a header": (raw(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * (2 * MAX_RESPONSE_BYTES), b"\r\n\r\n"), NO_HTTP),
    "half the headers, then the end": (raw(b"HTTP/1.1 503 No\r\nRetry-"), "the receiver answered 503"),
}


@pytest.mark.parametrize(("answer", "message"), FAULTY.values(), ids=FAULTY)
def test_an_answer_that_is_none_acknowledges_nothing(answer: Answer, message: str) -> None:
    with receiver(answer) as there:
        assert str(failure(there.url)) == message


TOO_SLOW = "the receiver did not answer within 0.5 seconds"


def slow(there: Receiver, answer: Answer) -> str:
    """Why the delivery to that receiver failed, and that it did so in time."""
    there.answers[:] = [answer]
    before = time.monotonic()
    message = str(failure(there.url, seconds=PATIENCE))
    assert PATIENCE <= time.monotonic() - before < PATIENCE + LONG
    return message


def test_a_receiver_that_says_nothing_is_given_up() -> None:
    with receiver() as there:
        assert slow(there, silent(there.stop)) == TOO_SLOW


def test_so_is_one_that_says_one_byte_at_a_time() -> None:
    with receiver() as there:
        assert slow(there, dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a", there.stop)) == TOO_SLOW


def test_so_is_one_that_tells_to_go_on_for_ever() -> None:
    with receiver() as there:
        assert slow(there, dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n", there.stop)) == TOO_SLOW


def test_an_acknowledgement_counts_however_slow_and_long_the_rest_is() -> None:
    with receiver() as there:
        there.answers[:] = [dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"a" * 1000, there.stop)]
        before = time.monotonic()
        deliver(there.url)
    assert time.monotonic() - before < LONG / 2


def test_one_that_does_not_even_take_the_connection_is_given_up() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(("127.0.0.1", port))
        failed = failure(f"http://127.0.0.1:{port}/", seconds=PATIENCE)
        for each in waiting:
            each.close()
    assert str(failed) == "there is no connection to the receiver: it does not answer in time"


def test_one_that_is_not_there_refuses() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = str(failure(f"http://127.0.0.1:{port}/"))
    assert message == "there is no connection to the receiver: connection refused"


LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_no_notation_of_a_private_address_is_connected_to(host: str) -> None:
    with receiver() as there:
        assert str(failure(f"https://{host}:{there.port}/", PUBLIC)) == NOT_PUBLIC
    assert there.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "localhost"])
def test_the_same_lead_there_where_the_schedule_allows_it(host: str) -> None:
    """Otherwise the test above might refuse anything."""
    with receiver() as there:
        deliver(f"http://{host}:{there.port}/")
    assert len(there.received) == 1


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["169.254.169.254", "10.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"]],
    ids=str,
)
def test_nor_a_name_that_has_one(addresses: list[str]) -> None:
    assert str(failure("https://hooks.example.com/", resolved_to(*addresses))) == NOT_PUBLIC


def test_a_name_is_looked_up_once_and_can_not_change_its_meaning_in_between() -> None:
    """DNS rebinding: a check that looks the name up by itself learns something else than the connection does."""
    answers = ["127.0.0.1", "127.0.0.2"]
    names = []

    def resolve(host: str, port: int) -> Sequence[SocketAddress]:
        names.append(host)
        return look_up(answers[len(names) - 1], port)

    with receiver() as there:
        deliver(f"http://hooks.example.com:{there.port}/", replace(PRIVATE, resolve=resolve))
    assert names == ["hooks.example.com"]
    (request,) = there.received
    assert request.headers["host"] == f"hooks.example.com:{there.port}"


def test_of_several_addresses_only_the_allowed_ones_are_connected_to() -> None:
    """Without TLS, these are the private ones."""
    with receiver() as there:
        connector = replace(resolved_to("9.9.9.9", "127.0.0.1"), allow_private=True)
        deliver(f"http://hooks.example.com:{there.port}/", connector)
    assert len(there.received) == 1


def test_the_second_address_is_tried_where_the_first_does_not_answer() -> None:
    with receiver() as there:
        deliver(f"http://hooks.example.com:{there.port}/", replace(resolved_to("::1", "127.0.0.1"), allow_private=True))
    assert len(there.received) == 1


def test_without_tls_nothing_is_sent_to_public_addresses() -> None:
    with pytest.raises(PermanentFailureError) as insecure:  # no waiting mends an address
        deliver("http://192.168.1.1/", PUBLIC)
    assert str(insecure.value) == (
        "a webhook without https is posted only where allow_private_addresses is set; write its address with https, "
        "then run icsfeed notify retry"
    )
    assert str(failure("http://9.9.9.9/")) == (
        "a webhook without https may lead to private addresses only, and this one does not"
    )


def test_a_name_without_an_address_is_waited_for() -> None:
    assert str(failure("https://nowhere.invalid/")) == "the name of the receiver has no address"
    assert str(failure("https://hooks.example.com/", resolved_to())) == "the name of the receiver has no address"


def test_a_name_server_that_does_not_answer_holds_up_nothing() -> None:
    over = threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[SocketAddress]:
        over.wait()
        return ()

    before = time.monotonic()
    message = str(failure("https://hooks.example.com/", replace(PUBLIC, resolve=resolve), seconds=PATIENCE))
    over.set()
    assert message == "the name of the receiver was not looked up in time"
    assert time.monotonic() - before < PATIENCE + LONG


def test_neither_a_proxy_nor_a_password_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password secret", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    with receiver() as proxy, receiver() as there:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.upper(), proxy.url)
        deliver(there.url)
    assert proxy.received == []
    assert "authorization" not in there.received[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.com/",
        "https:///nowhere",
        "https://hooks.example.com:https/",
        "https://hooks.example.com:99999/",
        "https://[::1/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/a\r\nX-Injected: yes",
        "https://hooks.example.com/caf\u00e9",
        f"https://{'a' * 64}.example.com/",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadInputError) as refused:
        endpoint_of(url)
    assert str(refused.value) == (
        "the address of the webhook is not one of a web server (it is not repeated here, since it may hold a "
        "password); write one such as https://tickets.example.com/hooks/maintenance"
    )


def test_a_name_with_other_letters_is_the_one_that_name_servers_know() -> None:
    assert endpoint_of("https://b\u00fccher.example:8443/x").host == "xn--bcher-kva.example"


def test_an_endpoint_shows_nothing_of_its_address() -> None:
    shown = repr(endpoint_of("https://somebody:secret@hooks.example.com:8443/token?key=1"))
    assert shown == "Endpoint(is_secure=True)"
