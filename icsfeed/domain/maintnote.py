"""What MAINTNOTE says besides facts: for whose account a maintenance is, and which of its objects it touches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.texts import quoted, without_direction_controls

if TYPE_CHECKING:
    from icsfeed.domain.schedule import Schedule

MAINTENANCE_KINDS: Final = frozenset({Kind.MAINTENANCE, Kind.EMERGENCY, Kind.PLANNED})
"""The kinds of events that are maintenance; a change freeze is none."""

PUBLIC_ACCOUNT_ID: Final = "public"
MAX_ID_CHARS: Final = 100
MAX_OBJECTS: Final = 100
"""Each event names every object, and a feed holds 1 MB."""

_NOT_IN_AN_ID: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A customer's account, by the id that their systems know, and the ids of what they have there.

    Without ``objects``, an event names the environments that it touches.
    """

    id: str = PUBLIC_ACCOUNT_ID
    objects: tuple[str, ...] = ()


PUBLIC_ACCOUNT: Final = Account()
"""The account of everything public, and of subscribers for whom none was given."""


def account_id(text: str) -> str:
    """The id of an account, without white space around it; that of the public one where there is no text.

    Raises:
        BadInputError: where it can't be one.
    """
    return _one_line(text, "an account", "the account") if text.strip() else PUBLIC_ACCOUNT_ID


def object_ids(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of objects, each once, without white space around them; none where one empty text is all there is.

    Raises:
        BadInputError: where there are too many, or one can't be an id.
    """
    if len(texts) == 1 and not texts[0].strip():
        return ()
    ids = tuple(dict.fromkeys(_one_line(text, "the id of an object", "the object") for text in texts))
    if len(ids) > MAX_OBJECTS:
        msg = f"{len(ids)} objects are too many, for each event names them all; {MAX_OBJECTS} is the most"
        raise BadInputError(msg)
    return ids


def _one_line(text: str, noun: str, subject: str) -> str:
    if not text.strip() or len(text) > MAX_ID_CHARS or _NOT_IN_AN_ID.search(text):
        msg = f"{quoted(text)} can't be {noun}; write one line of at most {MAX_ID_CHARS} characters"
        raise BadInputError(msg)
    return without_direction_controls(text.strip(), subject)


def has_maintnote(schedule: Schedule, feed: Feed) -> bool:
    """Whether the feed has a MAINTNOTE rendering: it selects maintenance, and the calendar names whom to ask."""
    return schedule.calendar.organizer is not None and not MAINTENANCE_KINDS.isdisjoint(feed.kinds)


def require_maintnote(schedule: Schedule, feed: Feed) -> None:
    """Make sure that the feed has a MAINTNOTE rendering.

    Raises:
        NotFoundError: otherwise; the message says what is missing.
    """
    if has_maintnote(schedule, feed):
        return
    reason = "it has change freezes alone, and these are no maintenance"
    if schedule.calendar.organizer is None:
        reason = "it has to name an organizer; add one to [calendar], with a name and an email"
    msg = f"the feed {quoted(feed.slug)} has no MAINTNOTE rendering: {reason}"
    raise NotFoundError(msg)
