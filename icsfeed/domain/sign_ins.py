"""Sign-ins: how operators prove who they are, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.networks import MAX_ADDRESS_CHARS
from icsfeed.domain.texts import plain_line


class SignInMethod(StrEnum):
    BEARER = "bearer"
    """A token with a request to the API or to agents' tools."""
    TOKEN = "token"  # noqa: S105  (the name of a method)
    """A token in the console's form, which starts a session."""
    OIDC = "oidc"
    """OpenID Connect, which starts a session."""


class SignInOutcome(StrEnum):
    ACCEPTED = "accepted"
    SIGNED_OUT = "signed out"
    UNKNOWN_TOKEN = "unknown token"  # noqa: S105  (the name of an outcome)
    EXPIRED_TOKEN = "expired token"  # noqa: S105  (as above)
    REVOKED_TOKEN = "revoked token"  # noqa: S105  (as above)
    INVALID_RESPONSE = "invalid response"
    """The provider's answer, or what the browser brought of it, can't be trusted."""
    NO_GROUP = "no group"
    """A person whom the provider knows, but who is in none of the operators' groups."""

    @property
    def is_failure(self) -> bool:
        return self not in {SignInOutcome.ACCEPTED, SignInOutcome.SIGNED_OUT}


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """A sign-in, a refused attempt, or the end of a session, from a network ``address``.

    ``name`` and ``kind`` are the operator's, where one was recognized.
    """

    at: datetime
    method: SignInMethod
    outcome: SignInOutcome
    address: str
    name: str = ""
    kind: ActorKind | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", plain_line(self.address)[:MAX_ADDRESS_CHARS])
