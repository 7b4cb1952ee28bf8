"""What of a change in the schedule file can be relied on, however much else is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.instants import instant_in
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.lifecycle import Step
from icsfeed.domain.windows import Impact
from icsfeed.store.schedule_file.change_tables import ChangeTable, UpdateTable
from icsfeed.store.schedule_file.keys import keys_of, part_validator
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.notation import KeyPath, written
from icsfeed.store.schedule_file.sentences import given_keys

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from icsfeed.store.schedule_file.raw_tables import RawTable, Soundness

AMENDABLE: Final = ("summary", "environments", "impact", "start", "end", "duration", "reason", "ticket")
"""The keys of what is planned, which an update may alter."""

_MEANING: Final[Mapping[str, Callable[[Any], object]]] = {
    "environments": frozenset,
    "impact": Impact,
    "duration": parse_length,
    "kind": Kind,
    "step": Step,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A change's or an update's table: ``values`` by key as the domain has them, where nothing is wrong with them.

    ``untold`` are the keys that are given, or needed, and whose value can't be told; ``raw`` is the table itself.
    """

    keys: KeyPath
    raw: Mapping[str, Any]
    values: Mapping[str, Any]
    untold: frozenset[str]

    @property
    def altered(self) -> list[str]:
        """The keys of what is planned that stand in the table."""
        return [key for key in AMENDABLE if key in self.raw]


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenChange:
    """A change as it stands in the file; an update that is no table is ``None``.

    So is one that stands for others under a key that is misspelt; it is the first, as their order can't be told.
    """

    announcement: Part
    updates: tuple[Part | None, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """The announcement and the updates, in the order of the file."""
        yield self.announcement
        yield from (update for update in self.updates if update is not None)


def written_change(table: RawTable, soundness: Soundness, zone: ZoneInfo | None) -> tuple[WrittenChange, list[Finding]]:
    """What stands in a change's table, and which local times ``zone`` does not have or has twice.

    ``None`` is a zone that can't be told: then start and end can't either, and other times stay as they are written.
    """
    announcement, findings = _part(table, ChangeTable, zone)
    elements = table.raw.get("updates", [])
    updates: list[Part | None] = [None] * (len(elements) if isinstance(elements, list) else 1)
    for each in soundness.tables(table.raw, "updates", within=table.keys):
        update, wrong = _part(each, UpdateTable, zone)
        updates[int(each.keys[-1])] = update
        findings += wrong
    unknown = {name: value for name, value in table.raw.items() if name not in keys_of(ChangeTable)}
    if "updates" in given_keys(table.keys, unknown):
        updates.insert(0, None)
    return WrittenChange(announcement=announcement, updates=tuple(updates)), findings


def _part(table: RawTable, form: type, zone: ZoneInfo | None) -> tuple[Part, list[Finding]]:
    sound = {key: value for key, value in table.sound.items() if key != "updates"}
    values = part_validator(form).validate_python(sound)
    findings = []
    for key, value in list(values.items()):
        if key in _MEANING:
            values[key] = _MEANING[key](value)
        elif isinstance(value, datetime) and zone is not None:
            try:
                values[key] = instant_in(value, zone, shown=written(value))
            except IcsfeedError as error:
                findings.append(Finding(keys=(*table.keys, key), message=str(error)))
                del values[key]
        elif key in ("start", "end"):
            del values[key]
    required: Iterable[str] = form.__required_keys__  # type: ignore[attr-defined]  # it is a TypedDict
    known = keys_of(form).keys()
    untold = frozenset(key for key in {*table.given, *required} if key in known and key not in values)
    return Part(keys=table.keys, raw=table.raw, values=values, untold=untold - {"updates"}), findings


def misplaced(change: WrittenChange) -> Iterator[Finding]:
    """The updates that are out of order, and what does not belong into a step, whatever the change comes to."""
    for update in change.updates:
        if update is None or update.values.get("step", Step.UPDATE) is Step.UPDATE or not update.altered:
            continue
        *others, last = update.altered
        which = f"{', '.join(others)} and {last}" if others else last
        step = written(update.values["step"].value)
        message = f"the step {step} takes a message alone; write {which} into an update of its own"
        yield Finding(keys=(*update.keys, update.altered[0]), message=message)
    for aware in (True, False):
        yield from _out_of_order([each for each in _told(change) if (each.at.tzinfo is not None) is aware])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """When something was told, and where that stands."""

    keys: KeyPath
    raw: object
    at: datetime


def _told(change: WrittenChange) -> Iterator[_Told]:
    for part in change.parts:
        key = "announced" if part is change.announcement else "at"
        if key in part.values:
            yield _Told(keys=(*part.keys, key), raw=part.raw[key], at=part.values[key])


def _out_of_order(told: list[_Told]) -> Iterator[Finding]:
    """The fewest that would have to be written otherwise, so that one slip in a date is one mistake."""
    instants = [each.at for each in told]
    if instants == sorted(instants):
        return
    kept = _longest_in_order(instants)
    for index, each in enumerate(told):
        if index in kept:
            continue
        late = any(told[before].at > each.at for before in kept if before < index)
        where = "before what stands above it" if late else "after what stands below it"
        message = f"{written(each.raw)} is {where}; write updates in the order of time"
        yield Finding(keys=each.keys, message=message)


def _longest_in_order(instants: list[datetime]) -> set[int]:
    """The indices of as many as possible of which none is before an earlier one; of those that stand first."""
    best: list[tuple[int, int | None]] = []
    for at in instants:
        before = [(length, -each) for each, (length, _) in enumerate(best) if instants[each] <= at]
        length, last = max(before, default=(0, 1))
        best.append((length + 1, -last if before else None))
    kept = set()
    at_end = max(range(len(best)), key=lambda each: best[each][0], default=None)
    while at_end is not None:
        kept.add(at_end)
        at_end = best[at_end][1]
    return kept
