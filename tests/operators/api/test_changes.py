"""Changes over the API: announced, shown, taken step by step."""

from __future__ import annotations

from tests.operators.api.clients import ANNOUNCEMENT, ApiClient, json_of


def test_the_whole_lifecycle(api: ApiClient) -> None:
    announced = api.post("/changes", ANNOUNCEMENT)
    assert announced.status_code == 201, announced.text
    assert (announced.status_code, announced.headers["Location"], announced.headers["ETag"]) == (
        201,
        "/api/v1/changes/EC-1",
        '"EC-1.1"',
    ), announced.text
    for step, fields, state in [
        ("update", {"summary": "Failover of the database"}, "confirmed"),
        ("extend", {"length": "30m"}, "confirmed"),
        ("start", {"message": "We have begun"}, "in progress"),
        ("undo", {}, "confirmed"),
        ("start", {}, "in progress"),
        ("complete", {"message": "Done"}, "completed"),
        ("redact", {"update": 7}, "completed"),
    ]:
        answer = api.post(f"/changes/EC-1/{step}", fields)
        assert (answer.status_code, json_of(answer)["state"], json_of(answer)["recorded"]) == (200, state, True)
    print(json_of(api.get("/changes/ec-1")))
    for path in (
        "/changes?all=true",
        "/windows",
        "/freezes",
        "/upcoming",
        "/subscribers",
        "/tokens",
        "/mail",
        "/deliveries",
        "/report?month=2026-11",
        "/suggestions?duration=1h&by=2026-12-09T00:00:00Z",
        "/windows/thursday/occurrences/2026-12-10",
        "/openapi.json",
        "/",
    ):
        answer = api.get(path)
        print(path, answer.status_code, answer.text[:150])
        assert answer.status_code == 200
