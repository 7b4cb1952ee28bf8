"""Keys: how a table of the schedule file declares what it may hold, and what pydantic checks it by."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NotRequired, get_args, get_origin, get_type_hints

from pydantic_core import SchemaValidator, core_schema
from pydantic_core.core_schema import CoreSchema

from icsfeed.store.schedule_file.values import array, for_json_schema


@dataclass(frozen=True, slots=True)
class Key:
    """What a key holds; ``table`` is set in place of ``schema`` where that is a table or, ``many``, tables."""

    schema: CoreSchema | None
    description: str
    example: Any = None
    table: type | None = None
    many: bool = False


@cache
def keys_of(table: type) -> Mapping[str, Key]:
    """The keys that a table may have."""
    return {name: key for name, (key, _) in _declared(table).items()}


def _declared(table: type) -> dict[str, tuple[Key, bool]]:
    """Each key of a table, and whether it is required."""
    declared = {}
    for name, hint in get_type_hints(table, include_extras=True).items():
        required = get_origin(hint) is not NotRequired
        declared[name] = (get_args(hint if required else get_args(hint)[0])[1], required)
    return declared


def table_schema(table: type, *, partial: bool = False) -> CoreSchema:
    """What pydantic checks a table by, and makes its JSON Schema of; ``partial``: any of its keys may be left out."""
    fields = {}
    for name, (key, required) in _declared(table).items():
        notes: dict[str, object] = {"description": key.description}
        if key.example is not None:
            notes["examples"] = [key.example]
        fields[name] = core_schema.typed_dict_field(
            _schema(key, required=required),
            required=required and not partial,
            metadata=for_json_schema(**notes),
        )
    return core_schema.typed_dict_schema(
        fields,
        strict=True,
        extra_behavior="forbid",
        metadata=for_json_schema(title=table.__name__, description=table.__doc__),
    )


def _schema(key: Key, *, required: bool) -> CoreSchema:
    if key.schema is not None:
        return key.schema
    if key.table is None:  # pragma: no cover  (one or the other)
        raise AssertionError
    return array(table_schema(key.table), least=int(required)) if key.many else table_schema(key.table)


@cache
def part_validator(table: type) -> SchemaValidator:
    """What checks that which is left of a table when what is wrong with it is taken out."""
    return SchemaValidator(table_schema(table, partial=True))
