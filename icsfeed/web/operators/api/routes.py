"""The API over HTTP: a route for each operation, its document beside them, and every error as a problem (RFC 9457)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, g, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotAcceptable, NotFound
from werkzeug.routing import Rule

from icsfeed.domain.changes import Change
from icsfeed.domain.errors import IcsfeedError, NotFoundError
from icsfeed.domain.operators import Operator
from icsfeed.domain.plans import MissingReasonError
from icsfeed.services.change_json import change_as_json
from icsfeed.services.conflicts import OutdatedChangeError
from icsfeed.services.idempotency import ReusedKeyError
from icsfeed.services.operator_access import is_enabled
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError
from icsfeed.store.database.database import Database
from icsfeed.web.errors import http_problem, method_problem, problem, status_of, without_details
from icsfeed.web.operators.api.calling import new_call, perform
from icsfeed.web.operators.api.document import api_document
from icsfeed.web.operators.api.operation import PREFIX, Operation, OperationAnswer
from icsfeed.web.operators.api.operations import OPERATIONS
from icsfeed.web.operators.api.page import api_page
from icsfeed.web.operators.api.requests import (
    JSON_TYPE,
    KEY_HEADER,
    MAX_BODY_BYTES,
    VERSION_HEADER,
    expected_versions,
    idempotency_key,
    json_fields,
    query_fields,
    rehearses,
)
from icsfeed.web.operators.api.versions import version_of
from icsfeed.web.operators.bearer import add_challenge, authenticated, is_about_token
from icsfeed.web.operators.context import OperatorsContext

DOCUMENT_PATH: Final = f"{PREFIX}/openapi.json"
PAGE_PATH: Final = f"{PREFIX}/"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def api_routes(context: OperatorsContext) -> Blueprint:
    """The routes below ``/api/v1/``, except ``state``. There are none while nobody can be an operator."""
    routes = Blueprint("api", __name__)

    @routes.before_request
    def hide_without_operators() -> None:
        request.max_content_length = MAX_BODY_BYTES
        database = context.database
        if not isinstance(database, Database) or not is_enabled(database, context.workspaces.schedule()):
            raise NotFound

    @routes.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    routes.register_error_handler(IcsfeedError, lambda error: _answer_error(error, context))
    routes.register_error_handler(HTTPException, _answer_http_error)
    for operation in OPERATIONS:
        if not operation.is_public:
            _add_route(routes, operation, context)
    _add_document(routes)
    routes.record(_add_fallback)
    return routes


def _add_route(routes: Blueprint, operation: Operation, context: OperatorsContext) -> None:
    rule = re.sub(r"{(\w+)}", r"<\1>", operation.path)
    routes.add_url_rule(
        rule,
        endpoint=operation.name,
        view_func=_view(operation, context),
        methods=[operation.method],
        provide_automatic_options=False,
    )


def _view(operation: Operation, context: OperatorsContext) -> Callable[..., ResponseReturnValue]:
    def view(**path: str) -> ResponseReturnValue:
        operator = _operator(operation, context)
        if "Accept" in request.headers and not request.accept_mimetypes[JSON_TYPE]:
            raise NotAcceptable
        fields = query_fields(request.args, operation.query)
        is_read = operation.method == "GET"
        dry_run = rehearses(fields)
        call = new_call(
            context,
            operator,
            path=path,
            fields=fields if is_read else json_fields(request),
            dry_run=dry_run,
            versions=expected_versions(request, path["id"]) if operation.is_versioned and path else None,
        )
        performance = perform(operation, call, key=idempotency_key(request))
        response = _response(performance.answer)
        if performance.is_repeated:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    return view


def _operator(operation: Operation, context: OperatorsContext) -> Operator:
    database = context.database
    if not isinstance(database, Database):
        raise NotFound
    operator = g.operator = authenticated(database, request, now=context.clock())
    if operation.records:
        operator.require_write()
    return operator


def _response(answer: OperationAnswer) -> Response:
    response = _json_response(answer.content, status=answer.status)
    if answer.version:
        response.set_etag(answer.version)
    if answer.location:
        response.headers["Location"] = request.root_path + answer.location
    return response


def _json_response(content: object, *, status: int = 200) -> Response:
    return Response(f"{json.dumps(content, ensure_ascii=False)}\n", status=status, mimetype=JSON_TYPE)


def _add_document(routes: Blueprint) -> None:
    @routes.get(DOCUMENT_PATH, provide_automatic_options=False)
    def document() -> ResponseReturnValue:
        return _json_response(api_document(server=request.root_path or "/"))

    @routes.get(PAGE_PATH, provide_automatic_options=False)
    def page() -> ResponseReturnValue:
        return api_page(root=request.root_path)


def _add_fallback(state: BlueprintSetupState) -> None:
    """Answer everything else below the prefix: what there is not, methods that a path does not take, and OPTIONS."""
    endpoint = "api.fallback"
    state.app.view_functions[endpoint] = _fall_back
    # Without methods, a rule takes all of them, unknown ones as well.
    state.app.url_map.add(Rule(f"{PREFIX}/<path:path>", endpoint=endpoint))
    state.app.url_map.add(Rule(PAGE_PATH, endpoint=endpoint, defaults={"path": ""}))


def _fall_back(path: str) -> ResponseReturnValue:
    methods = _methods_at(f"{PREFIX}/{path}")
    if not methods:
        raise NotFound
    if request.method == "OPTIONS":
        response = Response(status=204, headers={"Allow": ", ".join(methods)})
        del response.headers["Content-Type"]
        return response
    raise MethodNotAllowed(valid_methods=methods)


def _methods_at(path: str) -> list[str]:
    """The methods that the path takes; none where there is no such path."""
    methods: list[str] = [each.method for each in OPERATIONS if not each.is_public and _pattern(each).fullmatch(path)]
    if path in {DOCUMENT_PATH, PAGE_PATH}:
        methods.append("GET")
    if "GET" in methods:
        methods.append("HEAD")
    return sorted({*methods, "OPTIONS"}) if methods else []


def _pattern(operation: Operation) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", operation.path))


def _answer_error(error: IcsfeedError, context: OperatorsContext) -> Response:
    if "operator" not in g:
        error = without_details(error, context.log)
    if isinstance(error, OutdatedChangeError):
        zone = context.workspaces.schedule().calendar.zone
        has_version = VERSION_HEADER in request.headers
        response = problem(
            error,
            status=412 if has_version else None,
            field=VERSION_HEADER if has_version else "expect",
            remedy='look at "current", and send ' + _latest_text(error.change, has_version=has_version),
            members={"current": change_as_json(error.change, zone)},
        )
        response.set_etag(version_of(error.change))
        return response
    if isinstance(error, MissingReasonError):
        fault = FieldError(
            field="reason", fault=FieldFault.MISSING, message=str(error), remedy='say in "reason" why it can\'t wait'
        )
        return problem(InvalidRequestError([fault]), status=status_of(error))
    return add_challenge(problem(error, field=_field_of(error)), error)


def _latest_text(change: Change, *, has_version: bool) -> str:
    """The latest version of the change, as the step that may be taken after all has to name it."""
    latest = f'{VERSION_HEADER}: "{version_of(change)}"' if has_version else f'"expect": {change.latest.number}'
    return f"{latest} if the step is still right"


def _field_of(error: IcsfeedError) -> str:
    """The header, or the part of the address, that an error is about."""
    if isinstance(error, ReusedKeyError):
        return KEY_HEADER
    if is_about_token(error):
        return "Authorization"
    names = tuple(request.view_args or ())
    return names[0] if isinstance(error, NotFoundError) and len(names) == 1 else ""


_DETAILS: Final = {
    404: ("", "there is nothing at this path", f"see {DOCUMENT_PATH}, which describes all there is"),
    406: ("Accept", "the answer is JSON, which the header Accept does not take", f"send Accept: {JSON_TYPE}"),
    413: ("", "the body is too long", f"send {MAX_BODY_BYTES // 1024} KiB at most"),
    415: ("Content-Type", "the body is not JSON in UTF-8", f"send Content-Type: {JSON_TYPE}"),
}


def _answer_http_error(error: HTTPException) -> Response:
    """An error of HTTP itself as a problem."""
    if isinstance(error, MethodNotAllowed):
        return method_problem(error, request.method)
    field, detail, remedy = _DETAILS.get(error.code or 500, ("", str(error.description), ""))
    return http_problem(error, detail, remedy, field=field)
