"""The numbers of new changes and freezes after a loss: those that were public before are never given out again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from icsfeed.domain.actors import Actor
from icsfeed.domain.changes import ID_PREFIXES, kind_of, number_of, recorded_id
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import RESERVE_NUMBERS
from icsfeed.domain.texts import quoted
from icsfeed.services.repository import Repository

_ID: Final = re.compile(rf"(?:{'|'.join(ID_PREFIXES.values())})-[1-9][0-9]{{0,8}}")


def last_ids(texts: Iterable[str]) -> Mapping[Kind, str]:
    """The latest of these ids, by kind, as they are written on a command line.

    Raises:
        BadInputError: where one is no id of a recorded change or freeze.
    """
    latest: dict[Kind, str] = {}
    for text in texts:
        change_id = text.strip().upper()
        if not _ID.fullmatch(change_id):
            msg = (
                f"{quoted(text)} is not the id of a change or a recorded freeze; write the last one that was public, "
                "such as EC-41, PC-7 or CF-2"
            )
            raise BadInputError(msg)
        kind = kind_of(change_id)
        if kind not in latest or number_of(latest[kind]) < number_of(change_id):
            latest[kind] = change_id
    return latest


def reserve_numbers(repository: Repository, change_id: str, *, actor: Actor) -> str:
    """Give new changes, or freezes, of that kind only numbers after this id; gives the id of the next one.

    The next number never becomes lower: where it is higher already, nothing is recorded.

    Raises:
        UnavailableError: where it can't be recorded.
    """
    kind, number = kind_of(change_id), number_of(change_id)
    with repository.writing(actor=actor, action=RESERVE_NUMBERS, subject=change_id) as writing:
        following = writing.record.next_number(kind)
        if following <= number:
            writing.leave_entry()
            following = number + 1
    return recorded_id(kind, following)
