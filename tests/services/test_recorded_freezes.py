"""What operators do with changes and windows while a freeze that one of them started is active."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import Amendment, MissingReasonError
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.series import Rendering
from icsfeed.publication.publishing import publish
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import Workspace
from icsfeed.services.events import publish_events
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from icsfeed.services.ledger import record_revisions
from icsfeed.services.suggestions import SlotRequest, suggest
from icsfeed.services.unmatched import unmatched
from icsfeed.services.upcoming import upcoming
from tests.actors import operator
from tests.examples import SUNDAY, THURSDAY, TORONTO, span, utc
from tests.services.workspace import (
    TWO_ENVIRONMENTS,
    MemoryRepository,
    a_plan,
    a_workspace,
    advance_change,
    announce_plan,
)

BOTH = frozenset({"preview", "production"})
SCHEDULE = replace(
    TWO_ENVIRONMENTS,
    windows=(replace(THURSDAY, environments=BOTH), replace(SUNDAY, environments=frozenset({"preview"}))),
    freezes=(),
)
NOW = utc(2026, 12, 8, 15)
"""Tuesday, 10:00 in Toronto."""

HOUR = timedelta(hours=1)
TOMORROW = Span(start=NOW + 24 * HOUR, end=NOW + 26 * HOUR)
SINCE = "from Tue 2026-12-08 10:00 EST until it is ended"


def frozen_workspace(*environments: str, days: int | None = None) -> tuple[Workspace, MemoryRepository]:
    """A workspace in which a freeze has started, by default of production and without an end."""
    workspace, repository = a_workspace(SCHEDULE)
    request = FreezeRequest(
        reason="An audit",
        environments=frozenset(environments or ("production",)),
        until=None if days is None else NOW + timedelta(days=days),
    )
    start_freeze(workspace, request, uid_part="0123456789", actor=operator("ann", NOW))
    return workspace, repository


def test_a_planned_change_in_it_says_why_it_can_not_wait() -> None:
    workspace, _ = frozen_workspace()
    plan = a_plan(span=TOMORROW, reason="")
    for dry_run in (True, False):
        with pytest.raises(MissingReasonError) as refusal:
            announce_plan(workspace, plan, kind=Kind.PLANNED, now=NOW, dry_run=dry_run)
        assert str(refusal.value) == f"a planned change in the change freeze CF-1, {SINCE}, needs a reason"
    elsewhere = replace(plan, environments=frozenset({"preview"}))
    assert announce_plan(workspace, elsewhere, kind=Kind.PLANNED, now=NOW).warnings == ()
    announced = announce_plan(workspace, replace(plan, reason="The certificate expires"), kind=Kind.PLANNED, now=NOW)
    assert announced.warnings == (f"PC-2 lies in the change freeze CF-1, {SINCE}",)
    with pytest.raises(MissingReasonError):
        advance_change(workspace, Step.UPDATE, "PC-2", amendment=Amendment(reason=""), now=NOW)
    assert advance_change(workspace, Step.START, "PC-2", now=NOW).recorded


def test_an_announcement_that_is_repeated_stays_the_same_after_a_freeze_has_started() -> None:
    workspace, _ = a_workspace(SCHEDULE)
    plan = a_plan(span=TOMORROW, reason="")
    announce_plan(workspace, plan, kind=Kind.PLANNED, now=NOW, key="k")
    request = FreezeRequest(reason="An audit", environments=BOTH)
    start_freeze(workspace, request, uid_part="", actor=operator("ann", NOW))
    assert announce_plan(workspace, plan, kind=Kind.PLANNED, now=NOW, key="k").repeats


def test_an_emergency_change_goes_on() -> None:
    workspace, _ = frozen_workspace()
    announced = announce_plan(workspace, a_plan(span=TOMORROW, reason=""), now=NOW)
    assert announced.warnings == (
        "EC-1 does not say why it can't wait for a maintenance window; give a reason; until then, its pipeline gate "
        "stays closed in the freeze",
        f"EC-1 lies in the change freeze CF-1, {SINCE}",
    )


def request_of(*, to: Span | None = None, skip: bool = False) -> AdjustmentRequest:
    return AdjustmentRequest(window_id="thursday", day=date(2026, 12, 10), reason="A holiday", to=to, skip=skip)


def test_an_occurrence_is_moved_out_of_it_and_not_into_it() -> None:
    workspace, repository = frozen_workspace(days=7)
    actor = operator("ann", NOW)
    with pytest.raises(RefusedError) as refusal:
        adjust(workspace, request_of(to=span((2026, 12, 11, 7), (2026, 12, 11, 9))), actor=actor)
    assert str(refusal.value) == (
        "the occurrence of thursday on Thu 2026-12-10 can't be moved into the change freeze CF-1, "
        "Tue 2026-12-08 10:00 – Tue 2026-12-15 10:00 EST"
    )
    after = span((2026, 12, 16, 7), (2026, 12, 16, 9))
    adjust(workspace, request_of(to=after), actor=actor)
    happening = Situation(schedule=SCHEDULE, record=repository.current, now=NOW).happening(after)
    assert [(each.window.id, each.environments, at) for each, at in happening] == [("thursday", BOTH, after)]
    with pytest.raises(RefusedError) as refusal:
        adjust(workspace, request_of(), actor=actor)
    assert "can't be restored into the change freeze CF-1" in str(refusal.value)


def test_an_occurrence_that_it_drops_everywhere_is_not_skipped() -> None:
    workspace, _ = frozen_workspace("preview", "production")
    with pytest.raises(RefusedError) as refusal:
        adjust(workspace, request_of(skip=True), actor=operator("ann", NOW))
    assert str(refusal.value) == (
        f"the occurrence of thursday on Thu 2026-12-10 does not happen anyway: change freeze CF-1, {SINCE}"
    )
    workspace, _ = frozen_workspace("production")
    assert adjust(workspace, request_of(skip=True), actor=operator("ann", NOW)).recorded, "it happens in preview"


def test_an_occurrence_that_it_cut_everywhere_is_over() -> None:
    workspace, _ = a_workspace(SCHEDULE)
    during = utc(2026, 12, 10, 8)
    for environment, is_over in (("preview", False), ("production", True)):
        request = FreezeRequest(reason="An audit", environments=frozenset({environment}))
        start_freeze(workspace, request, uid_part="", actor=operator("ann", during))
        skip = request_of(skip=True)
        if not is_over:
            assert adjust(workspace, skip, actor=operator("ann", during), dry_run=True).occurrence.excluded
            continue
        with pytest.raises(RefusedError) as refusal:
            adjust(workspace, skip, actor=operator("ann", during))
        assert str(refusal.value) == (
            "the occurrence of thursday on Thu 2026-12-10 is over: Thu 2026-12-10 02:00–03:00 EST"
        )


def test_suggestions_come_last_in_it_and_name_it() -> None:
    _, repository = frozen_workspace(days=1)
    situation = Situation(schedule=SCHEDULE, record=repository.current, now=NOW)
    request = SlotRequest(duration=HOUR, by=NOW + 72 * HOUR, environments=("production",), impact=Impact.OUTAGE)
    first, *_, last = suggest(situation, request)
    assert (first.is_frozen, last.is_frozen) == (False, True)
    assert 'in the change freeze "CF-1", Tue 2026-12-08 10:00 – Wed 2026-12-09 10:00 EST' in last.reasons


def test_check_warns_of_what_lies_in_it_until_it_is_ended() -> None:
    workspace, repository = a_workspace(SCHEDULE)
    announce_plan(workspace, a_plan(span=TOMORROW, reason=""), kind=Kind.PLANNED, now=NOW)
    adjust(workspace, request_of(to=span((2026, 12, 11, 7), (2026, 12, 11, 9))), actor=operator("ann", NOW))
    request = FreezeRequest(reason="An audit", environments=BOTH)
    start_freeze(workspace, request, uid_part="", actor=operator("ann", NOW))
    about = [text for _, text in unmatched(workspace.situation(now=NOW))]
    assert about == [
        f"the change lies in the change freeze CF-1, {SINCE}, and does not say why it can't wait; give a reason: "
        "icsfeed planned update PC-1 --reason …, or end it: icsfeed freeze end CF-1, or cancel the change",
        "the occurrence was moved to Fri 2026-12-11 02:00–04:00 EST but is no longer shown, because that time lies in "
        f"the change freeze CF-1, {SINCE}; move it elsewhere, restore it, or end it: icsfeed freeze end CF-1",
    ]
    end_freeze(workspace, "CF-1", actor=operator("ann", NOW + HOUR))
    assert list(unmatched(workspace.situation(now=NOW + HOUR))) == []
    assert repository.current.freezes["CF-1"].ended_by == "ann"


def test_upcoming_lists_it_for_its_environments() -> None:
    _, repository = frozen_workspace()
    situation = Situation(schedule=SCHEDULE, record=repository.current, now=NOW)
    for environments, expected in ((("production",), ["CF-1"]), (("preview",), ["thursday", "sunday"])):
        items = upcoming(situation, NOW, timedelta(days=6), environments)
        assert [item.id for item in items] == expected
    (item,) = upcoming(situation, NOW, timedelta(days=6), ("production",))
    shown = item.as_json(TORONTO)
    assert (shown["name"], shown["note"], shown["open_ended"]) == ("Change freeze", "An audit", True)


def test_servers_agree_on_every_byte_while_it_is_open_ended_and_the_year_rolls() -> None:
    """One that has recorded the new end of its event, and one that can't, answer alike; the next year, too."""
    _, repository = frozen_workspace()
    sequences, oldest = [], repository.current
    for year in (2026, 2027, 2028):
        now = utc(year, 12, 9)
        before = repository.current
        situation = Situation(schedule=SCHEDULE, record=before, now=now)
        record_revisions(publish_events(situation), repository)
        servers = [
            publish(replace(situation, record=each), changed_at=NOW) for each in (repository.current, before, oldest)
        ]
        for path in ("/feeds/all.ics", "/feeds/all.expanded.ics", "/feeds/all.json", "/feeds/all.atom"):
            assert len({server.representations[path].body for server in servers}) == 1, path
        (event,) = [each for each in servers[0].events.rendered(Rendering.SERIES) if each.kind is Kind.FREEZE]
        sequences.append((event.revision.sequence, event.span.end))
    assert sequences == [(number, utc(2028 + number, 1, 1, 5)) for number in range(3)]
