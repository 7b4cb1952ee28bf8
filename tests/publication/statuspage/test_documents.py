"""Statuspage's documents: field for field, in both languages, live and static."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import CLOCK, Change, State, Step
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.situation import Situation
from icsfeed.domain.windows import Impact
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import NOW, POLICY, a_schedule, a_window, span, utc
from tests.publication.statuspage.documents import LISTS, checked, document, entries, maintenances, published
from tests.reminders.situations import FOLDERS, SITUATIONS, emergency_under_way, month_end_midnight, ordinary_week
from tests.situations import a_situation

DURING: Final = utc(2026, 12, 3, 8, 20)
"""Within Thursday's window, and within the planned time of the change of these tests."""


def named(listed: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(each["name"], each["status"], each["scheduled_for"]) for each in listed]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("is_live", [True, False])
@pytest.mark.parametrize("name", SITUATIONS)  # in this order, each publication is made once
def test_every_document_has_the_fields_of_the_reference(name: str, folder: str, is_live: bool) -> None:
    representations = published(SITUATIONS[name], is_live=is_live)
    for each in ("summary", *LISTS[: 3 if is_live else 2]):
        representation = representations[f"/{folder}api/v2/{each}.json"]
        checked(each, representation)
        assert (representation.content_type, representation.dated) == ("application/json", False)
        assert ("Access-Control-Allow-Origin", "*") in representation.public_headers


def test_nothing_else_lies_below_the_api() -> None:
    paths = published(ordinary_week()).keys()
    assert {path for path in paths if "/api/" in path} == {
        f"/{folder}api/v2/{name}.json" for folder in FOLDERS for name in ("summary", *LISTS)
    }


def test_a_window_under_way() -> None:
    """As it stands in the list of what is active, whole."""
    situation = Situation(schedule=POLICY, record=NOTHING, now=DURING)
    component = {
        "id": "2q5hooqj7vjy",
        "name": "Production",
        "status": "under_maintenance",
        "created_at": "2025-01-01T05:00:00.000Z",
        "updated_at": "2026-12-03T07:00:00.000Z",
        "position": 1,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": "ny5f7htcttgi",
        "group": False,
        "only_show_if_degraded": False,
    }

    def update(identifier: str, status: str, at: str, body: str, states: tuple[str, str]) -> dict[str, Any]:
        return {
            "id": identifier,
            "status": status,
            "body": body,
            "incident_id": "iyvpqfigmvvo",
            "created_at": at,
            "updated_at": at,
            "display_at": at,
            "affected_components": [
                {"code": "2q5hooqj7vjy", "name": "Production", "old_status": states[0], "new_status": states[1]}
            ],
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        }

    assert document("scheduled-maintenances/active", situation) == {
        "page": {
            "id": "ny5f7htcttgi",
            "name": "Seed-to-Sale maintenance",
            "url": "https://maintenance.example.com",
            "time_zone": "America/Toronto",
            "updated_at": "2026-12-03T07:00:00.000Z",
        },
        "scheduled_maintenances": [
            {
                "id": "iyvpqfigmvvo",
                "name": "Scheduled maintenance",
                "status": "in_progress",
                "created_at": "2025-01-01T05:00:00.000Z",
                "updated_at": "2026-12-03T07:00:00.000Z",
                "monitoring_at": None,
                "resolved_at": None,
                "impact": "critical",
                "shortlink": "https://maintenance.example.com/calendar/2026/12/#2026-12-03",
                "started_at": "2026-12-03T07:00:00.000Z",
                "page_id": "ny5f7htcttgi",
                "incident_updates": [
                    update(
                        "44ivdj5aw7g5",
                        "in_progress",
                        "2026-12-03T07:00:00.000Z",
                        "The maintenance window has begun.",
                        ("operational", "under_maintenance"),
                    ),
                    update(
                        "v34vs7ub6qft",
                        "scheduled",
                        "2025-01-01T05:00:00.000Z",
                        "When: Thu 2026-12-03 02:00–06:00 EST\nEnvironments: Production\nImpact: outage",
                        ("operational", "operational"),
                    ),
                ],
                "components": [component],
                "scheduled_for": "2026-12-03T07:00:00.000Z",
                "scheduled_until": "2026-12-03T11:00:00.000Z",
            }
        ],
    }


@pytest.mark.parametrize(
    ("now", "status"),
    [
        pytest.param(utc(2026, 12, 3, 6, 59, 59), "scheduled", id="the second before it starts"),
        pytest.param(utc(2026, 12, 3, 7), "in_progress", id="as it starts"),
        pytest.param(utc(2026, 12, 3, 10, 59, 59), "in_progress", id="its last second"),
        pytest.param(utc(2026, 12, 3, 11), "completed", id="as it ends"),
    ],
)
def test_a_window_begins_and_ends_by_the_clock(now: object, status: str) -> None:
    situation = Situation(schedule=POLICY, record=NOTHING, now=now)  # type: ignore[arg-type]
    (window,) = [
        each
        for each in maintenances("scheduled-maintenances", situation)
        if each["scheduled_for"] == "2026-12-03T07:00:00.000Z"
    ]
    assert (window["status"], window["incident_updates"][0]["status"]) == (status, status)
    assert window["resolved_at"] == ("2026-12-03T11:00:00.000Z" if status == "completed" else None)
    in_list = {name for name in LISTS if window["id"] in {each["id"] for each in maintenances(name, situation)}}
    expected = {"scheduled": "upcoming", "in_progress": "active"}.get(status)
    assert in_list == {LISTS[0], *([f"{LISTS[0]}/{expected}"] if expected else [])}


def test_the_summary_of_nothing_in_progress() -> None:
    summary = document("summary", ordinary_week())
    assert summary["status"] == {"indicator": "none", "description": "No maintenance is in progress"}
    assert {each["status"] for each in summary["components"]} == {"operational"}
    assert summary["scheduled_maintenances"] == maintenances(LISTS[1], ordinary_week())


@pytest.mark.parametrize(
    ("folder", "description"),
    [("", "An emergency change is in progress"), ("fr/", "Un changement d’urgence est en cours")],
)
def test_the_summary_of_an_emergency(folder: str, description: str) -> None:
    """It is a maintenance, and no incident: a tool does not show it twice."""
    summary = document("summary", emergency_under_way(), folder=folder)
    assert summary["status"] == {"indicator": "maintenance", "description": description}
    assert {each["position"]: each["status"] for each in summary["components"]} == {
        1: "operational",
        2: "under_maintenance",
    }
    emergency = summary["scheduled_maintenances"][0]
    assert (emergency["status"], emergency["impact"], emergency["started_at"], summary["incidents"]) == (
        "in_progress",
        "critical",
        "2026-12-08T19:00:00.000Z",
        [],
    )
    assert [each["id"] for each in summary["scheduled_maintenances"]].count(emergency["id"]) == 1
    assert [each["id"] for each in maintenances(LISTS[2], emergency_under_way(), folder=folder)] == [emergency["id"]]


def test_texts_are_in_the_language_of_the_folder() -> None:
    english, french = (document("summary", emergency_under_way(), folder=folder) for folder in FOLDERS)
    first = [each["scheduled_maintenances"][0] for each in (english, french)]
    assert [each["name"] for each in first] == [
        "Emergency change: Replace a failing disk",
        "Changement d’urgence\u00a0: Replace a failing disk",
    ]
    assert [each["incident_updates"][0]["body"] for each in first] == [
        "We are replacing the disk",
        "Nous remplaçons le disque",
    ]
    assert [each["page"]["url"] for each in (english, french)] == [
        "https://maintenance.example.com",
        "https://maintenance.example.com/fr",
    ]
    assert [each["shortlink"] for each in first] == [
        "https://maintenance.example.com/#ec-7",
        "https://maintenance.example.com/fr/#ec-7",
    ]
    assert first[0]["id"] == first[1]["id"]


def test_a_static_site_does_not_say_that_a_window_is_in_progress() -> None:
    """It may be read at any later time; see decision 17."""
    situation = month_end_midnight()
    representations = published(situation, is_live=False)
    assert "/api/v2/scheduled-maintenances/active.json" not in representations
    assert "/fr/api/v2/scheduled-maintenances/active.json" not in representations
    summary = document("summary", situation, is_live=False)
    assert named(summary["scheduled_maintenances"])[0] == (
        "Late maintenance",
        "scheduled",
        "2026-05-01T02:00:00.000Z",
    )
    assert summary["status"] == {
        "indicator": "none",
        "description": "Maintenance calendar as of Fri 2026-05-01 00:00 EDT",
    }
    assert summary["page"]["updated_at"] == "2026-05-01T04:00:00.000Z"
    assert {each["status"] for each in summary["components"]} == {"operational"}
    assert document("summary", situation)["scheduled_maintenances"][0]["status"] == "in_progress"
    french = document("summary", situation, is_live=False, folder="fr/")
    assert (
        french["status"]["description"]
        == "Calendrier de maintenance en date du ven. 1er mai 2026, 00\u00a0h\u00a000\u00a0HAE"
    )


def test_a_static_site_says_what_an_operator_recorded() -> None:
    (emergency, *_) = maintenances("summary", emergency_under_way(), is_live=False)
    assert (emergency["status"], emergency["started_at"]) == ("in_progress", "2026-12-08T19:00:00.000Z")


def automatic(state: State) -> Change:
    """A change that the clock starts and completes; in that state."""
    first = replace(a_change().latest, automatic=True)
    updates = [first]
    for step, reached, at in (
        (Step.START, State.IN_PROGRESS, PLAN.span.start),
        (Step.COMPLETE, State.COMPLETED, PLAN.span.end),
    ):
        if updates[-1].state is state:
            break
        updates.append(replace(first, number=len(updates) + 1, at=at, by=CLOCK, message="", state=reached, step=step))
    return Change(kind=Kind.EMERGENCY, id="EC-7", updates=tuple(updates))


@pytest.mark.parametrize(
    ("is_live", "now", "status", "updates"),
    [
        (True, DURING, "in_progress", ["in_progress", "scheduled"]),
        (False, DURING, "scheduled", ["scheduled"]),
        (True, utc(2026, 12, 3, 9), "completed", ["completed", "in_progress", "scheduled"]),
        (False, utc(2026, 12, 3, 9), "completed", ["completed", "in_progress", "scheduled"]),
    ],
)
def test_a_static_site_does_not_say_that_the_clock_has_started_a_change(
    is_live: bool, now: object, status: str, updates: list[str]
) -> None:
    change = automatic(State.CONFIRMED)
    situation = Situation(schedule=POLICY, record=record_of(change), now=now)  # type: ignore[arg-type]
    (found,) = [
        each for each in maintenances(LISTS[0], situation, is_live=is_live) if "EC-7".lower() in each["shortlink"]
    ]
    assert (found["status"], [each["status"] for each in found["incident_updates"]]) == (status, updates)


@pytest.mark.parametrize(
    ("impact", "word", "status", "indicator"),
    [
        (Impact.NO_IMPACT, "none", "operational", "none"),
        (Impact.REDUCED_REDUNDANCY, "minor", "under_maintenance", "maintenance"),
        (Impact.DEGRADED, "major", "under_maintenance", "maintenance"),
        (Impact.OUTAGE, "critical", "under_maintenance", "maintenance"),
    ],
)
def test_impacts(impact: Impact, word: str, status: str, indicator: str) -> None:
    situation = a_situation(a_schedule(a_window(impact=impact)), now=DURING)
    summary = document("summary", situation)
    assert (summary["scheduled_maintenances"][0]["impact"], summary["status"]["indicator"]) == (word, indicator)
    assert [each["status"] for each in summary["components"]] == [status]
    assert summary["status"]["description"] == "Maintenance is in progress"


def test_identifiers_stay() -> None:
    """A tool takes whatever has another identifier for something else: these must never change."""
    moved = Move(
        window_id="thursday", day=date(2026, 12, 3), to=span((2026, 12, 4, 7), (2026, 12, 4, 9)), reason="Vendor"
    )
    before, after = (
        a_situation(POLICY, adjustments=adjustments, changes=[a_change(), a_change(Kind.PLANNED, number=2)])
        for adjustments in ((), (moved,))
    )
    identifiers = {
        each["name"]: each["id"]
        for situation in (before, after)
        for each in maintenances(LISTS[0], situation)
        if each["scheduled_for"] in {"2026-12-03T07:00:00.000Z", "2026-12-04T07:00:00.000Z"} or "change" in each["name"]
    }
    assert identifiers == {
        "Scheduled maintenance": "iyvpqfigmvvo",
        "Emergency change: Security patch": "3es2d36o77qx",
        "Planned change: Security patch": "nxrljkcix5kf",
    }


def test_a_moved_window() -> None:
    moved = Move(
        window_id="thursday", day=date(2026, 12, 3), to=span((2026, 12, 4, 7), (2026, 12, 4, 9)), reason="Vendor"
    )
    (window,) = [
        each
        for each in maintenances(LISTS[1], a_situation(POLICY, adjustments=[moved]))
        if each["id"] == "iyvpqfigmvvo"
    ]
    assert (window["scheduled_for"], window["scheduled_until"]) == (
        "2026-12-04T07:00:00.000Z",
        "2026-12-04T09:00:00.000Z",
    )
    assert [(each["status"], each["body"]) for each in window["incident_updates"]] == [
        (
            "scheduled",
            "The maintenance of Thu 2026-12-03 02:00–06:00 EST takes place Fri 2026-12-04 02:00–04:00 EST instead.\n"
            "Vendor",
        ),
        ("scheduled", "When: Thu 2026-12-03 02:00–06:00 EST\nEnvironments: Production\nImpact: outage"),
    ]


@pytest.mark.parametrize("silent", [True, False])
def test_a_skipped_window_is_completed_and_says_so(silent: bool) -> None:
    """Statuspage has no cancelled maintenance. One that was skipped without a word is not there."""
    skip: Adjustment = Skip(window_id="thursday", day=date(2026, 12, 3), reason="Not needed", silent=silent)
    situation = a_situation(POLICY, adjustments=[skip])
    found = [each for each in maintenances(LISTS[0], situation) if each["id"] == "iyvpqfigmvvo"]
    if silent:
        assert found == []
        return
    (window,) = found
    assert (window["name"], window["status"], window["incident_updates"][0]["body"]) == (
        "Cancelled: Scheduled maintenance",
        "completed",
        "The maintenance of Thu 2026-12-03 02:00–06:00 EST does not take place.\nNot needed",
    )
    assert window["id"] not in {each["id"] for each in maintenances(LISTS[1], situation)}


def test_a_cancelled_change() -> None:
    cancelled = after_step(a_change(), Step.CANCEL, utc(2026, 11, 23, 11), "The vendor withdrew the patch")
    (change,) = [
        each for each in maintenances(LISTS[0], a_situation(POLICY, changes=[cancelled])) if "Security" in each["name"]
    ]
    assert (change["name"], change["status"], change["resolved_at"], change["incident_updates"][0]["body"]) == (
        "Cancelled: Emergency change: Security patch",
        "completed",
        "2026-11-23T11:00:00.000Z",
        "The vendor withdrew the patch",
    )


def test_a_tentative_change_says_so_in_its_name() -> None:
    situation = a_situation(POLICY, changes=[a_change(announced=State.TENTATIVE)])
    assert ("Tentative: Emergency change: Security patch", "scheduled", "2026-12-03T08:00:00.000Z") in named(
        maintenances(LISTS[1], situation)
    )


def test_actual_times_count() -> None:
    started = after_step(a_change(), Step.START, utc(2026, 12, 3, 8, 20))
    done = after_step(started, Step.COMPLETE, utc(2026, 12, 3, 8, 50), "Patched")
    keys = ("status", "scheduled_for", "scheduled_until", "started_at", "resolved_at")
    found = [
        [
            tuple(each[key] and each[key][11:16] if "_" in key else each[key] for key in keys)
            for each in maintenances(LISTS[0], a_situation(POLICY, changes=[change], now=utc(2026, 12, 3, 9)))
            if "Security" in each["name"]
        ]
        for change in (started, done)
    ]
    assert found == [
        [("in_progress", "08:20", "09:20", "08:20", None)],
        [("completed", "08:20", "08:50", "08:20", "08:50")],
    ]


def test_a_change_that_nobody_started_is_scheduled_until_the_end_of_the_day() -> None:
    """As on the pages: nobody has said that it is over. It is midnight in Toronto at five o'clock in UTC."""
    times = (utc(2026, 12, 3, 8, 30), utc(2026, 12, 3, 9), utc(2026, 12, 4, 4, 59, 59), utc(2026, 12, 4, 5))
    listed = [
        next(
            each
            for each in maintenances(LISTS[0], a_situation(POLICY, changes=[a_change()], now=now))
            if "Security" in each["name"]
        )
        for now in times
    ]
    assert [(each["status"], each["resolved_at"]) for each in listed] == [
        *[("scheduled", None)] * 3,
        ("completed", "2026-12-04T05:00:00.000Z"),
    ]
    last = listed[-1]["incident_updates"][0]
    assert (last["created_at"], last["body"]) == (
        "2026-12-04T05:00:00.000Z",
        "The planned time is over; nobody announced that it had begun.",
    )


def test_withdrawn_texts_are_nowhere() -> None:
    redacted = after_step(a_change(), Step.REDACT, utc(2026, 11, 23, 11))
    body = json.dumps(document(LISTS[0], a_situation(POLICY, changes=[redacted])))
    assert ("[withdrawn]" in body, "Security patch" in body, "exploited" in body, "Message 1" in body) == (
        True,
        False,
        False,
        False,
    )
    plain = json.dumps(document(LISTS[0], a_situation(POLICY, changes=[a_change()])))
    assert all(text in plain for text in ("Security patch", "exploited", "Message 1"))
    withdrawn = after_step(a_change(), Step.CANCEL, utc(2026, 11, 23, 11), silent=True)
    assert document(LISTS[0], a_situation(POLICY, changes=[withdrawn])) == document(LISTS[0], a_situation(POLICY))


def test_texts_that_were_corrected_are_not_repeated() -> None:
    corrected = after_step(a_change(), Step.UPDATE, utc(2026, 11, 23, 11), summary="A patch", reason="It is due")
    body = json.dumps(document(LISTS[0], a_situation(POLICY, changes=[corrected])))
    assert ("being exploited" in body, "Security patch" in body, "It is due" in body) == (False, False, True)


def test_private_environments_stay_out() -> None:
    schedule = replace(
        POLICY,
        environments=(Environment(id="acme", name="Acme", public=False), *POLICY.environments),
        windows=(*POLICY.windows, a_window(id="acme", name="For Acme", environments=frozenset({"acme"}))),
        feeds=(Feed(slug="acme", name="Acme", environments=frozenset({"acme"}), kinds=frozenset(Kind), public=False),),
    )
    change = a_change(plan=replace(PLAN, summary="Of Acme alone", environments=frozenset({"acme"})))
    everything = document(LISTS[0], Situation(schedule=schedule, record=record_of(change), now=DURING))
    assert "cme" not in json.dumps(everything)
    assert everything == document(LISTS[0], Situation(schedule=POLICY, record=Record(entry=1), now=DURING))


def test_the_author_of_a_step_is_not_published() -> None:
    assert "ann@example.com" not in json.dumps(document("summary", a_situation(POLICY, changes=[a_change()])))


@pytest.mark.parametrize("text", ["</script><b>\"'&", "two\nlines {{ 7*7 }} ]]> | `x`", "\u2028\u202e"])
def test_any_text_gives_valid_json(text: str) -> None:
    situation = a_situation(a_schedule(a_window(name=text)), changes=[a_change(plan=replace(PLAN, summary=text))])
    names = {each["name"] for each in maintenances(LISTS[0], situation)}
    assert {text, f"Emergency change: {text}"} <= names


def test_windows_are_listed_for_thirty_days_and_changes_however_far_ahead() -> None:
    far = a_change(plan=replace(PLAN, span=span((2027, 11, 3, 8), (2027, 11, 3, 9))))
    situation = a_situation(a_schedule(a_window()), now=NOW, changes=[far])
    assert [each["scheduled_for"][:10] for each in maintenances(LISTS[1], situation)] == [
        "2026-11-26",
        "2026-12-03",
        "2026-12-10",
        "2026-12-17",
        "2027-11-03",
    ]


def test_all_of_them_are_the_latest_fifty() -> None:
    situation = a_situation(POLICY)
    starts = [each["scheduled_for"] for each in maintenances(LISTS[0], situation)]
    assert (len(starts), starts) == (50, sorted(starts, reverse=True))
    everything = sorted(
        (each["start"].replace("Z", ".000Z") for each in entries(situation) if each["start"] <= "2026-12-24T05"),
        reverse=True,
    )
    assert starts == everything[:50]


def test_of_more_than_fifty_the_past_ones_and_the_most_distant_are_left_out() -> None:
    changes = [
        a_change(
            number=number,
            plan=replace(
                PLAN,
                span=replace(
                    PLAN.span,
                    start=PLAN.span.start + timedelta(days=number),
                    end=PLAN.span.end + timedelta(days=number),
                ),
            ),
        )
        for number in range(1, 61)
    ]
    situation = a_situation(a_schedule(a_window()), changes=changes, now=DURING)
    every, ahead, active = (maintenances(name, situation) for name in LISTS)
    assert (len(every), every) == (50, [*reversed([*active, *ahead][:50])])
    assert len(ahead) > 60
