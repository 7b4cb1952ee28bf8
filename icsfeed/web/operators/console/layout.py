"""The frame of the console's pages: navigation, language, who is signed in, and what the last action did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, partial
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.exceptions import BadRequest

from icsfeed.domain.errors import IcsfeedError, UnavailableError
from icsfeed.domain.operators import Operator
from icsfeed.domain.plans import MissingReasonError
from icsfeed.domain.schedule import Calendar
from icsfeed.domain.situation import Situation
from icsfeed.services.changes import Workspace
from icsfeed.services.repository import NoRepository
from icsfeed.services.requests.errors import FieldError, InvalidRequestError
from icsfeed.store.database.outbox import Outbox
from icsfeed.web.operators.console.assets import asset_response, icon_of, script, style_of
from icsfeed.web.operators.console.error_words import error_in_words
from icsfeed.web.operators.console.guards import current_operator
from icsfeed.web.operators.console.notices import NOTICES
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.dates import Dates
from icsfeed.words.events import label_line
from icsfeed.words.languages import LANGUAGES, Language, language_named, sentence
from icsfeed.words.phrases import Phrase, phrase

CONSOLE_PATH: Final = "/operator"
_LANGUAGE_COOKIE: Final = "icsfeed_language"
_ONE_YEAR: Final = 365 * 24 * 3600
_CODES: Final = tuple(each.code for each in LANGUAGES)


class Section(StrEnum):
    """A part of the console, which the navigation leads to; the value is its folder below the console's path."""

    HOME = ""
    ANNOUNCE = "announce/planned"
    CALENDAR = "calendar/"
    FREEZES = "freezes/"
    DRAFTS = "drafts/"
    CHANGES = "changes/"
    AUDIT = "audit/"
    SUBSCRIBERS = "subscribers/"
    MAIL = "mail/"
    DELIVERIES = "deliveries/"
    TOKENS = "tokens/"
    SESSIONS = "sessions/"


SECTION_NAMES: Final[Mapping[Section, Phrase]] = {
    Section.HOME: phrase("Under way"),
    Section.ANNOUNCE: phrase("Announce"),
    Section.CALENDAR: phrase("Calendar"),
    Section.FREEZES: phrase("Freezes"),
    Section.DRAFTS: phrase("Drafts"),
    Section.CHANGES: phrase("All changes"),
    Section.AUDIT: phrase("Audit trail"),
    Section.SUBSCRIBERS: phrase("Private subscribers"),
    Section.MAIL: phrase("Mail subscribers"),
    Section.DELIVERIES: phrase("Deliveries"),
    Section.TOKENS: phrase("Tokens"),
    Section.SESSIONS: phrase("Sessions"),
}
MAIN_SECTIONS: Final = (Section.HOME, Section.ANNOUNCE, Section.CALENDAR, Section.FREEZES, Section.DRAFTS)
"""Those that the navigation always shows; a menu has the others."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An operator's request to the console: who asks, in which language, and the situation now."""

    context: OperatorsContext
    operator: Operator
    workspace: Workspace
    now: datetime
    language: Language

    @cached_property
    def situation(self) -> Situation:
        """The situation now, with the vendor's texts in the operator's language, where the calendar has it."""
        situation = self.workspace.situation(now=self.now)
        code = self.language.code
        return situation.in_language(code) if code in self.workspace.schedule.calendar.languages else situation

    @property
    def zone(self) -> ZoneInfo:
        return self.workspace.schedule.calendar.zone

    @cached_property
    def dates(self) -> Dates:
        """Writes dates in the operator's language, on the clock of the calendar's zone."""
        return Dates(language=self.language, zone=self.zone, year=self.now.astimezone(self.zone).year)

    @property
    def clock(self) -> str:
        """Says on which clock the times in a form are, such as "Eastern Time (America/Toronto)"."""
        name, key = self.dates.zone_name, self.zone.key
        return sentence(name) if name != key else self.say("On the clock of {zone}", zone=key)

    def label(self, label: str, text: str) -> str:
        """The text after its label, with the language's colon between them."""
        return label_line(label, text, self.language)

    @property
    def outbox(self) -> Outbox | None:
        """The outbox; ``None`` while there is no database yet."""
        database = self.context.database
        return None if isinstance(database, NoRepository) or database.is_missing() else database.outbox

    def say(self, text: str | Phrase, **values: object) -> str:
        return self.language.say(text, **values)

    def page(
        self,
        template: str,
        *,
        title: str,
        section: Section | None = None,
        status: int = 200,
        errors: Sequence[FieldError] = (),
        **values: object,
    ) -> Response:
        """The page that a template below ``console/`` makes; the ``errors`` are listed at its top."""
        return console_page(
            template,
            title=title,
            calendar=self.workspace.schedule.calendar,
            language=self.language,
            operator=self.operator,
            section=section,
            status=400 if errors and status == 200 else status,  # noqa: PLR2004
            errors=errors,
            visit=self,
            dates=self.dates,
            **values,
        )

    def fragment(self, template: str, **values: object) -> Response:
        """A part of a page, for the script that shows it while somebody types."""
        return make_response(
            render_template(f"console/{template}", **_shared(self.language), visit=self, dates=self.dates, **values)
        )


def open_visit(context: OperatorsContext) -> Visit:
    """The current request of the operator who is signed in.

    Raises:
        UnavailableError: where there is no schedule to work with.
    """
    return Visit(
        context=context,
        operator=current_operator(),
        workspace=context.workspaces.current(),
        now=context.clock(),
        language=current_language(),
    )


def current_language() -> Language:
    """The language that somebody chose in the console or, without a choice, the browser's."""
    code = request.cookies.get(_LANGUAGE_COOKIE, "")
    return language_named(code if code in _CODES else request.accept_languages.best_match(_CODES, _CODES[0]))


def console_page(
    template: str,
    *,
    title: str,
    calendar: Calendar,
    language: Language,
    operator: Operator | None = None,
    section: Section | None = None,
    status: int = 200,
    errors: Sequence[FieldError] = (),
    **values: object,
) -> Response:
    """A page for an ``operator``, or for somebody who has yet to sign in."""
    notice = NOTICES.get(request.args.get("done", "")) if request.method == "GET" else None
    page = render_template(
        f"console/{template}",
        **_shared(language),
        title=title,
        calendar=calendar,
        operator=operator,
        section=section,
        errors=tuple(errors),
        notice=language.say(notice) if notice is not None else "",
        icon_path=f"static/{icon_of(calendar.color).name}",
        style_path=f"static/{style_of(calendar.color).name}",
        script_path=f"static/{script().name}",
        sections=SECTION_NAMES,
        main_sections=MAIN_SECTIONS,
        languages=LANGUAGES,
        **values,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language.code
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _shared(language: Language) -> dict[str, object]:
    return {
        "language": language,
        "say": language.say,
        "say_count": language.say_count,
        "error_in_words": partial(error_in_words, language=language),
        "colon": label_line("", "", language),
        "root": request.root_path + CONSOLE_PATH,
    }


def go_to(path: str, done: str = "") -> Response:
    """The answer to a POST: the browser opens that path below the console's, which says what was ``done``."""
    query = f"?done={done}" if done else ""
    response = make_response(redirect(f"{request.root_path}{CONSOLE_PATH}/{path}{query}", 303))
    response.headers["Cache-Control"] = "no-store"
    return response


def field_errors(error: IcsfeedError) -> tuple[FieldError, ...]:
    """The errors by field; of one that concerns the whole request, the field is empty."""
    if isinstance(error, InvalidRequestError):
        return error.errors
    return (FieldError.of_sentence("reason" if isinstance(error, MissingReasonError) else "", str(error)),)


def layout_routes(context: OperatorsContext) -> Blueprint:
    """The style sheet, the script, and the choice of the language."""
    routes = Blueprint("console_layout", __name__)

    @routes.get(f"{CONSOLE_PATH}/static/<name>")
    def show_asset(name: str) -> Response:
        try:
            color = context.workspaces.current().schedule.calendar.color
        except UnavailableError:
            color = ""
        return asset_response(name, color)

    @routes.post(f"{CONSOLE_PATH}/language")
    def choose_language() -> Response:
        code = request.form.get("language", "")
        if code not in _CODES:
            raise BadRequest
        response = go_to(_own_page(request.form.get("page", "")))
        response.set_cookie(
            _LANGUAGE_COOKIE,
            code,
            max_age=_ONE_YEAR,
            path=f"{request.root_path}{CONSOLE_PATH}",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    return routes


def _own_page(path: str) -> str:
    """The path, below the console's, of the page on which somebody chose a language; home, where that is none."""
    prefix = f"{CONSOLE_PATH}/"
    page = path.removeprefix(prefix)
    return page if path.startswith(prefix) and page.isascii() and page.isprintable() and "\\" not in page else ""
