"""Four eyes are two people's: who wrote a draft does not approve it, neither by name nor by a token of their making."""

from __future__ import annotations

from collections.abc import Sequence

from icsfeed.domain.drafts import Draft, is_same_operator
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.operators import Operator
from icsfeed.domain.texts import quoted
from icsfeed.domain.token_origins import operators_behind, shared_operator
from icsfeed.services.repository import AuditedRepository


def require_another(repository: AuditedRepository, draft: Draft, operator: Operator) -> None:
    """Make sure that the operator is another one than the draft's author.

    Raises:
        RefusedError: where both have the same name, or their tokens go back to the same operator.
        UnavailableError: where the database can't be read.
    """
    if is_same_operator(draft.by, operator.name):
        msg = f"{draft.id} was drafted by {quoted(draft.by)}, and another operator has to approve it; ask one"
        raise RefusedError(msg)
    with repository.operator_rows() as rows:
        if rows is None:
            return
        tokens, drafted = rows.tokens.all(), rows.entry_of_draft(draft.number)
    created = next((each.entry for each in tokens if each.id == operator.token), 0)
    author = operators_behind(draft.by, tokens, until=drafted)
    approver = operators_behind(operator.name, tokens, until=created)
    shared = shared_operator(approver, author)
    if shared is not None:
        links = " and ".join(
            _link(each, shared) for each in (author, approver) if not is_same_operator(each[0], shared)
        )
        msg = (
            f"{draft.id} was drafted by {quoted(draft.by)}, and {links}, so both count as one operator; another "
            f"operator has to approve it, whose token or sign-in does not go back to {quoted(shared)}; nothing was "
            "changed"
        )
        raise RefusedError(msg)


def _link(behind: Sequence[str], shared: str) -> str:
    """How the operator's token leads to the name that both share."""
    verb = "was created by" if is_same_operator(behind[1], shared) else "goes back to"
    return f"the token {quoted(behind[0])} {verb} {quoted(shared)}"
