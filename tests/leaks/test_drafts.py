"""Nothing of a draft is public: no answer changes by a byte, headers included, and nobody is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.changes import Plan
from icsfeed.domain.feeds import Kind
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.publication.publishing import publish
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.changes import Workspace
from icsfeed.services.drafting import DraftOutcome, announce_or_draft
from icsfeed.services.drafts import approve, withdraw
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.actors import operator
from tests.agents.endpoint import Agent
from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MARK = "Qzx"
"""In every text of a draft, and in nothing else."""

FOUR_EYES = f"""{SCHEDULE}
[operators]
approval = ["planned"]

[[channels]]
id = "operations"
webhook = "https://hooks.example.com/maintenance"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
events = ["announced", "reminder"]
remind = ["24h"]
"""
ROUTES = ("/metrics", "/readyz", "/healthz", "/api/v1/drafts", "/api/v1/audit", "/operator/drafts", "/nothing")

TOOLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("describe_calendar", {}),
    ("get_gate", {}),
    ("get_gate", {"change": "DR-1"}),
    ("list_upcoming", {"days": 366}),
    ("explain_date", {"date": "2026-11-25"}),
    ("list_changes", {"include_closed": True}),
    ("get_change", {"id": "PC-1"}),
    ("get_change", {"id": "DR-1"}),
    ("list_freezes", {"include_ended": True}),
    ("suggest_slots", {"duration": "1h", "by": "2026-12-24T12:00:00Z"}),
    ("list_drafts", {}),
    ("propose_approve_draft", {"id": "DR-1"}),
)
"""Each tool that reads, and one that proposes: an agent without a key calls them."""

texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12).map(lambda text: f"{MARK}{text}")
plans = st.builds(
    lambda summary, reason, hours, length: Plan(
        summary=summary,
        environments=frozenset({"production"}),
        impact=Impact.OUTAGE,
        span=Span(start=NOW + timedelta(hours=hours), end=NOW + timedelta(hours=hours + length)),
        reason=reason,
    ),
    texts,
    texts,
    st.integers(1, 24 * 400),
    st.integers(1, 9),
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server with what it answers before there is any draft."""

    workspace: Workspace
    database: Database
    client: FlaskClient
    before: dict[str, bytes]

    def answers(self) -> dict[str, bytes]:
        return {path: self.answer(path) for path in self.before if path.startswith("/")} | self.answers_to_agents()

    def answers_to_agents(self) -> dict[str, bytes]:
        """What an agent without a key gets."""
        agent = Agent(client=self.client)
        responses = {
            f"{name} {arguments}": agent.send("tools/call", name=name, arguments=arguments) for name, arguments in TOOLS
        }
        responses |= {method: agent.send(method) for method in ("tools/list", "server/discover")}
        return {call: f"{each.status}\n{each.headers}\n".encode() + each.data for call, each in responses.items()}

    def answer(self, path: str) -> bytes:
        response = self.client.get(path)
        return f"{response.status}\n{response.headers}\n".encode() + bytes(response.data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    schedule = folder / "schedule.toml"
    schedule.write_text(FOUR_EYES, encoding="utf-8")
    with closing(Database(f"sqlite:///{folder}/icsfeed.db", may_be_missing=True)) as database:
        yield _site(schedule, database)


def _site(path: Path, database: Database) -> Site:
    database.upgrade()
    schedule, clock = load_schedule(path).schedule, Clock()
    clock.now = NOW
    client = create_app(schedule=path, repository=database, clock=clock).test_client()
    paths = publish(Situation(schedule=schedule, now=NOW), changed_at=NOW).representations
    site = Site(
        workspace=Workspace(schedule=schedule, repository=database),
        database=database,
        client=client,
        before=dict.fromkeys(paths, b""),
    )
    site.client.get("/")
    return replace(site, before=site.answers())


def draft(site: Site, plan: Plan, message: str) -> DraftOutcome:
    request = AnnouncementRequest(kind=Kind.PLANNED, plan=plan, message=message)
    outcome = announce_or_draft(site.workspace, request, uid_part="0123456789", actor=operator(f"{MARK} Ann", NOW))
    assert isinstance(outcome, DraftOutcome)
    return outcome


@settings(max_examples=6, deadline=None)
@given(plan=plans, message=texts)
def test_nothing_of_a_draft_is_public_while_it_waits_and_after_it_was_withdrawn(
    site: Site, plan: Plan, message: str
) -> None:
    draft_id = draft(site, plan, message).draft.id
    for _ in range(2):
        time.sleep(3 * site.database.look_every.total_seconds())
        assert site.answers() == site.before
        assert [path for path in ROUTES if MARK.encode() in site.answer(path)] == []
        assert site.database.outbox.rows() == ()
        if site.database.drafts(waiting=True):
            withdraw(site.workspace, draft_id, actor=operator("bob", NOW))


def test_the_same_answers_show_it_once_it_is_approved(site: Site) -> None:
    """Otherwise the test above could not fail."""
    plan = Plan(
        summary=f"{MARK} firewall",
        environments=frozenset({"production"}),
        impact=Impact.OUTAGE,
        span=Span(start=NOW + timedelta(days=2), end=NOW + timedelta(days=2, hours=1)),
        reason="Urgent",
    )
    draft_id = draft(site, plan, MARK).draft.id
    bob = Operator(name="bob", kind=ActorKind.TOKEN, scope=Scope.WRITE)
    approve(site.workspace, draft_id, operator=bob, uid_part="0123456789", now=NOW)
    deadline = time.monotonic() + 60
    while MARK.encode() not in site.answer("/feeds/planned.ics") and time.monotonic() < deadline:
        time.sleep(0.05)
    after = site.answers()
    assert MARK.encode() in after["/feeds/planned.ics"]
    assert {"/", "/feeds/all.json", "/feeds/all.atom"} <= {path for path in after if MARK.encode() in after[path]}
    in_tools = {call.partition(" ")[0] for call, answer in after.items() if MARK.encode() in answer}
    assert {"list_upcoming", "explain_date", "list_changes", "get_change"} <= in_tools
    assert site.database.outbox.rows() != ()
