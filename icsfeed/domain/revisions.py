"""Revisions, by which clients notice that an event has changed, and the ledger that records them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A revision of a published event: ``sequence`` is 0, then 1 more with each change; ``at`` is when it was made.

    RFC 5545, sections 3.8.7.4 (SEQUENCE), 3.8.7.2 (DTSTAMP) and 3.8.7.3 (LAST-MODIFIED); the latter two mean the same
    in a calendar without a METHOD.
    """

    sequence: int
    at: datetime


MAX_SEQUENCE: Final = 2**31 - 1
"""The largest integer of iCalendar (RFC 5545, section 3.3.8)."""

_ONE_SECOND: Final = timedelta(seconds=1)
_DIGEST_OF_BYTES: Final = re.compile("[0-9a-f]{32}")

GONE: Final = ""
"""The digest of an event that is no longer published: one that comes back has changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """From ``revision`` on, the event of the key ``uid`` stated the facts with that ``digest``.

    The key is the event's UID; in the private feed of a slug, ``UID#SLUG`` for an event that has ever stated there what
    is not public. So what the public sees has its own revisions, whatever is private.
    """

    uid: str
    digest: str
    revision: Revision

    @property
    def stands_for_bytes(self) -> bool:
        """Whether icsfeed 0.1 wrote it: its digest is one of bytes, from which the facts can't be told."""
        return _DIGEST_OF_BYTES.fullmatch(self.digest) is not None


Ledger: TypeAlias = Mapping[str, tuple[LedgerLine, ...]]
"""The lines of each event, by key, in order."""

_SCOPE_MARK: Final = "#"
"""Between the UID and the slug in a key; no UID contains it."""


class Revisable(Protocol):
    """An event with a digest of its facts; ``first`` is its revision where nothing is recorded of it.

    ``scope`` is the slug of the private feed that shows it (empty: it is shown to the public); ``is_private`` says
    whether it states there what the public does not see.
    """

    @property
    def uid(self) -> str: ...

    @property
    def scope(self) -> str: ...

    @property
    def is_private(self) -> bool: ...

    @property
    def digest(self) -> str: ...

    @property
    def first(self) -> Revision: ...


def is_private_key(key: str) -> bool:
    """Whether an event has that key in a private feed alone."""
    return _SCOPE_MARK in key


def ledger_key(event: Revisable, ledger: Ledger) -> str:
    """The key of the event in the ledger.

    Once an event of a private feed has a key of its own there, it keeps it, also when all that it states is public:
    SEQUENCE never decreases.
    """
    if not event.scope:
        return event.uid
    key = f"{event.uid}{_SCOPE_MARK}{event.scope}"
    return key if event.is_private or key in ledger else event.uid


def _lines_of(event: Revisable, ledger: Ledger) -> tuple[LedgerLine, ...]:
    """The lines of the event; of one that becomes private, those of what the public saw, which subscribers saw too."""
    return ledger.get(ledger_key(event, ledger)) or ledger.get(event.uid, ())


def line_of(event: Revisable, ledger: Ledger, *, now: datetime) -> LedgerLine:
    """The ledger's last line of the event if it has the same digest, or else the line that is missing at ``now``.

    A line that stands for bytes matches any event: such an event counts as unchanged.
    """
    key, recorded = ledger_key(event, ledger), _lines_of(event, ledger)
    is_own = bool(recorded) and recorded[-1].uid == key
    if is_own and (_has_facts_of(recorded[-1], event) or recorded[-1].stands_for_bytes):
        return recorded[-1]
    revision = _next(event, recorded[-1].revision, now.replace(microsecond=0)) if recorded else event.first
    return LedgerLine(uid=key, digest=event.digest, revision=revision)


def _has_facts_of(line: LedgerLine, event: Revisable) -> bool:
    """Whether the line is of these facts. Facts that came back after others, which nobody recorded, need a new one."""
    return line.digest == event.digest and event.first.sequence <= line.revision.sequence


def stated_line(event: Revisable, ledger: Ledger, *, now: datetime) -> LedgerLine:
    """The line of what an event stated so far: its last one or, where that stands for bytes, the same with facts."""
    line = line_of(event, ledger, now=now)
    return replace(line, digest=event.digest) if line.stands_for_bytes else line


def _next(event: Revisable, last: Revision, at: datetime) -> Revision:
    """The revision after ``last``, made ``at``; or the event's own first revision, if that is a later one."""
    if event.first.sequence > last.sequence:
        return Revision(sequence=event.first.sequence, at=max(last.at, event.first.at))
    # Another machine's clock may be ahead; clients must not see time run backwards.
    return Revision(sequence=min(last.sequence + 1, MAX_SEQUENCE), at=max(last.at, at))


def missing_lines(published: Iterable[Revisable], ledger: Ledger, *, now: datetime) -> tuple[LedgerLine, ...]:
    """The lines that the ledger lacks if exactly ``published`` is public at ``now`` (aware).

    That is one for each event that is new or has changed, and one for each that is no longer published.
    """
    by_key = {ledger_key(event, ledger): event for event in published}
    lines = (line_of(event, ledger, now=now) for event in by_key.values())
    missing = [line for line in lines if ledger.get(line.uid, (None,))[-1] is not line]
    return (*missing, *gone_lines(ledger, by_key, now=now))


def gone_lines(ledger: Ledger, published: Collection[str], *, now: datetime) -> Iterator[LedgerLine]:
    """The lines that the ledger lacks of events whose keys are not among those ``published``."""
    for key, lines in ledger.items():
        last = lines[-1]
        if key not in published and last.digest != GONE:
            gone = Revision(sequence=last.revision.sequence, at=now.replace(microsecond=0))
            yield LedgerLine(uid=key, digest=GONE, revision=gone)


def with_lines(ledger: Ledger, lines: Iterable[LedgerLine]) -> Ledger:
    added: dict[str, list[LedgerLine]] = defaultdict(list)
    for line in lines:
        added[line.uid].append(line)
    return {**ledger, **{uid: (*ledger.get(uid, ()), *more) for uid, more in added.items()}} if added else ledger


def revision_of(event: Revisable, ledger: Ledger) -> Revision:
    """The revision at which the event is shown: the last one recorded with its digest.

    That need not be the event's last line. While a new policy is rolled out, another machine may have recorded facts
    that this one does not state yet; if each answered the other with a new revision, they would never stop. Where no
    line has the digest, it is the next revision, a second after the last: the same on every machine.
    """
    key, recorded = ledger_key(event, ledger), _lines_of(event, ledger)
    if recorded and recorded[-1].stands_for_bytes and recorded[-1].uid == key:
        return recorded[-1].revision
    for line in reversed(recorded):
        if line.uid == key and _has_facts_of(line, event):
            return line.revision
    if not recorded:
        return event.first
    last = recorded[-1].revision
    return _next(event, last, last.at + _ONE_SECOND)
