"""The audit trail as operators read it: entries with what each changed, and sign-ins between them.

Entries come in the order of their numbers and so do sign-ins; the two are merged by time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.audit import (
    FIRST,
    LAST,
    AuditEntry,
    AuditLine,
    AuditPosition,
    AuditSelection,
    Effect,
    RecordedSignIn,
)
from icsfeed.domain.drafts import is_draft_id
from icsfeed.domain.errors import BadInputError, RefusedError
from icsfeed.domain.record import Record
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.services.audit_effects import EffectReader
from icsfeed.services.changes import Workspace
from icsfeed.services.drafts import draft_of, without_withdrawn_texts
from icsfeed.services.repository import AuditRepository
from icsfeed.services.upcoming import utc_text

if TYPE_CHECKING:
    from icsfeed.store.database.audit import AuditRows

MAX_PAGE_LINES: Final = 500
_FREEZE_PREFIX: Final = "CF-"
_SIGN_IN_ACTIONS: Final = {SignInOutcome.ACCEPTED: "sign in", SignInOutcome.SIGNED_OUT: "sign out"}
_REFUSED_SIGN_IN: Final = "refused sign-in"
_FIRST_USE: Final = "first use of a token from this network"
_REFUSED_TOKEN: Final = "refused token"  # noqa: S105  (an action)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditPage:
    """Some lines of the audit trail; ``cursor`` leads to those that follow, ``None`` where there are none."""

    lines: tuple[AuditLine, ...]
    cursor: str | None


def audit_subject(text: str, workspace: Workspace, *, now: datetime) -> str:
    """The id of the recorded change, draft or freeze that the text names, whatever its case.

    Raises:
        NotFoundError: where there is none.
        RefusedError: where the change is written in the schedule file.
    """
    if is_draft_id(text):
        return draft_of(workspace, text).id
    situation = workspace.situation(now=now)
    if text.upper().startswith(_FREEZE_PREFIX):
        return situation.record.freeze(text).id
    change = situation.change(text)
    if not change.is_recorded:
        msg = f"{change.id} is in the schedule file, so its history is that of the file; look there, or into git"
        raise RefusedError(msg)
    return change.id


def audit_page(
    repository: AuditRepository,
    selection: AuditSelection,
    *,
    limit: int,
    cursor: str | None = None,
    newest_first: bool = True,
) -> AuditPage:
    """At most ``limit`` lines of the selection, beyond those that the ``cursor`` of another page stands for.

    Raises:
        BadInputError: where the cursor is none, or the limit out of range.
        UnavailableError: where the audit trail can't be read.
    """
    if not 1 <= limit <= MAX_PAGE_LINES:
        msg = f"a page has 1 to {MAX_PAGE_LINES} lines, not {limit}"
        raise BadInputError(msg)
    position = AuditPosition.parse(cursor) if cursor is not None else LAST if newest_first else FIRST
    return _page(repository, selection, position, limit=limit, newest_first=newest_first)


def audit_lines(repository: AuditRepository, selection: AuditSelection) -> Iterator[AuditLine]:
    """All lines of the selection, oldest first.

    Raises:
        UnavailableError: where the audit trail can't be read.
    """
    cursor: str | None = str(FIRST)
    while cursor is not None:
        page = audit_page(repository, selection, limit=MAX_PAGE_LINES, cursor=cursor, newest_first=False)
        yield from page.lines
        cursor = page.cursor


def audit_line_as_json(line: AuditLine) -> dict[str, object]:
    """A line for programs; ``before`` and ``after`` have what is different, ``null`` where there was nothing."""
    return {
        "entry": line.number if not line.is_sign_in else None,
        "sign_in": line.number if line.is_sign_in else None,
        "at": utc_text(line.at),
        "by": line.by,
        "kind": line.kind.value if line.kind is not None else None,
        "address": line.address,
        "action": line.action,
        "subject": line.subject,
        "before": line.effect.before,
        "after": line.effect.after,
    }


def _page(
    repository: AuditRepository, selection: AuditSelection, position: AuditPosition, *, limit: int, newest_first: bool
) -> AuditPage:
    record = repository.record()
    with repository.audit_rows() as rows:
        if rows is None:
            return AuditPage(lines=(), cursor=None)
        entries = rows.entries(selection, beyond=position.entry, newest_first=newest_first, limit=limit + 1)
        sign_ins = rows.sign_ins(selection, beyond=position.sign_in, newest_first=newest_first, limit=limit + 1)
        # Others may have recorded something since the record was read.
        entries = tuple(each for each in entries if each.number <= record.entry)
        chosen = _merged(entries, sign_ins, newest_first=newest_first)[: limit + 1]
        has_more = len(chosen) > limit
        chosen = chosen[:limit]
        reader = _effect_reader(rows, record, [each.number for each in chosen if isinstance(each, AuditEntry)])
    lines = tuple(_entry_line(each, reader) if isinstance(each, AuditEntry) else _sign_in_line(each) for each in chosen)
    return AuditPage(lines=lines, cursor=str(_after(position, lines)) if has_more else None)


def _merged(
    entries: tuple[AuditEntry, ...], sign_ins: tuple[RecordedSignIn, ...], *, newest_first: bool
) -> list[AuditEntry | RecordedSignIn]:
    """Both in the order of time, each in its own order; who signs in does something afterwards."""
    merged: list[AuditEntry | RecordedSignIn] = []
    first, second = 0, 0
    while first < len(entries) or second < len(sign_ins):
        if second == len(sign_ins):
            takes_entry = True
        elif first == len(entries):
            takes_entry = False
        else:
            entry_at, sign_in_at = entries[first].at, sign_ins[second].sign_in.at
            takes_entry = entry_at >= sign_in_at if newest_first else entry_at < sign_in_at
        merged.append(entries[first] if takes_entry else sign_ins[second])
        first, second = first + takes_entry, second + (not takes_entry)
    return merged


def _effect_reader(rows: AuditRows, record: Record, entries: Collection[int]) -> EffectReader:
    recorded = rows.effects(entries)
    drafts = rows.drafts({*recorded.drafts.values(), *recorded.decisions.values()})
    return EffectReader(
        recorded=recorded,
        record=record,
        drafts={each.number: without_withdrawn_texts(each, record) for each in drafts},
    )


def _entry_line(entry: AuditEntry, reader: EffectReader) -> AuditLine:
    return AuditLine(
        number=entry.number,
        at=entry.at,
        by=entry.by,
        kind=entry.kind,
        address=entry.address if entry.kind is not ActorKind.CUSTOMER else "",
        action=entry.action,
        subject=entry.subject,
        effect=reader.effect(entry),
    )


def _sign_in_line(recorded: RecordedSignIn) -> AuditLine:
    sign_in = recorded.sign_in
    return AuditLine(
        number=recorded.number,
        at=sign_in.at,
        by=sign_in.name,
        kind=sign_in.kind,
        address=sign_in.address,
        action=_sign_in_action(sign_in),
        subject=sign_in.name if sign_in.method is SignInMethod.BEARER else sign_in.method.value,
        effect=Effect(after={"outcome": sign_in.outcome.value}),
        is_sign_in=True,
    )


def _sign_in_action(sign_in: SignIn) -> str:
    """Nobody signs in by a request with a token: a day's first one from a network is recorded, and refused ones."""
    if sign_in.method is SignInMethod.BEARER:
        return _REFUSED_TOKEN if sign_in.outcome.is_failure else _FIRST_USE
    return _SIGN_IN_ACTIONS.get(sign_in.outcome, _REFUSED_SIGN_IN)


def _after(position: AuditPosition, lines: Sequence[AuditLine]) -> AuditPosition:
    """The position beyond those lines, which were read from that one on."""
    entries = [each.number for each in lines if not each.is_sign_in]
    sign_ins = [each.number for each in lines if each.is_sign_in]
    return AuditPosition(
        entry=entries[-1] if entries else position.entry, sign_in=sign_ins[-1] if sign_ins else position.sign_in
    )
