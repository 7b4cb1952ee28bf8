"""When a delivery is tried again, and how it is known by its receiver."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery
from icsfeed.notify.keys import delivery_key
from icsfeed.notify.pauses import next_attempt, pause_after
from tests.services.workspace import NIGHT

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DELIVERY = Delivery(
    number=1, receiver="channel:hook", subject="EC-1", event=ChannelEvent.ANNOUNCED, queued_at=NIGHT, update=1
)


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(attempts) // SECOND for attempts in range(1, 11)] == [
        *(10, 30, 60, 120, 300, 900, 1800),
        *(3600, 3600, 3600),
    ]


@pytest.mark.parametrize(
    ("attempts", "passed", "retry_after", "pause"),
    [
        pytest.param(1, timedelta(), None, 10 * SECOND, id="soon after the first attempt"),
        pytest.param(1, timedelta(), MINUTE, MINUTE, id="later where the receiver asks for more patience"),
        pytest.param(8, HOUR, MINUTE, HOUR, id="not earlier than the pause, whatever it asks for"),
        pytest.param(30, DAY - MINUTE, None, MINUTE, id="a last time when the day ends"),
        pytest.param(1, timedelta(), 2 * DAY, DAY, id="a last time even if the receiver asks for two days"),
        pytest.param(30, DAY, None, None, id="no more after a day"),
    ],
)
def test_the_next_attempt(
    attempts: int, passed: timedelta, retry_after: timedelta | None, pause: timedelta | None
) -> None:
    now = NIGHT + passed
    due = next_attempt(attempts, first_attempt_at=NIGHT, now=now, retry_after=retry_after)
    assert due == (now + pause if pause is not None else None)


def test_every_attempt_has_the_key_of_its_delivery_and_no_other_delivery_has_it() -> None:
    key = delivery_key("secret", DELIVERY)
    assert len(key) == 32
    again = replace(DELIVERY, attempts=3, first_attempt_at=NIGHT, was_informed=True, informed_at=NIGHT)
    assert delivery_key("secret", again) == key
    others = [
        delivery_key("another", DELIVERY),
        delivery_key("secret", replace(DELIVERY, number=2)),
        delivery_key("secret", replace(DELIVERY, receiver="channel:hook/2")),
        # The same number in a database that was restored from a backup.
        delivery_key("secret", replace(DELIVERY, queued_at=NIGHT + SECOND)),
    ]
    assert key not in others
    assert len(set(others)) == len(others)
