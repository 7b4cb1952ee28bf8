"""Announcements: what one delivery tells, as facts. Mails, chat texts and webhook bodies are made of nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from icsfeed.domain.alterations import Alteration
from icsfeed.domain.changes import State
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.event_facts import Message
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact


@dataclass(frozen=True, kw_only=True, slots=True)
class NothingToTell:
    """The ``reason`` for which a delivery tells nothing any more; it names no text of an operator."""

    reason: str


class CorrectedPart(StrEnum):
    """What an undo makes untrue of that which its receiver was told."""

    STATE = "state"
    TIMES = "times"
    PLAN = "plan"


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeConsequence:
    """An occurrence for which a freeze, or its end, makes a difference.

    It takes place in ``span`` again or, for a freeze that has begun, no longer; ``before`` is the whole time of one
    that is cut short to ``span``. ``environments`` are named where it is as before in others.
    """

    name: str
    span: Span
    before: Span | None = None
    environments: tuple[Environment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherFreeze:
    """A freeze that goes on when another ends: ``until`` an instant, ``through`` a date, or neither.

    One that was recorded has no ``name``.
    """

    name: str
    until: datetime | None = None
    through: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """What holds of one subject at the instant ``at`` (UTC), to one receiver, in ``language``.

    ``event`` is what it is about, which need not be the event of its delivery: that may be overtaken. ``kind`` is
    ``None`` where the subject was in the schedule file and is gone. ``name`` is a change's summary, or the name of a
    window; a recorded freeze has none. ``state`` is a change's; an occurrence that does not take place is cancelled; a
    freeze is in progress until it ends, and then completed.

    ``span`` is the time that calendars show (of a freeze that ``is_open_ended``, only its start counts), ``planned``
    the planned one where that differs, ``earlier`` the one before a move. ``lead`` is how long before the start a
    reminder was to be sent. ``left`` are the environments that a change no longer affects, of which nothing else is
    said then; or those in which an occurrence does not take place, although it does in others. ``freeze`` is the name
    of the change freeze that a change falls in, or for which an occurrence does not take place. ``alterations`` and
    ``messages`` are those that are new to the receiver, ``earlier_messages`` all others, each in order. ``page`` is the
    address of the page that shows it.

    One that ``is_test`` tells of nothing: its ``name`` is the calendar's.

    ``told_state`` is the state that the receiver was told last, ``correction`` what of it an undo made untrue, and
    ``retracted_messages`` are those of the earlier ones whose steps were taken back. ``was_stopped`` says that a
    cancelled change had begun, ``is_called_off`` that one of which nothing is visible any more won't take place, and
    ``has_no_texts`` that all texts of a change are withdrawn. ``consequences`` are those of a freeze or of its end,
    which other freezes may outlast: then planned changes are ``still_frozen``, by the ``other_freeze`` where that is
    visible.

    ``calendar`` is an iCalendar object (METHOD:PUBLISH) with the events of the feed that show the subject; ``uid`` and
    ``sequence`` are those of the event that shows it best. They are empty, and ``None``, where no feed shows it.
    """

    event: ChannelEvent
    kind: Kind | None
    subject: str
    language: str
    zone: ZoneInfo
    at: datetime
    name: str = ""
    description: str = ""
    state: State | None = None
    environments: tuple[Environment, ...] = ()
    left: tuple[Environment, ...] = ()
    impact: Impact | None = None
    span: Span | None = None
    planned: Span | None = None
    earlier: Span | None = None
    is_open_ended: bool = False
    is_test: bool = False
    lead: timedelta | None = None
    alterations: tuple[Alteration, ...] = ()
    messages: tuple[Message, ...] = ()
    earlier_messages: tuple[Message, ...] = ()
    reason: str = ""
    ticket: str = ""
    freeze: str = ""
    told_state: State | None = None
    correction: CorrectedPart | None = None
    retracted_messages: tuple[Message, ...] = ()
    was_stopped: bool = False
    is_called_off: bool = False
    has_no_texts: bool = False
    consequences: tuple[FreezeConsequence, ...] = ()
    still_frozen: bool = False
    other_freeze: OtherFreeze | None = None
    page: str = ""
    uid: str = ""
    sequence: int | None = None
    calendar: bytes = field(default=b"", repr=False)

    @property
    def is_gone(self) -> bool:
        """Whether nothing of the subject is visible any more, and nothing is said of it but that."""
        return self.event is ChannelEvent.WITHDRAWN and self.state is None

    @property
    def has_other_end(self) -> bool:
        """Whether it is moved in nothing but its end."""
        if self.event is not ChannelEvent.MOVED or self.span is None or self.earlier is None:
            return False
        return self.span.start == self.earlier.start
