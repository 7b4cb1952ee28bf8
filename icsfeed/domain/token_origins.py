"""Who is behind an operator: a token counts as its creator's, so that nobody becomes two operators by creating one.

A token that was created on a command line goes back to nobody but itself: those who may write the database on the
machine are trusted, and the name that a command gives is anybody's word.
"""

from __future__ import annotations

from collections.abc import Sequence

from icsfeed.domain.drafts import APPROVERS, is_same_operator
from icsfeed.domain.operator_tokens import OperatorToken
from icsfeed.domain.subscribers import key_of


def operators_behind(name: str, tokens: Sequence[OperatorToken], *, until: int) -> tuple[str, ...]:
    """The name of an operator, then that of the creator of their token, of the creator's token, and so on.

    ``tokens`` are all that ever were, the oldest first: a creator's token may have been revoked since. ``until`` is the
    number of an audit entry: the operator's token is the one of that name that was the latest then, because two valid
    ones never have the same name.
    """
    names = [name]
    while (token := _named(names[-1], tokens, until)) is not None and token.created_by_kind in APPROVERS:
        names.append(token.created_by)
        until = token.entry - 1
    return tuple(names)


def shared_operator(behind: Sequence[str], others: Sequence[str]) -> str | None:
    """The first name among those that is also among the others; ``None`` where none is."""
    return next((name for name in behind if any(is_same_operator(name, other) for other in others)), None)


def _named(name: str, tokens: Sequence[OperatorToken], until: int) -> OperatorToken | None:
    candidates = (each for each in reversed(tokens) if each.entry <= until)
    return next((each for each in candidates if key_of(each.name) == key_of(name)), None)
