"""Proposals: what an agent wants to do, signed, for the person it acts for to confirm."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from icsfeed.domain.errors import BadInputError, ConflictError, RefusedError
from icsfeed.domain.operators import Operator
from icsfeed.services.upcoming import utc_text

LIFETIME: Final = timedelta(minutes=10)
PURPOSE: Final = "agents' proposals"
"""Of the key that signs them, among those derived from the database's secret."""

_NOTHING_CHANGED: Final = "; nothing was changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A call of an operation that an operator's agent proposed ``at`` an instant, under a random ``id``.

    ``path`` and ``fields`` are those of the operation; ``version`` is the number of the latest update of the change
    then, if it is about one. ``digest`` is that of the sentence that is going to be public.
    """

    id: str
    operator: str
    operation: str
    path: Mapping[str, str]
    fields: Mapping[str, object]
    version: int | None
    digest: str
    at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.at + LIFETIME

    def check(self, operator: Operator, sentence: str) -> None:
        """Check that this operator proposed it, with that sentence.

        Raises:
            RefusedError: where it is another operator's.
            BadInputError: where the sentence is another.
        """
        if operator_key(operator) != self.operator:
            msg = "this proposal is another operator's; make one of your own"
            raise RefusedError(msg)
        if digest_of(sentence) != self.digest:
            msg = (
                "the sentence is not the one that was proposed, letter for letter; nothing was changed. Repeat the "
                "whole sentence, with its line breaks, or propose what is meant instead"
            )
            raise BadInputError(msg)

    def check_time(self, now: datetime) -> None:
        """Check that it has not expired.

        Raises:
            RefusedError: where it has.
        """
        if now >= self.expires_at:
            msg = f"the proposal expired at {utc_text(self.expires_at)}; propose it again, and show the new sentence"
            raise RefusedError(msg)


def operator_key(operator: Operator) -> str:
    """What a proposal calls its operator: the token, because a new one may have the name of one that was revoked."""
    return operator.token or f"{operator.kind}:{operator.name}"


def digest_of(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()


def signed(proposal: Proposal, key: str) -> str:
    content = {
        "i": proposal.id,
        "o": proposal.operator,
        "n": proposal.operation,
        "p": dict(proposal.path),
        "f": dict(proposal.fields),
        "v": proposal.version,
        "d": proposal.digest,
        "t": proposal.at.astimezone(UTC).isoformat(),
    }
    return _serializer(key).dumps(content)


def read_proposal(text: str, key: str) -> Proposal:
    """The proposal that was signed with that key.

    Raises:
        BadInputError: where it was not, or is damaged.
    """
    try:
        content: dict[str, Any] = _serializer(key).loads(text)
    except BadData:
        msg = "this is no proposal of this calendar; repeat `proposal` exactly as the tool that proposes returned it"
        raise BadInputError(msg) from None
    return Proposal(
        id=content["i"],
        operator=content["o"],
        operation=content["n"],
        path=content["p"],
        fields=content["f"],
        version=content["v"],
        digest=content["d"],
        at=datetime.fromisoformat(content["t"]),
    )


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt="icsfeed proposal", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )


def outdated(detail: str) -> ConflictError:
    """The error where the calendar is not as it was when the proposal was made."""
    reason = detail.removesuffix(_NOTHING_CHANGED)
    msg = f"the calendar has changed since the proposal: {reason}{_NOTHING_CHANGED}. Propose it again"
    return ConflictError(msg)
