"""A change's page and its steps: what each shows before, what it records, and what happens when two act at once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from icsfeed.domain.changes import State, Step
from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from tests.cli.running import SCHEDULE
from tests.operators.access import HOUR, MINUTE
from tests.operators.console.forms import announce, changes_of, fields_of, take, text_of
from tests.operators.consoles import Browser, Operations, operations

EC_1 = "/operator/changes/EC-1"
IN_GIT = """
[[changes]]
id = "storage"
kind = "planned"
summary = "New storage"
environments = ["production"]
announced = 2026-11-20T10:00:00
start = 2026-12-09T01:00:00
end = 2026-12-09T03:00:00
"""


@pytest.fixture
def emergency(alice: Browser) -> Browser:
    """A browser in which an emergency change was announced, which is due."""
    assert announce(alice, summary="Failover", message="Logins fail").location == f"{EC_1}?done=announced"
    return alice


def states(ops: Operations) -> list[State]:
    (change,) = changes_of(ops)
    return [update.state for update in change.updates]


def test_the_whole_lifecycle(ops: Operations, alice: Browser) -> None:
    announce(alice, summary="Failover", state="tentative")
    for step, title in (
        ("confirm", "Confirmed"),
        ("start", "Started"),
        ("complete", "Completed"),
        ("undo", "Taken back"),
    ):
        ops.later(10 * MINUTE)
        answer = take(alice, step, message=f"About {step}")
        assert answer.location == f"{EC_1}?done={step}"
        assert title in text_of(alice.get(answer.location))
    (change,) = changes_of(ops)
    assert [each.step for each in change.updates[1:]] == [Step.CONFIRM, Step.START, Step.COMPLETE, Step.UNDO]
    assert [each.message for each in change.updates[1:]] == [
        f"About {each}" for each in ("confirm", "start", "complete", "undo")
    ]
    assert {each.by for each in change.updates} == {"Alice"}
    assert change.state is State.IN_PROGRESS


@pytest.mark.parametrize(
    ("step", "difference"),
    [
        ("start", "state: confirmed → in progress"),
        ("complete", "state: confirmed → completed"),
        ("cancel", "state: confirmed → cancelled"),
        (
            "extend?length=30m",
            "time: Sat, Nov 28, 7:00 a.m. – 9:00 a.m. EST → Sat, Nov 28, 7:00 a.m. – 9:30 a.m. EST",
        ),
    ],
)
def test_a_step_shows_first_what_it_alters(ops: Operations, emergency: Browser, step: str, difference: str) -> None:
    page = emergency.get(f"{EC_1}/{step}")
    assert difference in text_of(page)
    assert 'value="take"' in page.text
    assert states(ops) == [State.CONFIRMED]


def test_what_a_step_alters_is_in_the_operators_language(ops: Operations, emergency: Browser) -> None:
    take(emergency, "extend?length=30m")
    take(emergency, "start")
    french = ops.signed_in(name="Amélie", language="fr")
    time = "horaire : sam. 28 nov., 07 h 00 – 09 h 00 HNE → sam. 28 nov., 07 h 00 – 09 h 30 HNE"
    history = text_of(french.get(EC_1))
    assert time in history
    assert "état : confirmé → en cours" in history
    assert "état : en cours → terminé" in text_of(french.get(f"{EC_1}/complete"))


def test_only_possible_steps_have_buttons(ops: Operations, emergency: Browser) -> None:
    def buttons(browser: Browser = emergency) -> set[str]:
        return set(re.findall(rf'class="button[^"]*" href="{EC_1}/([^"]*)"', browser.get(EC_1).text))

    extensions = {f"extend?length={each}" for each in ("15m", "30m", "60m")}
    always = {"update", "cancel?silent=1", "redact"}
    assert buttons() == {"start", "complete", "cancel", *extensions, *always}
    take(emergency, "start")
    assert buttons() == {"complete", "cancel", "undo", *extensions, *always}
    ops.later(3 * HOUR)
    bob = ops.signed_in(name="Bob")
    assert buttons(bob) == {"complete", "cancel", "undo", *always}
    take(bob, "complete")
    assert buttons(bob) == {"undo", "update", "redact"}


def test_a_step_that_is_not_possible_says_what_is(emergency: Browser) -> None:
    page = emergency.get(f"{EC_1}/confirm")
    assert page.status_code == 400
    assert "EC-1 is confirmed already it can be started, completed, updated or cancelled" in text_of(page)


def test_any_length_can_be_typed(ops: Operations, emergency: Browser) -> None:
    assert take(emergency, "extend?length=1h15m").location == f"{EC_1}?done=extend"
    (change,) = changes_of(ops)
    assert change.plan.span.length == timedelta(hours=3, minutes=15)
    wrong = emergency.get(f"{EC_1}/extend?length=long")
    assert (wrong.status_code, "is not a length of time" in wrong.text, 'id="length"' in wrong.text) == (
        400,
        True,
        True,
    )


def test_a_new_start_moves_the_end_as_well(ops: Operations, emergency: Browser) -> None:
    assert take(emergency, "update", start="2026-11-28T12:00").location == f"{EC_1}?done=update"
    (change,) = changes_of(ops)
    assert (change.plan.span.start, change.plan.span.length) == (ops.now + 5 * HOUR, 2 * HOUR)


def test_what_is_left_alone_is_not_altered(ops: Operations, emergency: Browser) -> None:
    (before,) = changes_of(ops)
    take(emergency, "update", message="It takes longer than we thought")
    (after,) = changes_of(ops)
    assert after.plan == before.plan
    unchanged = emergency.post(f"{EC_1}/update", {**fields_of(emergency.get(f"{EC_1}/update")), "action": "preview"})
    assert "this would change nothing of EC-1" in unchanged.text


def test_an_update_is_published_as_its_preview_showed_it(ops: Operations, emergency: Browser) -> None:
    preview = emergency.post(
        f"{EC_1}/update", {**fields_of(emergency.get(f"{EC_1}/update")), "summary": "Failover now"}
    )
    other = emergency.post(f"{EC_1}/update", {**fields_of(preview), "summary": "Failover soon", "action": "take"})
    assert (other.status_code, "summary: Failover → Failover soon" in text_of(other)) == (200, True)
    assert len(changes_of(ops)[0].updates) == 1
    assert emergency.post(f"{EC_1}/update", {**fields_of(other), "action": "take"}).status_code == 303
    assert changes_of(ops)[0].plan.summary == "Failover soon"


def test_a_silent_cancellation_is_a_choice_of_its_own(ops: Operations, emergency: Browser) -> None:
    assert "Withdraw it silently" in text_of(emergency.get(EC_1))
    page = emergency.get(f"{EC_1}/cancel?silent=1")
    assert "Nothing of it is public." in text_of(page)
    assert take(emergency, "cancel?silent=1").location == f"{EC_1}?done=withdraw"
    (change,) = changes_of(ops)
    assert change.is_withdrawn
    assert take(emergency, "undo").status_code == 303


def test_one_message_or_all_texts_are_withdrawn(ops: Operations, emergency: Browser) -> None:
    assert f'href="{EC_1}/redact?update=1"' in emergency.get(EC_1).text
    take(emergency, "redact?update=1")
    (change,) = changes_of(ops)
    assert (change.updates[0].message, change.plan.summary) == ("[withdrawn]", "Failover")
    take(emergency, "redact")
    (change,) = changes_of(ops)
    assert change.plan.summary == "[withdrawn]"
    assert "Failover" not in text_of(emergency.get("/operator/"))


def test_a_step_that_is_sent_twice_is_taken_once(ops: Operations, emergency: Browser) -> None:
    form = {**fields_of(emergency.get(f"{EC_1}/start")), "message": "We begin", "action": "take"}
    answers = [emergency.post(f"{EC_1}/start", form) for _ in range(2)]
    assert [each.location for each in answers] == [f"{EC_1}?done=start"] * 2
    assert states(ops) == [State.CONFIRMED, State.IN_PROGRESS]


def test_somebody_else_was_faster(ops: Operations, emergency: Browser) -> None:
    bob = ops.signed_in(name="Bob")
    mine = fields_of(emergency.get(f"{EC_1}/update"))
    take(bob, "update", summary="Failover of the database", message="More precise")
    refusal = emergency.post(
        f"{EC_1}/update", {**mine, "message": "Longer", "end": "2026-11-28T10:00", "action": "take"}
    )
    assert refusal.status_code == 400
    assert "EC-1 has changed since update 1: update 2 by Bob" in text_of(refusal)
    again = fields_of(refusal)
    assert (again["message"], again["end"]) == (["Longer"], ["2026-11-28T10:00"])
    assert (again["summary"], again["expect"]) == (["Failover of the database"], ["2"])
    assert emergency.post(f"{EC_1}/update", {**again, "action": "take"}).status_code == 303
    (change,) = changes_of(ops)
    assert (change.plan.summary, change.plan.span.length) == ("Failover of the database", 3 * HOUR)


def test_a_form_outlives_the_server(tmp_path: Path, ops: Operations, emergency: Browser) -> None:
    form = {**fields_of(emergency.get(f"{EC_1}/start")), "message": "We begin", "action": "take"}
    restarted = operations(tmp_path, ops.database)
    restarted.now = ops.now
    emergency.client.application = restarted.app
    assert emergency.post(f"{EC_1}/start", form).location == f"{EC_1}?done=start"
    assert states(ops) == [State.CONFIRMED, State.IN_PROGRESS]


def test_who_may_only_read_has_no_buttons(ops: Operations, emergency: Browser) -> None:
    form = {**fields_of(emergency.get(f"{EC_1}/start")), "action": "take"}
    reader = ops.signed_in(name="Rita", scope=Scope.READ)
    assert f"{EC_1}/start" not in reader.get(EC_1).text
    assert 'value="take"' not in reader.get(f"{EC_1}/start").text
    refusal = reader.post(f"{EC_1}/start", form)
    assert (refusal.status_code, "may only read" in refusal.text) == (400, True)
    assert states(ops) == [State.CONFIRMED]


def test_a_change_of_the_schedule_file_is_shown_and_left_alone(tmp_path: Path, database: Database) -> None:
    alice = operations(tmp_path, database, schedule=SCHEDULE + IN_GIT).signed_in()
    page = alice.get("/operator/changes/storage")
    assert "This change is in the schedule file" in text_of(page)
    assert "/operator/changes/storage/" not in page.text
    assert "storage is in the schedule file" in text_of(alice.get("/operator/changes/storage/start"))


@pytest.mark.parametrize("path", ["EC-9", "EC-9/start", "EC-1/destroy", "EC-1/redact?update=9"])
def test_what_does_not_exist_is_said_so(emergency: Browser, path: str) -> None:
    page = emergency.get(f"/operator/changes/{path}")
    assert page.status_code in {400, 404}
    assert "<h1>" in page.text


def test_after_a_redaction_the_button_names_the_step_that_it_takes_back(ops: Operations, emergency: Browser) -> None:
    take(emergency, "update", end="2026-11-28T10:00", message="A secret")
    take(emergency, "redact?update=2")
    assert "Undo: Changed, Sat, Nov 28, 7:00 a.m. EST (update 2)" in text_of(emergency.get(EC_1)).replace("\u202f", " ")
    take(emergency, "undo")
    assert changes_of(ops)[0].latest.target == 2
