"""Four eyes: what one operator announces, another has to approve before anybody else sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.changes import Step
from icsfeed.domain.drafts import Draft, DraftState
from icsfeed.domain.errors import ConflictError, IcsfeedError, NotFoundError, RefusedError
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.notice import shortest_notice
from icsfeed.domain.operators import Scope
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.domain.spans import Span
from icsfeed.domain.translated_texts import translations_of
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import Outcome, StepRequest, Workspace, take_step
from icsfeed.services.drafting import DraftOutcome, announce_or_draft
from icsfeed.services.drafts import draft_of, drafts, preview_draft, withdraw
from icsfeed.services.freezing import FreezeRequest, start_freeze
from tests.actors import operator
from tests.drafts import DAY, FOUR_EYES, SOON, an_operator, approve_draft, draft_change, four_eyes, four_eyes_at
from tests.services.workspace import NIGHT, PLAN
from tests.store.work import opened

HOUR = timedelta(hours=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with four_eyes_at(f"sqlite:///{tmp_path}/icsfeed.db") as workspace:
        yield workspace


@pytest.fixture
def stored(database_url: str) -> Iterator[Workspace]:
    """The workspace on SQLite and on PostgreSQL in turn."""
    with four_eyes_at(database_url) as workspace:
        yield workspace


def drafted(outcome: Outcome | DraftOutcome) -> Draft:
    assert isinstance(outcome, DraftOutcome)
    return outcome.draft


def withdraw_draft(workspace: Workspace, draft_id: str = "DR-1", *, by: str = "eve") -> DraftOutcome:
    return withdraw(workspace, draft_id, actor=operator(by, NIGHT + HOUR))


def test_announcing_a_kind_that_needs_approval_makes_a_draft_and_no_change(stored: Workspace) -> None:
    outcome = draft_change(
        stored, message="Soon", message_translations=translations_of({"en": "Soon", "fr": "Bientôt"}), key="k-1"
    )
    assert isinstance(outcome, DraftOutcome)
    assert outcome.recorded
    assert outcome.draft == Draft(
        number=1,
        kind=Kind.PLANNED,
        plan=SOON,
        by="ann",
        by_kind=ActorKind.COMMAND,
        at=NIGHT,
        message="Soon",
        message_translations=translations_of({"en": "Soon", "fr": "Bientôt"}),
        key="k-1",
    )
    assert drafts(stored) == (outcome.draft,)
    record = stored.repository.record()
    assert (record.changes, record.ledger) == ({}, {})
    (entry,) = stored.repository.entries()
    assert (entry.action, entry.subject, entry.by) == ("planned draft", "DR-1", "ann")


def test_an_emergency_never_waits(workspace: Workspace) -> None:
    outcome = draft_change(workspace, kind=Kind.EMERGENCY)
    assert isinstance(outcome, Outcome)
    assert outcome.change.id == "EC-1"


def test_nothing_waits_where_no_kind_needs_approval(tmp_path: Path) -> None:
    with four_eyes_at(f"sqlite:///{tmp_path}/icsfeed.db", replace(FOUR_EYES, operators=None)) as workspace:
        outcome = draft_change(workspace)
        assert isinstance(outcome, Outcome)
        assert outcome.change.id == "PC-1"
        assert drafts(workspace) == ()


def test_no_interface_can_announce_past_the_second_operator(workspace: Workspace) -> None:
    request = AnnouncementRequest(kind=Kind.PLANNED, plan=SOON)
    with pytest.raises(RefusedError, match=r"^a planned change needs the approval of another operator here; draft it"):
        announce(workspace, request, uid_part="0123456789", actor=operator("ann", NIGHT))
    assert workspace.repository.record().changes == {}


def test_a_dry_run_shows_what_approval_will_make_public_and_records_nothing(workspace: Workspace) -> None:
    outcome = draft_change(workspace, dry_run=True)
    assert isinstance(outcome, DraftOutcome)
    assert (outcome.draft.id, outcome.recorded) == ("DR-1", False)
    (event,) = outcome.events
    assert b"Database failover" in event.content
    assert outcome.as_json(workspace.schedule.calendar.zone)["state"] == "draft"
    assert workspace.repository.entries() == ()


def test_warnings_about_a_draft_name_the_draft(workspace: Workspace) -> None:
    outcome = draft_change(workspace, plan=replace(SOON, span=Span(start=NIGHT + DAY, end=NIGHT + 3 * DAY)))
    assert "DR-1 lasts 2 d; check its start and end" in outcome.warnings


def test_another_operator_approves_and_the_change_is_public(stored: Workspace) -> None:
    draft_change(stored, message="Soon", automatic=True)
    outcome = approve_draft(stored)
    assert outcome.recorded
    assert outcome.event is not None
    change = stored.repository.record().change("PC-1")
    assert change.plan == SOON
    assert change.is_automatic
    assert change.uid_part == "abcdef0123"
    (announcement,) = change.updates
    assert (announcement.by, announcement.at, announcement.message) == ("ann", NIGHT + HOUR, "Soon")
    (draft,) = drafts(stored)
    assert draft.decision is not None
    assert (draft.state, draft.change_id) == (DraftState.APPROVED, "PC-1")
    assert (draft.decision.by, draft.decision.by_kind, draft.decision.at) == ("bob", ActorKind.TOKEN, NIGHT + HOUR)
    entry = stored.repository.entries()[-1]
    assert (entry.action, entry.subject, entry.by, entry.kind) == ("planned approve", "PC-1", "bob", ActorKind.TOKEN)
    assert entry.address == "192.0.2.7"


def test_the_promised_notice_counts_from_the_approval(workspace: Workspace) -> None:
    draft_change(workspace)
    assert shortest_notice(approve_draft(workspace, now=NIGHT + 2 * HOUR).change).length == DAY - 2 * HOUR


def test_a_dry_run_of_an_approval_records_nothing(workspace: Workspace) -> None:
    draft_change(workspace)
    assert not approve_draft(workspace, dry_run=True).recorded
    assert len(workspace.repository.entries()) == 1


@pytest.mark.parametrize("kind", [ActorKind.PERSON, ActorKind.TOKEN, ActorKind.AGENT])
def test_people_tokens_and_agents_approve(workspace: Workspace, kind: ActorKind) -> None:
    draft_change(workspace)
    assert approve_draft(workspace, operator=an_operator(kind=kind)).change.id == "PC-1"


@pytest.mark.parametrize("kind", [ActorKind.COMMAND, ActorKind.CLOCK, ActorKind.SERVICE, ActorKind.CUSTOMER])
def test_nobody_approves_whose_name_is_not_proven(workspace: Workspace, kind: ActorKind) -> None:
    draft_change(workspace)
    with pytest.raises(RefusedError, match=r"^a draft is approved by an operator who signed in or has a token; "):
        approve_draft(workspace, operator=an_operator(kind=kind))


def test_who_may_only_read_approves_nothing(workspace: Workspace) -> None:
    draft_change(workspace)
    with pytest.raises(RefusedError, match=r'^"bob" may only read'):
        approve_draft(workspace, operator=an_operator(scope=Scope.READ))


@pytest.mark.parametrize(
    ("author", "approver"),
    [
        ("ann", "ann"),
        ("Ann", "ann"),
        ("ann", " ANN "),
        ("Ann  Lee", "ann lee"),
        ("STRASSE", "straße"),
        ("josé", "jose\u0301"),
        ("\uff41nn", "ann"),
        ("ann", "a\u200bnn"),
        ("ann", "ann\u00a0"),
    ],
)
def test_nobody_approves_what_they_drafted_however_their_name_is_spelt(
    workspace: Workspace, author: str, approver: str
) -> None:
    draft_change(workspace, by=author)
    with pytest.raises(RefusedError, match=r"^DR-1 was drafted by .*, and another operator has to approve it"):
        approve_draft(workspace, operator=an_operator(approver))
    assert workspace.repository.record().changes == {}


def test_a_draft_is_approved_once(stored: Workspace) -> None:
    draft_change(stored)
    approve_draft(stored)
    with pytest.raises(ConflictError) as caught:
        approve_draft(stored, operator=an_operator("eve"))
    assert str(caught.value) == (
        "DR-1 was approved and announced as PC-1 by bob, Tue 2026-12-08 02:00 EST; nothing was changed now"
    )
    with pytest.raises(ConflictError, match=r"^DR-1 was approved and announced as PC-1 by bob"):
        withdraw_draft(stored)


def test_a_withdrawn_draft_is_not_approved(stored: Workspace) -> None:
    draft_change(stored)
    assert withdraw_draft(stored).draft.state is DraftState.WITHDRAWN
    with pytest.raises(ConflictError, match=r"^DR-1 was withdrawn by eve, Tue 2026-12-08 02:00 EST; nothing was"):
        approve_draft(stored)
    assert (drafts(stored, waiting=True), stored.repository.record().changes) == ((), {})
    entry = stored.repository.entries()[-1]
    assert (entry.action, entry.subject, entry.by) == ("planned withdraw", "DR-1", "eve")


def test_a_draft_that_does_not_exist(workspace: Workspace) -> None:
    with pytest.raises(
        NotFoundError,
        match=r"^there is no draft DR-9, and none waits for approval; see `icsfeed ",
    ):
        approve_draft(workspace, "dr-9")
    draft_change(workspace)
    with pytest.raises(NotFoundError, match=r"^there is no draft DR-9; these wait for approval: DR-1$"):
        draft_of(workspace, "9")


def test_numbers_of_drafts_go_up_and_those_of_changes_count_changes_alone(workspace: Workspace) -> None:
    first = drafted(draft_change(workspace))
    withdraw_draft(workspace, first.id)
    second = drafted(draft_change(workspace))
    assert (first.id, second.id) == ("DR-1", "DR-2")
    assert approve_draft(workspace, second.id).change.id == "PC-1"


def test_a_repeated_request_makes_no_other_draft(stored: Workspace) -> None:
    draft_change(stored, key="k")
    repeated = draft_change(stored, key="k", by="eve")
    assert isinstance(repeated, DraftOutcome)
    assert (repeated.repeats, repeated.recorded, repeated.draft.id) == (True, False, "DR-1")
    assert repeated.warnings == (
        "this planned change has been drafted already: DR-1, by ann; nothing was changed; to amend it, withdraw it and "
        "announce it anew",
    )
    with pytest.raises(ConflictError, match=r'^the key "k" is that of DR-1, which says something else; take another$'):
        draft_change(stored, key="k", plan=replace(SOON, summary="Other"))
    approve_draft(stored)
    outcome = draft_change(stored, key="k")
    assert isinstance(outcome, Outcome)
    assert (outcome.repeats, outcome.change.id) == (True, "PC-1")
    assert len(drafts(stored)) == 1


def test_a_draft_that_starts_before_anybody_can_approve_it(workspace: Workspace) -> None:
    with pytest.raises(RefusedError) as caught:
        draft_change(workspace, plan=replace(SOON, span=Span(start=NIGHT, end=NIGHT + HOUR)))
    assert str(caught.value) == (
        "a planned change needs the approval of another operator before it starts, and Tue 2026-12-08 01:00 EST is "
        "past; give it a later start"
    )


REMEDY = "; withdraw it (icsfeed planned withdraw DR-1) and announce it anew"


def test_a_draft_whose_start_is_past(workspace: Workspace) -> None:
    draft_change(workspace)
    with pytest.raises(RefusedError) as caught:
        approve_draft(workspace, now=NIGHT + DAY)
    msg = f"DR-1 can't be announced any more: its start, Wed 2026-12-09 01:00 EST, is past{REMEDY}"
    assert str(caught.value) == msg


def test_a_draft_in_a_freeze_that_was_started_since(workspace: Workspace) -> None:
    draft_change(workspace, plan=replace(SOON, reason=""))
    freeze = FreezeRequest(reason="A disk is failing", environments=frozenset({"production"}))
    start_freeze(workspace, freeze, uid_part="0000000000", actor=operator("eve", NIGHT))
    with pytest.raises(RefusedError) as caught:
        approve_draft(workspace)
    assert str(caught.value).startswith("DR-1 can't be announced any more: a planned change in the change freeze CF-1")
    assert str(caught.value).endswith(f"needs a reason{REMEDY}")


def test_a_draft_for_an_environment_that_is_gone(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/icsfeed.db") as database:
        draft_change(four_eyes(database))
        schedule = replace(FOUR_EYES, environments=(Environment(id="preview", name="Preview"),))
        with pytest.raises(RefusedError, match=r'^DR-1 can\'t be announced any more: .*"production".* withdraw it'):
            approve_draft(four_eyes(database, schedule))


def test_a_draft_of_what_somebody_announced_meanwhile(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/icsfeed.db") as database:
        workspace = four_eyes(database)
        draft_change(workspace)
        draft_change(four_eyes(database, replace(FOUR_EYES, operators=None)))
        with pytest.raises(ConflictError, match=r"^PC-1 says the same as DR-1, so nothing was changed; withdraw the"):
            approve_draft(workspace)


def test_drafts_can_be_approved_after_the_schedule_has_stopped_asking_for_it(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/icsfeed.db") as database:
        draft_change(four_eyes(database))
        assert approve_draft(four_eyes(database, replace(FOUR_EYES, operators=None))).change.id == "PC-1"


def test_the_preview_of_a_draft_warns_of_what_holds_now(workspace: Workspace) -> None:
    draft = drafted(draft_change(workspace))
    request = AnnouncementRequest(kind=Kind.EMERGENCY, plan=replace(PLAN, span=SOON.span))
    announce_or_draft(workspace, request, uid_part="1111111111", actor=operator("eve", NIGHT))
    preview = preview_draft(workspace, draft, now=NIGHT + HOUR)
    assert "DR-1 overlaps EC-1 (Database failover): Wed 2026-12-09 01:00–03:00 EST" in preview.warnings


def test_texts_that_were_withdrawn_from_the_change_are_withdrawn_from_its_draft(workspace: Workspace) -> None:
    draft_change(workspace, message="The password is hunter2")
    approve_draft(workspace)
    for target in (1, None):
        step = StepRequest(change_id="PC-1", step=Step.REDACT, target=target)
        take_step(workspace, step, actor=operator("eve", NIGHT + 2 * HOUR))
        assert "hunter2" not in repr(drafts(workspace))
    draft = draft_of(workspace, "DR-1")
    assert {draft.plan.summary, draft.plan.reason, draft.message} == {WITHDRAWN_TEXT}


def race(*acts: Callable[[], object]) -> list[object]:
    """What the functions give or raise, which begin at the same time in threads of their own."""
    barrier, results = Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except IcsfeedError as error:
            results.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_who_approve_at_once_one_wins_and_the_other_hears_so(database_url: str) -> None:
    with four_eyes_at(database_url) as first, four_eyes_at(database_url) as second:
        for number in range(1, 6):
            draft_id = f"DR-{number}"
            draft_change(first, plan=replace(SOON, summary=f"Change {number}"))
            results = race(
                partial(approve_draft, first, draft_id, operator=an_operator("bob")),
                partial(approve_draft, second, draft_id, operator=an_operator("eve")),
            )
            (loser,) = (each for each in results if isinstance(each, ConflictError))
            assert f"{draft_id} was approved and announced as PC-{number}" in str(loser)
            assert list(first.repository.record().changes) == [f"PC-{each}" for each in range(1, number + 1)]


def test_who_approves_and_who_withdraws_at_once(database_url: str) -> None:
    with four_eyes_at(database_url) as first, four_eyes_at(database_url) as second:
        for number in range(1, 6):
            draft_id = f"DR-{number}"
            draft_change(first, plan=replace(SOON, summary=f"Change {number}"))
            results = race(partial(approve_draft, first, draft_id), partial(withdraw_draft, second, draft_id))
            assert sum(isinstance(each, ConflictError) for each in results) == 1
            draft = draft_of(first, draft_id)
            assert draft.state is not DraftState.DRAFT
            announced = any(
                each.plan.summary == f"Change {number}" for each in first.repository.record().changes.values()
            )
            assert announced is (draft.state is DraftState.APPROVED)
