"""The audit trail: who did what, when, from where, and what that changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.sign_ins import SignIn
from icsfeed.domain.texts import quoted

_MAX_NUMBER: Final = 2**31 - 1
"""PostgreSQL's integers are no larger."""

_CURSOR: Final = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One transaction: ``by`` is who recorded it, ``action`` what they did, ``subject`` with which change or window.

    ``kind`` is what kind of actor that was (``None``: icsfeed 0.1 recorded it), ``address`` where a request came from.
    """

    number: int
    at: datetime
    by: str
    action: str
    subject: str
    kind: ActorKind | None = None
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What was different ``before`` an entry and ``after`` it, as JSON; ``None`` where there was nothing."""

    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLine:
    """An entry with what it changed, or a sign-in, a refused one or the end of a session, which ``is_sign_in``.

    ``number`` is the entry's, or counts sign-ins.
    """

    number: int
    at: datetime
    by: str
    kind: ActorKind | None
    address: str
    action: str
    subject: str
    effect: Effect
    is_sign_in: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedSignIn:
    """A sign-in, or a refused one, and its place among them."""

    number: int
    sign_in: SignIn


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditSelection:
    """Lines made ``since`` an instant (aware) and, with a ``subject``, only entries about it."""

    since: datetime | None = None
    subject: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditPosition:
    """A place in the audit trail: beyond that entry and that sign-in, in the direction of reading."""

    entry: int
    sign_in: int

    def __str__(self) -> str:
        return f"{self.entry}-{self.sign_in}"

    @classmethod
    def parse(cls, text: str) -> AuditPosition:
        """The position that the text stands for.

        Raises:
            BadInputError: where it is none.
        """
        match = _CURSOR.fullmatch(text)
        if match is None or any(int(each) > _MAX_NUMBER for each in match.groups()):
            msg = f"{quoted(text)} is not a cursor; take the one that came with the page before"
            raise BadInputError(msg)
        return cls(entry=int(match[1]), sign_in=int(match[2]))


FIRST: Final = AuditPosition(entry=0, sign_in=0)
LAST: Final = AuditPosition(entry=_MAX_NUMBER, sign_in=_MAX_NUMBER)
