"""What a telephone line says: in which order, and what is left out where time is short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.freeze_patterns import NamedDays, NamedHours, Pattern
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.publication.reminders.phone_sentences import MAX_SECONDS, MAX_WORDS, spoken_seconds
from tests.changes import PLAN, a_change, after_step
from tests.examples import BERLIN, POLICY, THURSDAY, TORONTO, a_schedule, a_window
from tests.reminders.phone_speech import sentences_in
from tests.reminders.situations import in_toronto
from tests.situations import a_situation

REGULAR = "Regular maintenance is every Thursday and Sunday, from two to six a.m."
NOON = in_toronto(2026, 12, 8, 12)
"""On a Tuesday."""

NOTHING_NEAR = "No maintenance is planned for today or tomorrow."
NEXT = "The next maintenance takes place on Thursday, December tenth, from two to six a.m., Eastern Time."
FREEZE = (
    "No regular maintenance takes place during the change freeze, from Friday, December twenty-fifth, "
    "through Thursday, December thirty-first."
)


def change_at(
    start: datetime,
    end: datetime,
    *steps: tuple[State, datetime],
    kind: Kind = Kind.EMERGENCY,
    summary: str = "Security patch",
    number: int = 7,
    announced: State = State.CONFIRMED,
) -> Change:
    plan = replace(PLAN, summary=summary, span=Span(start=start, end=end))
    return a_change(kind, *steps, number=number, plan=plan, announced=announced)


def said(
    *changes: Change, schedule: Schedule = POLICY, now: datetime = NOON, code: str = "en", is_live: bool = True
) -> list[str]:
    return sentences_in(a_situation(schedule, now=now, changes=changes), code, is_live=is_live)


def test_an_ordinary_week() -> None:
    assert said() == [NOTHING_NEAR, NEXT, REGULAR, FREEZE]


def test_an_emergency_comes_first_then_what_is_near_then_the_regular_times() -> None:
    planned = change_at(
        in_toronto(2026, 12, 8, 15), in_toronto(2026, 12, 8, 16), kind=Kind.PLANNED, summary="New disks"
    )
    emergency = change_at(in_toronto(2026, 12, 9, 9), in_toronto(2026, 12, 9, 10))
    assert said(planned, emergency) == [
        "An emergency change takes place tomorrow, Wednesday, December ninth, from nine to ten a.m., Eastern Time: "
        "Security patch.",
        "A planned change takes place today, Tuesday, December eighth, from three to four p.m.: New disks.",
        REGULAR,
    ]


def test_an_emergency_of_later_days_is_said_as_well() -> None:
    emergency = change_at(in_toronto(2026, 12, 14, 9), in_toronto(2026, 12, 14, 10))
    assert said(emergency)[:2] == [
        "An emergency change takes place on Monday, December fourteenth, from nine to ten a.m., Eastern Time: "
        "Security patch.",
        NOTHING_NEAR,
    ]


def test_an_emergency_under_way_and_one_that_takes_longer() -> None:
    start = in_toronto(2026, 12, 8, 10)
    running = change_at(start, in_toronto(2026, 12, 9), (State.IN_PROGRESS, start))
    late = change_at(start, in_toronto(2026, 12, 8, 11), (State.IN_PROGRESS, start), number=8, summary="Disks")
    assert said(running, late)[:4] == [
        "An emergency change is under way: Security patch.",
        "It is expected to end at midnight tonight, Eastern Time.",
        "An emergency change is under way: Disks.",
        "It is taking longer than planned.",
    ]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (in_toronto(2026, 12, 8, 13), "It is expected to end today at one p.m., Eastern Time."),
        (in_toronto(2026, 12, 9, 1), "It is expected to end tomorrow at one a.m., Eastern Time."),
        (in_toronto(2026, 12, 10), "It is expected to end at the end of Wednesday, December ninth, Eastern Time."),
    ],
)
def test_ends(end: datetime, expected: str) -> None:
    start = in_toronto(2026, 12, 8, 10)
    assert said(change_at(start, end, (State.IN_PROGRESS, start)))[1] == expected


@pytest.mark.parametrize(
    ("start", "when"),
    [
        (
            in_toronto(2026, 12, 8, 17, 59),
            "today, Tuesday, December eighth, from five fifty-nine to six fifty-nine p.m.",
        ),
        (in_toronto(2026, 12, 8, 18), "tonight, Tuesday, December eighth, from six to seven p.m."),
        (in_toronto(2026, 12, 9, 0), "tonight after midnight, Wednesday, December ninth, from midnight to one a.m."),
        (
            in_toronto(2026, 12, 9, 5, 59),
            "tonight after midnight, Wednesday, December ninth, from five fifty-nine to six fifty-nine a.m.",
        ),
        (in_toronto(2026, 12, 9, 6), "tomorrow, Wednesday, December ninth, from six to seven a.m."),
        (in_toronto(2026, 12, 10, 0), "on Thursday, December tenth, from midnight to one a.m."),
    ],
)
def test_today_tonight_and_tomorrow(start: datetime, when: str) -> None:
    emergency = change_at(start, start + timedelta(hours=1))
    assert said(emergency)[0] == f"An emergency change takes place {when}, Eastern Time: Security patch."


def test_a_window_of_tonight_is_one_of_today_from_midnight_on() -> None:
    texts = [said(now=in_toronto(2026, 12, *when))[0] for when in ((9, 23, 59), (10, 0, 0), (10, 2, 0))]
    assert texts == [
        "Maintenance takes place tonight after midnight, Thursday, December tenth, from two to six a.m., Eastern Time.",
        "Maintenance takes place today, Thursday, December tenth, from two to six a.m., Eastern Time.",
        "Maintenance is under way.",
    ]


def test_what_starts_within_24_hours_of_a_night_on_which_clocks_go_forward_is_near() -> None:
    """The Sunday in March has 23 hours, so that Monday's first hour is less than 24 hours from Saturday's last."""
    change = change_at(in_toronto(2026, 3, 9, 0, 30), in_toronto(2026, 3, 9, 2))
    assert said(change, now=in_toronto(2026, 3, 7, 23, 45))[0] == (
        "An emergency change takes place on Monday, March ninth, from twelve thirty to two a.m., Eastern Time: "
        "Security patch."
    )
    planned = change_at(in_toronto(2026, 3, 9, 0, 30), in_toronto(2026, 3, 9, 2), kind=Kind.PLANNED, summary="Disks")
    assert "A planned change takes place on Monday, March ninth, from twelve thirty to two a.m.: Disks." in said(
        planned, now=in_toronto(2026, 3, 7, 23, 45)
    )


def test_a_tentative_change_may_take_place() -> None:
    change = change_at(in_toronto(2026, 12, 9, 9), in_toronto(2026, 12, 9, 10), announced=State.TENTATIVE)
    assert said(change)[0].startswith("An emergency change may take place tomorrow, Wednesday, December ninth,")


def test_what_was_completed_today_is_said_where_there_is_time() -> None:
    start, end = in_toronto(2026, 12, 8, 9), in_toronto(2026, 12, 8, 11)
    planned = Span(start=start, end=end)
    change = a_change(plan=replace(PLAN, span=planned))
    change = after_step(after_step(change, Step.START, start), Step.COMPLETE, in_toronto(2026, 12, 8, 10))
    assert said(change)[:2] == [
        "The emergency change was completed today at ten a.m., Eastern Time: Security patch.",
        NOTHING_NEAR,
    ]
    assert said(change, is_live=False)[:2] == [
        "As of Tuesday, December eighth, twenty twenty-six, at eleven a.m., Eastern Time.",
        "The emergency change was completed on Tuesday, December eighth, at ten a.m.: Security patch.",
    ]


def test_a_window_that_was_skipped_or_moved() -> None:
    skip = Skip(window_id="thursday", day=date(2026, 12, 10), reason="Not needed")
    now = in_toronto(2026, 12, 9, 12)
    assert sentences_in(a_situation(POLICY, now=now, adjustments=[skip]))[:2] == [
        "The maintenance does not take place tonight after midnight, Thursday, December tenth, from two to six a.m., "
        "Eastern Time.",
        NOTHING_NEAR,
    ]
    to = Span(start=in_toronto(2026, 12, 10, 22), end=in_toronto(2026, 12, 11, 1))
    move = Move(window_id="thursday", day=date(2026, 12, 10), to=to, reason="Later")
    assert sentences_in(a_situation(POLICY, now=now, adjustments=[move]))[0] == (
        "Maintenance takes place tomorrow, Thursday, December tenth, from ten p.m. to one a.m. on Friday, Eastern Time."
    )


def test_windows_of_one_day_are_said_together() -> None:
    schedule = a_schedule(THURSDAY, a_window(id="noon", start=time(12), end=time(13)))
    assert said(schedule=schedule, now=in_toronto(2026, 12, 10, 1))[0] == (
        "Maintenance takes place today, Thursday, December tenth, from two to six a.m. and from noon to one p.m., "
        "Eastern Time."
    )


def test_work_on_some_of_the_environments_names_them() -> None:
    environments = (
        Environment(id="production", name="Production"),
        Environment(id="preview", name="Preview & <test>"),
    )
    schedule = a_schedule(
        THURSDAY, a_window(id="preview", environments=frozenset({"preview"})), environments=environments
    )
    assert said(schedule=schedule, now=in_toronto(2026, 12, 9, 12))[:4] == [
        "Maintenance on Preview and test takes place tonight after midnight, Thursday, December tenth, from two to "
        "six a.m., Eastern Time.",
        "Maintenance on Production takes place tonight after midnight, Thursday, December tenth, from two to six a.m.",
        "Regular maintenance on Production is every Thursday, from two to six a.m.",
        "Regular maintenance on Preview and test is every Thursday, from two to six a.m.",
    ]


def test_in_an_edition_that_is_not_live_days_are_dates() -> None:
    start = in_toronto(2026, 12, 8, 10)
    running = change_at(start, in_toronto(2026, 12, 8, 14), (State.IN_PROGRESS, start))
    assert said(running, is_live=False) == [
        "As of Tuesday, December eighth, twenty twenty-six, at ten a.m., Eastern Time.",
        "An emergency change takes place on Tuesday, December eighth, from ten a.m. to two p.m.: Security patch.",
        REGULAR,
        FREEZE,
    ]


def test_a_name_of_which_nothing_can_be_said_is_left_out() -> None:
    change = change_at(in_toronto(2026, 12, 9, 9), in_toronto(2026, 12, 9, 10), summary="🔥 #4711")
    assert said(change)[0] == (
        "An emergency change takes place tomorrow, Wednesday, December ninth, from nine to ten a.m., Eastern Time."
    )


def test_where_nothing_is_planned() -> None:
    assert said(schedule=replace(POLICY, windows=(), freezes=())) == ["No maintenance is planned."]
    assert said(schedule=replace(POLICY, windows=(), freezes=()), is_live=False) == [
        "As of Tuesday, December eighth, twenty twenty-six.",
        "No maintenance is planned.",
    ]


def test_a_change_freeze_that_holds() -> None:
    now = in_toronto(2026, 12, 27, 9)
    assert said(now=now)[-1] == (
        "A change freeze is in effect through Thursday, December thirty-first: no regular maintenance takes place."
    )
    assert said(now=now, is_live=False)[-1] == FREEZE


def frozen(pattern: Pattern, **overrides: object) -> Schedule:
    freeze = ChangeFreeze(id="freeze", name="Launch", pattern=pattern, zone=TORONTO)
    return replace(POLICY, freezes=(replace(freeze, **overrides),))  # type: ignore[arg-type]


def test_a_whole_day_is_no_night() -> None:
    schedule = a_schedule(a_window(recurrence=weekly(2), start=time(0), end=time(0)))
    assert said(schedule=schedule) == [
        "Maintenance takes place tomorrow, Wednesday, December ninth, all day, Eastern Time.",
        "Regular maintenance is every Wednesday, all day.",
    ]


HOURS = NamedHours(
    hours=LocalSpan(start=datetime(2026, 12, 9, 17), end=datetime(2026, 12, 11, 9))  # noqa: DTZ001  (local)
)
ONE = NamedDays(days=DateRange(first=date(2026, 12, 15), last=date(2026, 12, 15)))


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            frozen(HOURS),
            "No regular maintenance takes place during the change freeze, "
            "from Wednesday, December ninth, at five p.m., to Friday, December eleventh, at nine a.m.",
        ),
        (
            frozen(
                NamedHours(hours=LocalSpan(start=datetime(2026, 12, 9), end=datetime(2026, 12, 11)))  # noqa: DTZ001
            ),
            "No regular maintenance takes place during the change freeze, "
            "from Wednesday, December ninth, through Thursday, December tenth.",
        ),
        (
            frozen(ONE),
            "No regular maintenance takes place during the change freeze, on Tuesday, December fifteenth.",
        ),
        (
            frozen(ONE, zone=BERLIN),
            "No regular maintenance takes place during the change freeze, "
            "from Monday, December fourteenth, at six p.m., to Tuesday, December fifteenth, at six p.m.",
        ),
        (
            replace(
                frozen(ONE, environments=frozenset({"preview"})),
                environments=(*POLICY.environments, Environment(id="preview", name="Preview")),
            ),
            "No regular maintenance takes place during the change freeze on Preview, on Tuesday, December fifteenth.",
        ),
    ],
    ids=["hours", "days by the hour", "one day", "a day of another zone", "one environment"],
)
def test_change_freezes_ahead(schedule: Schedule, expected: str) -> None:
    assert said(schedule=schedule)[-1] == expected


def test_change_freezes_of_hours_and_without_an_end() -> None:
    assert said(schedule=frozen(HOURS), now=in_toronto(2026, 12, 10, 9))[-1] == (
        "A change freeze is in effect until Friday, December eleventh, at nine a.m.: "
        "no regular maintenance takes place."
    )
    freeze = RecordedFreeze(
        id="CF-1",
        reason="Too much at once",
        environments=frozenset({"production"}),
        started_at=in_toronto(2026, 12, 8, 10),
        started_by="ann@example.com",
    )
    situation = Situation(schedule=POLICY, record=Record(freezes={freeze.id: freeze}), now=NOON)
    assert sentences_in(situation) == [
        "No maintenance is planned.",
        REGULAR.replace("a.m.", "a.m., Eastern Time."),
        "A change freeze is in effect until further notice: no regular maintenance takes place.",
    ]
    assert sentences_in(situation, is_live=False)[-1] == (
        "No regular maintenance takes place during the change freeze, since Tuesday, December eighth, at ten a.m., "
        "until further notice."
    )


def of_every_hour(count: int) -> list[Change]:
    """So many changes that begin an hour apart, each for half an hour, from noon on."""
    return [
        change_at(
            NOON + timedelta(hours=hours),
            NOON + timedelta(hours=hours, minutes=30),
            kind=Kind.EMERGENCY if hours % 2 else Kind.PLANNED,
            summary=f"Step {hours} of the great migration of all our databases",
            number=hours + 1,
        )
        for hours in range(count)
    ]


def test_where_much_begins_within_a_day_each_start_is_said_without_names() -> None:
    sentences = said(*of_every_hour(10))
    assert sentences == [
        "Emergency changes begin today at one, three, five, seven and nine p.m., Eastern Time.",
        "Maintenance begins today at noon, two, four, six and eight p.m.",
    ]
    assert spoken_seconds(sentences) <= MAX_SECONDS
    assert sum(len(sentence.split()) for sentence in sentences) <= MAX_WORDS


def test_no_start_is_left_out_however_many_there_are() -> None:
    sentences = said(*of_every_hour(34))
    assert spoken_seconds(sentences) > MAX_SECONDS
    assert sentences == [
        "Emergency changes begin today at one, three, five, seven, nine and eleven p.m., Eastern Time.",
        "Emergency changes begin tomorrow at one, three, five, seven, nine, eleven a.m., one, three, five, seven and "
        "nine p.m.",
        "Maintenance begins today at noon, two, four, six, eight and ten p.m.",
        "Maintenance begins tomorrow at midnight, two, four, six, eight, ten a.m., noon, two, four, six and eight p.m.",
    ]


def test_of_an_emergency_all_is_said_before_the_times_of_other_work_are() -> None:
    """One emergency, one planned change and the windows of a busy day."""
    emergency = change_at(in_toronto(2026, 12, 8, 20), in_toronto(2026, 12, 8, 22))
    planned = [
        change_at(
            in_toronto(2026, 12, 8, hour),
            in_toronto(2026, 12, 8, hour, 30),
            kind=Kind.PLANNED,
            summary=f"Step {hour} of the great migration of all our databases",
            number=hour,
        )
        for hour in (13, 15, 17)
    ]
    assert said(emergency, *planned)[:2] == [
        "An emergency change takes place tonight, Tuesday, December eighth, from eight to ten p.m., Eastern Time: "
        "Security patch.",
        "Maintenance begins today at one, three and five p.m.",
    ]


def test_of_several_emergencies_names_are_left_out_before_ends_are() -> None:
    emergencies = [
        change_at(
            in_toronto(2026, 12, 8, hour),
            in_toronto(2026, 12, 8, hour + 1),
            summary=f"Step {hour} of the great migration of all our databases",
            number=hour,
        )
        for hour in (13, 15, 17)
    ]
    assert said(*emergencies) == [
        "An emergency change takes place today, Tuesday, December eighth, from one to two p.m., from three to four "
        "p.m. and from five to six p.m., Eastern Time.",
    ]


def test_what_is_under_way_is_counted_where_time_is_short() -> None:
    running = [replace_start(each) for each in of_every_hour(12)]
    assert said(*running, now=NOON + timedelta(hours=12))[:2] == [
        "Six emergency changes are under way.",
        "Maintenance is under way.",
    ]


def replace_start(change: Change) -> Change:
    return after_step(change, Step.START, change.plan.span.start)


def test_names_of_any_length_leave_time_for_what_must_be_said() -> None:
    emergency = change_at(in_toronto(2026, 12, 9, 9), in_toronto(2026, 12, 9, 10), summary="migrate " * 200)
    sentences = said(emergency)
    assert sentences[0].endswith(f"Eastern Time: {' '.join(['migrate'] * 10)}.")
    assert spoken_seconds(sentences) <= MAX_SECONDS
