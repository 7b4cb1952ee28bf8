"""Changes that stand in the schedule file: made step by step, by the rules that hold for those that are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from icsfeed.domain.changes import Change, Plan, State, Update
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.instants import instant_in
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.lifecycle import Step, advance
from icsfeed.domain.plans import Amendment, check_plan, plausible, span_between
from icsfeed.domain.windows import Impact
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import KeyPath, written
from icsfeed.store.schedule_file.policy import schedule_of
from icsfeed.store.schedule_file.sentences import validated

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.schedule import Schedule
    from icsfeed.store.schedule_file.change_tables import ChangeTable, UpdateTable

WRITER: Final = "schedule file"
"""Who takes the steps that stand in it, as histories have it."""

_RULED_BY: Final = ("calendar", "environments", "change_freezes")
"""The tables by which a change is right or wrong."""

_AMENDABLE: Final = ("summary", "environments", "impact", "start", "end", "duration", "reason", "ticket")


class _RefusedError(Exception):
    """A change that the rules do not allow, with every reason that can be told at once."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(findings)


def read_changes(data: Mapping[str, Any], mistaken: Iterable[Finding]) -> tuple[tuple[Change, ...], list[Finding]]:
    """The changes of a file, and what is wrong with them; ``mistaken`` is what was found of single values and keys.

    One with such a mistake is left out, and so are all of them where the policy has one that they are to be held by.
    """
    wrong = [finding.keys for finding in mistaken]
    elements = data["changes"]
    if not isinstance(elements, list) or any(not keys or keys[0] in _RULED_BY for keys in wrong):
        return (), []
    sound = [index for index in range(len(elements)) if not any(keys[:2] == ("changes", index) for keys in wrong)]
    policy = {name: data[name] for name in _RULED_BY if name in data}
    tables, _ = validated({**policy, "changes": [elements[index] for index in sound]})
    if tables is None:
        return (), []
    schedule = schedule_of(tables)
    changes: list[Change] = []
    findings: list[Finding] = []
    for index, table in zip(sound, tables.get("changes", ()), strict=True):
        try:
            changes.append(_change(table, ("changes", index), schedule))
        except _RefusedError as refused:
            findings += refused.findings
    return tuple(changes), findings


def _change(table: ChangeTable, keys: KeyPath, schedule: Schedule) -> Change:
    zone = schedule.calendar.zone
    instants = _instants(table, keys, zone)
    if misplaced := list(_misplaced(table, keys, instants)):
        raise _RefusedError(*misplaced)
    start = instants[*keys, "start"]
    with _refusals((*keys, "end" if "end" in table else "duration")):
        end = instants[*keys, "end"] if "end" in table else start + parse_length(table["duration"])
        span = plausible(span_between(start, end, zone), "a change")
    plan = Plan(
        summary=table["summary"],
        environments=frozenset(table.get("environments", schedule.environment_names)),
        impact=Impact(table.get("impact", Impact.OUTAGE)),
        span=span,
        reason=table.get("reason", ""),
        ticket=table.get("ticket", ""),
    )
    kind = Kind(table["kind"])
    with _refusals(keys):
        check_plan(schedule, kind, plan)
    announcement = Update(
        number=1,
        at=instants[*keys, "announced"],
        by=WRITER,
        message=table.get("message", ""),
        state=State.TENTATIVE if table.get("tentative", False) else State.CONFIRMED,
        plan=plan,
    )
    change = Change(kind=kind, id=table["id"], updates=(announcement,))
    for index, update in enumerate(table.get("updates", ())):
        change = _advanced(change, update, (*keys, "updates", index), instants, schedule)
    return change


def _misplaced(table: ChangeTable, keys: KeyPath, instants: Mapping[KeyPath, datetime]) -> Iterator[Finding]:
    """The updates that are out of order, and what does not belong into a step, whatever the change comes to."""
    before = instants[*keys, "announced"]
    for index, update in enumerate(table.get("updates", ())):
        place = (*keys, "updates", index)
        at, step = instants[*place, "at"], update.get("step", Step.UPDATE)
        if at < before:
            message = f"{written(update['at'])} is before what stands above it; write updates in the order of time"
            yield Finding(keys=(*place, "at"), message=message)
        before = max(before, at)
        altered = next((key for key in _AMENDABLE if key in update), None)
        if step != Step.UPDATE and altered is not None:
            message = f"the step {written(step)} takes a message alone; write {altered} into an update of its own"
            yield Finding(keys=(*place, altered), message=message)


def _advanced(
    change: Change, table: UpdateTable, keys: KeyPath, instants: Mapping[KeyPath, datetime], schedule: Schedule
) -> Change:
    at, step = instants[*keys, "at"], Step(table.get("step", Step.UPDATE))
    environments, impact = table.get("environments"), table.get("impact")
    amendment = Amendment(
        summary=table.get("summary"),
        environments=frozenset(environments) if environments is not None else None,
        impact=Impact(impact) if impact is not None else None,
        start=instants.get((*keys, "start")),
        end=instants.get((*keys, "end")),
        duration=parse_length(table["duration"]) if "duration" in table else None,
        reason=table.get("reason"),
        ticket=table.get("ticket"),
    )
    with _refusals(keys):
        plan = amendment.of(change.plan, schedule.calendar.zone)
        plausible(plan.span, "a change")
        after = advance(change, step, plan=plan, message=table.get("message", ""), by=WRITER, at=at)
        if plan != change.plan:
            check_plan(schedule, change.kind, plan, change.plan)
    return after


def _instants(table: ChangeTable, keys: KeyPath, zone: ZoneInfo) -> dict[KeyPath, datetime]:
    """The instant at each key of the change and its updates that says one."""
    found: dict[KeyPath, datetime] = {}
    wrong = []
    for place, moment in _moments(table, keys):
        try:
            found[place] = instant_in(moment, zone, shown=written(moment))
        except IcsfeedError as error:
            wrong.append(Finding(keys=place, message=str(error)))
    if wrong:
        raise _RefusedError(*wrong)
    return found


def _moments(table: Mapping[str, Any], keys: KeyPath) -> Iterator[tuple[KeyPath, datetime]]:
    for key, value in table.items():
        if isinstance(value, datetime):
            yield (*keys, key), value
    for index, update in enumerate(table.get("updates", ())):
        yield from _moments(update, (*keys, "updates", index))


@contextmanager
def _refusals(keys: KeyPath) -> Iterator[None]:
    """What the rules refuse is found at those keys."""
    try:
        yield
    except IcsfeedError as error:
        raise _RefusedError(Finding(keys=keys, message=str(error))) from None
