"""A database that stops and starts, and one of two senders that dies: nothing is lost or sent twice in vain."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from icsfeed.domain.deliveries import DeliveryState
from tests.databases import Server
from tests.notify.killed_senders import RunningClock, start_sender
from tests.notify.posts import a_post, arrivals, until, webhook
from tests.notify.receivers import Answer, receiver, status

TAKEOVER_SECONDS = 30


def after(event: threading.Event) -> Answer:
    """An acknowledgement once the event has happened."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        event.wait()
        status(204)(handler)

    return answer


def slowly(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.1)
    status(204)(handler)


def test_a_message_whose_acknowledgement_meets_a_stopped_database_is_not_repeated(
    tmp_path: Path, postgresql: Server
) -> None:
    with ExitStack() as stack:
        may_answer = threading.Event()
        hook = stack.enter_context(receiver(after(may_answer), status(204)))
        url = stack.enter_context(postgresql.database())
        post = stack.enter_context(a_post(tmp_path, url, webhook("hook", hook.url)))
        sender = stack.enter_context(post.sender())
        for summary in ("First", "Second"):
            post.announce(summary)
        sender.tick(post.clock())
        until(lambda: len(hook.received) == 1)
        postgresql.stop()
        may_answer.set()
        for _ in range(3):
            post.clock.advance(seconds=1)
            sender.tick(post.clock())
        until(lambda: sender.is_idle)
        post.clock.advance(minutes=1)  # the lease has ended
        postgresql.start()
        while DeliveryState.WAITING in post.states():
            post.send(sender)
            post.clock.advance(seconds=1)
        assert [each.summary for each in arrivals(hook)] == ["First", "Second"]
        assert post.logged.count("nothing can be sent") == post.logged.count("the database answers again") == 1


def test_of_two_senders_one_takes_over_when_the_other_is_killed(tmp_path: Path, postgresql: Server) -> None:
    with ExitStack() as stack:
        hooks = [stack.enter_context(receiver(slowly)) for _ in range(3)]
        url = stack.enter_context(postgresql.database())
        tables = (webhook(f"hook-{number}", hook.url) for number, hook in enumerate(hooks))
        post = stack.enter_context(a_post(tmp_path, url, *tables))
        post.clock = clock = RunningClock.from_night()
        for number in range(8):
            post.announce(f"Change {number}")
        processes = [start_sender(post, clock) for _ in range(2)]
        until(lambda: sum(len(hook.received) for hook in hooks) >= 6)
        processes[0].kill()
        begin = time.monotonic()
        until(lambda: DeliveryState.WAITING not in post.states())
        took = time.monotonic() - begin
        processes[1].kill()
        for process in processes:
            process.join()
        for hook in hooks:
            got = arrivals(hook)
            assert {each.summary for each in got} == {f"Change {number}" for number in range(8)}
            # What the dead one had sent, and not settled, was sent once more.
            assert [number - 1 for number in Counter(each.key for each in got).values() if number > 1] in ([], [1])
        assert took < TAKEOVER_SECONDS
