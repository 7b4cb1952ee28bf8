"""Reminders as a real webhook gets them from a real sender."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.examples import utc
from tests.notify.posts import Post, a_post, webhook
from tests.notify.receivers import Receiver, receiver

START = utc(2026, 12, 3, 7)
"""Thursday, 02:00 in Toronto."""


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as hook:
        yield hook


@pytest.fixture
def post(tmp_path: Path, hook: Receiver) -> Iterator[Post]:
    """A vendor whose only webhook selects reminders, a day ahead; it is Tuesday."""
    table = webhook("hook", hook.url, 'events = ["reminder"]', 'remind = ["24h"]')
    with a_post(tmp_path, f"sqlite:///{tmp_path}/icsfeed.db", table) as post:
        post.clock.now = START - timedelta(days=2)
        yield post


def bodies(hook: Receiver) -> list[tuple[str, str, str, int | None]]:
    """Type, occurrence, start and lead of each message."""
    every = [json.loads(each.body) for each in hook.received]
    return [
        (each["type"], each["data"]["occurrence"], each["data"]["start"], each["data"]["remind_minutes"])
        for each in every
    ]


def test_a_reminder_arrives_at_its_time_and_a_word_when_an_edit_skips_it(post: Post, hook: Receiver) -> None:
    with post.sender() as sender:
        post.send(sender)
        post.clock.now = START - timedelta(days=1, seconds=1)
        post.send(sender)
        assert bodies(hook) == []
        post.clock.advance(seconds=1)
        post.send(sender)
        freeze = '[[change_freezes]]\nid = "audit"\nname = "Audit"\nfrom = 2026-12-03\nthrough = 2026-12-03\n'
        post.path.write_text(f"{post.path.read_text('utf-8')}\n{freeze}", encoding="utf-8")
        for _ in range(3):
            post.clock.advance(hours=1)
            post.send(sender)
    assert bodies(hook) == [
        ("reminder", "2026-12-03", "2026-12-03T07:00:00Z", 1440),
        ("skipped", "2026-12-03", "2026-12-03T07:00:00Z", None),
    ]


def test_a_sender_says_once_that_reminders_are_too_late(post: Post, hook: Receiver) -> None:
    with post.sender() as sender:
        post.send(sender)
    post.clock.now = START + timedelta(hours=1)
    with post.sender() as sender:
        post.send(sender)
        post.clock.advance(minutes=5)
        post.send(sender)
    late = [entry for entry in post.log.entries if entry["event"] == "reminders too late"]
    assert late == [
        {
            "event": "reminders too late",
            "log_level": "warning",
            "number": 1,
            "no_sender_since": "2026-12-01T07:00:00+00:00",
        }
    ]
    assert bodies(hook) == []
