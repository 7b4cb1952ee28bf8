"""The documents of Statuspage's public API (v2), field for field, at the paths at which its tools ask for them.

Its reference is the page ``/api`` of every status page. Each list has the page, and lists what its path names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from itertools import chain
from typing import Final, TypeAlias

from icsfeed.domain.civil import instant_of, midnight
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.windows import Impact
from icsfeed.publication.editions import Edition
from icsfeed.publication.feeds import EventsInLanguage
from icsfeed.publication.representations import Maker, Representation
from icsfeed.publication.statuspage.identifiers import component_id, maintenance_id, page_id, update_id
from icsfeed.publication.statuspage.maintenances import ScheduledMaintenance, scheduled_maintenances
from icsfeed.publication.statuspage.updates import MaintenanceStatus, MaintenanceUpdate
from icsfeed.words.phrases import phrase
from icsfeed.words.times import instant_in_words

MAX_MAINTENANCES: Final = 50
"""As many as Statuspage lists of all of them."""

_IMPACTS: Final = {
    Impact.NO_IMPACT: "none",
    Impact.REDUCED_REDUNDANCY: "minor",
    Impact.DEGRADED: "major",
    Impact.OUTAGE: "critical",
}
_OPERATIONAL: Final = "operational"
_UNDER_MAINTENANCE: Final = "under_maintenance"
_NOTHING: Final = phrase("No maintenance is in progress")
_IN_PROGRESS: Final = {
    Kind.EMERGENCY: phrase("An emergency change is in progress"),
    Kind.PLANNED: phrase("A planned change is in progress"),
    Kind.MAINTENANCE: phrase("Maintenance is in progress"),
}
"""The most important first."""

_AS_OF: Final = phrase("Maintenance calendar as of {instant}")

Json: TypeAlias = dict[str, object]
Selection: TypeAlias = Callable[[Iterable[ScheduledMaintenance]], list[ScheduledMaintenance]]


def statuspage_makers(edition: Edition, events: EventsInLanguage) -> Iterator[tuple[str, Maker]]:
    """The documents by path; ``events`` are those that the readers of the edition see, in its language."""
    maintenances = cache(lambda: scheduled_maintenances(edition, events()))
    api = f"/{edition.folder}api/v2"
    yield f"{api}/scheduled-maintenances.json", partial(_listing, edition, maintenances, _latest)
    yield f"{api}/scheduled-maintenances/upcoming.json", partial(_listing, edition, maintenances, _upcoming)
    if edition.is_live:
        yield f"{api}/scheduled-maintenances/active.json", partial(_listing, edition, maintenances, _active)
    yield f"{api}/summary.json", partial(_summary, edition, maintenances)


def _latest(maintenances: Iterable[ScheduledMaintenance]) -> list[ScheduledMaintenance]:
    """The latest first. Of too many, those that were over first are left out, then the most distant ones."""
    every = list(maintenances)
    ahead = [each for each in every if each.is_open][:MAX_MAINTENANCES]
    past = [each for each in every if not each.is_open]
    room = MAX_MAINTENANCES - len(ahead)
    return sorted((*ahead, *past[len(past) - min(room, len(past)) :]), key=lambda each: each.span.start, reverse=True)


def _upcoming(maintenances: Iterable[ScheduledMaintenance]) -> list[ScheduledMaintenance]:
    return [each for each in maintenances if each.status is MaintenanceStatus.SCHEDULED]


def _active(maintenances: Iterable[ScheduledMaintenance]) -> list[ScheduledMaintenance]:
    return [each for each in maintenances if each.status is MaintenanceStatus.IN_PROGRESS]


def _listing(
    edition: Edition, maintenances: Callable[[], tuple[ScheduledMaintenance, ...]], select: Selection
) -> Representation:
    document = _Document(edition, maintenances())
    return _representation(
        edition, {"page": document.page, "scheduled_maintenances": document.listed(select(maintenances()))}
    )


def _summary(edition: Edition, maintenances: Callable[[], tuple[ScheduledMaintenance, ...]]) -> Representation:
    document = _Document(edition, maintenances())
    return _representation(
        edition,
        {
            "page": document.page,
            "components": [*document.components.values()],
            "incidents": [],
            "scheduled_maintenances": document.listed(each for each in maintenances() if each.is_open),
            "status": document.status(),
        },
    )


def _representation(edition: Edition, content: Json) -> Representation:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Representation(
        body=f"{body}\n".encode(), content_type="application/json", dated=False, language=edition.language.code
    )


class _Document:
    """What the documents of an edition share."""

    def __init__(self, edition: Edition, maintenances: tuple[ScheduledMaintenance, ...]) -> None:
        self._edition = edition
        self._domain = edition.situation.schedule.calendar.uid_domain
        self._created_at = edition.situation.published_span.start
        self._maintenances = maintenances
        self._in_progress = _active(maintenances)
        environments = edition.situation.schedule.environments
        self.page = self._page()
        self.components = {each.id: self._component(each, place) for place, each in enumerate(environments, start=1)}

    def status(self) -> Json:
        """The status of the whole; what is not live says of which instant it is, and nothing else."""
        edition = self._edition
        if edition.is_live:
            kinds = {each.kind for each in self._in_progress}
            words = next((text for kind, text in _IN_PROGRESS.items() if kind in kinds), _NOTHING)
            description = edition.language.say(words)
        else:
            instant = instant_in_words(edition.as_of, edition.situation.zone, edition.language)
            description = edition.language.say(_AS_OF, instant=instant)
        is_noticed = any(each.is_noticed for each in self._in_progress)
        return {"indicator": "maintenance" if is_noticed else "none", "description": description}

    def listed(self, maintenances: Iterable[ScheduledMaintenance]) -> list[Json]:
        return [self._maintenance(each) for each in maintenances]

    def _page(self) -> Json:
        calendar, edition = self._edition.situation.schedule.calendar, self._edition
        return {
            "id": page_id(self._domain),
            "name": calendar.name,
            "url": edition.url(f"/{edition.folder}").rstrip("/"),
            "time_zone": calendar.zone.key,
            "updated_at": _time(self._updated_at()),
        }

    def _updated_at(self) -> datetime:
        """When the documents last said something else: at the start of the day, if not since."""
        edition = self._edition
        if not edition.is_live:
            return edition.as_of
        now, start_of_day = edition.situation.now, instant_of(midnight(edition.today), edition.situation.zone)
        return max((start_of_day, *(each.updated_at for each in self._maintenances if each.updated_at <= now)))

    def _component(self, environment: Environment, place: int) -> Json:
        """An environment; before the published span, nothing is known of it."""
        of_it = [each for each in self._maintenances if each.is_noticed and environment.id in each.environments]
        is_in_progress = any(each.status is MaintenanceStatus.IN_PROGRESS for each in of_it)
        turns = chain.from_iterable(map(_turns, of_it))
        return {
            "id": component_id(self._domain, environment.id),
            "name": environment.name,
            "status": _UNDER_MAINTENANCE if is_in_progress else _OPERATIONAL,
            "created_at": _time(self._created_at),
            "updated_at": _time(max(turns, default=self._created_at)),
            "position": place,
            "description": None,
            "showcase": True,
            "start_date": None,
            "group_id": None,
            "page_id": self.page["id"],
            "group": False,
            "only_show_if_degraded": False,
        }

    def _maintenance(self, maintenance: ScheduledMaintenance) -> Json:
        return {
            "id": maintenance_id(maintenance.uid),
            "name": maintenance.name,
            "status": maintenance.status,
            "created_at": _time(maintenance.created_at),
            "updated_at": _time(maintenance.updated_at),
            "monitoring_at": None,
            "resolved_at": _time(maintenance.resolved_at) if maintenance.resolved_at is not None else None,
            "impact": _IMPACTS[maintenance.impact],
            "shortlink": maintenance.page,
            "started_at": _time(maintenance.span.start),
            "page_id": self.page["id"],
            "incident_updates": [
                self._update(maintenance, each, before) for before, each in reversed(tuple(_steps(maintenance.updates)))
            ],
            "components": [each for key, each in self.components.items() if key in maintenance.environments],
            "scheduled_for": _time(maintenance.span.start),
            "scheduled_until": _time(maintenance.span.end),
        }

    def _update(self, maintenance: ScheduledMaintenance, update: MaintenanceUpdate, before: MaintenanceStatus) -> Json:
        at, affected = _time(update.at), [each for each in self.components if each in maintenance.environments]
        return {
            "id": update_id(maintenance.uid, update.key),
            "status": update.status,
            "body": update.body,
            "incident_id": maintenance_id(maintenance.uid),
            "created_at": at,
            "updated_at": at,
            "display_at": at,
            "affected_components": [
                {
                    "code": self.components[each]["id"],
                    "name": self.components[each]["name"],
                    "old_status": _component_status(maintenance, before),
                    "new_status": _component_status(maintenance, update.status),
                }
                for each in affected
            ],
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        }


def _steps(updates: Iterable[MaintenanceUpdate]) -> Iterator[tuple[MaintenanceStatus, MaintenanceUpdate]]:
    """Each update, with the status before it."""
    before = MaintenanceStatus.SCHEDULED
    for update in updates:
        yield before, update
        before = update.status


def _component_status(maintenance: ScheduledMaintenance, status: MaintenanceStatus) -> str:
    is_affected = maintenance.is_noticed and status is MaintenanceStatus.IN_PROGRESS
    return _UNDER_MAINTENANCE if is_affected else _OPERATIONAL


def _turns(maintenance: ScheduledMaintenance) -> Iterator[datetime]:
    """The instants at which it took its environments out of regular service, and gave them back."""
    for before, update in _steps(maintenance.updates):
        if _component_status(maintenance, before) != _component_status(maintenance, update.status):
            yield update.at


def _time(instant: datetime) -> str:
    """An instant as Statuspage writes it, such as ``2026-12-03T07:00:00.000Z``; feeds are to the second, too."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
