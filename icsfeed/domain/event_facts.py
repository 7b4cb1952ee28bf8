"""The facts that a published event states, whichever release, library or language words them.

An event is rendered from its facts alone, and a revision goes with them (RFC 5545, section 3.8.7.4): where they are
the same, the revision stays the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Environment, Kind

if TYPE_CHECKING:
    from icsfeed.domain.recurrence import Recurrence
    from icsfeed.domain.schedule import Organizer
    from icsfeed.domain.windows import Impact

DIGEST_PREFIX: Final = "2-"
"""The start of every digest of facts; icsfeed 0.1 digested bytes, in hexadecimal digits alone."""

_DIGEST_DIGITS: Final = 30
"""With the prefix, 32 characters: the width of the column in the database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepetitionRule:
    """The instances of a series: those of ``recurrence`` up to the one that starts at ``until`` (UTC)."""

    recurrence: Recurrence
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelledInstance:
    """An instance of a series that is shown as cancelled, at its naive local times."""

    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message of an operator to subscribers, with its time (UTC)."""

    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EventFacts:
    """All that one event states.

    ``start`` and ``end`` are dates (whole days, the end exclusive), naive local times in ``zone``, or instants in UTC.
    ``excluded`` are the naive local starts of instances that do not happen. ``moved_from`` is the naive local time at
    which the policy has it start. ``freeze`` is the name of the change freeze that a change falls in. ``planned_start``
    and ``planned_end`` (UTC) are given where a change started or completed at other times. ``left`` are environments
    that the change no longer touches: only the feeds of these state that. A freeze that an operator started has no
    ``name``; one that ``is_open_ended`` lasts until further notice, and is shown until the end of what is published.

    A field that is added later needs a default, and the digest of an event that has no more than the default stays.
    """

    kind: Kind
    name: str
    start: date
    end: date
    zone: str = ""
    rule: RepetitionRule | None = None
    excluded: tuple[datetime, ...] = ()
    cancelled: tuple[CancelledInstance, ...] = ()
    state: State = State.CONFIRMED
    environments: tuple[Environment, ...] = ()
    impact: Impact | None = None
    description: str = ""
    reason: str = ""
    moved_from: datetime | None = None
    change_id: str = ""
    ticket: str = ""
    freeze: str = ""
    messages: tuple[Message, ...] = ()
    organizer: Organizer | None = None
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    left: tuple[Environment, ...] = ()
    is_open_ended: bool = False

    def digest(self, language: str = "", translations: Mapping[str, EventFacts] = MappingProxyType({})) -> str:
        """The digest of the facts for the ledger: the same on every machine and in every release.

        ``translations`` are the facts in the languages in which they differ from these, which are in ``language``. It
        does not matter which of the languages comes first.
        """
        by_language = {language: self, **translations}
        first, *others = sorted(by_language)
        facts = _plain(by_language[first])
        if others:
            facts = {"first": facts, **{code: _plain(by_language[code]) for code in others}}
        stated = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        return f"{DIGEST_PREFIX}{hashlib.sha256(stated.encode()).hexdigest()[:_DIGEST_DIGITS]}"


def _plain(value: Any) -> object:  # noqa: ANN401  (the value of any field)
    """The value as JSON has it, without the fields that have their defaults."""
    if isinstance(value, RepetitionRule):
        return {"recurrence": value.recurrence.facts(), "until": _plain(value.until)}
    if is_dataclass(value):
        named = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(each) for field, each in named if field.default is MISSING or each != field.default}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
