"""Views: what the public and the subscribers of each private feed may see of a situation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from icsfeed.domain.adjustments import Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.feeds import ALL, Environment, Feed, Kind, automatic_feeds
from icsfeed.domain.history_views import visible_history
from icsfeed.domain.lifecycle import with_clock_steps
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from tests.changes import ANNOUNCED, a_change, after_step, record_of
from tests.examples import NOW, POLICY, a_schedule, a_window, utc
from tests.situations import a_situation

ENVIRONMENTS: Final = (
    Environment(id="acme", name="Acme’s cluster", public=False),
    Environment(id="globex", name="Globex’s cluster", public=False),
    Environment(id="production", name="Production"),
)
KINDS: Final = frozenset(Kind)
ACME_FEED: Final = Feed(slug="acme", name="Acme", environments=frozenset({"acme"}), kinds=KINDS, public=False)
STAFF_FEED: Final = Feed(
    slug="staff", name="Staff", environments=frozenset({"acme", "globex", "production"}), kinds=KINDS, public=False
)
PUBLIC_FEED: Final = Feed(slug="production", name="Production", environments=frozenset({"production"}), kinds=KINDS)
SCHEDULE: Final = a_schedule(
    a_window(id="acme-only", environments=frozenset({"acme"})),
    a_window(id="both", environments=frozenset({"acme", "production"})),
    a_window(id="everybody", environments=frozenset({"production"})),
    a_window(id="globex-only", environments=frozenset({"globex"})),
    environments=ENVIRONMENTS,
    feeds=(ACME_FEED, STAFF_FEED, PUBLIC_FEED),
)
PRODUCTION, ACME, BOTH = (frozenset(each) for each in ({"production"}, {"acme"}, {"acme", "production"}))


def windows_in(situation: Situation) -> dict[str, list[str]]:
    return {window.id: sorted(window.environments) for window in situation.schedule.windows}


def announced_for(environments: frozenset[str], **how: object) -> Change:
    change = a_change()
    (first,) = change.updates
    return replace(change, updates=(replace(first, plan=replace(first.plan, environments=environments), **how),))  # type: ignore[arg-type]  # any field


def history_of(change: Change, visible: frozenset[str] = PRODUCTION) -> Change:
    history = visible_history(change, visible)
    assert history is not None
    return history


def test_where_everything_is_public_the_view_is_the_situation_itself() -> None:
    situation = a_situation(POLICY, changes=[a_change()])
    assert situation.visible_to() is situation
    assert situation.visible_in(situation.schedule.feeds[0]) is situation


def test_the_public_sees_public_environments_alone() -> None:
    view = a_situation(SCHEDULE).visible_to()
    assert [each.id for each in view.schedule.environments] == ["production"]
    assert windows_in(view) == {"both": ["production"], "everybody": ["production"]}
    assert [feed.slug for feed in view.schedule.feeds] == [ALL, "production"]


def test_a_view_has_no_more_in_other_languages() -> None:
    """Otherwise a private text would make a difference between two views of the public."""
    schedule = replace(SCHEDULE, translations={"fr": SCHEDULE})
    situation = a_situation(schedule)
    for view in (situation.visible_to(), situation.visible_in(ACME_FEED)):
        french = view.schedule.translations["fr"]
        assert french == replace(view.schedule, translations={})


def test_the_date_of_the_public_is_that_of_its_freezes_too() -> None:
    """Their events are dated to the minute; what changes within one minute still has dates of its own."""
    started, ended = utc(2026, 11, 24, 9, 0, 42), utc(2026, 11, 24, 9, 30, 21)
    public = RecordedFreeze(
        id="CF-1",
        reason="Storage",
        environments=BOTH,
        started_at=started,
        started_by="ana",
        ended_at=ended,
        ended_by="ana",
    )
    private = replace(public, id="CF-2", environments=ACME, ended_at=ended + timedelta(hours=1))
    recorded_at = ended + timedelta(hours=2)
    record = Record(changed_at=recorded_at, freezes={each.id: each for each in (public, private)})
    situation = Situation(schedule=SCHEDULE, record=record, now=recorded_at)
    assert situation.visible_to().record.changed_at == ended


def test_the_subscribers_of_a_private_feed_see_the_environments_that_it_names_and_its_windows() -> None:
    situation = a_situation(SCHEDULE)
    acme, staff = situation.visible_in(ACME_FEED), situation.visible_in(STAFF_FEED)
    assert [each.id for each in acme.schedule.environments] == ["acme", "production"]
    assert windows_in(acme) == {"acme-only": ["acme"], "both": ["acme", "production"]}
    assert [feed.slug for feed in acme.schedule.feeds] == [ALL, "acme"]
    assert windows_in(staff).keys() == windows_in(situation).keys()


def test_the_feed_of_everything_has_what_is_public_in_every_view() -> None:
    situation = a_situation(SCHEDULE)
    for view in (situation, situation.visible_to(), situation.visible_in(STAFF_FEED)):
        assert view.schedule.feed(ALL).environments == PRODUCTION


def test_subscribers_of_a_public_feed_see_what_the_public_sees() -> None:
    situation = a_situation(SCHEDULE)
    assert situation.visible_in(PUBLIC_FEED).schedule is situation.visible_to().schedule


def test_no_environment_named_means_all_public_ones() -> None:
    assert SCHEDULE.environments_named(()) == PRODUCTION
    assert SCHEDULE.environments_named(["acme"]) == ACME


def test_automatic_feeds_are_those_of_public_environments() -> None:
    feeds = automatic_feeds("Maintenance", ENVIRONMENTS)
    assert {feed.slug for feed in feeds} == {"production", *Kind}
    assert {feed.environments for feed in feeds} == {PRODUCTION}


def test_the_same_parts_give_the_same_view() -> None:
    """Otherwise each look at the sources would make every event anew."""
    acme = announced_for(ACME)
    skip = Skip(window_id="acme-only", day=date(2026, 12, 3), reason="Not needed")
    situation = a_situation(SCHEDULE, changes=[acme], adjustments=[skip])
    later = replace(situation, now=NOW + timedelta(minutes=1))
    one, other = situation.visible_to(), later.visible_to()
    assert one.schedule is other.schedule
    assert one.record.changes is other.record.changes
    assert one.record.adjustments is other.record.adjustments


def test_parts_without_anything_private_are_not_copied() -> None:
    situation = a_situation(SCHEDULE, changes=[announced_for(PRODUCTION)])
    view = situation.visible_to()
    assert view.record.changes is situation.record.changes
    assert view.record.adjustments is situation.record.adjustments


def test_the_adjustments_of_a_hidden_window_are_hidden() -> None:
    hidden = Skip(window_id="acme-only", day=date(2026, 12, 3), reason="Acme is busy")
    shared = Skip(window_id="both", day=date(2026, 12, 3), reason="A holiday")
    situation = a_situation(SCHEDULE, adjustments=[hidden, shared])
    assert list(situation.visible_to().adjustments) == [shared]
    assert list(situation.visible_in(ACME_FEED).adjustments) == [hidden, shared]


def test_a_change_that_was_never_public_does_not_exist() -> None:
    situation = a_situation(SCHEDULE, changes=[announced_for(ACME)])
    assert dict(situation.visible_to().changes) == {}
    assert list(situation.visible_in(ACME_FEED).changes) == ["EC-7"]
    assert visible_history(announced_for(ACME), PRODUCTION) is None


def test_subscribers_see_no_change_that_never_touched_their_feed() -> None:
    situation = a_situation(SCHEDULE, changes=[announced_for(PRODUCTION)])
    assert dict(situation.visible_in(ACME_FEED).changes) == {}


def test_a_change_in_the_schedule_file_is_seen_as_a_recorded_one_is() -> None:
    written = replace(announced_for(BOTH), id="failover")
    view = a_situation(replace(SCHEDULE, changes=(written,))).visible_to()
    assert [each.plan.environments for each in view.changes.values()] == [PRODUCTION]
    hidden = a_situation(replace(SCHEDULE, changes=(replace(written, updates=announced_for(ACME).updates),)))
    assert dict(hidden.visible_to().changes) == {}


def test_every_update_names_visible_environments_alone() -> None:
    change = after_step(announced_for(BOTH), Step.START, utc(2026, 12, 3, 8))
    assert [update.plan.environments for update in history_of(change).updates] == [PRODUCTION, PRODUCTION]


def test_a_change_that_touches_only_visible_environments_is_the_same_object() -> None:
    change = announced_for(PRODUCTION)
    assert visible_history(change, PRODUCTION) is change


def test_an_update_that_only_adds_a_hidden_environment_is_hidden() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, ANNOUNCED, environments=BOTH)
    assert history_of(change) == announced_for(PRODUCTION)


def test_a_message_to_all_stays_where_it_came_with_a_hidden_environment() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, ANNOUNCED, "It takes longer", environments=BOTH)
    assert [update.message for update in history_of(change).updates] == ["Message 1", "It takes longer"]


def test_a_change_that_becomes_visible_looks_as_if_it_had_been_announced_then() -> None:
    at = utc(2026, 11, 24)
    hidden = after_step(announced_for(ACME, message="Acme’s disk fails"), Step.UPDATE, ANNOUNCED, "Acme waits")
    change = after_step(hidden, Step.UPDATE, at, "Now for everybody", environments=BOTH)
    (update,) = history_of(change).updates
    assert (update.number, update.at, update.step, update.message) == (1, at, None, "Now for everybody")


def test_a_change_that_becomes_hidden_looks_as_one_that_left() -> None:
    left_at = utc(2026, 11, 24)
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, left_at, "Acme alone", environments=ACME)
    change = after_step(change, Step.UPDATE, utc(2026, 11, 25), "Acme’s secret", summary="Acme’s disk")
    change = after_step(change, Step.CANCEL, utc(2026, 11, 26), "Acme said no")
    history = history_of(change)
    assert [(each.plan.environments, each.message, each.at) for each in history.updates] == [
        (PRODUCTION, "Message 1", ANNOUNCED),
        (frozenset(), "", left_at),
    ]
    assert (history.plan.summary, history.state) == ("Security patch", State.CONFIRMED)
    assert history.left_environments() == PRODUCTION


def test_a_change_that_returns_has_left_in_between() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, utc(2026, 11, 24), environments=ACME)
    change = after_step(change, Step.UPDATE, utc(2026, 11, 25), "Acme’s secret")
    change = after_step(change, Step.UPDATE, utc(2026, 11, 26), environments=BOTH)
    history = history_of(change)
    assert [each.plan.environments for each in history.updates] == [PRODUCTION, frozenset(), PRODUCTION]
    assert [each.number for each in history.updates] == [1, 2, 3]
    assert [each.message for each in history.updates] == ["Message 1", "", ""]


def test_what_is_withdrawn_while_hidden_is_withdrawn_for_all() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, utc(2026, 11, 24), environments=ACME)
    change = after_step(change, Step.CANCEL, utc(2026, 11, 25), silent=True)
    assert history_of(change).is_withdrawn


def test_a_step_that_is_taken_back_keeps_its_number() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, ANNOUNCED, environments=BOTH)  # hidden
    change = after_step(change, Step.START, utc(2026, 12, 3, 8))
    change = after_step(change, Step.UNDO, utc(2026, 12, 3, 8, 1))
    started, undone = history_of(change).updates[1:]
    assert (started.step, started.number, undone.step, undone.target) == (Step.START, 2, Step.UNDO, 2)
    assert history_of(change).standing == history_of(change).updates[:1]


def test_to_take_back_what_was_hidden_is_no_step() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, utc(2026, 11, 24), environments=BOTH)
    change = after_step(change, Step.UNDO, utc(2026, 11, 25))
    assert history_of(change) == announced_for(PRODUCTION)
    with_message = after_step(
        after_step(announced_for(PRODUCTION), Step.UPDATE, utc(2026, 11, 24), environments=BOTH),
        Step.UNDO,
        utc(2026, 11, 25),
        "As before",
    )
    assert [(each.step, each.target) for each in history_of(with_message).updates] == [
        (None, None),
        (Step.UPDATE, None),
    ]


def test_texts_that_were_withdrawn_are_withdrawn_in_every_view() -> None:
    change = after_step(announced_for(PRODUCTION), Step.UPDATE, ANNOUNCED, environments=BOTH)  # hidden
    change = after_step(change, Step.UPDATE, ANNOUNCED, "A secret")
    change = after_step(change, Step.REDACT, ANNOUNCED, target=3)
    history = history_of(change)
    assert [each.message for each in history.updates] == ["Message 1", "[withdrawn]", ""]
    assert history.updates[2].target == 2


@pytest.mark.parametrize("hours", [0, 8, 9])
def test_the_clock_takes_the_steps_of_an_automatic_change_in_every_view(hours: int) -> None:
    now = utc(2026, 12, 3, hours)
    change = announced_for(BOTH, automatic=True)
    view = Situation(schedule=SCHEDULE, record=record_of(change), now=now).visible_to().changes["EC-7"]
    assert view.state is with_clock_steps(change, now).state
    assert view.unrecorded == with_clock_steps(change, now).unrecorded
    assert view == visible_history(with_clock_steps(change, now), PRODUCTION)


def test_the_clock_takes_no_step_of_a_change_that_left() -> None:
    change = after_step(announced_for(PRODUCTION, automatic=True), Step.UPDATE, utc(2026, 11, 24), environments=ACME)
    view = Situation(schedule=SCHEDULE, record=record_of(change), now=utc(2026, 12, 4)).visible_to()
    assert view.changes["EC-7"].state is State.CONFIRMED
    assert list(view.clock_turns()) == []
