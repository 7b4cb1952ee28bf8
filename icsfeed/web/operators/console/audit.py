"""The audit trail: who did what, when, from where, and what that changed; also as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.audit import AuditLine, AuditSelection
from icsfeed.domain.drafts import is_draft_id
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.texts import plain_line
from icsfeed.services.audit_trail import audit_line_as_json, audit_lines, audit_page, audit_subject
from icsfeed.services.requests.fields import Fields
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.calendar_entries import change_path, freeze_path, occurrence_path
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, open_visit
from icsfeed.web.operators.console.local_times import LocalTimeField, read_local_field
from icsfeed.web.operators.console.recorded_words import ACTIONS
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase_in

_PAGE_LINES: Final = 50
_OF_OCCURRENCES: Final = "window "
"""How the actions on occurrences begin."""

_JSON_LINES: Final = "application/jsonl; charset=utf-8"
_KINDS: Final = {
    ActorKind.PERSON: phrase_in("kind of an actor", "person"),
    ActorKind.TOKEN: phrase_in("kind of an actor", "token"),
    ActorKind.AGENT: phrase_in("kind of an actor", "agent"),
    ActorKind.COMMAND: phrase_in("kind of an actor", "command line"),
    ActorKind.CLOCK: phrase_in("kind of an actor", "clock"),
    ActorKind.CUSTOMER: phrase_in("kind of an actor", "customer"),
    ActorKind.SERVICE: phrase_in("kind of an actor", "icsfeed itself"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFact:
    """What is different in one respect; where there was nothing before, or is nothing after, the text is empty."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """A line of the audit trail in words; ``path`` is that of the page of its subject, if it has one.

    Its action ``is_translated`` unless it has no phrase, and so is as it was recorded.
    """

    at: str
    by: str
    kind: str
    address: str
    action: str
    is_translated: bool
    subject: str
    path: str
    facts: tuple[AuditFact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """What the address asks for: lines about a ``change``, and those ``since`` a local time."""

    change: str
    since: LocalTimeField

    @property
    def query(self) -> dict[str, str]:
        """The filter in an address."""
        return {name: text for name, text in (("change", self.change), ("since", self.since.value)) if text}


def audit_routes(context: OperatorsContext) -> Blueprint:
    """The audit trail of the console."""
    routes = Blueprint("console_audit", __name__)

    @routes.get(f"{CONSOLE_PATH}/audit/")
    def show_audit() -> Response:
        return _page(open_visit(context))

    @routes.get(f"{CONSOLE_PATH}/audit.jsonl")
    def download_audit() -> Response:
        visit = open_visit(context)
        try:
            lines = audit_lines(visit.context.database, _selection(visit, _filter(visit)))
            # An audit trail that can't be read is said before anything is sent.
            pieces = map(_json_line, chain(list(islice(lines, 1)), lines))
        except IcsfeedError as error:
            return _page(visit, error)
        response = Response(pieces, content_type=_JSON_LINES)
        response.headers["Content-Disposition"] = "attachment; filename=audit.jsonl"
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _filter(visit: Visit) -> AuditFilter:
    return AuditFilter(
        change=request.args.get("change", "").strip(), since=read_local_field(request.args, "since", visit.zone)
    )


def _selection(visit: Visit, chosen: AuditFilter) -> AuditSelection:
    """What the filter selects.

    Raises:
        InvalidRequestError: where it names an unknown change, draft or freeze, or no instant.
    """
    fields = Fields(chosen.query, ("change", "since"))
    since = fields.instant("since", visit.zone)
    subject = fields.text("change", lambda text: audit_subject(text, visit.workspace, now=visit.now))
    fields.finish()
    return AuditSelection(since=since, subject=subject)


def _json_line(line: AuditLine) -> str:
    return json.dumps(audit_line_as_json(line), ensure_ascii=False) + "\n"


def _page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    """A page of lines, the newest first; none where the filter is refused."""
    chosen, cursor, page = _filter(visit), request.args.get("cursor"), None
    if error is None:
        try:
            page = audit_page(visit.context.database, _selection(visit, chosen), limit=_PAGE_LINES, cursor=cursor)
        except IcsfeedError as refusal:
            error = refusal
    query = chosen.query
    return visit.page(
        "audit.html",
        title=visit.say("Audit trail"),
        section=Section.AUDIT,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        change=chosen.change,
        since=chosen.since,
        rows=[_row(visit, each) for each in page.lines] if page is not None else [],
        older=urlencode({**query, "cursor": page.cursor}) if page is not None and page.cursor is not None else "",
        is_first=cursor is None,
        query=urlencode(query),
    )


def _row(visit: Visit, line: AuditLine) -> AuditRow:
    action = ACTIONS.get(line.action)
    return AuditRow(
        at=visit.dates.moment(line.at),
        by=plain_line(line.by),
        kind=visit.say(_KINDS[line.kind]) if line.kind is not None else "",
        address=plain_line(line.address),
        action=visit.say(action) if action is not None else plain_line(line.action),
        is_translated=action is not None,
        subject=plain_line(line.subject),
        path=_subject_path(visit, line),
        facts=tuple(_facts(line.effect.before or {}, line.effect.after or {})),
    )


def _facts(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[AuditFact]:
    for name in {**before, **after}:
        old, new = _text(before.get(name)), _text(after.get(name))
        if old or new:
            yield AuditFact(name=name.replace("_", " "), before=old, after=new)


def _text(value: object) -> str:
    """A value of JSON in words that programs use as well."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return plain_line(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return ", ".join(map(plain_line, value))
    return plain_line(json.dumps(value, ensure_ascii=False))


def _subject_path(visit: Visit, line: AuditLine) -> str:
    """The path of the page of what a line is about; empty where there is none."""
    subject, situation = line.subject, visit.situation
    if line.is_sign_in:
        return ""
    if subject in situation.changes:
        return change_path(subject)
    if subject in situation.record.freezes:
        return freeze_path(subject)
    if is_draft_id(subject):
        return f"{Section.DRAFTS}{subject}"
    window_id, _, day = subject.rpartition(" ")
    if line.action.startswith(_OF_OCCURRENCES) and any(each.id == window_id for each in situation.schedule.windows):
        return occurrence_path(window_id, date.fromisoformat(day))
    return ""
