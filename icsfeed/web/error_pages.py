"""What every Flask application here does alike: the pages of errors, and headers that keep browsers safe."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, ServiceUnavailable

from icsfeed.domain.schedule import Calendar
from icsfeed.publication.pages.site import missing_page
from icsfeed.web.errors import RETRY_AFTER, method_problem
from icsfeed.words.languages import LANGUAGES, languages_named
from icsfeed.words.phrases import Phrase, phrase

_API_FOLDER: Final = "/api/"


def new_application() -> Flask:
    """An application without routes, whose answers have the headers that keep browsers safe unless they set others."""
    app = Flask("icsfeed.web", static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    style = app.jinja_env.get_template("style.css").render()
    app.jinja_env.globals["style"] = Markup(style)  # noqa: S704  (the package's own file)
    security = _security_headers(style)

    @app.after_request
    def add_security_headers(response: Response) -> Response:
        for name, value in security.items():
            response.headers.setdefault(name, value)
        return response

    return app


def add_error_pages(
    app: Flask, calendar: Callable[[], Calendar | None], *, is_folder: Callable[[str], bool] = lambda _path: False
) -> None:
    """Have the application answer HTTP's errors, in JSON to those who prefer it.

    ``calendar`` is the one with whose page missing addresses are answered; ``None`` while there is none: then any path
    may exist later. ``is_folder`` says of a path without the slash at its end whether there is one with it.
    """

    @app.errorhandler(HTTPException)
    def show_error(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, NotFound) and is_folder(request.path):
            redirection = redirect(f"{request.root_path}{request.path}/", 308)  # as web hosts do for folders
            redirection.headers["Cache-Control"] = "no-cache"
            return redirection
        if isinstance(error, MethodNotAllowed) and request.path.startswith(_API_FOLDER):
            return method_problem(error, request.method)
        public_calendar = calendar() if isinstance(error, NotFound) else None
        if isinstance(error, NotFound) and public_calendar is None:
            error = ServiceUnavailable(retry_after=int(RETRY_AFTER))
        # Werkzeug's headers, such as Allow and Location, with a page of our own.
        headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
            response = jsonify(status=error.code, title=error.name)
        elif public_calendar is not None:
            response = _missing_response(public_calendar)
        else:
            title, text = _message_of(error)
            page = render_template("message.html", title=title, text=text, languages=LANGUAGES)
            response = app.make_response(page)
        response.status_code = error.code or 500
        response.headers.extend(headers)
        response.vary.add("Accept")
        response.headers["Cache-Control"] = "no-store" if isinstance(error, ServiceUnavailable) else "no-cache"
        return response


def _missing_response(calendar: Calendar) -> Response:
    """The vendor's own page for missing addresses, as static hosts show it."""
    page = missing_page(calendar, request.root_path, languages_named(calendar.languages))
    response = Response(page.body, content_type=page.content_type)
    response.headers["Content-Security-Policy"] = page.security
    return response


def _message_of(error: HTTPException) -> tuple[Phrase, Phrase]:
    """The title and text for visitors, without internal details."""
    if isinstance(error, ServiceUnavailable):
        return phrase("The calendar is not available at the moment"), phrase("Please try again in a minute.")
    return phrase("Something went wrong"), phrase("Go back to the calendar and try again.")


def _security_headers(style: str) -> dict[str, str]:
    """The headers that let browsers load and run nothing but the page's style sheet, by its hash (CSP level 3)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
