"""The declaration of keys in the tables of the schedule file, and the pydantic schemas made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

from pydantic_core import SchemaValidator, core_schema
from pydantic_core.core_schema import CoreSchema

from icsfeed.store.schedule_file.values import array, for_json_schema


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: the schema of its value or, for a table or (``many``) an array of them, that ``table``."""

    schema: CoreSchema | None
    description: str
    example: Any = None
    table: type | None = None
    many: bool = False


@cache
def keys_of(table: type) -> Mapping[str, Key]:
    """The keys that a table may have, by name."""
    return {name: _declared_key(hint) for name, hint in get_type_hints(table, include_extras=True).items()}


def _declared_key(hint: Any) -> Key:  # noqa: ANN401  (a type)
    annotated = get_args(hint)[0] if get_origin(hint) in {Required, NotRequired} else hint
    key: Key = get_args(annotated)[1]
    return key


def table_schema(table: type) -> CoreSchema:
    """The pydantic schema of a table, which its JSON Schema is made of as well."""
    fields = {}
    for name, key in keys_of(table).items():
        required = name in table.__required_keys__  # type: ignore[attr-defined]  # it is a TypedDict
        notes: dict[str, object] = {"description": key.description}
        if key.example is not None:
            notes["examples"] = [key.example]
        fields[name] = core_schema.typed_dict_field(
            _schema(key, required=required), required=required, metadata=for_json_schema(**notes)
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
    return array(table_schema(key.table), min_length=int(required)) if key.many else table_schema(key.table)


@cache
def table_validator(table: type) -> SchemaValidator:
    """The validator of a single table of that type."""
    return SchemaValidator(table_schema(table))
