"""A change in the schedule file has the same result as a recorded one, or is refused in the same words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.changes import PREFIXES, Step
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.plans import Amendment
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.series import Rendering
from icsfeed.services.events import publish_events
from icsfeed.store.schedule_file import Mistake, ScheduleFileError, read_schedule
from tests.cli.running import SCHEDULE
from tests.examples import utc
from tests.services.workspace import a_plan, a_workspace, advance_change, announce_plan

POLICY = read_schedule(SCHEDULE.encode(), "schedule.toml")
ANNOUNCED = utc(2026, 12, 1, 12)
NAME = "the-change"

STARTS = st.integers(min_value=0, max_value=40).map(lambda hours: utc(2026, 12, 24) + timedelta(hours=hours))
"""The last day before a change freeze, and the freeze itself."""

AMENDMENTS = st.fixed_dictionaries(
    {},
    optional={
        "summary": st.sampled_from(["Database failover", "Another failover"]),
        "environments": st.sampled_from([("production",), ("preview", "production")]),
        "impact": st.sampled_from(["outage", "degraded"]),
        "start": STARTS,
        "duration": st.sampled_from(["30m", "2h", "9999h"]),
        "reason": st.sampled_from(["", "A disk is failing"]),
        "ticket": st.sampled_from(["", "https://tickets.example.com/1"]),
    },
)
STEPS: st.SearchStrategy[tuple[Step, dict[str, Any], str]] = st.one_of(
    st.tuples(st.just(Step.UPDATE), AMENDMENTS, st.sampled_from(["", "Late"])),
    st.tuples(st.just(Step.REDACT), st.fixed_dictionaries({"update": st.integers(1, 5)}), st.just("")),
    st.tuples(st.sampled_from(sorted(Step)), st.just({}), st.sampled_from(["", "Done"])),
)
PAUSES = st.sampled_from([timedelta(minutes=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=12)])
"""Between two steps; the long one passes the time of the change, or leads into it."""


def pair(key: str, value: object) -> str:
    match value:
        case datetime():
            return f"{key} = {value.isoformat()}\n"
        case tuple():
            return f"{key} = {list(value)}\n"
        case bool() | int():
            return f"{key} = {str(value).lower()}\n"
        case _:
            return f'{key} = "{value}"\n'


def table(heading: str, **values: object) -> str:
    return f"\n[[{heading}]]\n{''.join(pair(key, value) for key, value in values.items())}"


def amendment(fields: dict[str, Any]) -> Amendment:
    values = dict(fields)
    for key, read in (("environments", frozenset), ("impact", Impact), ("duration", parse_length)):
        if key in values:
            values[key] = read(values[key])
    return Amendment(**values)


def refusal(act: Callable[..., object], *args: object, **options: object) -> str | None:
    """The message of a refusal, or ``None``."""
    try:
        act(*args, **options)
    except IcsfeedError as error:
        return with_common_id(str(error))
    return None


def mistakes(text: str) -> tuple[Mistake, ...]:
    try:
        read_schedule((SCHEDULE + text).encode(), "schedule.toml")
    except ScheduleFileError as error:
        return error.mistakes
    return ()


def messages(text: str) -> list[str]:
    """The messages, without what each interface adds in its own words."""
    remedy = """; say why it can't wait, such as reason = "The old firewall fails\""""
    return [each.message.removesuffix(remedy) for each in mistakes(text)]


def published(schedule: Schedule, record: Record, now: datetime) -> list[tuple[str, int, datetime]]:
    events = publish_events(Situation(schedule=schedule, record=record, now=now)).rendered(Rendering.EXPANDED)
    return [
        (with_common_id(event.content.decode()), event.revision.sequence, event.revision.at)
        for event in events
        if event.kind in PREFIXES
    ]


def with_common_id(content: str) -> str:
    """The text with a common id in place of the change's."""
    for name in ("ec-1", "EC-1", "pc-1", "PC-1"):
        content = content.replace(name, NAME)
    return content.replace("\r\n ", "").replace("\\nId: ", "\\nNumber: ")


@given(
    kind=st.sampled_from([Kind.EMERGENCY, Kind.PLANNED]),
    start=STARTS,
    reason=st.sampled_from(["", "It can't wait"]),
    tentative=st.booleans(),
    automatic=st.booleans(),
    steps=st.lists(st.tuples(PAUSES, STEPS), max_size=7),
)
def test_a_written_change_equals_a_recorded_one(
    kind: Kind,
    start: datetime,
    reason: str,
    *,
    tentative: bool,
    automatic: bool,
    steps: list[tuple[timedelta, tuple[Step, dict[str, Any], str]]],
) -> None:
    workspace, repository = a_workspace(POLICY)
    text = table(
        "changes",
        id=NAME,
        kind=kind.value,
        summary="Database failover",
        environments=("production",),
        start=start,
        duration="2h",
        reason=reason,
        announced=ANNOUNCED,
        tentative=tentative,
        automatic=automatic,
    )
    plan = replace(a_plan(), span=Span(start=start, end=start + timedelta(hours=2)), reason=reason)
    how = {"kind": kind, "tentative": tentative, "automatic": automatic, "now": ANNOUNCED}
    expected = refusal(announce_plan, workspace, plan, **how)
    assert messages(text) == [expected] * (expected is not None)
    if expected is not None:
        return
    everything, impossible = text, []
    numbers = [1]  # the updates in the file among all of them, which are also the clock's
    now, (change_id,) = ANNOUNCED, repository.current.changes
    for number, (pause, (step, fields, message)) in enumerate(steps):
        now += pause
        update = table("changes.updates", at=now, step=step.value, **fields, message=message)
        options: dict[str, Any] = {"message": message, "now": now}
        written = fields.get("update")
        if step is Step.REDACT:
            is_numbered = written is not None and 1 <= written <= len(numbers)
            options["target"] = numbers[written - 1] if written is not None and is_numbered else None
        elif fields:
            options["amendment"] = amendment(fields)
        if written is not None and written > len(numbers):
            expected = f"{NAME} has no update {written}; its latest is {len(numbers)}"
        else:
            expected = refusal(advance_change, workspace, step, change_id, **options)
        assert messages(text + update) == ([expected] if expected is not None else [])
        text += update if expected is None else ""
        numbers += [repository.current.changes[change_id].latest.number] if expected is None else []
        everything += update
        impossible += [number] if expected is not None else []
    places = [int(each.path.split("[")[2].partition("]")[0]) for each in mistakes(everything)]
    # The steps after a refused one can't be compared.
    assert places == impossible[:1]
    schedule = read_schedule((SCHEDULE + text).encode(), "schedule.toml")
    assert published(schedule, NOTHING, now) == published(POLICY, repository.current, now)
