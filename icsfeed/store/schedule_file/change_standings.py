"""How a change in the schedule file stands after each update, by the rules that hold for those that are recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from icsfeed.domain.changes import Change, Plan, State, Update
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import Step, check_step, taken
from icsfeed.domain.plans import Amendment, check_freezes, plausible
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone as zone_named
from icsfeed.store.schedule_file.change_parts import AMENDABLE, Part
from icsfeed.store.schedule_file.mistakes import Finding

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.freezes import ChangeFreeze

WRITER: Final = "schedule file"
"""Who takes the steps that stand in it, as histories have it."""

_UNTOLD: Final = "…"
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ANY_SPAN: Final = Span(start=_ANY_TIME, end=_ANY_TIME + timedelta(hours=1))
_ONE_SECOND: Final = timedelta(seconds=1)
_SPAN: Final = frozenset({"start", "end"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """By what changes are right or wrong, as far as it can be told: ``None`` is what can't be.

    ``environments`` are the ids of all, ``freezes`` those in which nothing is wrong.
    """

    zone: ZoneInfo | None
    environments: frozenset[str] | None
    freezes: tuple[ChangeFreeze, ...]

    @property
    def clock(self) -> ZoneInfo:
        """The zone on whose clock refusals tell times."""
        return self.zone or zone_named("UTC")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a change may stand; ``unsure`` are the keys of its plan, and ``kind``, whose true values can't be told.

    What lasts for a ``duration`` has its ``end`` unsure where that can't be told, and so has what has its start unsure.
    """

    change: Change
    unsure: frozenset[str] = frozenset()


class Judgement(NamedTuple):
    """What is wrong with one part of a change, and how the change may stand after it as if that had been right."""

    after: tuple[Standing, ...]
    findings: list[Finding]


class _Amended(NamedTuple):
    """A plan with all that an update says, and with what it is ``sure`` to alter; ``open``: whether more may be."""

    plan: Plan
    sure: Plan
    unsure: frozenset[str]
    open: bool
    findings: list[Finding]


def announced(part: Part, rules: Rules) -> Judgement:
    """How the change stands that is announced so."""
    blank = Plan(
        summary=_UNTOLD,
        environments=rules.environments or frozenset({_UNTOLD}),
        impact=Impact.OUTAGE,
        span=_ANY_SPAN,
    )
    unsure = {"summary", "start", "end"} | (part.untold & {"kind"})
    if rules.environments is None:
        unsure.add("environments")
    plan, _, known, _, findings = _amended(blank, frozenset(unsure), part, rules)
    kind = part.values.get("kind", Kind.EMERGENCY)
    if refusal := _in_freeze(kind, plan, known, part, rules):
        findings.append(refusal)
        known |= {"reason"}
    if "tentative" in part.untold:
        states = [State.TENTATIVE, State.CONFIRMED]
    else:
        states = [State.TENTATIVE if part.values.get("tentative", False) else State.CONFIRMED]
    at, message = part.values.get("announced", _ANY_TIME), part.values.get("message", "")
    updates = [Update(number=1, at=at, by=WRITER, message=message, state=state, plan=plan) for state in states]
    name = part.values.get("id", "the change")
    changes = [Change(kind=kind, id=name, updates=(update,)) for update in updates]
    return Judgement(after=tuple(Standing(change=each, unsure=known) for each in changes), findings=findings)


def updated(standing: Standing, part: Part, rules: Rules) -> Judgement:
    """How a change stands after an update; after a step that can't be told, it may be in any state."""
    change = standing.change
    amended = _amended(change.plan, standing.unsure, part, rules)
    findings, unsure = amended.findings, amended.unsure
    step, message = part.values.get("step", Step.UPDATE), part.values.get("message", "")
    if "step" not in part.untold:
        said = message or (_UNTOLD if amended.open or "message" in part.untold else "")
        try:
            check_step(change, step, plan=amended.sure, message=said)
        except IcsfeedError as error:
            findings.append(Finding(keys=part.keys, message=str(error)))
        if step is Step.UPDATE and (amended.open or amended.plan != change.plan):
            refusal = _in_freeze(change.kind, amended.plan, unsure, part, rules)
            if refusal is not None:
                findings.append(refusal)
                unsure |= {"reason"}
    at = part.values.get("at", change.latest.at)
    after = taken(change, step, plan=amended.plan, message=message, by=WRITER, at=at)
    possible = [after]
    if "step" in part.untold:
        possible = [change.with_update(replace(after.latest, state=state)) for state in State]
    return Judgement(after=tuple(Standing(change=each, unsure=unsure) for each in possible), findings=findings)


def _amended(plan: Plan, unsure: frozenset[str], part: Part, rules: Rules) -> _Amended:
    """The plan after an update, and what is wrong with its end; an end that is wrong is then one that can't be told."""
    values = {key: part.values[key] for key in AMENDABLE if key in part.values}
    untold = _of_plan(key for key in AMENDABLE if key in part.untold)
    if "start" not in values and "start" in unsure | untold:
        values = {key: value for key, value in values.items() if _of_plan([key]).isdisjoint(_SPAN)}
        untold |= _SPAN & _of_plan(part.altered)
        unsure |= _SPAN if untold & _SPAN else frozenset()
    findings = []
    try:
        amended = Amendment(**values).of(plan, rules.clock)
        plausible(amended.span, "a change")
    except IcsfeedError as error:
        key = "end" if "end" in values else "duration"
        findings.append(Finding(keys=(*part.keys, key), message=str(error)))
        values = {key: value for key, value in values.items() if key not in ("end", "duration")}
        untold |= {"end"}
        amended = Amendment(**values).of(plan, rules.clock)
    sure: dict[str, Any] = {key: value for key, value in values.items() if _of_plan([key]).isdisjoint(unsure)}
    if findings and "end" not in unsure:
        sure["end"] = amended.span.end + _ONE_SECOND  # whatever it is to be, it is not what it was
    return _Amended(
        plan=amended,
        sure=amended if sure == values else Amendment(**sure).of(plan, rules.clock),
        unsure=(unsure | untold) - _of_plan(values),
        open=bool(untold) or len(sure) < len(values),
        findings=findings,
    )


def _of_plan(keys: Iterable[str]) -> frozenset[str]:
    """What the keys say of a plan: a duration says when it ends."""
    return frozenset("end" if key == "duration" else key for key in keys)


def _in_freeze(kind: Kind, plan: Plan, unsure: frozenset[str], part: Part, rules: Rules) -> Finding | None:
    """That a change freeze does not allow the plan; where its end can't be told, the first second is what counts."""
    if rules.zone is None or not unsure.isdisjoint({"kind", "start", "reason"}):
        return None
    if "end" in unsure:
        plan = replace(plan, span=Span(start=plan.span.start, end=plan.span.start + _ONE_SECOND))
    try:
        check_freezes(rules.freezes, rules.zone, kind, plan)
    except IcsfeedError as error:
        return Finding(keys=part.keys, message=str(error))
    return None
