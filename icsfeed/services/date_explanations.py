"""Why a date is frozen or not, and what takes place on it and what does not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change
from icsfeed.domain.civil import days_span
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.fates import Frozen, Skipped
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import day_text
from icsfeed.services.upcoming import item_of, span_as_json
from icsfeed.words.adjustments import adjustment_note
from icsfeed.words.languages import ENGLISH


@dataclass(frozen=True, kw_only=True, slots=True)
class DateExplanation:
    """What holds in those ``environments`` on a date in the calendar's zone.

    ``freezes`` are the stretches that touch it; ``occurrences`` those that the policy has on it, excluded ones, too;
    ``changes`` those that are visible on it.
    """

    day: date
    environments: tuple[str, ...]
    freezes: tuple[FrozenSpan, ...]
    occurrences: tuple[Occurrence, ...]
    changes: tuple[Change, ...]

    @property
    def frozen_environments(self) -> tuple[str, ...]:
        """The environments that a visible freeze touches at some time of that date."""
        return tuple(each for each in self.environments if any(freeze.freezes([each]) for freeze in self.freezes))

    @property
    def sentences(self) -> tuple[str, ...]:
        """For each freeze, what it means for the date; or that none is announced."""
        day, names = day_text(self.day), ", ".join(self.environments)
        if not self.freezes:
            return (f"No change freeze is announced for {day} in {names}.",)
        return tuple(
            f"{day} is touched by the change freeze {quoted(each.freeze.id)}, {each.text(each.freeze.zone)}: in "
            f"{', '.join(sorted(each.freeze.environments.intersection(self.environments)))}, no maintenance window "
            "takes place in that time, and no planned change that does not say why it can't wait."
            for each in self.freezes
        )

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The explanation as JSON has it; instants in UTC and on the wall clock of ``zone``."""
        return {
            "date": self.day.isoformat(),
            "why": " ".join(self.sentences),
            "zone": zone.key,
            "environments": list(self.environments),
            "frozen_environments": list(self.frozen_environments),
            "freezes": [_freeze_as_json(each, zone) for each in self.freezes],
            "occurrences": [_occurrence_as_json(each, zone) for each in self.occurrences],
            "changes": [item_of(change).as_json(zone) for change in self.changes],
        }


def explain_date(
    situation: Situation, day: date, environments: Collection[str] = (), *, for_operators: bool
) -> DateExplanation:
    """What holds on that date; where ``environments`` names none, in all that are public.

    Unless it is ``for_operators``, nothing tells of occurrences that were skipped silently, or for an internal freeze.

    Raises:
        NotFoundError: where the schedule has no such environment.
        BadInputError: where the date is outside the published span.
    """
    chosen = situation.schedule.environments_named(environments)
    years = situation.published_years
    if day.year not in years:
        msg = f"{day} is out of reach: this calendar knows the years {years[0]} to {years[-1]}"
        raise BadInputError(msg)
    span = days_span(DateRange(first=day, last=day), situation.zone)
    if span is None:
        msg = f"there is no {day} in {situation.zone.key}, where the clock skips it"
        raise BadInputError(msg)
    occurrences = (each for each in situation.occurrences(span) if not chosen.isdisjoint(each.environments))
    return DateExplanation(
        day=day,
        environments=tuple(sorted(chosen)),
        freezes=tuple(each for each in situation.freezes(span) if each.freezes(chosen)),
        occurrences=tuple(each for each in occurrences if for_operators or not _is_hidden(each)),
        changes=tuple(
            change
            for change in situation.public_changes()
            if change.shown_span.overlaps(span) and not chosen.isdisjoint(change.plan.environments)
        ),
    )


def _is_hidden(occurrence: Occurrence) -> bool:
    """Whether nobody is to learn why it does not take place."""
    match occurrence.excluded:
        case Frozen(by=FrozenSpan(freeze=freeze)):
            return getattr(freeze, "is_veiled", False)
        case Skipped(silent=silent):
            return silent
    return False


def _freeze_as_json(frozen: FrozenSpan, zone: ZoneInfo) -> dict[str, object]:
    freeze = frozen.freeze
    return {
        "id": freeze.id,
        "name": freeze.name,
        "description": freeze.description,
        "when": frozen.text(zone),
        "environments": sorted(freeze.environments),
        "internal": freeze.is_internal,
    }


def _occurrence_as_json(occurrence: Occurrence, zone: ZoneInfo) -> dict[str, object]:
    span, happens = occurrence.span, occurrence.excluded is None
    return {
        "window": occurrence.window.id,
        "name": occurrence.window.name,
        "date": occurrence.original_start.date().isoformat(),
        "happens": happens,
        "why": adjustment_note(occurrence, ENGLISH) if happens else str(occurrence.excluded),
        "environments": sorted(occurrence.environments),
        **(span_as_json(span, zone) if span is not None else {}),
    }
