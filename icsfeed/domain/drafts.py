"""Drafts: announcements that nobody but operators sees until another operator has approved them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.changes import Plan, Update
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.texts import quoted
from icsfeed.domain.translated_texts import Translations

DRAFT_PREFIX: Final = "DR"
APPROVERS: Final = frozenset({ActorKind.PERSON, ActorKind.TOKEN, ActorKind.AGENT})
"""The kinds of actors whose name is proven, and who so may approve."""

_ID: Final = re.compile(rf"(?:{DRAFT_PREFIX}-)?([1-9][0-9]{{0,8}})")


def draft_number(text: str) -> int:
    """The number in a draft's id as people write it: ``DR-3``, ``dr-3`` or ``3``.

    Raises:
        BadInputError: where it is no such id.
    """
    match = _ID.fullmatch(text.strip().upper())
    if match is None:
        msg = f"{quoted(text)} is not the id of a draft; those are written {DRAFT_PREFIX}-3"
        raise BadInputError(msg)
    return int(match[1])


def is_draft_id(text: str) -> bool:
    """Whether the text is the id of a draft, with its prefix."""
    return text.strip().upper().startswith(f"{DRAFT_PREFIX}-")


def is_same_operator(name: str, other: str) -> bool:
    """Whether two names are those of one operator: they may differ in case, white space, and what nobody sees."""
    return _comparable(name) == _comparable(other)


def _comparable(name: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(each for each in folded if unicodedata.category(each) != "Cf").split())


class DraftState(StrEnum):
    """A draft's place in its short life."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftDecision:
    """How a draft ended: ``by`` whom and when (UTC); ``change_id`` is that of the change that was announced."""

    state: DraftState
    at: datetime
    by: str
    by_kind: ActorKind | None = None
    change_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A change to be announced, as an operator wrote it, and the decision about it.

    ``at`` is when it was drafted (UTC). A second announcement with the same ``key`` makes no other draft.
    """

    number: int
    kind: Kind
    plan: Plan
    by: str
    by_kind: ActorKind
    at: datetime
    tentative: bool = False
    automatic: bool = False
    message: str = ""
    message_translations: Translations = ()
    key: str | None = None
    decision: DraftDecision | None = None

    @property
    def id(self) -> str:
        return f"{DRAFT_PREFIX}-{self.number}"

    @property
    def state(self) -> DraftState:
        return self.decision.state if self.decision is not None else DraftState.DRAFT

    @property
    def change_id(self) -> str:
        """The id of the change that was announced; empty where none was."""
        return self.decision.change_id if self.decision is not None else ""

    def as_announced(self, announcement: Update) -> Draft:
        """The draft with the texts of the announcement that was made of it, as far as they were not withdrawn since."""
        return replace(
            self,
            plan=announcement.plan,
            message=announcement.message,
            message_translations=announcement.message_translations,
        )
