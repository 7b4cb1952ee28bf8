"""What the pages of actions share: who may act, the fields of forms, and the page that asks before anything happens."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Response, request
from werkzeug.exceptions import Forbidden

from icsfeed.domain.actors import Actor
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.instants import has_offset, parse_instant
from icsfeed.services.listeners import ListenerOutbox
from icsfeed.services.requests.errors import FieldError
from icsfeed.store.database.database import Database
from icsfeed.web.operators.console.layout import Section, Visit, open_visit
from icsfeed.web.operators.console.local_times import LocalTimeField, local_field, read_local_field
from icsfeed.web.operators.console.preview_facts import Preview
from icsfeed.web.operators.context import OperatorsContext

CONFIRMED: Final = "confirmed"
"""The hidden field of a confirmation: the fingerprint of what the operator has seen."""

YES: Final = "yes"
"""The value of a box or a choice that stands for true."""

_EDIT: Final = "edit"
_FINGERPRINT_CHARS: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """What is asked before an action: its ``button`` sends the ``fields`` to ``path``, and ``back`` leads elsewhere.

    Both paths are below the console's. One that ``is_editable`` has a button that leads back to its form, with the
    fields, instead. ``seen`` is the fingerprint of what the operator sees, where that matters.
    """

    title: str
    button: str
    path: str
    back: str
    seen: str = YES
    fields: tuple[tuple[str, str], ...] = ()
    is_destructive: bool = False
    is_editable: bool = False


def writing_visit(context: OperatorsContext) -> Visit:
    """The current request of an operator who may write.

    Raises:
        Forbidden: where they may only read.
    """
    visit = open_visit(context)
    if not visit.operator.may_write:
        raise Forbidden
    return visit


def actor_of(visit: Visit) -> Actor:
    return visit.operator.actor(visit.now)


def outbox_of(visit: Visit) -> ListenerOutbox | None:
    """The outbox, which knows who would be told; ``None`` while there is no database."""
    database = visit.context.database
    return database.outbox if isinstance(database, Database) and not database.is_missing() else None


def fingerprint(*values: object) -> str:
    """A short text that is the same as long as those values are."""
    return hashlib.sha256(repr(values).encode(errors="replace")).hexdigest()[:_FINGERPRINT_CHARS]


def form_fields(
    texts: Collection[str] = (), flags: Collection[str] = (), lists: Collection[str] = ()
) -> dict[str, object]:
    """The fields of a request as a form has them; an empty text stands for a field that is left out."""
    fields: dict[str, object] = {
        name: request.form[name] for name in texts if request.form.get(name, "").strip(" \t\r\n")
    }
    fields |= {name: True for name in flags if request.form.get(name) == YES}
    return fields | {name: request.form.getlist(name) for name in lists if name in request.form}


def hidden_fields(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The fields as a confirmation sends them again."""
    return tuple(
        (name, YES if each is True else str(each))
        for name, value in fields.items()
        for each in (value if isinstance(value, list) else [value])
    )


def confirmation_page(
    visit: Visit,
    confirmation: Confirmation,
    preview: Preview,
    *,
    section: Section,
    errors: tuple[FieldError, ...] = (),
    status: int = 200,
) -> Response:
    """The preview, with a button that carries the action out."""
    return visit.page(
        "confirm.html",
        title=confirmation.title,
        section=section,
        status=status,
        errors=errors,
        confirmation=confirmation,
        preview=preview,
    )


def confirmed_as(seen: str) -> bool:
    """Whether the form confirms what has that fingerprint."""
    return request.form.get(CONFIRMED, "") == seen


def is_confirmation() -> bool:
    """Whether the form confirms something, perhaps what is not so any more."""
    return CONFIRMED in request.form


def wants_to_edit() -> bool:
    """Whether the form leads from a confirmation back to where its fields can be changed."""
    return _EDIT in request.form


def form_time(visit: Visit, name: str) -> LocalTimeField:
    """The field with a local time of that name; a confirmation sends an instant again, and not its local time."""
    field = read_local_field(request.values, name, visit.zone)
    if not has_offset(field.text):
        return field
    try:
        return local_field(parse_instant(field.text, visit.zone), visit.zone)
    except BadInputError:  # out of reach: the request refuses it as well
        return field
