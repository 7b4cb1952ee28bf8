"""Fates: what becomes of an occurrence in each environment, under freezes and an adjustment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.freezes import FreezeIndex, FrozenSpan
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import ClockChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """Excluded: it would touch a change freeze."""

    by: FrozenSpan

    def __str__(self) -> str:
        freeze, days = self.by.freeze, self.by.days
        if freeze.is_recorded:
            return f"change freeze {freeze.id}, {self.by.text(freeze.zone)}"
        if self.by.is_timed:
            return f"{freeze.name}, {self.by.text(freeze.zone)}"
        return f"{freeze.name} from {days.first} through {days.last}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Excluded: an operator skipped it."""

    reason: str
    silent: bool

    def __str__(self) -> str:
        return f"skipped: {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Excluded: the clock is put forward over the whole of it."""

    change: ClockChange

    def __str__(self) -> str:
        old, new = self.change.old_reading, self.change.new_reading
        return f"the clock goes from {old:%H:%M} to {new:%H:%M} that day"


Exclusion = Frozen | Skipped | Missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What becomes of an occurrence in those ``environments``."""

    environments: frozenset[str]
    moved: Move | None = None
    cut_at: datetime | None = None
    excluded: Exclusion | None = None


def fates_of(
    everywhere: frozenset[str], policy: Span, adjustment: Adjustment | None, freezes: FreezeIndex
) -> list[Fate]:
    """The fates of an occurrence of that ``policy`` span: one for all of its environments that have the same.

    ``everywhere`` are the environments of its window.
    """
    moved = adjustment if isinstance(adjustment, Move) else None
    skipped = Skipped(reason=adjustment.reason, silent=adjustment.silent) if isinstance(adjustment, Skip) else None
    # A freeze that was recorded is judged by the time at which the occurrence happens: it may be over by then.
    original = [each for each in freezes.touching(policy, everywhere) if not (moved and each.freeze.is_recorded)]
    later = list(freezes.touching(moved.to, everywhere)) if moved else []
    if not original and not later:
        return [Fate(environments=everywhere, moved=moved, excluded=skipped)]
    if all(everywhere <= each.freeze.environments for each in (*original, *later)):
        return [_fate_of(everywhere, policy, original, moved=moved, later=later, skipped=skipped)]
    fates: list[Fate] = []
    for environment in sorted(everywhere):
        of_it = frozenset({environment})
        fate = _fate_of(
            of_it,
            policy,
            [each for each in original if each.freezes(of_it)],
            moved=moved,
            later=[each for each in later if each.freezes(of_it)],
            skipped=skipped,
        )
        same = next((each for each in fates if replace(each, environments=of_it) == fate), None)
        if same is not None:
            fates.remove(same)
            fate = replace(same, environments=same.environments | of_it)
        fates.append(fate)
    return fates


def _fate_of(
    environments: frozenset[str],
    policy: Span,
    original: list[FrozenSpan],
    *,
    moved: Move | None,
    later: list[FrozenSpan],
    skipped: Skipped | None,
) -> Fate:
    """The fate in environments that the ``original`` freezes touch at the policy's time, the ``later`` at the new."""
    excluding, _ = _effect(original, policy)
    if excluding is not None:
        return Fate(environments=environments, excluded=Frozen(by=excluding))
    if skipped is not None:
        return Fate(environments=environments, excluded=skipped)
    excluding, cut_at = _effect(later, moved.to) if moved else _effect(original, policy)
    excluded = Frozen(by=excluding) if excluding is not None else None
    return Fate(environments=environments, moved=moved, cut_at=cut_at, excluded=excluded)


def _effect(frozen: list[FrozenSpan], span: Span) -> tuple[FrozenSpan | None, datetime | None]:
    """The freeze that excludes an occurrence of that ``span`` or, if none does, when one cuts it.

    A freeze that was recorded after the occurrence had begun cuts it; any other excludes it.
    """
    cuts = [each for each in frozen if each.freeze.is_recorded and span.start < each.span.start]
    excluding = next((each for each in frozen if each not in cuts), None)
    if excluding is not None:
        return excluding, None
    return None, min((each.span.start for each in cuts), default=None)
