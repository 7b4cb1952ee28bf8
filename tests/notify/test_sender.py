"""The sender with real webhooks, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.domain.deliveries import DeliveryState
from tests.notify.posts import Post, a_post, arrivals, until, webhook
from tests.notify.receivers import Receiver, raw, receiver, silent, status

SENT, WAITING, FAILED = DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.FAILED


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as hook:
        yield hook


@pytest.fixture
def post(tmp_path: Path, database_url: str, hook: Receiver) -> Iterator[Post]:
    """A vendor with one webhook."""
    with a_post(tmp_path, database_url, webhook("hook", hook.url)) as post:
        yield post


def told(hook: Receiver) -> list[tuple[str, str]]:
    return [(each.event, each.summary) for each in arrivals(hook)]


def test_what_is_acknowledged_is_never_sent_again(post: Post, hook: Receiver) -> None:
    change = post.announce("First")
    with post.sender() as sender, post.sender() as other:
        for each in (sender, other, sender):
            post.send(each)
        post.update(change, "Second")
        for each in (sender, other, sender):
            post.send(each)
    assert told(hook) == [("announced", "First"), ("updated", "Second")]
    assert post.states() == [SENT, SENT]


def test_what_a_newer_delivery_overtakes_is_not_sent(post: Post, hook: Receiver) -> None:
    change = post.announce("First")
    post.update(change, "Second")
    with post.sender() as sender:
        post.send(sender)
    assert told(hook) == [("announced", "Second")]


def test_a_receiver_that_is_gone_for_an_hour_misses_nothing(post: Post, hook: Receiver) -> None:
    hook.answers = [raw()]  # the connection ends without an answer
    change = post.announce("First")
    attempts = []
    with post.sender() as sender:
        for minute in range(60):
            before = len(hook.received)
            post.send(sender)
            if len(hook.received) > before:
                attempts.append(minute)
            if minute == 20:
                post.announce("Another")
            if minute == 30:
                post.update(change, "Second")
            post.clock.advance(minutes=1)
        hook.answers, seen = [status(204)], len(hook.received)
        post.send(sender)
        post.clock.advance(minutes=30)
        post.send(sender)
    assert attempts[:6] == [0, 1, 2, 3, 5, 10]  # growing pauses; this test looks once a minute
    assert sorted(told(hook)[seen:]) == [("announced", "Another"), ("updated", "Second")]


def test_a_slow_receiver_holds_up_no_other(tmp_path: Path, database_url: str) -> None:
    with ExitStack() as stack:
        slow, quick = (stack.enter_context(receiver()) for _ in range(2))
        slow.answers = [silent(slow.stop)]
        tables = webhook("quick", quick.url), webhook("slow", slow.url)
        post = stack.enter_context(a_post(tmp_path, database_url, *tables))
        sender = stack.enter_context(post.sender())
        for number in range(3):
            post.announce(f"Change {number}")
        sender.tick(post.clock())
        until(lambda: len(quick.received) == 3)
        assert len(slow.received) <= 1
        slow.stop.set()


def test_a_delivery_is_given_up_after_a_day_and_can_be_retried(post: Post, hook: Receiver) -> None:
    hook.answers = [status(500)]
    post.announce("First")
    with post.sender() as sender:
        while post.states() == [WAITING]:
            post.send(sender)
            post.clock.advance(minutes=20)
        assert post.states() == [FAILED]
        assert "given up" in post.logged
        hook.answers = [status(204)]
        post.clock.advance(hours=1)
        post.send(sender)
        assert post.states() == [FAILED]
        assert post.retry() == (1,)
        post.send(sender)
    assert post.states() == [SENT]
    assert told(hook)[-1] == ("announced", "First")


def test_a_broken_schedule_stops_nothing(post: Post, hook: Receiver) -> None:
    with post.sender() as sender:
        post.send(sender)
        good = post.path.read_bytes()
        workspace = post.workspace
        post.path.write_bytes(good.replace(b"America/Toronto", b"Nowhere"))
        post.announce("First", workspace=workspace)
        post.send(sender)
        post.send(sender)
        post.path.write_bytes(good)
        post.send(sender)
    assert told(hook) == [("announced", "First")]
    assert [event for event in post.logged if event.startswith("schedule")] == [
        "schedule read",
        "schedule broken",
        "schedule read",
        "schedule mended",
    ]


def test_what_is_left_of_a_removed_channel_is_dropped(post: Post, hook: Receiver) -> None:
    hook.answers = [status(500)]
    post.announce("First")
    with post.sender() as sender:
        post.send(sender)
        post.path.write_text(post.path.read_text("utf-8").replace('id = "hook"', 'id = "other"'), encoding="utf-8")
        post.clock.advance(minutes=5)
        post.send(sender)
    (row,) = post.database.outbox.rows()
    assert (row.state, row.problem) == (DeliveryState.DROPPED, "the schedule has no such channel any more")


def test_a_new_channel_gets_what_is_announced_from_then_on(post: Post, hook: Receiver) -> None:
    with post.sender() as sender, receiver() as another:
        post.announce("First")
        post.send(sender)
        post.path.write_text(post.path.read_text("utf-8") + webhook("another", another.url), encoding="utf-8")
        post.announce("Second")
        post.send(sender)
        assert told(hook) == [("announced", "First"), ("announced", "Second")]
        assert told(another) == [("announced", "Second")]


def test_a_dead_senders_work_is_taken_over_within_30_seconds(post: Post, hook: Receiver) -> None:
    post.announce("First")
    with post.sender() as sender:
        post.send(sender)  # has made the secret
        post.announce("Second")
        # Another sender claims it, and is heard of no more.
        claimed = post.database.outbox.claim(
            "channel:hook", owner="dead", now=post.clock(), lease=timedelta(seconds=20), limit=1
        )
        assert len(claimed) == 1
        post.clock.advance(seconds=19)
        post.send(sender)
        assert told(hook) == [("announced", "First")]
        post.clock.advance(seconds=2)
        post.send(sender)
    assert told(hook) == [("announced", "First"), ("announced", "Second")]


def test_what_its_channel_does_not_select_any_more_is_dropped(post: Post, hook: Receiver) -> None:
    post.announce("First")
    text = post.path.read_text("utf-8").replace('id = "hook"', 'id = "hook"\nkinds = ["maintenance"]')
    post.path.write_text(text, encoding="utf-8")
    with post.sender() as sender:
        post.send(sender)
    assert told(hook) == []
    (row,) = post.database.outbox.rows()
    assert (row.state, row.problem) == (DeliveryState.DROPPED, "its channel does not select it any more")
