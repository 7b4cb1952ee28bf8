"""The OpenAPI document: valid, and true of what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from openapi_spec_validator import OpenAPIV31SpecValidator

from icsfeed.store.database.database import Database
from icsfeed.web.operators.api.document import api_document
from icsfeed.web.operators.api.operations import OPERATIONS
from tests.cli.running import IN_FORCE
from tests.operators.access import create
from tests.operators.api.clients import ANNOUNCEMENT, API, ApiClient, json_of, new_client

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api_document()))


def test_a_validator_of_openapi_accepts_it() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_server_has_that_document(api: ApiClient) -> None:
    assert json_of(api.get("/openapi.json")) == {**DOCUMENT, "servers": [{"url": "/"}]}


def test_every_name_and_parameter_is_described() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    parameters = [
        (operation["operationId"], each["name"])
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        for each in operation.get("parameters", [])
        if not each.get("description")
    ]
    assert parameters == []


def test_requests_take_no_other_fields_and_answers_may_get_more() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
    assert closed == {name for name in schemas if name.endswith("Fields")}


def without_additions(schema: Any) -> Any:  # noqa: ANN401  (JSON)
    """The schema, in which objects have no keys that it does not name."""
    if isinstance(schema, dict):
        inner = {name: without_additions(value) for name, value in schema.items()}
        is_object = "properties" in inner and "additionalProperties" not in inner
        return {**inner, "additionalProperties": False} if is_object else inner
    return [without_additions(each) for each in schema] if isinstance(schema, list) else schema


STRICT = without_additions(DOCUMENT["components"])


def mismatches(path: str, method: str, status: int, answer: object) -> Iterator[str]:
    """How an answer differs from the document: keys and types, and keys that the document does not name."""
    content = DOCUMENT["paths"][path][method]["responses"][str(status)]["content"]
    ((_, media),) = content.items()
    validator = jsonschema.Draft202012Validator(
        {**media["schema"], "components": STRICT}, format_checker=jsonschema.FormatChecker()
    )
    for error in validator.iter_errors(answer):
        yield f"{method} {path}: {list(error.path)}: {error.message}"


REQUESTS: list[tuple[str, str, object]] = [
    ("POST", "/changes?dry_run=true", ANNOUNCEMENT),
    ("POST", "/changes", ANNOUNCEMENT),
    ("POST", "/changes", {**ANNOUNCEMENT, "kind": "planned", "summary": "New switch"}),
    ("POST", "/changes", {**ANNOUNCEMENT, "kind": "planned", "summary": "New router"}),
    ("POST", "/changes", {"kind": "urgent"}),
    ("POST", "/changes/EC-1/update", {"summary": "Failover", "message": {"en": "Later", "fr": "Plus tard"}}),
    ("POST", "/changes/EC-1/start?dry_run=true", {}),
    ("POST", "/changes/EC-1/start", {}),
    ("POST", "/changes/EC-1/confirm", {}),
    ("POST", "/changes/EC-1/extend", {"length": "1h"}),
    ("POST", "/changes/EC-1/undo", {}),
    ("POST", "/changes/EC-1/cancel", {"expect": 1}),
    ("POST", "/changes/EC-1/complete", {"message": "Done"}),
    ("POST", "/changes/EC-1/redact", {}),
    ("GET", "/changes?all=true", None),
    ("GET", "/changes/EC-1", None),
    ("GET", "/changes/EC-9", None),
    ("GET", "/windows?all=true", None),
    ("GET", "/windows/thursday/occurrences/2026-12-10", None),
    ("POST", "/windows/thursday/occurrences/2026-12-10/skip?dry_run=true", {"reason": "Holiday"}),
    ("POST", "/windows/thursday/occurrences/2026-12-10/skip", {"reason": "Holiday"}),
    ("POST", "/windows/thursday/occurrences/2026-12-17/move", {"reason": "Fair", "start": "2026-12-16T07:00:00Z"}),
    ("GET", "/windows", None),
    ("POST", "/windows/thursday/occurrences/2026-12-10/restore", {}),
    ("GET", "/windows/thursday/occurrences/2026-11-26", None),
    ("POST", "/freezes?dry_run=true", {"reason": "An audit"}),
    ("POST", "/freezes", {"reason": "An audit"}),
    ("GET", "/freezes", None),
    ("GET", "/upcoming?days=60", None),
    ("POST", "/freezes/CF-1/end", {}),
    ("GET", "/suggestions?duration=1h&by=2026-12-09T00:00:00Z", None),
    ("GET", "/report?month=2026-12", None),
    ("POST", "/subscribers", {"name": "Acme", "alarms": ["30m"]}),
    ("POST", "/subscribers/change", {"name": "Acme", "account": "7"}),
    ("POST", "/subscribers/rotate", {"name": "Acme"}),
    ("GET", "/subscribers", None),
    ("POST", "/subscribers/revoke", {"name": "Acme"}),
    ("GET", "/mail", None),
    ("POST", "/mail/search", {"address": "customer@example.com"}),
    ("POST", "/mail/remove", {"address": "customer@example.com"}),
    ("GET", "/deliveries?all=true", None),
    ("POST", "/deliveries/retry", {}),
    ("POST", "/tokens", {"name": "phone", "scope": "read"}),
    ("GET", "/tokens", None),
    ("POST", "/tokens/revoke", {"name": "phone"}),
    ("GET", "/drafts?all=true", None),
    ("GET", "/drafts/DR-1", None),
    ("GET", "/drafts/DR-9", None),
    ("POST", "/drafts/DR-1/approve", {}),
    ("POST", "/drafts/DR-2/withdraw", {}),
    ("GET", "/drafts/DR-2", None),
    ("GET", "/audit", None),
]


def test_every_answer_is_as_the_document_says_key_by_key(schedule: Path, database: Database) -> None:
    """Of each operation, and without a key that the document does not name."""
    schedule.write_text(
        f'{IN_FORCE}\n[operators]\napproval = ["planned"]\n[[channels]]\nid = "ops"\nurl = "env:OPS"\n',
        encoding="utf-8",
    )
    api = new_client(schedule, database)
    reviewer = create(database, "reviewer", now=api.clock.now).text
    calls = set()
    for method, address, fields in REQUESTS:
        token = {"Authorization": f"Bearer {reviewer}"} if "approve" in address else {}
        response = api.post(address, fields, headers=token) if method == "POST" else api.get(address, headers=token)
        path = next(each.path for each in OPERATIONS if matches(each.path, API + address.partition("?")[0]))
        calls.add((method, path))
        assert list(mismatches(path, method.lower(), response.status_code, response.json)) == []
    assert calls == {(each.method, each.path) for each in OPERATIONS if not each.is_public}


def matches(template: str, path: str) -> bool:
    """Whether the path is one of that template."""
    parts, others = template.split("/"), path.split("/")
    return len(parts) == len(others) and all(a == b or a.startswith("{") for a, b in zip(parts, others, strict=True))
