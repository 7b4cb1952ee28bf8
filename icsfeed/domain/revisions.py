"""Revisions: what subscribers' clients go by to see that an event has changed, and the ledger that records them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A state of a published event: ``sequence`` is 0, then 1 more with every visible change; ``at`` is when it came.

    RFC 5545, sections 3.8.7.4 (SEQUENCE), 3.8.7.2 (DTSTAMP) and 3.8.7.3 (LAST-MODIFIED); the latter two mean the same
    in a calendar without a METHOD.
    """

    sequence: int
    at: datetime


_ONE_SECOND: Final = timedelta(seconds=1)
_DIGEST_OF_BYTES: Final = re.compile("[0-9a-f]{32}")

GONE: Final = ""
"""The digest of an event that is no longer published: one that comes back has changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """From ``revision`` on, the event ``uid`` had the content that ``digest`` stands for."""

    uid: str
    digest: str
    revision: Revision

    @property
    def stands_for_bytes(self) -> bool:
        """Whether icsfeed 0.1 wrote it: its digest is of the bytes of then, and does not tell what they stated."""
        return _DIGEST_OF_BYTES.fullmatch(self.digest) is not None


Ledger: TypeAlias = Mapping[str, tuple[LedgerLine, ...]]
"""What was recorded of each event, by UID, in order."""


class Revisable(Protocol):
    """An event, as far as its revisions go: ``first`` is its revision where nothing is recorded of it."""

    @property
    def uid(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def first(self) -> Revision: ...


def line_of(event: Revisable, ledger: Ledger, *, now: datetime) -> LedgerLine:
    """The ledger's last line of the event, where that has its content, or else the line that it lacks at ``now``.

    One that stands for bytes may have any content: such an event counts as unchanged.
    """
    recorded = ledger.get(event.uid, ())
    if recorded and (recorded[-1].digest == event.digest or recorded[-1].stands_for_bytes):
        return recorded[-1]
    revision = _next(event, recorded[-1].revision, now.replace(microsecond=0)) if recorded else event.first
    return LedgerLine(uid=event.uid, digest=event.digest, revision=revision)


def stated_line(event: Revisable, ledger: Ledger, *, now: datetime) -> LedgerLine:
    """The line for what an event stated so far: its last one or, where that stands for bytes, its successor."""
    line = line_of(event, ledger, now=now)
    return replace(line, digest=event.digest) if line.stands_for_bytes else line


def _next(event: Revisable, last: Revision, at: datetime) -> Revision:
    """The revision after the ``last`` one, that came ``at``, unless the event itself tells of more and when it came."""
    if event.first.sequence > last.sequence:
        return Revision(sequence=event.first.sequence, at=max(last.at, event.first.at))
    # Another machine's clock may be ahead; no client sees time run back.
    return Revision(sequence=last.sequence + 1, at=max(last.at, at))


def lines_lacking(published: Iterable[Revisable], ledger: Ledger, *, now: datetime) -> tuple[LedgerLine, ...]:
    """What the ledger lacks, where ``published`` is all that is public at ``now`` (aware).

    That is a line for each event that is new or has changed, and one for each that is there no longer.
    """
    here = {event.uid: event for event in published}
    lines = (line_of(event, ledger, now=now) for event in here.values())
    lacking = [line for line in lines if ledger.get(line.uid, (None,))[-1] is not line]
    return (*lacking, *_gone(ledger, here, now))


def _gone(ledger: Ledger, here: Mapping[str, Revisable], now: datetime) -> Iterator[LedgerLine]:
    for uid, lines in ledger.items():
        last = lines[-1]
        if uid not in here and last.digest != GONE:
            gone = Revision(sequence=last.revision.sequence, at=now.replace(microsecond=0))
            yield LedgerLine(uid=uid, digest=GONE, revision=gone)


def with_lines(ledger: Ledger, lines: Iterable[LedgerLine]) -> Ledger:
    """The ledger with further lines."""
    added: dict[str, list[LedgerLine]] = defaultdict(list)
    for line in lines:
        added[line.uid].append(line)
    return {**ledger, **{uid: (*ledger.get(uid, ()), *more) for uid, more in added.items()}} if added else ledger


def revision_of(event: Revisable, ledger: Ledger) -> Revision:
    """The revision at which the event is shown: the one last recorded of what it says.

    That need not be the event's last line: while a new policy goes from machine to machine, another one may have
    recorded what this one does not say yet. To answer that with yet another revision would never end. Where nothing is
    recorded of what it says, it is the next one, a second later: the same on every machine.
    """
    recorded = ledger.get(event.uid, ())
    if recorded and recorded[-1].stands_for_bytes:
        return recorded[-1].revision
    for line in reversed(recorded):
        if line.digest == event.digest:
            return line.revision
    if not recorded:
        return event.first
    last = recorded[-1].revision
    return _next(event, last, last.at + _ONE_SECOND)
