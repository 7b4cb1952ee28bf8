"""All routes of the console, behind its gatekeeper."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from icsfeed.domain.errors import IcsfeedError
from icsfeed.web.operators.console.announcing import announcing_routes
from icsfeed.web.operators.console.audit import audit_routes
from icsfeed.web.operators.console.changes import change_routes
from icsfeed.web.operators.console.deliveries import delivery_routes
from icsfeed.web.operators.console.drafts import draft_routes
from icsfeed.web.operators.console.form_protection import FormProtection
from icsfeed.web.operators.console.freezes import freeze_routes
from icsfeed.web.operators.console.gatekeeper import Gatekeeper
from icsfeed.web.operators.console.home import home_routes
from icsfeed.web.operators.console.keys import ConsoleKeys
from icsfeed.web.operators.console.layout import layout_routes
from icsfeed.web.operators.console.mail import mail_subscriber_routes
from icsfeed.web.operators.console.messages import error_page, http_error_page
from icsfeed.web.operators.console.months import month_routes
from icsfeed.web.operators.console.occurrences import occurrence_routes
from icsfeed.web.operators.console.oidc_routes import oidc_routes
from icsfeed.web.operators.console.session_list import session_list_routes
from icsfeed.web.operators.console.session_pages import session_routes
from icsfeed.web.operators.console.sessions import ConsoleSessions
from icsfeed.web.operators.console.signin import sign_in_routes
from icsfeed.web.operators.console.subscribers import subscriber_routes
from icsfeed.web.operators.console.tokens import token_routes
from icsfeed.web.operators.context import OperatorsContext


def console_routes(context: OperatorsContext) -> Blueprint:
    """The console below ``/operator/``. The parts add their routes here; none of them has to ask who may see it."""
    routes = Blueprint("console", __name__)
    keys, sessions = ConsoleKeys(context), ConsoleSessions(context)
    gatekeeper = Gatekeeper(context, sessions, FormProtection(keys))
    routes.record_once(lambda state: gatekeeper.install(cast("Flask", state.app)))

    @routes.errorhandler(IcsfeedError)
    def show_error(error: IcsfeedError) -> Response:
        return error_page(context, error)

    @routes.errorhandler(HTTPException)
    def show_http_error(error: HTTPException) -> Response:
        return http_error_page(context, error)

    for part in (
        layout_routes(context),
        home_routes(context),
        announcing_routes(context),
        change_routes(context),
        delivery_routes(context),
        freeze_routes(context),
        mail_subscriber_routes(context),
        month_routes(context),
        occurrence_routes(context),
        subscriber_routes(context),
        draft_routes(context),
        token_routes(context),
        sign_in_routes(context, sessions),
        oidc_routes(context, sessions, keys),
        session_routes(context),
        session_list_routes(context),
        audit_routes(context),
    ):
        routes.register_blueprint(part)
    return routes
