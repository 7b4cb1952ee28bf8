"""Tokens are created, listed and revoked; their names, their expiry, and what is stored of them."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError
from icsfeed.domain.operator_tokens import has_token_form, token_name, token_text, without_tokens
from icsfeed.domain.operators import Scope
from icsfeed.services import operator_tokens
from icsfeed.services.operator_tokens import token_as_json
from icsfeed.services.requests.errors import InvalidRequestError
from icsfeed.services.requests.tokens import TokenRequest, token_request
from icsfeed.store.database.database import Database
from icsfeed.store.database.tables import TABLES
from tests.actors import operator
from tests.examples import utc
from tests.operators.access import DAY, HOUR, NOW, create

TORONTO = ZoneInfo("America/Toronto")


def test_a_token_is_a_prefix_and_32_bytes() -> None:
    assert token_text(bytes(range(32))) == "icsfeed_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert token_text(b"\xff" * 32) == "icsfeed_" + "_" * 42 + "8"
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        token_text(bytes(16))


def test_a_token_is_recognized_and_masked_in_texts() -> None:
    token = token_text(bytes(range(32)))
    assert has_token_form(token)
    assert not has_token_form(token[:-1])
    assert without_tokens(f"see {token}!") == "see icsfeed_…!"


def test_the_database_holds_the_digest_of_a_token_only(database: Database) -> None:
    created = create(database)
    assert re.fullmatch("icsfeed_[A-Za-z0-9_-]{43}", created.text)
    with database.operator_rows() as rows:
        assert rows is not None
        connection = rows.tokens._connection  # noqa: SLF001  (everything that is stored)
        rows_of_tables = [str(tuple(row)) for table in TABLES for row in connection.execute(select(table))]
    everything = "\n".join(rows_of_tables)
    assert "chat bot" in everything
    assert created.text.removeprefix("icsfeed_") not in everything
    assert created.text not in repr(created)


def test_creating_and_revoking_are_audited(database: Database) -> None:
    create(database)
    operator_tokens.revoke(database, "chat bot", actor=operator("Bob", NOW + HOUR))
    entries = [(each.by, each.action, each.subject, each.at) for each in database.entries()]
    assert entries == [
        ("Alice", "token create", "chat bot", NOW),
        ("Bob", "token revoke", "chat bot", NOW + HOUR),
    ]


def test_tokens_are_listed_with_their_state(database: Database) -> None:
    create(database, "ci", scope=Scope.READ, lasts=HOUR)
    create(database, "chat bot", lasts=None)
    create(database, "lost")
    operator_tokens.revoke(database, "lost", actor=operator("Bob", NOW))
    assert [token_as_json(each, now=NOW + HOUR) for each in operator_tokens.tokens(database)] == [
        {
            "name": "ci",
            "scope": "read",
            "state": "expired",
            "created": "2026-11-28T12:00:00Z",
            "created_by": "Alice",
            "expires": "2026-11-28T13:00:00Z",
            "revoked": None,
            "last_used": None,
        },
        {
            "name": "chat bot",
            "scope": "write",
            "state": "valid",
            "created": "2026-11-28T12:00:00Z",
            "created_by": "Alice",
            "expires": None,
            "revoked": None,
            "last_used": None,
        },
        {
            "name": "lost",
            "scope": "write",
            "state": "revoked",
            "created": "2026-11-28T12:00:00Z",
            "created_by": "Alice",
            "expires": "2026-11-29T12:00:00Z",
            "revoked": "2026-11-28T12:00:00Z",
            "last_used": None,
        },
    ]


@pytest.mark.parametrize("name", ["chat bot", "Chat  Bot"])
def test_a_name_belongs_to_one_valid_token(database: Database, name: str) -> None:
    create(database)
    with pytest.raises(RefusedError) as raised:
        create(database, name)
    assert str(raised.value) == (
        f'there is a valid token "{name}" already; choose another name, or revoke that one first with '
        "`icsfeed token revoke`"
    )
    assert [each.action for each in database.entries()] == ["token create"]


def test_a_name_is_free_again_once_its_token_is_not_valid(database: Database) -> None:
    create(database, lasts=HOUR)
    create(database, now=NOW + HOUR)
    operator_tokens.revoke(database, "chat bot", actor=operator("Bob", NOW + HOUR))
    newest = create(database, now=NOW + 2 * HOUR)
    revoked = operator_tokens.revoke(database, "CHAT bot", actor=operator("Bob", NOW + 3 * HOUR))
    assert revoked.id == newest.token.id
    assert not any(each.is_valid(NOW + 3 * HOUR) for each in operator_tokens.tokens(database))


def test_revoking_twice_changes_nothing(database: Database) -> None:
    create(database)
    for hour in (1, 2):
        operator_tokens.revoke(database, "chat bot", actor=operator("Bob", NOW + hour * HOUR))
    assert [each.revoked_at for each in operator_tokens.tokens(database)] == [NOW + HOUR]
    assert len(database.entries()) == 2


def test_revoking_an_unknown_name_lists_those_that_are_valid(database: Database) -> None:
    with pytest.raises(NotFoundError) as raised:
        operator_tokens.revoke(database, "ci", actor=operator("Bob", NOW))
    assert str(raised.value) == 'there is no token "ci"; no token is valid'
    create(database, "ci")
    create(database, "old", lasts=HOUR)
    with pytest.raises(NotFoundError) as raised:
        operator_tokens.revoke(database, "c", actor=operator("Bob", NOW + HOUR))
    assert str(raised.value) == 'there is no token "c"; the valid tokens are "ci"'


def test_a_token_written_for_its_name_is_not_repeated(database: Database) -> None:
    token = create(database)
    with pytest.raises(NotFoundError) as raised:
        operator_tokens.revoke(database, token.text, actor=operator("Bob", NOW))
    assert str(raised.value) == 'there is no token "icsfeed_…"; the valid tokens are "chat bot"'
    with pytest.raises(BadInputError) as refused:
        token_name(token.text)
    assert str(refused.value) == "this is a token itself; write the name that it has in `icsfeed token list`"


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (None, NOW + 90 * DAY),
        ("90d", NOW + 90 * DAY),
        ("12h", NOW + 12 * HOUR),
        ("never", None),
        ("Never", None),
        ("2026-11-28", utc(2026, 11, 29, 5)),
        ("2027-03-14", utc(2027, 3, 15, 4)),
        ("2027-03-01T12:00:00-05:00", utc(2027, 3, 1, 17)),
        ("2027-03-01T12:00", utc(2027, 3, 1, 17)),
    ],
)
def test_a_token_expires_after_a_date_a_length_or_at_an_instant(expires: str | None, expected: datetime | None) -> None:
    """A date counts to its end in the calendar's zone; 14 March 2027 has 23 hours in Toronto."""
    data = {"name": "ci", "scope": "read"} | ({"expires": expires} if expires is not None else {})
    request = token_request(data, zone=TORONTO, now=NOW)
    assert request == TokenRequest(name="ci", scope=Scope.READ, expires_at=expected, may_end_earlier=expires is None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {},
            "the name is missing; write the name of the program or person that gets the token\n"
            'the scope is missing; write "read" or "write"',
        ),
        ({"name": "ci", "scope": "admin"}, '"admin" is not one of the values of "scope"; write "read" or "write"'),
        (
            {"name": "ci", "scope": "read", "expires": "soon"},
            '"soon" is no time at which a token can expire; write a length such as 90d, a date such as 2027-03-01, an '
            "instant such as 2027-03-01T12:00:00Z, or never",
        ),
        (
            {"name": "ci", "scope": "read", "expires": "2026-11-27"},
            '"2026-11-27" is over: the token would have expired at Sat 2026-11-28 00:00 EST',
        ),
        (
            {"name": " \n", "scope": "read"},
            "\" \\n\" can't be a token's name; write one line of at most 100 characters",
        ),
        (
            {"name": "a\u202eb", "scope": "read"},
            "the token's name has the direction control U+202E at position 2, with which text can be shown in another "
            "order than it is written; remove it",
        ),
    ],
)
def test_a_request_that_can_not_be_is_refused(data: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        token_request(data, zone=TORONTO, now=NOW)
    assert str(raised.value) == message


def test_names_keep_everything_but_spaces(database: Database) -> None:
    name = """<script>alert("1")</script> {{ 7*7 }} | `id`"""
    create(database, token_name(f"  {name}  "))
    assert [each.name for each in operator_tokens.tokens(database)] == [name]
