"""The JSON Schema of the schedule file, by which editors complete and check it."""

from __future__ import annotations

from typing import Any

from icsfeed.store.schedule_file.keys import table_schema
from icsfeed.store.schedule_file.model import ScheduleTables


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the schedule file; dates and times are strings with a format."""
    from pydantic.json_schema import GenerateJsonSchema  # noqa: PLC0415  (slow, and for editors only)
    from pydantic_core import to_jsonable_python  # noqa: PLC0415

    from icsfeed.store.schedule_file.zone_advice import timezone_names  # noqa: PLC0415

    schema = to_jsonable_python(GenerateJsonSchema().generate(table_schema(ScheduleTables), mode="validation"))
    zones = timezone_names()
    tables = schema["properties"]
    for table in (tables["calendar"], tables["maintenance_windows"]["items"], tables["peak_hours"]):
        table["properties"]["timezone"]["enum"] = zones
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "icsfeed schedule"}
