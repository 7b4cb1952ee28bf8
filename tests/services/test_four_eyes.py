"""Four eyes are those of two people: nobody becomes two operators by creating a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.sign_ins import SignInMethod
from icsfeed.services import operator_sessions, operator_tokens
from icsfeed.services.changes import Workspace
from icsfeed.services.operator_access import authenticate
from icsfeed.store.database.database import Database
from tests.drafts import an_operator, approve_draft, draft_change, four_eyes
from tests.operators.access import HERE, create, new_id, new_secret
from tests.services.workspace import NIGHT
from tests.store.work import opened

PERSON, TOKEN, AGENT, COMMAND = ActorKind.PERSON, ActorKind.TOKEN, ActorKind.AGENT, ActorKind.COMMAND
REMEDY = (
    "so both count as one operator; another operator has to approve it, whose token or sign-in does not go back to "
    '"{}"; nothing was changed'
)


@dataclass(frozen=True, kw_only=True)
class Office:
    """Operators who create tokens, draft and approve, all at one instant."""

    database: Database

    @property
    def workspace(self) -> Workspace:
        return four_eyes(self.database)

    def create(self, name: str, *, by: str = "root", kind: ActorKind = COMMAND) -> Operator:
        """The operator of a new token, as requests with it have it."""
        actor = Actor(name=by, kind=kind, at=NIGHT)
        token = create(self.database, name, now=NIGHT, lasts=timedelta(days=9), by=actor).text
        return authenticate(self.database, token, address=HERE, now=NIGHT, method=SignInMethod.BEARER)

    def revoke(self, name: str) -> None:
        operator_tokens.revoke(self.database, name, actor=Actor(name="root", kind=COMMAND, at=NIGHT))

    def draft(self, by: str, kind: ActorKind = TOKEN) -> None:
        draft_change(self.workspace, by=by, by_kind=kind)

    def approve(self, operator: Operator) -> str:
        """The id of the change, or the refusal, which changes nothing."""
        before = self.database.entry()
        try:
            return approve_draft(self.workspace, operator=operator).change.id
        except RefusedError as refusal:
            assert self.database.entry() == before
            return str(refusal)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """On SQLite and on PostgreSQL in turn."""
    with opened(database_url) as database:
        yield Office(database=database)


@pytest.mark.parametrize("kind", [PERSON, TOKEN, AGENT])
def test_the_author_does_not_approve_with_a_token_of_their_making(office: Office, kind: ActorKind) -> None:
    office.create("ann")
    bot = office.create("bot", by=" ANN ", kind=kind)
    office.draft("ann", kind)
    assert office.approve(bot) == (
        f'DR-1 was drafted by "ann", and the token "bot" was created by "ANN", {REMEDY.format("ANN")}'
    )


def test_nor_does_the_one_who_created_the_token_that_drafted(office: Office) -> None:
    ann = office.create("ann")
    office.create("bot", by="ann", kind=TOKEN)
    office.draft("bot")
    assert office.approve(ann) == (
        f'DR-1 was drafted by "bot", and the token "bot" was created by "ann", {REMEDY.format("ann")}'
    )


def test_two_tokens_of_one_operator_are_no_two_operators(office: Office) -> None:
    office.create("one", by="ann@example.com", kind=PERSON)
    two = office.create("two", by="ann@example.com", kind=PERSON)
    office.draft("one")
    assert office.approve(two) == (
        'DR-1 was drafted by "one", and the token "one" was created by "ann@example.com" and the token "two" was '
        f'created by "ann@example.com", {REMEDY.format("ann@example.com")}'
    )


def test_further_tokens_and_revoked_ones_on_the_way_change_nothing(office: Office) -> None:
    office.create("ann")
    office.create("first", by="ann", kind=TOKEN)
    office.create("second", by="first", kind=AGENT)
    third = office.create("third", by="second", kind=PERSON)
    office.draft("ann")
    for name in ("ann", "first", "second"):
        office.revoke(name)
    assert office.approve(third) == (
        f'DR-1 was drafted by "ann", and the token "third" goes back to "ann", {REMEDY.format("ann")}'
    )


def test_a_new_name_for_an_old_token_makes_no_other_operator(office: Office) -> None:
    office.create("ann")
    office.draft("ann")
    renamed = office.create("anna", by="ann", kind=TOKEN)
    office.revoke("ann")
    assert "so both count as one operator" in office.approve(renamed)


def test_a_session_is_its_token(office: Office) -> None:
    actor = Actor(name="ann", kind=PERSON, at=NIGHT)
    token = create(office.database, "bot", now=NIGHT, by=actor).text
    started = operator_sessions.sign_in_by_token(
        office.database, token, address=HERE, now=NIGHT, new_id=new_id, new_secret=new_secret
    )
    session = operator_sessions.active_session(office.database, started.cookie, now=NIGHT)
    assert session is not None
    office.draft("ann", PERSON)
    assert "so both count as one operator" in office.approve(session.operator_at(HERE))


def test_a_draft_of_the_command_line_counts_as_that_operators_whose_name_it_gives(office: Office) -> None:
    bot = office.create("bot", by="ann", kind=PERSON)
    office.draft("ann", COMMAND)
    assert "so both count as one operator" in office.approve(bot)


def test_a_token_of_the_command_line_is_nobodys(office: Office) -> None:
    bob = office.create("bob", by="ann")
    office.draft("ann", COMMAND)
    assert office.approve(bob) == "PC-1"


def test_tokens_that_two_operators_have_created_are_two_operators(office: Office) -> None:
    office.create("ann's bot", by="ann", kind=TOKEN)
    bobs = office.create("bob's bot", by="bob", kind=TOKEN)
    office.draft("ann's bot")
    assert office.approve(bobs) == "PC-1"


def test_a_name_that_has_passed_on_to_another_token_goes_back_no_more(office: Office) -> None:
    ann = office.create("ann")
    office.create("bot", by="ann", kind=TOKEN)
    office.revoke("bot")
    office.create("bot")
    office.draft("bot")
    assert office.approve(ann) == "PC-1"


def test_what_a_name_was_when_it_drafted_counts(office: Office) -> None:
    ann = office.create("ann")
    office.create("bot", by="ann", kind=TOKEN)
    office.draft("bot")
    office.revoke("bot")
    office.create("bot")
    assert "so both count as one operator" in office.approve(ann)


def test_a_token_by_the_name_of_somebody_who_signed_in_with_the_provider_does_not_bind_them(office: Office) -> None:
    office.create("carol@example.com", by="ann", kind=TOKEN)
    office.draft("ann")
    carol = an_operator("carol@example.com", PERSON, Scope.WRITE)
    assert office.approve(carol) == "PC-1"
