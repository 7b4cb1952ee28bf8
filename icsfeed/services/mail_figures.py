"""How many mail subscribers there are, and what they chose, without anything about a single one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.services.mail_subscribing import subscriber_counts
from icsfeed.services.repository import MailRepository


@dataclass(frozen=True, kw_only=True, slots=True)
class MailFigures:
    """How many there are by state and, of those who confirmed, by language, environment and kind.

    Who chose all environments, or kinds, counts in each.
    """

    states: Mapping[str, int]
    languages: Mapping[str, int]
    environments: Mapping[str, int]
    kinds: Mapping[str, int]


def mail_figures(repository: MailRepository, schedule: Schedule) -> MailFigures:
    """The figures now, in the order of the schedule.

    Raises:
        UnavailableError: where the database can't be read.
    """
    states = subscriber_counts(repository)
    with repository.mail_subscribers() as rows:
        choices = tuple(rows.choices()) if rows is not None else ()
    offered = sorted(schedule.public_environments)
    every_kind = [kind.value for kind in Kind]
    languages, environments, kinds = Counter[str](), Counter[str](), Counter[str]()
    for each in choices:
        languages[each.language] += each.number
        environments.update(dict.fromkeys(offered if each.environments is None else each.environments, each.number))
        kinds.update(dict.fromkeys(every_kind if each.kinds is None else each.kinds, each.number))
    return MailFigures(
        states=states,
        languages=_in_order(languages, schedule.calendar.languages),
        environments=_in_order(environments, offered),
        kinds=_in_order(kinds, every_kind),
    )


def _in_order(numbers: Counter[str], names: Iterable[str]) -> dict[str, int]:
    """The numbers of these names, and then of what the schedule no longer has."""
    return {name: numbers[name] for name in dict.fromkeys((*names, *sorted(numbers)))}
