"""The audit trail: each kind of write with what it changed, and sign-ins between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.audit import AuditLine, AuditSelection
from icsfeed.domain.changes import Step
from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.maintnote import Account
from icsfeed.domain.operators import Scope
from icsfeed.domain.plans import Amendment
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.domain.subscribers import digest_of
from icsfeed.services import operator_tokens, subscribing
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.audit_trail import audit_line_as_json, audit_lines, audit_page, audit_subject
from icsfeed.services.changes import StepRequest, Workspace, take_step
from icsfeed.services.drafting import announce_or_draft
from icsfeed.services.drafts import withdraw
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from icsfeed.services.numbering import reserve_numbers
from icsfeed.services.requests.tokens import TokenRequest
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.drafts import SOON, approve_draft, draft_change, four_eyes
from tests.services.workspace import NIGHT, PLAN
from tests.store.work import opened

HOUR = timedelta(hours=1)
AT = "2026-12-08T06:00:00Z"


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database on SQLite and, for tests that ask for ``database_url``, on PostgreSQL in turn."""
    has_both = "database_url" in request.fixturenames
    url = request.getfixturevalue("database_url") if has_both else f"sqlite:///{tmp_path}/icsfeed.db"
    with opened(url) as database:
        yield database


on_both = pytest.mark.usefixtures("database_url")


@pytest.fixture
def workspace(database: Database) -> Workspace:
    return four_eyes(database)


def lines(database: Database, **selection: Any) -> list[dict[str, Any]]:  # noqa: ANN401  (any field)
    return [audit_line_as_json(line) for line in audit_lines(database, AuditSelection(**selection))]


def last_line(database: Database) -> dict[str, Any]:
    return lines(database)[-1]


def effect(database: Database) -> tuple[Any, Any]:
    line = last_line(database)
    return line["before"], line["after"]


def announce_emergency(workspace: Workspace, **fields: Any) -> None:  # noqa: ANN401  (any field)
    request = replace(AnnouncementRequest(kind=Kind.EMERGENCY, plan=PLAN), **fields)
    announce_or_draft(workspace, request, uid_part="0123456789", actor=operator("ann", NIGHT))


def step(workspace: Workspace, step: Step, *, hours: int = 0, **fields: Any) -> None:  # noqa: ANN401  (any field)
    request = StepRequest(change_id="EC-1", step=step, **fields)
    take_step(workspace, request, actor=operator("bob", NIGHT + hours * HOUR))


def test_an_announcement(workspace: Workspace, database: Database) -> None:
    announce_emergency(workspace, message="We are on it", key="k-1")
    assert lines(database) == [
        {
            "entry": 1,
            "sign_in": None,
            "at": AT,
            "by": "ann",
            "kind": "command",
            "address": "",
            "action": "emergency announce",
            "subject": "EC-1",
            "before": None,
            "after": {
                "update": 1,
                "state": "confirmed",
                "summary": "Database failover",
                "environments": ["production"],
                "impact": "outage",
                "start": AT,
                "end": "2026-12-08T08:00:00Z",
                "expected_end": None,
                "reason": "A disk is failing",
                "ticket": "",
                "automatic": False,
                "withdrawn": False,
                "message": "We are on it",
            },
        }
    ]


@on_both
def test_the_steps_of_a_change(workspace: Workspace, database: Database) -> None:
    announce_emergency(workspace)
    step(workspace, Step.START, message="Begun")
    assert effect(database) == (
        {"update": 1, "state": "confirmed"},
        {"update": 2, "state": "in progress", "message": "Begun"},
    )
    step(workspace, Step.UPDATE, amendment=Amendment(summary="Failover"))
    assert effect(database) == (
        {"update": 2, "summary": "Database failover"},
        {"update": 3, "summary": "Failover"},
    )
    step(workspace, Step.UNDO)
    assert effect(database) == (
        {"update": 3, "summary": "Failover"},
        {"update": 4, "summary": "Database failover", "undone_update": 3},
    )
    step(workspace, Step.CANCEL, silent=True)
    assert effect(database) == (
        {"update": 4, "state": "in progress", "withdrawn": False},
        {"update": 5, "state": "cancelled", "withdrawn": True},
    )
    assert [line["action"] for line in lines(database)] == [
        "emergency announce",
        "change start",
        "change update",
        "change undo",
        "change cancel",
    ]


def test_steps_that_the_clock_had_taken_before(workspace: Workspace, database: Database) -> None:
    announce_emergency(workspace, automatic=True)
    step(workspace, Step.COMPLETE, hours=1)
    assert effect(database) == (
        {"update": 1, "state": "confirmed"},
        {"update": 3, "state": "completed", "clock_steps": [{"step": "start", "at": AT}]},
    )


def test_texts_that_were_withdrawn_are_nowhere_in_the_audit_trail(workspace: Workspace, database: Database) -> None:
    announce_emergency(workspace, message="hunter2", plan=replace(PLAN, reason="hunter2"))
    step(workspace, Step.UPDATE, amendment=Amendment(summary="hunter2"))
    step(workspace, Step.REDACT)
    assert effect(database) == ({"update": 2}, {"update": 3, "withdrawn_texts": "all"})
    assert "hunter2" not in repr(lines(database))
    assert lines(database)[0]["after"]["reason"] == WITHDRAWN_TEXT


@on_both
def test_drafts_and_what_became_of_them(workspace: Workspace, database: Database) -> None:
    draft_change(workspace, message="hunter2")
    before, after = effect(database)
    assert before is None
    assert (after["state"], after["summary"], after["message"]) == ("draft", "Database failover", "hunter2")
    approve_draft(workspace)
    line = last_line(database)
    assert (line["by"], line["kind"], line["address"]) == ("bob", "token", "192.0.2.7")
    assert (line["action"], line["subject"], line["before"]) == ("planned approve", "PC-1", None)
    assert (line["after"]["draft"], line["after"]["drafted_by"]) == ("DR-1", "ann")
    draft_change(workspace, plan=replace(SOON, summary="Other"))
    withdraw(workspace, "DR-2", actor=operator("eve", NIGHT))
    assert effect(database) == ({"state": "draft"}, {"state": "withdrawn"})
    take_step(workspace, StepRequest(change_id="PC-1", step=Step.REDACT), actor=operator("eve", NIGHT + 2 * HOUR))
    assert "hunter2" not in repr(lines(database))


@on_both
def test_occurrences(workspace: Workspace, database: Database) -> None:
    skipped = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 10), reason="Quiet", skip=True)
    adjust(workspace, skipped, actor=operator("ann", NIGHT))
    skip = {"action": "skip", "reason": "Quiet", "silent": False, "start": None, "end": None}
    assert effect(database) == (None, skip)
    assert last_line(database)["subject"] == "thursday 2026-12-10"
    adjust(workspace, replace(skipped, reason="", skip=False), actor=operator("ann", NIGHT))
    assert effect(database) == (skip, {**skip, "action": "restore", "reason": ""})


@on_both
def test_freezes(workspace: Workspace, database: Database) -> None:
    until = NIGHT + 5 * HOUR
    request = FreezeRequest(reason="Audit", environments=frozenset({"production"}), until=until)
    start_freeze(workspace, request, uid_part="0123456789", actor=operator("ann", NIGHT))
    until_text = "2026-12-08T11:00:00Z"
    after = {"reason": "Audit", "environments": ["production"], "until": until_text, "internal": False}
    assert effect(database) == (None, after)
    end_freeze(workspace, "CF-1", actor=operator("ann", NIGHT + HOUR))
    assert effect(database) == (
        {"until": until_text, "ended_at": None},
        {"until": until_text, "ended_at": "2026-12-08T07:00:00Z"},
    )


@on_both
def test_subscribers_without_their_addresses(workspace: Workspace, database: Database) -> None:
    actor, schedule = operator("ann", NIGHT), workspace.schedule
    subscribing.add(schedule, database, "Example Corp", feed="all", token="secret-1", actor=actor)
    facts = {
        "feed": "all",
        "alarm_minutes": [],
        "account": "public",
        "objects": [],
        "addresses": [{"since": AT, "until": None}],
        "revoked": False,
    }
    assert effect(database) == (None, facts)
    subscribing.change(database, "example corp", account="A-1", objects=("o",), actor=actor)
    assert effect(database) == ({"account": "public", "objects": []}, {"account": "A-1", "objects": ["o"]})
    subscribing.revoke(database, "Example Corp", actor=actor)
    assert effect(database) == ({"revoked": False}, {"revoked": True})
    assert last_line(database)["action"] == "subscriber revoke"
    assert Account(id="A-1", objects=("o",)) == database.record().subscribers.by_key["example corp"].account
    for secret in ("secret-1", digest_of("secret-1")):
        assert secret not in repr(lines(database))


@on_both
def test_tokens_without_their_secrets(database: Database) -> None:
    request = TokenRequest(name="Chat bot", scope=Scope.WRITE, expires_at=NIGHT + HOUR)
    created = operator_tokens.create(
        database, request, new_id=lambda: "0a1b", new_secret=lambda: "ab" * 32, actor=operator("ann", NIGHT)
    )
    facts = {"name": "Chat bot", "scope": "write", "expires": "2026-12-08T07:00:00Z"}
    assert effect(database) == (None, facts)
    assert (last_line(database)["action"], last_line(database)["subject"]) == ("token create", "Chat bot")
    operator_tokens.revoke(database, "chat bot", actor=operator("eve", NIGHT))
    assert effect(database) == ({**facts, "revoked": False}, {**facts, "revoked": True})
    for secret in (created.text, digest_of(created.text)):
        assert secret not in repr(lines(database))


def test_reserved_numbers(database: Database) -> None:
    reserve_numbers(database, "EC-41", actor=operator("ann", NIGHT))
    assert effect(database) == (None, {"reserved_up_to": "EC-41"})


def test_customers_network_addresses_are_not_shown(database: Database) -> None:
    actor = Actor(name="mail:0a1b", kind=ActorKind.CUSTOMER, at=NIGHT, address="192.0.2.9")
    with database.writing(actor=actor, action="mail confirm", subject="mail:0a1b") as writing:
        writing.leave_entry()
    assert (last_line(database)["kind"], last_line(database)["address"]) == ("customer", "")


def sign_in(
    database: Database,
    at: datetime,
    outcome: SignInOutcome,
    name: str = "bob",
    method: SignInMethod = SignInMethod.TOKEN,
) -> None:
    kind = ActorKind.TOKEN if name else None
    with database.writing_operator_rows() as rows:
        rows.sign_ins.add(SignIn(at=at, method=method, outcome=outcome, address="192.0.2.7", name=name, kind=kind))


@on_both
def test_sign_ins_stand_between_entries(workspace: Workspace, database: Database) -> None:
    announce_emergency(workspace)
    sign_in(database, NIGHT + HOUR, SignInOutcome.UNKNOWN_TOKEN, name="")
    sign_in(database, NIGHT + 2 * HOUR, SignInOutcome.ACCEPTED)
    step(workspace, Step.START, hours=2)
    sign_in(database, NIGHT + 3 * HOUR, SignInOutcome.SIGNED_OUT)
    actions = ["emergency announce", "refused sign-in", "sign in", "change start", "sign out"]
    assert [line["action"] for line in lines(database)] == actions
    assert lines(database)[1] == {
        "entry": None,
        "sign_in": 1,
        "at": "2026-12-08T07:00:00Z",
        "by": "",
        "kind": None,
        "address": "192.0.2.7",
        "action": "refused sign-in",
        "subject": "token",
        "before": None,
        "after": {"outcome": "unknown token"},
    }
    newest = audit_page(database, AuditSelection(), limit=10)
    assert [line.action for line in newest.lines] == actions[::-1]
    assert [line["action"] for line in lines(database, since=NIGHT + 2 * HOUR)] == actions[2:]
    assert [line["action"] for line in lines(database, subject="EC-1")] == ["emergency announce", "change start"]


def test_who_sends_a_token_with_a_request_does_not_sign_in(database: Database) -> None:
    outcomes = {"bot": SignInOutcome.ACCEPTED, "old": SignInOutcome.EXPIRED_TOKEN, "": SignInOutcome.UNKNOWN_TOKEN}
    for name, outcome in outcomes.items():
        sign_in(database, NIGHT, outcome, name, SignInMethod.BEARER)
    assert [(line["by"], line["action"], line["subject"]) for line in lines(database)] == [
        ("bot", "first use of a token from this network", "bot"),
        ("old", "refused token", "old"),
        ("", "refused token", ""),
    ]


@on_both
@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_of_any_size_have_the_same_lines(
    workspace: Workspace, database: Database, limit: int, newest_first: bool
) -> None:
    announce_emergency(workspace)
    for hour in range(4):
        sign_in(database, NIGHT + hour * HOUR, SignInOutcome.ACCEPTED)
        step(workspace, Step.UPDATE, hours=hour, message=f"Message {hour}")
    whole = audit_page(database, AuditSelection(), limit=100, newest_first=newest_first)
    assert (len(whole.lines), whole.cursor) == (9, None)
    read: list[AuditLine] = []
    cursor = None
    while True:
        page = audit_page(database, AuditSelection(), limit=limit, cursor=cursor, newest_first=newest_first)
        assert len(page.lines) <= limit
        read += page.lines
        cursor = page.cursor
        if cursor is None:
            break
    assert tuple(read) == whole.lines


@on_both
def test_a_change_has_the_entries_of_the_draft_that_it_was(workspace: Workspace, database: Database) -> None:
    draft_change(workspace)
    announce_emergency(workspace)
    approve_draft(workspace)
    expected = ["planned draft", "planned approve"]
    for subject in ("PC-1", "DR-1"):
        assert [line["action"] for line in lines(database, subject=subject)] == expected


def test_subjects_as_people_write_them(workspace: Workspace) -> None:
    announce_emergency(workspace)
    draft_change(workspace)
    assert audit_subject("ec-1", workspace, now=NIGHT) == "EC-1"
    assert audit_subject("dr-1", workspace, now=NIGHT) == "DR-1"
    for name in ("EC-9", "DR-9", "CF-9"):
        with pytest.raises(NotFoundError, match=name):
            audit_subject(name, workspace, now=NIGHT)


@pytest.mark.parametrize("cursor", ["", "x", "1", "1-x", "1-2-3", "-1-2", "9" * 40 + "-1", "2147483648-1"])
def test_a_cursor_that_is_none(database: Database, cursor: str) -> None:
    with pytest.raises(BadInputError, match="is not a cursor; take the one that came with the page before"):
        audit_page(database, AuditSelection(), limit=5, cursor=cursor)


@pytest.mark.parametrize("limit", [0, 501])
def test_pages_have_a_limit(database: Database, limit: int) -> None:
    with pytest.raises(BadInputError, match=f"^a page has 1 to 500 lines, not {limit}$"):
        audit_page(database, AuditSelection(), limit=limit)
