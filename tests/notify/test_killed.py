"""Senders killed at random moments, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final

from tests.notify.killed_senders import kill_many
from tests.notify.posts import a_post, webhook
from tests.notify.receivers import receiver

TIMES: Final = int(os.environ.get("ICSFEED_TEST_KILLS") or 6)
"""How often a sender is killed; many more by hand."""


def test_a_killed_sender_loses_nothing_and_repeats_nothing_acknowledged(tmp_path: Path, database_url: str) -> None:
    with ExitStack() as stack:
        hooks = [stack.enter_context(receiver()) for _ in range(2)]
        tables = (webhook(f"hook-{number}", hook.url) for number, hook in enumerate(hooks))
        post = stack.enter_context(a_post(tmp_path, database_url, *tables))
        tally = kill_many(post, hooks, times=TIMES, random=Random(f"{TIMES} {database_url[:6]}"))  # noqa: S311
    assert tally.faults == []
    assert tally.messages > TIMES
    # Each kill interrupts one attempt for each receiver at most.
    assert tally.repeats <= TIMES * len(hooks)
