"""The ledger: each visible change of an event adds a line with the next revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.revisions import (
    GONE,
    MAX_SEQUENCE,
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
class LedgerEvent:
    """An event as the ledger sees it."""

    uid: str = "a"
    digest: str = "one"
    first: Revision = FIRST
    scope: str = ""
    is_private: bool = False


def line(digest: str, sequence: int, at: datetime = MAY, uid: str = "a") -> LedgerLine:
    return LedgerLine(uid=uid, digest=digest, revision=Revision(sequence=sequence, at=at))


def after(*states: tuple[LedgerEvent, ...]) -> Ledger:
    """The ledger after each of those states was public for a day."""
    ledger: Ledger = {}
    for day, public in enumerate(states):
        ledger = with_lines(ledger, missing_lines(public, ledger, now=MAY + timedelta(days=day)))
    return ledger


ONE, TWO = LedgerEvent(), LedgerEvent(digest="two")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param([(ONE,)], [line("one", 0, FIRST.at)], id="new"),
        pytest.param([(ONE,), (ONE,)], [line("one", 0, FIRST.at)], id="unchanged"),
        pytest.param([(ONE,), (TWO,)], [line("one", 0, FIRST.at), line("two", 1, MAY + timedelta(1))], id="changed"),
        pytest.param(
            [(ONE,), (TWO,), (ONE,)],
            [line("one", 0, FIRST.at), line("two", 1, MAY + timedelta(1)), line("one", 2, MAY + timedelta(2))],
            id="changed back",
        ),
        pytest.param([(ONE,), ()], [line("one", 0, FIRST.at), line(GONE, 0, MAY + timedelta(1))], id="removed"),
        pytest.param(
            [(ONE,), (), ()], [line("one", 0, FIRST.at), line(GONE, 0, MAY + timedelta(1))], id="removed for good"
        ),
        pytest.param(
            [(ONE,), (), (ONE,)],
            [line("one", 0, FIRST.at), line(GONE, 0, MAY + timedelta(1)), line("one", 1, MAY + timedelta(2))],
            id="returned",
        ),
    ],
)
def test_lines(states: list[tuple[LedgerEvent, ...]], expected: list[LedgerLine]) -> None:
    ledger = after(*states)
    assert list(ledger["a"]) == expected
    if states[-1]:
        assert revision_of(states[-1][0], ledger) == expected[-1].revision


def test_each_event_has_its_own_revisions() -> None:
    other = LedgerEvent(uid="b")
    ledger = after((ONE, other), (TWO, other))
    assert [each.revision.sequence for each in ledger["a"]] == [0, 1]
    assert [each.revision.sequence for each in ledger["b"]] == [0]


def test_an_event_shared_by_two_renderings_has_one_line() -> None:
    assert list(after((ONE, ONE))["a"]) == [line("one", 0, FIRST.at)]


def test_times_are_in_whole_seconds() -> None:
    lines = missing_lines([TWO], after((ONE,)), now=MAY.replace(microsecond=999_999))
    assert lines == (line("two", 1, MAY),)


def test_times_never_go_back_if_another_clock_is_ahead() -> None:
    ledger = after((ONE,), (TWO,))
    assert missing_lines([ONE], ledger, now=MAY - timedelta(days=3)) == (line("one", 2, MAY + timedelta(days=1)),)


def test_the_largest_sequence_of_icalendar_is_the_last_one() -> None:
    ledger = {"a": (line("one", MAX_SEQUENCE),)}
    assert missing_lines([TWO], ledger, now=MAY + timedelta(days=3)) == (
        line("two", MAX_SEQUENCE, MAY + timedelta(days=3)),
    )


def test_an_event_without_ledger_lines_is_the_same_on_every_machine_at_any_time() -> None:
    assert revision_of(ONE, {}) == FIRST
    assert revision_of(TWO, after((ONE,))) == Revision(sequence=1, at=FIRST.at + timedelta(seconds=1))
    assert revision_of(TWO, after((ONE,), ())) == Revision(sequence=1, at=MAY + timedelta(days=1, seconds=1))


def test_an_older_policy_uses_the_last_revision_of_its_own_facts() -> None:
    """While a new policy is rolled out, two machines must not keep raising each other's revisions."""
    ledger = after((ONE,), (TWO,))
    assert revision_of(ONE, ledger) == FIRST
    assert revision_of(TWO, ledger).sequence == 1


def test_adding_no_lines_returns_the_same_ledger() -> None:
    ledger = after((ONE,))
    assert with_lines(ledger, ()) is ledger
