"""The ledger: a line for each visible change of an event, and one revision more with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.revisions import (
    GONE,
    Ledger,
    LedgerLine,
    Revision,
    missing_lines,
    revision_of,
    with_lines,
)
from tests.examples import utc

FIRST = Revision(sequence=0, at=utc(2025, 1, 1, 5))
MAY = utc(2026, 5, 5, 1, 2, 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class An:
    """An event, as far as the ledger sees it."""

    uid: str = "a"
    digest: str = "one"
    first: Revision = FIRST


def line(digest: str, sequence: int, at: datetime = MAY, uid: str = "a") -> LedgerLine:
    return LedgerLine(uid=uid, digest=digest, revision=Revision(sequence=sequence, at=at))


def after(*states: tuple[An, ...]) -> Ledger:
    """The ledger after those states were public, a day each."""
    ledger: Ledger = {}
    for day, public in enumerate(states):
        ledger = with_lines(ledger, missing_lines(public, ledger, now=MAY + timedelta(days=day)))
    return ledger


ONE, TWO = An(), An(digest="two")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param([(ONE,)], [line("one", 0, FIRST.at)], id="new: its first revision"),
        pytest.param([(ONE,), (ONE,)], [line("one", 0, FIRST.at)], id="the same: nothing"),
        pytest.param([(ONE,), (TWO,)], [line("one", 0, FIRST.at), line("two", 1, MAY + timedelta(1))], id="changed"),
        pytest.param(
            [(ONE,), (TWO,), (ONE,)],
            [line("one", 0, FIRST.at), line("two", 1, MAY + timedelta(1)), line("one", 2, MAY + timedelta(2))],
            id="as it was before: that is a change, too",
        ),
        pytest.param([(ONE,), ()], [line("one", 0, FIRST.at), line(GONE, 0, MAY + timedelta(1))], id="gone"),
        pytest.param(
            [(ONE,), (), ()], [line("one", 0, FIRST.at), line(GONE, 0, MAY + timedelta(1))], id="gone for good"
        ),
        pytest.param(
            [(ONE,), (), (ONE,)],
            [line("one", 0, FIRST.at), line(GONE, 0, MAY + timedelta(1)), line("one", 1, MAY + timedelta(2))],
            id="come back",
        ),
    ],
)
def test_lines(states: list[tuple[An, ...]], expected: list[LedgerLine]) -> None:
    ledger = after(*states)
    assert list(ledger["a"]) == expected
    if states[-1]:
        assert revision_of(states[-1][0], ledger) == expected[-1].revision


def test_each_event_is_counted_for_itself() -> None:
    other = An(uid="b")
    ledger = after((ONE, other), (TWO, other))
    assert [each.revision.sequence for each in ledger["a"]] == [0, 1]
    assert [each.revision.sequence for each in ledger["b"]] == [0]


def test_an_event_that_two_renderings_share_has_one_line() -> None:
    assert list(after((ONE, ONE))["a"]) == [line("one", 0, FIRST.at)]


def test_times_are_in_whole_seconds() -> None:
    found = missing_lines([TWO], after((ONE,)), now=MAY.replace(microsecond=999_999))
    assert found == (line("two", 1, MAY),)


def test_no_time_runs_back_where_another_clock_is_ahead() -> None:
    ledger = after((ONE,), (TWO,))
    assert missing_lines([ONE], ledger, now=MAY - timedelta(days=3)) == (line("one", 2, MAY + timedelta(days=1)),)


def test_what_nothing_is_recorded_of_is_shown_alike_on_every_machine_and_at_any_time() -> None:
    assert revision_of(ONE, {}) == FIRST
    assert revision_of(TWO, after((ONE,))) == Revision(sequence=1, at=FIRST.at + timedelta(seconds=1))
    assert revision_of(TWO, after((ONE,), ())) == Revision(sequence=1, at=MAY + timedelta(days=1, seconds=1))


def test_an_older_policy_shows_what_was_last_recorded_of_what_it_says() -> None:
    """While a new policy goes from machine to machine, neither of two answers the other without end."""
    ledger = after((ONE,), (TWO,))
    assert revision_of(ONE, ledger) == FIRST
    assert revision_of(TWO, ledger).sequence == 1


def test_nothing_added_is_the_same_ledger() -> None:
    ledger = after((ONE,))
    assert with_lines(ledger, ()) is ledger
