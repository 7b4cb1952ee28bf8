"""Alterations: what an update of a change made different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from icsfeed.domain.changes import Update


OPERATORS_TEXTS: Final = frozenset({"summary", "reason", "ticket"})
"""The fields of a plan that operators write freely; nothing public repeats what they said before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alteration:
    """One difference that an update makes: ``what`` is a field of the plan, or ``state``."""

    what: str
    before: object
    after: object


def alterations(before: Update, after: Update) -> Iterator[Alteration]:
    """How the state and the plan of two updates differ; within a state, an expected end counts as a planned one."""
    is_same_state = before.state is after.state
    if not is_same_state:
        yield Alteration(what="state", before=before.state, after=after.state)
    for field in fields(before.plan):
        if field.name.endswith("_translations"):
            continue  # in its own language, each is an alteration of the text itself
        old, new = getattr(before.plan, field.name), getattr(after.plan, field.name)
        if field.name == "span" and is_same_state:
            old, new = before.expected_span, after.expected_span
        if old != new:
            yield Alteration(what=field.name, before=old, after=new)
