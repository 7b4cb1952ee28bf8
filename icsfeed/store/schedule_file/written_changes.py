"""Changes that stand in the schedule file: made step by step, by the rules that hold for those that are recorded.

What is wrong with single values and keys is found before; here a change is judged with what is left of it, so that one
mistake hides no other one and makes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file.change_parts import WrittenChange, misplaced, written_change
from icsfeed.store.schedule_file.change_standings import Rules, Standing, announced, updated
from icsfeed.store.schedule_file.keys import part_validator
from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.model import FreezeTable
from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.policy import freeze_of
from icsfeed.store.schedule_file.raw_tables import RawTable, Soundness

if TYPE_CHECKING:
    from icsfeed.domain.changes import Change

_MOST_STANDINGS: Final = 10
"""More ways in which a change may stand, after as many refusals, are not followed."""


def read_changes(data: Mapping[str, Any], mistaken: Iterable[Finding]) -> tuple[tuple[Change, ...], list[Finding]]:
    """The changes of a file, and what is wrong with them; ``mistaken`` is what was found of single values and keys.

    They are all the file's only where nothing is wrong with it. What can't be read as TOML may have been anything: a
    change, or an update and what follows it, with such a line in it is not held against the rules, and none is where a
    whole table was lost.
    """
    mistaken = tuple(mistaken)
    soundness = Soundness.beside(finding.keys for finding in mistaken)
    unreadable = {finding.keys for finding in mistaken if finding.line is not None}
    rules = _rules(data, soundness)
    changes: list[Change] = []
    findings: list[Finding] = []
    for table in soundness.tables(data, "changes"):
        written, wrong = written_change(table, soundness, rules.zone)
        findings += [*wrong, *misplaced(written)]
        if unreadable.isdisjoint([(), table.keys]):
            standings, refused = _judged(written, rules, unreadable)
            findings += refused
            changes += [standing.change for standing in standings[:1]]
    return tuple(changes), findings


def _rules(data: Mapping[str, Any], soundness: Soundness) -> Rules:
    calendar = soundness.table(data, "calendar")
    name = calendar.sound.get("timezone") if calendar is not None else None
    environments = (table.sound["id"] for table in soundness.tables(data, "environments") if "id" in table.sound)
    freezes = (table for table in soundness.tables(data, "change_freezes") if table.keys not in soundness.mistaken)
    return Rules(
        zone=zone(name) if name is not None else None,
        environments=None if ("environments",) in soundness.mistaken else frozenset(environments),
        freezes=tuple(freeze_of(_validated(table)) for table in freezes),
    )


def _validated(freeze: RawTable) -> FreezeTable:
    table: FreezeTable = part_validator(FreezeTable).validate_python(freeze.sound)
    return table


def _judged(
    change: WrittenChange, rules: Rules, unreadable: Collection[KeyPath]
) -> tuple[tuple[Standing, ...], list[Finding]]:
    """How the change stands in the end, and what the rules refuse of it.

    A refused announcement is followed as if it had been right. After a refused update the change may stand in two ways:
    as if the update had been right (what it needs is yet to be written), and as if it had not been there (it is too
    much). What comes next is refused only where it is in either way, so that a forgotten step is one mistake. The first
    standing is that in which all was right; the last, in which nothing refused was there, is never lost: so nothing is
    refused that an operator might do.
    """
    standings, findings = announced(change.announcement, rules)
    for update in change.updates:
        if update is None or update.keys in unreadable:
            break  # it may have been any step
        judgements = [updated(standing, update, rules) for standing in standings]
        first, last = judgements[0], judgements[-1]
        mildest = min(judgements, key=lambda judgement: len(judgement.findings))
        findings += mildest.findings
        if "step" in update.untold:
            standings = first.after if first is last else (*first.after, *last.after)
        elif mildest.findings:
            standings = (*first.after, *standings[1 - _MOST_STANDINGS :])
        else:
            possible = (each for judged in judgements if not judged.findings for each in judged.after)
            standings = (*possible, *standings[-1:]) if last.findings else tuple(possible)
    return standings, findings
