"""What HTTP asks of the API: methods, types, authentication, problems, headers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.applications import create_app
from tests.cli.running import IN_FORCE
from tests.operators.access import UNKNOWN
from tests.operators.api.clients import ANNOUNCEMENT, ApiClient, json_of, new_client, problem_of


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """One client for all of these tests, on SQLite: hardly anything here depends on what is recorded."""
    folder = tmp_path_factory.mktemp("http")
    schedule = folder / "schedule.toml"
    schedule.write_text(IN_FORCE, encoding="utf-8")
    with closing(Database(f"sqlite:///{folder}/operators.db", may_be_missing=True)) as database:
        yield new_client(schedule, database)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        pytest.param("DELETE", "/changes", 405, "GET, HEAD, OPTIONS, POST", id="a list"),
        pytest.param("GET", "/changes/EC-1/complete", 405, "OPTIONS, POST", id="a step"),
        pytest.param("POST", "/changes/EC-1", 405, "GET, HEAD, OPTIONS", id="a change"),
        pytest.param("POST", "/openapi.json", 405, "GET, HEAD, OPTIONS", id="the document"),
        pytest.param("PUT", "/", 405, "GET, HEAD, OPTIONS", id="the page"),
        pytest.param("BREW", "/changes", 405, "GET, HEAD, OPTIONS, POST", id="a method that nobody knows"),
        pytest.param("OPTIONS", "/changes", 204, "GET, HEAD, OPTIONS, POST", id="options"),
        pytest.param("OPTIONS", "/changes/EC-1/start", 204, "OPTIONS, POST", id="options of a step"),
    ],
)
def test_methods(api: ApiClient, method: str, path: str, status: int, allow: str) -> None:
    response = api.send(method, path)
    assert (response.status_code, response.headers["Allow"]) == (status, allow)


def test_a_method_that_a_path_does_not_take_is_a_problem_that_names_those_that_it_takes(api: ApiClient) -> None:
    assert problem_of(api.send("DELETE", "/changes")) == {
        "type": "about:blank",
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "this path does not take DELETE; use one of GET, HEAD, OPTIONS, POST",
        "errors": [
            {"field": "", "detail": "this path does not take DELETE", "remedy": "use one of GET, HEAD, OPTIONS, POST"}
        ],
    }


@pytest.mark.parametrize("path", ["/nothing", "/changes/", "/changes/EC-1/explode", "/changes/EC-1/start/now"])
def test_what_there_is_not(api: ApiClient, path: str) -> None:
    assert problem_of(api.get(path))["detail"] == (
        "there is nothing at this path; see /api/v1/openapi.json, which describes all there is"
    )


def test_head_has_the_headers_of_get_and_no_body(api: ApiClient) -> None:
    change = json_of(api.post("/changes", ANNOUNCEMENT))
    head = api.send("HEAD", f"/changes/{change['id']}")
    assert (head.status_code, head.headers["ETag"], head.data) == (200, f'"{change["id"]}.1"', b"")


def test_no_answer_is_kept_and_no_other_site_may_read_one(api: ApiClient) -> None:
    for response in (api.get("/changes"), api.get("/nothing"), api.send("OPTIONS", "/changes"), api.get("/")):
        assert response.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        pytest.param("text/html", 406, id="html"),
        pytest.param("application/json;q=0", 406, id="anything but"),
        pytest.param("text/html, application/*;q=0.5", 200, id="a range"),
        pytest.param("*/*", 200, id="anything"),
    ],
)
def test_accept(api: ApiClient, accept: str, status: int) -> None:
    assert api.get("/changes", headers={"Accept": accept}).status_code == status


JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "detail"),
    [
        pytest.param("kind=emergency", "application/x-www-form-urlencoded", 415, "the body is not JSON", id="a form"),
        pytest.param("{}", "text/plain", 415, "the body is not JSON", id="text"),
        pytest.param("{}", None, 415, "the body is not JSON", id="no type"),
        pytest.param("{}", f"{JSON}; charset=latin-1", 415, "the body is not JSON in UTF-8", id="another charset"),
        pytest.param("{}", f"{JSON}; charset=UTF-8", 400, "the kind of the change is missing", id="UTF-8"),
        pytest.param('{"kind": "\xe9"}'.encode("latin-1"), JSON, 400, "the body is not in UTF-8", id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}", JSON, 400, "the body begins with a byte order mark", id="a byte order mark"),
        pytest.param('{"kind": ', JSON, 400, "the body is no JSON: line 1, column 10", id="cut off"),
        pytest.param("[]", JSON, 400, "a request is an object with fields", id="a list"),
        pytest.param('{"key": "a", "key": "b"}', JSON, 400, 'the body has "key" twice', id="a key twice"),
        pytest.param('{"message": {"en": "a", "en": "b"}}', JSON, 400, 'the body has "en" twice', id="twice within"),
        pytest.param('{"key": NaN}', JSON, 400, "NaN is not a number in JSON", id="NaN"),
        pytest.param('{"key": -Infinity}', JSON, 400, "-Infinity is not a number in JSON", id="minus infinity"),
        pytest.param('{"key": 1e999}', JSON, 400, "the body has a number that is too large", id="a huge exponent"),
        pytest.param('{"key": ' + 5000 * "9" + "}", JSON, 400, "the body has a number with 5000", id="many digits"),
        pytest.param('{"key": ' + 30_000 * "[" + "}", JSON, 400, "the body has too many levels", id="deep"),
        pytest.param('{"key": "' + 70_000 * "a" + '"}', JSON, 413, "the body is too long; send 64 KiB", id="long"),
        pytest.param(
            '{"kind": "\\ud800"}', JSON, 400, '"\\ud800" is not one of the values of "kind"', id="half a pair"
        ),
    ],
)
def test_bodies(api: ApiClient, body: str | bytes, content_type: str | None, status: int, detail: str) -> None:
    response = api.send("POST", "/changes", data=body, content_type=content_type)
    problem = problem_of(response)
    assert (response.status_code, problem["status"]) == (status, status)
    assert detail in problem["detail"].replace("\ufffd", "\\ud800")


def test_a_step_without_fields_needs_no_body(api: ApiClient) -> None:
    change = json_of(api.post("/changes", {**ANNOUNCEMENT, "summary": "Another failover"}))
    assert api.send("POST", f"/changes/{change['id']}/start").status_code == 200


def test_all_errors_of_a_request_at_once(api: ApiClient) -> None:
    fields = {"kind": "urgent", "environments": "production", "start": "2026-12-08T01:00", "colour": "red"}
    problem = problem_of(api.post("/changes", fields))
    assert problem["errors"] == [
        {
            "field": "start",
            "detail": '"2026-12-08T01:00" has no offset from UTC, so that nobody knows which clock it means',
            "remedy": "write 2026-12-08T01:00:00-05:00 if America/Toronto is meant",
        },
        {
            "field": "colour",
            "detail": 'there is no field "colour"',
            "remedy": "the fields are kind, summary, environments, impact, start, end, duration, reason, ticket, "
            "tentative, automatic, key, message",
        },
        {"field": "summary", "detail": "the summary is missing", "remedy": "write what subscribers are to read"},
        {"field": "duration", "detail": "the change has no end", "remedy": 'give "end" or "duration"'},
        {
            "field": "kind",
            "detail": '"urgent" is not one of the values of "kind"',
            "remedy": 'write "emergency" or "planned"',
        },
        {
            "field": "environments",
            "detail": '"environments" is a list of texts, not "production"',
            "remedy": 'write ["production"]',
        },
    ]
    assert problem["status"] == 400


@pytest.mark.parametrize(
    ("path", "field", "detail", "remedy"),
    [
        pytest.param(
            "/changes?colour=red",
            "colour",
            'there is no parameter "colour"',
            "the parameters are limit, next, kind, environment, all",
            id="unknown",
        ),
        pytest.param(
            "/changes/EC-1?all=true",
            "all",
            'there is no parameter "all"',
            "leave it out: this takes none",
            id="none at all",
        ),
        pytest.param("/changes?kind=a&kind=b", "kind", 'the query has "kind" 2 times', "give it once", id="twice"),
        pytest.param(
            "/changes?limit=many",
            "limit",
            '"limit" is a whole number, not "many"',
            "write a number from 1 to 200",
            id="not a number",
        ),
        pytest.param(
            "/changes?limit=201",
            "limit",
            '"limit" is at most 200, not 201',
            "write a number from 1 to 200",
            id="too many",
        ),
        pytest.param(
            "/changes?all=yes",
            "all",
            '"all" is true or false, not "yes"',
            "write true or false",
            id="neither true nor false",
        ),
        pytest.param(
            "/upcoming?from=2026-12-08",
            "from",
            '"2026-12-08" has no offset from UTC, so that nobody knows which clock it means',
            "write 2026-12-08T00:00:00-05:00 if America/Toronto is meant",
            id="a date alone",
        ),
        pytest.param(
            "/changes?environment=prod",
            "environment",
            'there is no environment "prod"',
            "this schedule has preview, production",
            id="an unknown environment",
        ),
    ],
)
def test_queries(api: ApiClient, path: str, field: str, detail: str, remedy: str) -> None:
    assert problem_of(api.get(path))["errors"] == [{"field": field, "detail": detail, "remedy": remedy}]


def test_dry_run_is_true_or_false(api: ApiClient) -> None:
    problem = problem_of(api.post("/changes?dry_run=yes", ANNOUNCEMENT))
    assert problem["errors"] == [
        {"field": "dry_run", "detail": '"dry_run" is true or false, not "yes"', "remedy": "write true or false"}
    ]


def test_a_missing_token(api: ApiClient) -> None:
    response = api.get("/changes", headers={"Authorization": ""})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="icsfeed"')
    assert problem_of(response)["title"] == "Unauthorized"


def test_an_unknown_token(api: ApiClient) -> None:
    response = api.get("/changes", headers={"Authorization": f"Bearer {UNKNOWN}"})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="icsfeed", error="invalid_token"',
    )


def test_after_too_many_unknown_tokens(api: ApiClient) -> None:
    for _ in range(10):
        api.get("/changes", headers={"Authorization": f"Bearer {UNKNOWN}"})
    response = api.get("/changes", headers={"Authorization": f"Bearer {UNKNOWN}"})
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 15 * 60 + 1
    assert api.get("/changes").status_code == 200, "operators behind the same address get in"


def test_a_token_in_the_address(api: ApiClient) -> None:
    response = api.get(f"/changes?access_token={api.token}", headers={"Authorization": ""})
    assert response.status_code == 400
    assert api.token not in response.text


def test_a_token_that_may_only_read(api: ApiClient) -> None:
    token = json_of(api.post("/tokens", {"name": "dashboard", "scope": "read"}))["token"]
    reader = replace(api, token=token)
    count = len(json_of(reader.get("/changes"))["items"])
    assert reader.get("/changes").status_code == 200
    response = reader.post("/changes", ANNOUNCEMENT)
    assert (response.status_code, problem_of(response)["title"]) == (403, "Forbidden")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="icsfeed", error="insufficient_scope", scope="write"'
    assert len(json_of(reader.get("/changes"))["items"]) == count


def test_without_any_token_there_is_no_api(schedule: Path) -> None:
    client = create_app(schedule=schedule).test_client()
    paths = ("/changes", "/openapi.json", "/", "/tokens", "/nothing")
    assert {client.get(f"/api/v1{path}").status_code for path in paths} == {404}


def test_errors_keep_what_a_text_says_inside_json(api: ApiClient) -> None:
    hostile = 'x"}\r\nSet-Cookie: a=b\r\n<script>'
    response = api.post("/changes", {**ANNOUNCEMENT, "kind": hostile})
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers
    assert json.loads(response.text)["errors"][0]["field"] == "kind"


def fields_without(*names: str, **more: object) -> dict[str, object]:
    return {**{name: value for name, value in ANNOUNCEMENT.items() if name not in names}, **more}


def test_a_planned_change_in_a_freeze_names_the_field_that_is_missing(api: ApiClient) -> None:
    fields = fields_without("reason", kind="planned", start="2026-11-27T01:00:00Z", end="2026-11-27T02:00:00Z")
    response = api.post("/changes", fields)
    (error,) = problem_of(response)["errors"]
    assert (response.status_code, error["field"], error["remedy"]) == (
        422,
        "reason",
        'say in "reason" why it can\'t wait',
    )


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "fault"),
    [
        ("POST /changes", {"Idempotency-Key": "a b"}, 400, ("Idempotency-Key", "write up to 255 characters of ASCII "
         "without spaces, such as a random UUID")),
        ("POST /changes/EC-1/undo", {"If-Match": "EC-1.1"}, 400, ("If-Match", "write the value of the header ETag, "
         'such as "EC-7.3", in quotes')),
        ("GET /changes", {"Accept": "text/html"}, 406, ("Accept", "send Accept: application/json")),
        ("POST /changes", {"Content-Type": "text/plain"}, 415, ("Content-Type", "send Content-Type: application/json")),
        ("GET /changes", {"Authorization": ""}, 401, ("Authorization", 'send it in the header "Authorization: '
         'Bearer"')),
        ("GET /changes", {"Authorization": "Bearer"}, 400, ("Authorization", 'write "Bearer", a space and one token')),
        ("GET /changes?next=junk", {}, 400, ("next", "take it from there, or leave it out")),
        ("GET /audit?next=junk", {}, 400, ("next", "take the one that came with the page before")),
        ("GET /suggestions?duration=1h", {}, 400, ("by", "write when the change must be done, such as "
         "2026-12-08T06:00:00Z")),
        ("GET /drafts/DR-99", {}, 404, ("id", "see `icsfeed planned list --drafts --all`")),
    ],
)  # fmt: skip
def test_errors_name_the_header_or_parameter_and_what_to_write(
    api: ApiClient, request_line: str, headers: dict[str, str], status: int, fault: tuple[str, str]
) -> None:
    api.post("/changes", ANNOUNCEMENT, headers={"Idempotency-Key": "first"})
    method, path = request_line.split(" ", 1)
    body = "{}" if "Content-Type" in headers else ""
    problem = problem_of(api.send(method, path, headers=headers, data=body))
    (error,) = problem["errors"]
    assert (problem["status"], (error["field"], error["remedy"])) == (status, fault)


def test_a_key_of_another_request_is_named(api: ApiClient) -> None:
    api.post("/changes", {**ANNOUNCEMENT, "summary": "Once"}, headers={"Idempotency-Key": "twice"})
    problem = problem_of(api.post("/changes", ANNOUNCEMENT, headers={"Idempotency-Key": "twice"}))
    (error,) = problem["errors"]
    assert (problem["status"], error["field"], error["remedy"]) == (
        422,
        "Idempotency-Key",
        "take a new key for each request",
    )


@pytest.mark.parametrize(
    ("headers", "fields", "status", "fault"),
    [
        ({"If-Match": '"{id}.1"'}, {}, 412, ("If-Match", 'look at "current", and send If-Match: "{id}.3" if the step '
         "is still right")),
        ({}, {"expect": 1}, 409, ("expect", 'look at "current", and send "expect": 3 if the step is still right')),
    ],
)  # fmt: skip
def test_what_somebody_else_changed_is_one_error_with_a_remedy(
    api: ApiClient, headers: dict[str, str], fields: dict[str, object], status: int, fault: tuple[str, str]
) -> None:
    change = json_of(api.post("/changes", {**ANNOUNCEMENT, "summary": f"Changed meanwhile, {status}"}))["id"]
    for message in ("One", "Two; and more"):
        api.post(f"/changes/{change}/update", {"message": message})
    headers = {name: value.replace("{id}", change) for name, value in headers.items()}
    problem = problem_of(api.post(f"/changes/{change}/cancel", fields, headers=headers))
    assert problem["status"] == status
    assert problem["errors"] == [
        {"field": fault[0], "detail": problem["detail"], "remedy": fault[1].replace("{id}", change)}
    ]


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (30, 'write "30m" if that is minutes'),
        (-1, 'write one such as "2h", "90m" or "1h30m"'),
        (10**9, 'write one such as "2h", "90m" or "1h30m"'),
        (True, 'write one such as "2h", "90m" or "1h30m"'),
    ],
)
def test_a_length_that_is_a_number_says_how_to_write_it(api: ApiClient, value: object, remedy: str) -> None:
    api.post("/changes", ANNOUNCEMENT, headers={"Idempotency-Key": "first"})
    (error,) = problem_of(api.post("/changes/EC-1/extend", {"length": value}))["errors"]
    assert (error["field"], error["remedy"]) == ("length", remedy)


def test_a_body_that_is_no_json_says_what_to_do(api: ApiClient) -> None:
    (error,) = problem_of(api.send("POST", "/changes", data='{"kind": ', content_type=JSON))["errors"]
    assert error["remedy"] == "correct it, or have a JSON library write it"
