"""Apprise sends to real receivers on loopback addresses."""

from __future__ import annotations

import json
import time

import pytest

from icsfeed.notify.chat.processes import Apprise
from icsfeed.notify.chat.worker import outcome
from icsfeed.notify.failures import TemporaryFailureError
from tests.notify.receivers import dripping, receiver, status

APPRISE = Apprise(environment={})
TITLE = "Emergency change EC-1: *Disk* <b>"
BODY = "Production & preview\n03:10–05:10 EST, `disk_0` [a](https://example.com) <!channel>"


def failure(url: str, *, target: int = 1, apprise: Apprise = APPRISE) -> str:
    with pytest.raises(TemporaryFailureError) as failed:
        apprise.send(url, target=target, title=TITLE, body=BODY)
    return str(failed.value)


def test_a_service_gets_title_and_text_as_they_are() -> None:
    with receiver(status(200)) as there:
        APPRISE.send(f"json://127.0.0.1:{there.port}/hook", target=1, title=TITLE, body=BODY)
    (request,) = there.received
    assert (request.method, request.path) == ("POST", "/hook")
    assert json.loads(request.body) == {
        "version": "1.0",
        "title": TITLE,
        "message": BODY,
        "attachments": [],
        "type": "info",
    }


def test_each_target_of_a_url_is_one_of_its_own() -> None:
    with receiver(status(200)) as there:
        url = f"ntfy://127.0.0.1:{there.port}/first/second json://127.0.0.1:{there.port}/third"
        assert APPRISE.target_count(url) == 3
        for target in (2, 3, 1):
            APPRISE.send(url, target=target, title=TITLE, body=BODY)
    topics = [json.loads(each.body).get("topic") for each in there.received]
    assert topics == ["second", None, "first"]
    assert [each.path for each in there.received] == ["/", "/third", "/"]


@pytest.mark.parametrize(
    ("url", "count"),
    [
        pytest.param("json://127.0.0.1/", 1, id="a service with one target"),
        pytest.param("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#a/#b/@c", 3, id="rooms and a person"),
        pytest.param("mailtos://u:p@example.com/?to=a@example.org,b@example.org", 2, id="mail to two"),
        pytest.param(
            "mailtos://u:p@example.com/?to=a@example.org,b@example.org&cc=c@example.org",
            1,
            id="nobody gets a copy twice",
        ),
        pytest.param("json://127.0.0.1/,json://127.0.0.2/?retry=3", 2, id="two URLs"),
        pytest.param("nonsense://127.0.0.1/", 0, id="a service that nobody knows"),
        pytest.param("json://127.0.0.1/ nonsense://127.0.0.1/", 0, id="one known and one unknown"),
        pytest.param("no URL at all", 0, id="no URL"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of modules that apprise's services import
def test_the_targets_of_a_url_are_counted(url: str, count: int) -> None:
    assert outcome({"url": url}) == {"targets": count}


def test_a_service_that_refuses_is_named_by_its_status_and_tried_once() -> None:
    with receiver(status(401)) as there:
        url = f"json://somebody:secret@127.0.0.1:{there.port}/token?retry=3&wait=0.1"
        assert failure(url) == "the service answered 401"
    assert len(there.received) == 1


def test_redirects_are_not_followed() -> None:
    with receiver(status(200)) as elsewhere, receiver(status(307, Location=elsewhere.url)) as there:
        assert failure(f"json://127.0.0.1:{there.port}/") == "the service answered 307"
    assert elsewhere.received == []


def test_one_that_is_not_there_can_not_be_reached() -> None:
    with receiver() as gone:
        pass
    assert failure(f"json://127.0.0.1:{gone.port}/") == "the service can't be reached"


def test_one_that_answers_byte_by_byte_is_ended() -> None:
    with receiver() as there:
        there.answers[:] = [dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a", there.stop)]
        before = time.monotonic()
        reason = failure(f"json://127.0.0.1:{there.port}/", apprise=Apprise(environment={}, seconds=1.5))
    assert reason == "the service did not answer within 1.5 seconds"
    assert time.monotonic() - before < 10


def test_a_url_that_is_none_is_not_repeated() -> None:
    assert failure("slack://secret") == "apprise does not understand the URL of the channel"
    assert failure("json://127.0.0.1/secret", target=2) == "the URL of the channel no longer has a target number 2"


def test_a_process_gets_no_more_of_the_environment_than_it_needs() -> None:
    """A proxy is the way out of the vendor's network; what else stands there may be secret."""
    with receiver(status(200)) as proxy:
        apprise = Apprise(environment={"http_proxy": f"http://127.0.0.1:{proxy.port}", "PYTHONSTARTUP": "/nowhere"})
        apprise.send("json://chat.example.com/", target=1, title=TITLE, body=BODY)
    assert [each.path for each in proxy.received] == ["http://chat.example.com/"]
