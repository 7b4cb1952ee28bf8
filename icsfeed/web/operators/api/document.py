"""The OpenAPI 3.1 document of the API, made from the table of operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from icsfeed.release import release_name
from icsfeed.web.operators.api.models.problems import OutdatedProblemDocument, ProblemDocument
from icsfeed.web.operators.api.operation import Operation
from icsfeed.web.operators.api.operations import OPERATIONS

_REFERENCE: Final = "#/components/schemas/{model}"
_SUFFIX: Final = "Document"
_PROBLEM_TYPE: Final = "application/problem+json"
_JSON_TYPE: Final = "application/json"

_DESCRIPTION: Final = """\
Everything that the command line does, over HTTP. Make a token with `icsfeed token create`, and send it in the header
`Authorization: Bearer`. `icsfeed manual api` has examples.

Instants have an offset from UTC. Errors are problems (RFC 9457), whose `errors` name each field and what to write
instead. A request with an `Idempotency-Key` is carried out once, however often it is sent."""

_PROBLEMS: Final[Mapping[int, str]] = {
    400: "A field, a parameter or a header can't be what it says.",
    401: "There is no token, or it is not valid.",
    403: "The token may only read.",
    404: "There is no such thing; the detail names what there is.",
    406: "The header Accept does not take JSON.",
    409: "Somebody else was faster, or the key of an announcement belongs to another one.",
    412: "The change has had another update; the detail says which, and `current` is the change now.",
    413: "The body is too long.",
    415: "The body is not JSON in UTF-8.",
    422: "The policy or the present state does not allow it, or the Idempotency-Key belongs to another request.",
    429: "Too many failed attempts came from this network.",
    502: "The connection to the process that answers was lost; repeat the request with the same Idempotency-Key.",
    503: "The schedule or the database can't be used now; nothing has changed.",
    504: "The answer took too long; repeat the request with the same Idempotency-Key.",
}

_PARAMETERS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "id": ("The id; capital letters make no difference.", {"type": "string", "examples": ["EC-7"]}),
    "window": ("The id of the window.", {"type": "string", "examples": ["thursday"]}),
    "date": (
        "The date on which the occurrence starts by the policy, in the window's zone.",
        {"type": "string", "format": "date", "examples": ["2026-12-10"]},
    ),
}


@lru_cache(maxsize=4)
def api_document(*, server: str = "/") -> dict[str, Any]:
    """The document, with the address of the server, as a path or URL."""
    schemas, names = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, names)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "icsfeed operators' API",
            "version": release_name(),
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": topic} for topic in dict.fromkeys(each.topic for each in OPERATIONS)],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token that `icsfeed token create` made; one of scope read may only read.",
                }
            },
        },
    }


def _models() -> Iterator[type[BaseModel]]:
    yield ProblemDocument
    yield OutdatedProblemDocument
    for each in OPERATIONS:
        yield from filter(None, (each.request, *each.responses.values()))


def _schemas() -> tuple[dict[str, Any], dict[type[BaseModel], str]]:
    """The schemas of all models by name, and the references to them."""
    models = list(dict.fromkeys(_models()))
    references, document = models_json_schema(
        [(model, "serialization" if model.__name__.endswith(_SUFFIX) else "validation") for model in models],
        ref_template=_REFERENCE,
    )
    by_model = {model: reference["$ref"] for (model, _), reference in references.items()}
    schemas = {_public_name(name): _renamed(schema) for name, schema in sorted(document["$defs"].items())}
    return schemas, {model: _public_reference(reference) for model, reference in by_model.items()}  # type: ignore[misc]


def _public_name(name: str) -> str:
    return name.removesuffix(_SUFFIX)


def _public_reference(reference: str) -> str:
    return reference.removesuffix(_SUFFIX)


def _renamed(schema: Any) -> Any:  # noqa: ANN401  (JSON)
    """The schema, with references to public names, and without the titles that repeat names."""
    if isinstance(schema, dict):
        return {
            name: _public_reference(value) if name == "$ref" else _renamed(value)
            for name, value in schema.items()
            if not (name == "title" and isinstance(value, str))
        }
    return [_renamed(each) for each in schema] if isinstance(schema, list) else schema


def _operation(operation: Operation, names: Mapping[type[BaseModel], str]) -> dict[str, Any]:
    description = " ".join(filter(None, (operation.description, _scope_text(operation))))
    parameters = [*_path_parameters(operation), *_query_parameters(operation), *_header_parameters(operation)]
    result: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": description,
        "tags": [operation.topic],
    }
    if operation.is_public:
        result["security"] = []
    if parameters:
        result["parameters"] = parameters
    if operation.request is not None:
        is_required = bool(operation.request.model_json_schema().get("required"))
        content = {_JSON_TYPE: {"schema": {"$ref": names[operation.request]}}}
        result["requestBody"] = {"required": is_required, "content": content}
    result["responses"] = {str(status): each for status, each in sorted(_responses(operation, names).items())}
    return result


def _scope_text(operation: Operation) -> str:
    if operation.is_public:
        return ""
    return "It needs a token of scope write." if operation.records else "A token of scope read is enough."


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in operation.path_names:
        description, schema = _PARAMETERS[name]
        yield {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schema = operation.query.model_json_schema()
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        shape = _renamed({key: value for key, value in field.items() if key != "description"})
        parameter = {"name": name, "in": "query", "required": name in required, "schema": shape}
        if field.get("description"):
            parameter["description"] = field["description"]
        if shape.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        yield parameter


def _header_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if not operation.records:
        return
    yield {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "A text of your own for this request, such as a random UUID. If it is sent again within two "
        "days, it gets the answer of the first, and does nothing.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
    }
    if operation.is_versioned and operation.path_names:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of the change that you have seen: the step is refused (412) where it has another.",
            "schema": {"type": "string", "examples": ['"EC-7.3"']},
        }


def _responses(operation: Operation, names: Mapping[type[BaseModel], str]) -> dict[int, dict[str, Any]]:
    headers = _answer_headers(operation)
    responses: dict[int, dict[str, Any]] = {
        status: {
            "description": _success_text(operation, status),
            **({"headers": headers} if headers else {}),
            "content": {_JSON_TYPE: {"schema": {"$ref": names[model]}}},
        }
        for status, model in operation.responses.items()
    }
    for status in _problem_statuses(operation):
        model = OutdatedProblemDocument if operation.is_versioned and status in {409, 412} else ProblemDocument
        responses[status] = {
            "description": _PROBLEMS[status],
            "content": {_PROBLEM_TYPE: {"schema": {"$ref": names[model]}}},
        }
    return responses


def _success_text(operation: Operation, status: int) -> str:
    if status == HTTPStatus.CREATED:
        return "It was recorded."
    if status == HTTPStatus.ACCEPTED:
        return "Its kind needs approval: this is a draft, which is public nowhere."
    if HTTPStatus.CREATED in operation.responses:
        return "Nothing was recorded: this was a dry run, or repeats what was recorded before."
    return "It was done." if operation.records else "The answer."


def _answer_headers(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if operation.is_versioned:
        headers["ETag"] = {
            "description": 'The version of the change, such as "EC-7.3"; not in a dry run.',
            "schema": {"type": "string"},
        }
    if operation.records:
        headers["Idempotent-Replayed"] = {
            "description": "true where this is the answer to an earlier request with the same key.",
            "schema": {"type": "string", "enum": ["true"]},
        }
    return headers


def _problem_statuses(operation: Operation) -> Iterator[int]:
    yield 400
    if not operation.is_public:
        yield from (401, 406, 429)
        if operation.records:
            yield 403
        yield from (502, 504)
    yield from (404, 422, 503)
    if operation.method == "POST":
        yield from (413, 415)
    if operation.records:
        yield 409
        if operation.is_versioned and operation.path_names:
            yield 412
