"""Tokens that are created by the token of an operator, over the API or in the console."""

from __future__ import annotations

from datetime import timedelta

import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import RefusedError
from icsfeed.services import operator_tokens
from icsfeed.services.operator_tokens import created_with
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.operators.access import DAY, HOUR, NOW, create

MAKER = Actor(name="Short", kind=ActorKind.TOKEN, at=NOW)


@pytest.mark.parametrize("lasts", [None, 2 * HOUR])
def test_a_token_does_not_outlive_the_one_by_which_it_is_created(database: Database, lasts: timedelta | None) -> None:
    """One that ended within an hour made one that never ended."""
    create(database, "short", lasts=HOUR)
    with pytest.raises(RefusedError) as refusal:
        create(database, "long", lasts=lasts, by=MAKER)
    assert str(refusal.value) == (
        '"long" would outlive "Short", the token by which it is created; let it expire at 2026-11-28T13:00:00Z at the '
        "latest, or create it on the server with `icsfeed token create`"
    )
    assert create(database, "as long", lasts=HOUR, by=MAKER).token.name == "as long"


@pytest.mark.parametrize("kind", [ActorKind.COMMAND, ActorKind.PERSON])
def test_who_has_no_token_may_create_any(database: Database, kind: ActorKind) -> None:
    """A command, and a person who signed in by a provider."""
    assert (
        create(database, "long", lasts=None, by=Actor(name="ann@example.com", kind=kind, at=NOW)).token.name == "long"
    )


def test_those_that_a_token_created_are_named_when_it_is_revoked(database: Database) -> None:
    for name in ("short", "by nobody"):
        create(database, name, lasts=DAY)
    for name in ("one", "two"):
        create(database, name, lasts=HOUR, by=MAKER)
    operator_tokens.revoke(database, "two", actor=operator("bob", NOW))
    operator_tokens.revoke(database, "short", actor=operator("bob", NOW))
    children = created_with("short", operator_tokens.tokens(database), now=NOW)
    assert [each.name for each in children] == ["one"]
