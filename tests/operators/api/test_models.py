"""The models, of which the document is made, and the readers of requests say the same, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.operators import Operator, Scope
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError
from icsfeed.store.database.database import Database
from icsfeed.web.operators.api.calling import new_call
from icsfeed.web.operators.api.operation import Call, Operation
from icsfeed.web.operators.api.operations import OPERATIONS
from icsfeed.web.operators.api.requests import DRY_RUN
from tests.cli.running import IN_FORCE
from tests.operators.api.clients import ANNOUNCEMENT, new_context
from tests.publication.fakes import Clock

CHRIS = Operator(name="Chris", kind=ActorKind.TOKEN, scope=Scope.WRITE)
PATH = {"id": "EC-1", "window": "thursday", "date": "2026-12-10"}
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    7,
    10_000,
    1.5,
    "",
    "x",
    [],
    ["x"],
    [7],
    [None],
    {},
    {"en": "x"},
    {"x": 7},
]
"""Of each type, and some that no field takes."""

FORMATS = jsonschema.FormatChecker()
READERS = [each for each in OPERATIONS if each.request is not None or each.query is not None]
each_reader = pytest.mark.parametrize("operation", READERS, ids=lambda each: each.name)


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    """A call without fields, and a change that it can be about."""
    folder = tmp_path_factory.mktemp("operators")
    schedule = folder / "schedule.toml"
    schedule.write_text(IN_FORCE, encoding="utf-8")
    with closing(Database(f"sqlite:///{folder}/operators.db", may_be_missing=True)) as database:
        blank = new_call(new_context(schedule, database, Clock()), CHRIS)
        announce = next(each for each in OPERATIONS if each.name == "announce_change")
        announce.function(replace(blank, fields=ANNOUNCEMENT))
        yield blank


def schema_of(operation: Operation) -> dict[str, Any]:
    """The schema of the fields that the operation's function reads."""
    model = operation.request or operation.query
    assert model is not None
    schema = model.model_json_schema()
    return {**schema, "properties": {name: each for name, each in schema["properties"].items() if name != DRY_RUN}}


def errors_of(operation: Operation, call: Call, fields: dict[str, Any]) -> list[FieldError]:
    """The errors of the fields; an operation that goes through is only rehearsed."""
    path = {name: PATH[name] for name in operation.path_names}
    try:
        operation.function(replace(call, path=path, fields=fields, dry_run=True))
    except InvalidRequestError as error:
        return list(error.errors)
    except IcsfeedError:
        return []
    return []


@each_reader
def test_the_reader_takes_the_fields_of_the_model_and_no_other(operation: Operation, call: Call) -> None:
    (error,) = [each for each in errors_of(operation, call, {"nobody": 1}) if each.fault is FieldFault.UNKNOWN]
    names = set(re.findall(r"\w+", error.remedy.removeprefix("the fields are")))
    assert names - set(operation.path_names) == set(schema_of(operation)["properties"])


@each_reader
def test_the_reader_requires_what_the_model_requires(operation: Operation, call: Call) -> None:
    missing = [each for each in errors_of(operation, call, {}) if each.fault is FieldFault.MISSING]
    alone = {each.field for each in missing if not each.alternatives}
    assert alone - BESIDE.get(operation.name, set()) == set(schema_of(operation).get("required", ()))


BESIDE = {"show_state": {"environment"}, "change_subscriber": {"account"}}
"""Where one field of several is required, which a schema can't say in a word."""


@each_reader
def test_the_reader_refuses_what_the_model_refuses_and_takes_every_type_that_it_takes(
    operation: Operation, call: Call
) -> None:
    schema = schema_of(operation)
    for name, shape in schema["properties"].items():
        validator = jsonschema.Draft202012Validator({**shape, "$defs": schema.get("$defs", {})}, format_checker=FORMATS)
        for value in [*VALUES, *shape.get("enum", [])]:
            faults = {each.fault for each in errors_of(operation, call, {name: value}) if each.field == name}
            faults.discard(FieldFault.MISSING)
            if validator.is_valid(value):
                assert FieldFault.TYPE not in faults, (name, value)
                assert not (faults and "enum" in shape), (name, value)
            else:
                assert faults & {FieldFault.TYPE, FieldFault.VALUE}, (name, value)
