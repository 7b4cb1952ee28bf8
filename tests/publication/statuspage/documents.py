"""The documents that tests read, checked field by field against what Statuspage's reference has.

The fields, their types and values are those of https://www.githubstatus.com/api and of the OpenAPI description of
https://www.mongodb.com/docs/api/doc/cloud-status, which are both of pages that Statuspage serves; `time_zone`,
`started_at`, `components`, `under_maintenance` and the indicator `maintenance` are in the answers of such pages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from tests.reminders.situations import URL

LISTS: Final = ("scheduled-maintenances", "scheduled-maintenances/upcoming", "scheduled-maintenances/active")
ID: Final = {"type": "string", "pattern": "^[a-z0-9]{12}$"}
TIME: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
TEXT: Final = {"type": "string", "minLength": 1}
STATUS: Final = {"enum": ["scheduled", "in_progress", "verifying", "completed"]}
COMPONENT_STATUS: Final = {
    "enum": ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
}


def _fields(**properties: object) -> dict[str, object]:
    """An object with all these fields, and no other."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _or_null(schema: Mapping[str, object]) -> dict[str, object]:
    return {"anyOf": [schema, {"type": "null"}]}


PAGE: Final = _fields(id=ID, name=TEXT, url={"type": "string", "format": "uri"}, time_zone=TEXT, updated_at=TIME)
COMPONENT: Final = _fields(
    id=ID,
    name=TEXT,
    status=COMPONENT_STATUS,
    created_at=TIME,
    updated_at=TIME,
    position={"type": "integer", "minimum": 1},
    description=_or_null(TEXT),
    showcase={"type": "boolean"},
    start_date=_or_null({"type": "string", "format": "date"}),
    group_id=_or_null(ID),
    page_id=ID,
    group={"type": "boolean"},
    only_show_if_degraded={"type": "boolean"},
)
UPDATE: Final = _fields(
    id=ID,
    status=STATUS,
    body=TEXT,
    incident_id=ID,
    created_at=TIME,
    updated_at=TIME,
    display_at=TIME,
    affected_components={
        "type": "array",
        "items": _fields(code=ID, name=TEXT, old_status=COMPONENT_STATUS, new_status=COMPONENT_STATUS),
    },
    deliver_notifications={"type": "boolean"},
    custom_tweet=_or_null(TEXT),
    tweet_id=_or_null({"type": "integer"}),
)
MAINTENANCE: Final = _fields(
    id=ID,
    name=TEXT,
    status=STATUS,
    created_at=TIME,
    updated_at=TIME,
    monitoring_at=_or_null(TIME),
    resolved_at=_or_null(TIME),
    impact={"enum": ["none", "minor", "major", "critical", "maintenance"]},
    shortlink={"type": "string", "format": "uri"},
    started_at=TIME,
    page_id=ID,
    incident_updates={"type": "array", "items": UPDATE, "minItems": 1},
    components={"type": "array", "items": COMPONENT},
    scheduled_for=TIME,
    scheduled_until=TIME,
)
LISTING: Final = _fields(page=PAGE, scheduled_maintenances={"type": "array", "items": MAINTENANCE})
SUMMARY: Final = _fields(
    page=PAGE,
    components={"type": "array", "items": COMPONENT},
    incidents={"type": "array", "maxItems": 0},
    scheduled_maintenances={"type": "array", "items": MAINTENANCE},
    status=_fields(indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]}, description=TEXT),
)


_LATEST: list[tuple[Situation, bool, Mapping[str, Representation]]] = []
"""The publication that was made last: several documents of it are often looked at in turn."""


def published(situation: Situation, *, is_live: bool = True) -> Mapping[str, Representation]:
    if not _LATEST or _LATEST[0][0] is not situation or _LATEST[0][1] is not is_live:
        publication = publish(situation, changed_at=situation.now, base_url=URL, is_live=is_live)
        _LATEST[:] = [(situation, is_live, publication.representations)]
    return _LATEST[0][2]


def _validator(schema: Mapping[str, object]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


_SUMMARY: Final = _validator(SUMMARY)
_LISTING: Final = _validator(LISTING)


def checked(name: str, representation: Representation) -> dict[str, Any]:
    """The document, of which every field is as the reference has it."""
    content: dict[str, Any] = json.loads(representation.body)
    (_SUMMARY if name == "summary" else _LISTING).validate(content)
    return content


def document(name: str, situation: Situation, *, is_live: bool = True, folder: str = "") -> dict[str, Any]:
    """One of the documents: ``summary``, or one of the lists."""
    return checked(name, published(situation, is_live=is_live)[f"/{folder}api/v2/{name}.json"])


def maintenances(name: str, situation: Situation, *, is_live: bool = True, folder: str = "") -> list[dict[str, Any]]:
    """The maintenances of a document."""
    listed: list[dict[str, Any]] = document(name, situation, is_live=is_live, folder=folder)["scheduled_maintenances"]
    return listed


def entries(situation: Situation) -> list[dict[str, Any]]:
    """What the JSON feed has of maintenance, for all of the public."""
    content = json.loads(published(situation)["/feeds/all.json"].body)
    return [each for each in content["entries"] if each["kind"] != "freeze" and not each["no_longer_affects"]]
