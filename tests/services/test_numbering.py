"""Numbers after a loss: a number that was public once is never given to another change."""

from __future__ import annotations

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import RESERVE_NUMBERS
from icsfeed.services.numbering import last_ids, reserve_numbers
from tests.actors import operator
from tests.examples import NOW
from tests.store.work import announce_one, opened, read

ANN = operator("ann", NOW)


def test_the_first_announcement_after_a_loss_had_the_number_of_another_change(database_url: str) -> None:
    with opened(database_url) as database:
        assert reserve_numbers(database, "EC-41", actor=ANN) == "EC-42"
        assert announce_one(database, "one").change.id == "EC-42"
        assert announce_one(database, "two").change.id == "EC-43"
        assert database.record().next_number(Kind.PLANNED) == 1
        assert reserve_numbers(database, "PC-7", actor=ANN) == "PC-8"
        assert database.record() == read(database_url)


def test_the_next_number_never_becomes_lower(database_url: str) -> None:
    with opened(database_url) as database:
        assert reserve_numbers(database, "EC-41", actor=ANN) == "EC-42"
        assert reserve_numbers(database, "EC-7", actor=ANN) == "EC-42"
        announce_one(database, "one")
        assert reserve_numbers(database, "EC-42", actor=ANN) == "EC-43"
        assert announce_one(database, "two").change.id == "EC-43"
        entries = database.entries()
    assert [(each.by, each.action, each.subject) for each in entries if each.action == RESERVE_NUMBERS] == [
        ("ann", RESERVE_NUMBERS, "EC-41")
    ]


def test_of_several_ids_of_a_kind_the_latest_counts() -> None:
    assert last_ids(["EC-9", " ec-41", "PC-7", "EC-10", "cf-2"]) == {
        Kind.EMERGENCY: "EC-41",
        Kind.PLANNED: "PC-7",
        Kind.FREEZE: "CF-2",
    }


@pytest.mark.parametrize("text", ["", "41", "EC-0", "EC-007", "EC--1", "XC-4", "EC-41x", "EC-1234567890", "EC-٤"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        last_ids(["EC-1", text])
    assert str(refusal.value) == (
        f'"{text}" is not the id of a change or a recorded freeze; write the last one that was public, '
        "such as EC-41, PC-7 or CF-2"
    )
