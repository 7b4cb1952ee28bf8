"""Requests over HTTP: what stands in their headers, queries and bodies, read strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import Request
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError, ParameterError

MAX_BODY_BYTES: Final = 64 * 1024
MAX_KEY_CHARS: Final = 255
JSON_TYPE: Final = "application/json"
DRY_RUN: Final = "dry_run"
KEY_HEADER: Final = "Idempotency-Key"
VERSION_HEADER: Final = "If-Match"

_MAX_DIGITS: Final = 15
_KEY: Final = re.compile(r"[\x21-\x7e]+")
_VERSION: Final = re.compile(r'(?P<weak>W/)?"(?P<tag>[^"]*)"')
_TAG: Final = re.compile(r"(?P<id>.+)\.(?P<number>[1-9][0-9]{0,8})")


class JsonError(BadInputError):
    """A body that is no JSON as it is read here."""


def json_fields(request: Request) -> Mapping[str, object]:
    """The fields in the body of a request; none where it has no body.

    Raises:
        UnsupportedMediaType: where the body is not JSON, or not in UTF-8.
        JsonError: where it is malformed, has a key twice, or a number that is none or too long.
        HTTPException: where it is too long.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if request.mimetype != JSON_TYPE and (has_body or request.mimetype):
        raise UnsupportedMediaType
    if charset not in {"utf-8", "utf8"} or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType
    body = request.get_data()
    if not body:
        return {}
    fields = _parsed(body)
    if not isinstance(fields, dict):
        msg = 'a request is an object with fields; write it in braces, such as {"message": "We have begun"}'
        raise JsonError(msg)
    return fields


def _parsed(body: bytes) -> object:
    if body.startswith(b"\xef\xbb\xbf"):
        msg = "the body begins with a byte order mark; leave it out"
        raise JsonError(msg)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        msg = "the body is not in UTF-8; send it in this encoding"
        raise JsonError(msg) from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_distinct,
            parse_constant=_refuse_constant,
            parse_int=_whole_number,
            parse_float=_number,
        )
    except RecursionError:
        msg = "the body has too many levels; write at most three"
        raise JsonError(msg) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        msg = f"the body is no JSON: {place}: {error.msg.lower()}; correct it, or have a JSON library write it"
        raise JsonError(msg) from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            msg = f"the body has {quoted(name)} twice; give it once"
            raise JsonError(msg)
        fields[name] = value
    return fields


def _refuse_constant(name: str) -> object:
    msg = f"{name} is not a number in JSON; leave the field out"
    raise JsonError(msg)


def _whole_number(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        msg = f"the body has a number with {len(digits)} characters; write at most {_MAX_DIGITS}"
        raise JsonError(msg)
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        msg = "the body has a number that is too large; write a smaller one"
        raise JsonError(msg)
    return number


def query_fields(arguments: MultiDict[str, str], model: type[BaseModel] | None) -> dict[str, object]:
    """The fields of a query, each of the type that its model says.

    Raises:
        InvalidRequestError: where it has other fields, or one twice that takes a single value.
    """
    types = _types_of(model)
    errors = list(_query_errors(arguments, types))
    if errors:
        raise InvalidRequestError(errors)
    return {
        name: arguments.getlist(name) if types[name] == "array" else _typed(arguments[name], types[name])
        for name in arguments
    }


def rehearses(fields: dict[str, object]) -> bool:
    """Take ``dry_run`` out of the fields of a query.

    Raises:
        InvalidRequestError: where it is neither true nor false.
    """
    value = fields.pop(DRY_RUN, False)
    if isinstance(value, bool):
        return value
    message, remedy = f'"{DRY_RUN}" is true or false, not {quoted(str(value))}', "write true or false"
    raise InvalidRequestError([FieldError(field=DRY_RUN, fault=FieldFault.VALUE, message=message, remedy=remedy)])


def _types_of(model: type[BaseModel] | None) -> dict[str, str]:
    if model is None:
        return {}
    properties: dict[str, dict[str, Any]] = model.model_json_schema()["properties"]
    return {name: schema.get("type", "string") for name, schema in properties.items()}


def _query_errors(arguments: MultiDict[str, str], types: Mapping[str, str]) -> Iterator[FieldError]:
    for name in arguments:
        if name not in types:
            names = f"the parameters are {', '.join(types)}" if types else "leave it out: this takes none"
            message = f"there is no parameter {quoted(name)}"
            yield FieldError(field=name, fault=FieldFault.UNKNOWN, message=message, remedy=names)
        elif types[name] != "array" and len(arguments.getlist(name)) > 1:
            message = f"the query has {quoted(name)} {len(arguments.getlist(name))} times"
            yield FieldError(field=name, fault=FieldFault.CONFLICT, message=message, remedy="give it once")


def _typed(text: str, kind: str) -> object:
    """The value of that type; the text itself where it is none, which the reader of the request refuses."""
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    return text


def idempotency_key(request: Request) -> str:
    """The request's idempotency key; empty where it has none.

    Raises:
        ParameterError: where it can't be one.
    """
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return ""
    # The draft of the standard has a string in quotes (RFC 8941); most clients send it bare.
    bare = key[1:-1] if len(key) > 1 and key.startswith('"') and key.endswith('"') else key
    if len(bare) > MAX_KEY_CHARS or not _KEY.fullmatch(bare):
        msg = (
            f"{quoted(key)} can't be an idempotency key; write up to {MAX_KEY_CHARS} characters of ASCII without "
            "spaces, such as a random UUID"
        )
        raise ParameterError(KEY_HEADER, msg)
    return bare


def expected_versions(request: Request, subject: str) -> tuple[int, ...] | None:
    """The numbers of the updates of ``subject``, a change, that If-Match names; ``None`` where any will do.

    Raises:
        ParameterError: where the header is malformed.
    """
    header = request.headers.get(VERSION_HEADER)
    if header is None or header.strip() == "*":
        return None
    tags = list(_VERSION.finditer(header))
    if not tags or _VERSION.sub("", header).strip(" ,\t"):
        msg = f'{quoted(header)} is not an entity tag; write the value of the header ETag, such as "EC-7.3", in quotes'
        raise ParameterError(VERSION_HEADER, msg)
    numbers = []
    for each in tags:
        match = _TAG.fullmatch(each["tag"])
        # A weak one never matches (RFC 9110, 8.8.3.2).
        if match is not None and not each["weak"] and match["id"].lower() == subject.lower():
            numbers.append(int(match["number"]))
    return tuple(numbers)
