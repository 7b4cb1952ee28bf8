"""Actors: who does something, through which interface, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.plans import line_of_text


class ActorKind(StrEnum):
    PERSON = "person"
    """Signed in to the operators' console."""
    TOKEN = "token"  # noqa: S105  (the name of a kind)
    AGENT = "agent"
    COMMAND = "command"
    """Somebody at a command line, by the name that ``--operator`` or the system gives."""
    CLOCK = "clock"
    """A step that was due, and that nobody took by hand."""
    CUSTOMER = "customer"
    """A customer, who is named by a random id."""
    SERVICE = "service"
    """icsfeed itself, such as where it makes an edited schedule public."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts and when: what the audit trail records, and the present instant of that action.

    ``name`` becomes one line, ``at`` UTC; ``address`` is the network address that a request came from, if one did.
    """

    name: str
    kind: ActorKind
    at: datetime
    address: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            msg = f"an actor acts at an instant with an offset, not at {self.at.isoformat()}"
            raise BadInputError(msg)
        object.__setattr__(self, "name", line_of_text(self.name, "operator's name"))
        object.__setattr__(self, "at", self.at.astimezone(UTC))
