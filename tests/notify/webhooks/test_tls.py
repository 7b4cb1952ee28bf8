from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from icsfeed.notify.failures import TemporaryFailureError
from icsfeed.notify.webhooks.connecting import Connector
from icsfeed.notify.webhooks.endpoints import endpoint_of
from icsfeed.notify.webhooks.posting import post
from tests.notify.certificates import Authority
from tests.notify.receivers import receiver, silent

NOW = datetime.now(UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, NOW)


def deliver(url: str, trusted: ssl.SSLContext, *, seconds: float = 10) -> None:
    connector = Connector(tls=trusted, allow_private=True)
    post(endpoint_of(url), b"{}", {}, connector=connector, now=NOW, seconds=seconds)


def failure(url: str, trusted: ssl.SSLContext, *, seconds: float = 10) -> str:
    with pytest.raises(TemporaryFailureError) as failed:
        deliver(url, trusted, seconds=seconds)
    return str(failed.value)


def test_a_certificate_of_an_authority_that_is_trusted_is_enough(authority: Authority) -> None:
    with receiver(tls=authority.server()) as there:
        deliver(there.url, authority.trusted())
    assert [request.body for request in there.received] == [b"{}"]


def test_no_other_is(authority: Authority) -> None:
    with receiver(tls=authority.server()) as there:
        reason = failure(there.url, ssl.create_default_context())
    assert reason == "no answer from the receiver: its certificate is signed by an unknown authority"
    assert there.received == []


def test_nor_an_old_one(authority: Authority) -> None:
    with receiver(tls=authority.server(days=-1)) as there:
        reason = failure(there.url, authority.trusted())
    assert reason == "no answer from the receiver: its certificate has expired"
    assert there.received == []


def test_nor_that_of_another_host(authority: Authority) -> None:
    with receiver(tls=authority.server(address="127.0.0.2")) as there:
        reason = failure(there.url, authority.trusted())
    assert reason == "no answer from the receiver: its certificate is for another name"
    assert there.received == []


def test_a_receiver_without_tls_is_none(authority: Authority) -> None:
    with receiver() as there:
        reason = failure(there.url.replace("http://", "https://"), authority.trusted())
    assert reason == "no answer from the receiver: it does not speak TLS as it should"
    assert there.received == []


def test_one_that_says_nothing_is_given_up(authority: Authority) -> None:
    with receiver(tls=authority.server()) as there:
        there.answers[:] = [silent(there.stop)]
        reason = failure(there.url, authority.trusted(), seconds=0.5)
    assert reason == "the receiver did not answer within 0.5 seconds"
