"""Requests for lists: which items, and how many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.feeds import Kind
from icsfeed.domain.months import CalendarMonth
from icsfeed.domain.schedule import Schedule
from icsfeed.services.requests import plans
from icsfeed.services.requests.announcements import KINDS
from icsfeed.services.requests.fields import Fields, present
from icsfeed.services.requests.pages import PAGE_FIELDS, PageRequest, page_request

CHANGES_FIELDS: Final = ("kind", "environment", "all", *PAGE_FIELDS)
WHOLE_LIST_FIELDS: Final = ("all", *PAGE_FIELDS)
UPCOMING_FIELDS: Final = ("days", "from", "environment", *PAGE_FIELDS)
AUDIT_FIELDS: Final = ("since", "change", *PAGE_FIELDS)
REPORT_FIELDS: Final = ("month", "environment")

_DEFAULT_DAYS: Final = 30
_MAX_DAYS: Final = 3660


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesRequest:
    """The open changes, or ``everything``: of that kind, and that touch one of those environments, if there are any."""

    page: PageRequest
    kind: Kind | None = None
    environments: frozenset[str] = frozenset()
    everything: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRequest:
    """What is not over, or ``everything``."""

    page: PageRequest
    everything: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UpcomingRequest:
    """What comes in the ``length`` from ``start`` (aware)."""

    page: PageRequest
    start: datetime
    length: timedelta
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRequest:
    """A month, and the environments to report on; by default all public ones."""

    month: CalendarMonth
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRequest:
    """The lines of the audit trail ``since`` an instant (aware), and about that ``change``, freeze or draft."""

    page: PageRequest
    since: datetime | None = None
    change: str | None = None


def changes_request(data: object, *, schedule: Schedule) -> ChangesRequest:
    """The list of changes that the fields describe.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, CHANGES_FIELDS)
    kind, environments = fields.choice("kind", KINDS), _environments(fields, schedule)
    everything, page = fields.flag("all"), page_request(fields)
    fields.finish()
    return ChangesRequest(page=page, kind=kind, environments=frozenset(environments), everything=everything)


def list_request(data: object) -> ListRequest:
    """The list that the fields describe.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, WHOLE_LIST_FIELDS)
    everything, page = fields.flag("all"), page_request(fields)
    fields.finish()
    return ListRequest(page=page, everything=everything)


def page_only_request(data: object) -> PageRequest:
    """The page that the fields describe, of a list that is always whole.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, PAGE_FIELDS)
    page = page_request(fields)
    fields.finish()
    return page


def upcoming_request(data: object, *, schedule: Schedule, now: datetime) -> UpcomingRequest:
    """The stretch of time that the fields describe: by default 30 days from ``now`` (aware) on.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, UPCOMING_FIELDS)
    days, start = fields.number("days", least=1, most=_MAX_DAYS), fields.instant("from", schedule.calendar.zone)
    environments, page = _environments(fields, schedule), page_request(fields)
    fields.finish()
    return UpcomingRequest(
        page=page, start=start or now, length=timedelta(days=days or _DEFAULT_DAYS), environments=environments
    )


def audit_request(data: object, *, zone: ZoneInfo) -> AuditRequest:
    """The part of the audit trail that the fields describe.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, AUDIT_FIELDS)
    since, change, page = fields.instant("since", zone), fields.text("change"), page_request(fields)
    fields.finish()
    return AuditRequest(page=page, since=since, change=change)


def report_request(data: object, *, schedule: Schedule) -> ReportRequest:
    """The report that the fields describe.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, REPORT_FIELDS)
    fields.require("month", "the month is missing", "write its year and number, such as 2026-11")
    month, environments = fields.text("month", str.strip), _environments(fields, schedule)
    parsed = fields.attempt("month", lambda: CalendarMonth.parse(month)) if month is not None else None
    fields.finish()
    return ReportRequest(month=present(parsed), environments=environments)


def _environments(fields: Fields, schedule: Schedule) -> tuple[str, ...]:
    ids = fields.texts("environment") or ()
    plans.refuse_unknown_environments(fields, ids, schedule, name="environment")
    return ids
