"""The ``[[changes]]`` of a schedule file, taken step by step by the rules for changes that operators record.

At most one refusal is reported per change, and only where its single values are valid: whatever follows a refused step
can't be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from icsfeed.domain.changes import Change, Plan, State, Step, Update
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.instants import instant_in
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.lifecycle import advance, with_clock_steps
from icsfeed.domain.plans import Amendment, MissingReasonError, check_freezes, plausible
from icsfeed.domain.spans import Span
from icsfeed.domain.translated_texts import Translation, Translations
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file.change_tables import ChangeTable, UpdateTable
from icsfeed.store.schedule_file.keys import table_validator
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import KeyPath, as_toml
from icsfeed.store.schedule_file.policy import freeze_of
from icsfeed.store.schedule_file.policy_tables import FreezeTable
from icsfeed.store.schedule_file.raw_tables import RawTable, public_environment_ids

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.domain.freezes import ChangeFreeze

AUTHOR: Final = "schedule file"
"""The name that histories have for the author of steps in the file."""

_REASON_REMEDY: Final = 'say why it can\'t wait, such as reason = "The old firewall fails"'
_PLAN_KEYS: Final = ("summary", "environments", "impact", "start", "end", "duration", "reason", "ticket")
_END_KEYS: Final = frozenset({"start", "end", "duration"})
_TIME_KEYS: Final = ("announced", "at", "start", "end")

_TranslationsOf = Callable[[str], Translations]
"""The translations of the text at a key of a table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Policy:
    """The policy that changes must meet: the calendar's zone and its freezes.

    ``environments`` are those that a change touches which names none.
    """

    zone: ZoneInfo
    environments: frozenset[str]
    freezes: tuple[ChangeFreeze, ...]

    @classmethod
    def of(cls, file: RawTable) -> _Policy | None:
        """The policy in the sound tables of a file; ``None`` where it lacks a zone or an environment."""
        calendar = file.table("calendar")
        name = calendar.sound.get("timezone") if calendar is not None else None
        environments = public_environment_ids(file)
        if name is None or not environments:
            return None
        validate = table_validator(FreezeTable).validate_python
        written = (
            freeze_of(validate(table.raw), zone(name)) for table in file.tables("change_freezes") if table.is_sound
        )
        freezes = tuple(each if each.environments else replace(each, environments=environments) for each in written)
        return cls(zone=zone(name), environments=environments, freezes=freezes)


class _RefusedError(Exception):
    """A part of a change that the rules refuse, as a finding."""

    def __init__(self, keys: KeyPath, message: str) -> None:
        self.finding = Finding(keys=keys, message=message)
        super().__init__(self.finding)


def read_changes(
    file: RawTable, language: str, translated: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[Change, ...], list[Finding]]:
    """The changes in the sound tables of a file in its default ``language``, and the refusals of others.

    ``translated`` are the data of the same file in other languages.
    """
    policy = _Policy.of(file)
    if policy is None:
        return (), []
    changes, findings = [], []
    for table in file.tables("changes"):
        mistakes = [*_misplaced_keys(table), *_ambiguous_times(table, policy.zone)]
        findings += mistakes
        if mistakes or not table.is_sound:
            continue
        try:
            changes.append(_change(_Texts.of(table, language, translated), table.keys, policy))
        except _RefusedError as error:
            findings.append(error.finding)
    return tuple(changes), findings


def _misplaced_keys(change: RawTable) -> Iterator[Finding]:
    """Keys beside a step that belong in an update of their own."""
    for update in change.tables("updates"):
        step, keys = update.sound.get("step", Step.UPDATE), [key for key in _PLAN_KEYS if key in update.raw]
        if step != Step.UPDATE and keys:
            names = " and ".join(filter(None, [", ".join(keys[:-1]), keys[-1]]))
            message = f"the step {as_toml(step)} takes only a message; move {names} to an update of its own"
            yield Finding(keys=(*update.keys, keys[0]), message=message)
        if step != Step.REDACT and "update" in update.raw:
            message = 'update goes with step = "redact": the number of the update whose message is withdrawn'
            yield Finding(keys=(*update.keys, "update"), message=message)


def _ambiguous_times(change: RawTable, tz: ZoneInfo) -> Iterator[Finding]:
    """Local times that the zone skips or repeats."""
    for part in (change, *change.tables("updates")):
        for key, value in part.sound.items():
            if key in _TIME_KEYS:
                try:
                    instant_in(value, tz, text=as_toml(value))
                except IcsfeedError as error:
                    yield Finding(keys=(*part.keys, key), message=str(error))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Texts:
    """The values of one change in each language, the default one first."""

    by_language: Mapping[str, ChangeTable]

    @classmethod
    def of(cls, table: RawTable, language: str, translated: Mapping[str, Mapping[str, Any]]) -> _Texts:
        index = table.keys[-1]
        raws = {language: table.raw, **{code: data["changes"][index] for code, data in translated.items()}}
        validate = table_validator(ChangeTable).validate_python
        return cls(by_language={code: validate(raw) for code, raw in raws.items()})

    @property
    def default(self) -> ChangeTable:
        return next(iter(self.by_language.values()))

    def announced(self, key: str) -> Translations:
        """The translations of a text of the announcement."""
        return _translations({code: values.get(key) for code, values in self.by_language.items()})

    def updated(self, index: int, key: str) -> Translations:
        """The translations of a text of an update."""
        return _translations({code: values["updates"][index].get(key) for code, values in self.by_language.items()})


def _translations(texts: Mapping[str, object]) -> Translations:
    """A text by language; empty where it is the same in all."""
    if len(set(texts.values())) == 1:
        return ()
    return tuple(Translation(language=code, text=str(text)) for code, text in texts.items())


def _change(texts: _Texts, table_keys: KeyPath, policy: _Policy) -> Change:
    """The change, announced and taken through its updates.

    Raises:
        _RefusedError: with the first part that the rules refuse.
    """
    values = texts.default
    change, time_above = _announced(values, table_keys, policy, texts.announced), values["announced"]
    numbers = [1]  # of the announcement and the updates in the file, among which the clock takes steps
    for index, update in enumerate(values.get("updates", ())):
        keys = (*table_keys, "updates", index)
        at = instant_in(update["at"], policy.zone, text="")
        if at < change.latest.at:
            times = f"{as_toml(update['at'])} is before the time above it, {as_toml(time_above)}"
            raise _RefusedError((*keys, "at"), f"{times}; write updates in the order of time")
        time_above = update["at"]
        change = with_clock_steps(change, at)
        before = change.plan
        plan = _amended(before, update, keys, policy, partial(texts.updated, index), began=change.actual_start)
        step, message = Step(update.get("step", Step.UPDATE)), update.get("message", "")
        try:
            change = advance(
                change,
                step,
                plan=plan,
                message=message,
                message_translations=texts.updated(index, "message"),
                by=AUTHOR,
                at=at,
                target=_target(update, numbers, keys, change.id),
                sets_end=not _END_KEYS.isdisjoint(update),
            )
            numbers.append(change.latest.number)
            if plan != before:
                check_freezes(policy.freezes, change.kind, plan, policy.zone)
        except MissingReasonError as error:
            raise _RefusedError(keys, f"{error}; {_REASON_REMEDY}") from None
        except IcsfeedError as error:
            raise _RefusedError(keys, str(error)) from None
    return change


def _target(update: UpdateTable, numbers: list[int], keys: KeyPath, change_id: str) -> int | None:
    """The number of the update that a redaction names as the file numbers it, the announcement being the first."""
    written = update.get("update")
    if written is None or written <= len(numbers):
        return numbers[written - 1] if written is not None else None
    raise _RefusedError(keys, f"{change_id} has no update {written}; its latest is {len(numbers)}")


def _announced(values: ChangeTable, keys: KeyPath, policy: _Policy, translations: _TranslationsOf) -> Change:
    start = instant_in(values["start"], policy.zone, text="")
    plan = Plan(
        summary=values["summary"],
        environments=policy.environments,
        impact=Impact.OUTAGE,
        span=Span(start=start, end=start + timedelta(hours=1)),
    )
    plan = _amended(plan, values, keys, policy, translations)
    kind = Kind(values["kind"])
    try:
        check_freezes(policy.freezes, kind, plan, policy.zone)
    except MissingReasonError as error:
        raise _RefusedError(keys, f"{error}; {_REASON_REMEDY}") from None
    update = Update(
        number=1,
        at=instant_in(values["announced"], policy.zone, text=""),
        by=AUTHOR,
        message=values.get("message", ""),
        message_translations=translations("message"),
        state=State.TENTATIVE if values.get("tentative", False) else State.CONFIRMED,
        plan=plan,
        automatic=values.get("automatic", False),
    )
    return Change(kind=kind, id=values["id"], updates=(update,))


def _amended(
    plan: Plan,
    values: Mapping[str, Any],
    keys: KeyPath,
    policy: _Policy,
    translations: _TranslationsOf,
    *,
    began: datetime | None = None,
) -> Plan:
    """The plan with the values in the table."""
    amendment = {key: _domain_value(key, values[key], policy) for key in _PLAN_KEYS if key in values}
    amendment |= {f"{key}_translations": translations(key) for key in ("summary", "reason") if key in values}
    try:
        amended = Amendment(**amendment).of_plan(plan, policy.zone, began=began)
        plausible(amended.span, "a change")
    except IcsfeedError as error:
        raise _RefusedError((*keys, "end" if "end" in values else "duration"), str(error)) from None
    return amended


def _domain_value(key: str, value: Any, policy: _Policy) -> Any:  # noqa: ANN401  (one type per key)
    match key:
        case "environments":
            return frozenset(value)
        case "impact":
            return Impact(value)
        case "duration":
            return parse_length(value)
        case "start" | "end":
            return instant_in(value, policy.zone, text="")
        case _:
            return value
