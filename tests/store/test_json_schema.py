"""The JSON Schema, by which editors complete and check a schedule file."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest

from icsfeed.store.schedule_file import example_path, json_schema, read_schedule


def tables(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of the schema, with its path."""
    schema = schema.get("items", schema)
    if "properties" in schema:
        yield path, schema
        for name, each in schema["properties"].items():
            yield from tables(each, f"{path}.{name}".removeprefix("."))


def test_the_dialect() -> None:
    schema = json_schema()
    assert (schema["$schema"], schema["title"]) == (
        "https://json-schema.org/draft/2020-12/schema",
        "icsfeed schedule",
    )
    assert json.loads(json.dumps(schema)) == schema


def test_every_table_allows_its_own_keys_only_and_names_the_required_ones() -> None:
    keys = {path: (table["additionalProperties"], table.get("required", [])) for path, table in tables(json_schema())}
    assert keys == {
        "": (False, ["calendar", "environments"]),
        "calendar": (False, ["name", "timezone", "uid_domain"]),
        "calendar.organizer": (False, ["name", "email"]),
        "environments": (False, ["id", "name"]),
        "maintenance_windows": (False, ["id", "name", "start"]),
        "change_freezes": (False, ["id", "name"]),
        "change_freezes.holidays": (False, ["country"]),
        "changes": (False, ["id", "kind", "summary", "start", "announced"]),
        "changes.updates": (False, ["at"]),
        "peak_hours": (False, ["days", "start", "end"]),
        "maintnote": (False, []),
        "feeds": (False, ["slug", "name"]),
        "reminders": (False, []),
        "notice": (False, []),
        "channels": (False, ["id"]),
        "mail": (False, ["from", "smtp"]),
        "operators": (False, []),
        "operators.oidc": (False, ["issuer", "client_id", "client_secret"]),
    }


def test_every_key_is_described() -> None:
    lacking = [
        f"{path}.{name}"
        for path, table in tables(json_schema())
        for name, key in table["properties"].items()
        if not key.get("description") or not {"type", "anyOf"} & key.keys()
    ]
    assert lacking == []
    assert [path for path, table in tables(json_schema()) if not table.get("description")] == []


@pytest.mark.parametrize(
    ("table", "key", "expected"),
    [
        ("maintenance_windows", "start", {"type": "string", "format": "time"}),
        ("maintenance_windows", "effective_from", {"type": "string", "format": "date"}),
        ("change_freezes", "lifted", {"type": "array", "items": {"type": "string", "format": "date"}}),
        (
            "change_freezes",
            "from",
            {
                "anyOf": [
                    {"type": "string", "format": "date-time"},
                    {"type": "string", "format": "date"},
                    {"type": "string", "pattern": "^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"},
                ]
            },
        ),
        (
            "maintenance_windows",
            "impact",
            {"type": "string", "enum": ["no-impact", "reduced-redundancy", "degraded", "outage"]},
        ),
        ("environments", "id", {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,59}$"}),
    ],
)
def test_the_values_of_keys(table: str, key: str, expected: dict[str, Any]) -> None:
    schema = json_schema()["properties"][table]["items"]["properties"][key]
    assert {name: schema[name] for name in schema if name not in ("title", "description", "examples")} == expected


def test_zones_are_offered_by_name() -> None:
    keys = [table["properties"]["timezone"] for _, table in tables(json_schema()) if "timezone" in table["properties"]]
    zones = keys[0]["enum"]
    assert [key.get("enum") for key in keys] == [zones] * 4
    assert {name: name in zones for name in ("America/Toronto", "UTC", "EST", "Etc/GMT+5", "Factory")} == {
        "America/Toronto": True,
        "UTC": True,
        "EST": False,
        "Etc/GMT+5": False,
        "Factory": False,
    }


def fits(schema: dict[str, Any], value: object) -> bool:
    """Whether the value fits the schema, by hand: JSON has no dates and times, so no validator takes them."""
    if isinstance(value, datetime):
        return schema.get("format") == "date-time"
    if isinstance(value, (date, time)):
        return schema.get("format") == ("date" if isinstance(value, date) else "time") or any(
            fits(each, value) for each in schema.get("anyOf", [])
        )
    kinds: dict[type, str] = {str: "string", dict: "object", list: "array", bool: "boolean", int: "integer"}
    if "type" in schema and schema["type"] != kinds.get(type(value)):
        return False
    if isinstance(value, dict):
        known = schema["properties"]
        return {*schema.get("required", [])} <= value.keys() <= known.keys() and all(
            fits(known[name], each) for name, each in value.items()
        )
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(fits(schema["items"], each) for each in value)
    return (
        value in schema.get("enum", [value])
        and bool(re.search(schema.get("pattern", ""), str(value)))
        and ("anyOf" not in schema or any(fits(each, value) for each in schema["anyOf"]))
    )


def test_the_example_and_its_commented_out_parts_fit_the_schema() -> None:
    text = example_path().read_text(encoding="utf-8")
    assert fits(json_schema(), tomllib.loads(text))
    whole = re.sub(r"(?m)^# ?(?=\[|[a-z_]+ = )", "", text.replace("# timezone", "# # timezone"))
    read_schedule(whole.encode(), "schedule.toml")
    assert len(tomllib.loads(whole)["change_freezes"]) == 5
    assert fits(json_schema(), tomllib.loads(whole))
    assert not fits(json_schema(), tomllib.loads(text.replace("uid_domain", "domain")))


def test_every_example_in_the_schema_fits_its_key() -> None:
    wrong = [
        f"{path}.{name}"
        for path, table in tables(json_schema())
        for name, key in table["properties"].items()
        if not all(fits(key, example) for example in key.get("examples", []))
    ]
    assert wrong == []
