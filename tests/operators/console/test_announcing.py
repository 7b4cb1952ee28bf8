"""Announcing in the console: what is filled in, what the preview shows, and that nothing happens twice."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.operators import Scope
from icsfeed.domain.windows import Impact
from icsfeed.services.drafts import drafts
from icsfeed.store.database.database import Database
from icsfeed.web.operators.context import OperatorsContext
from tests.cli.running import SCHEDULE
from tests.examples import utc
from tests.operators.access import MINUTE
from tests.operators.console.forms import EMERGENCY, PLANNED, announce, changes_of, fields_of, text_of
from tests.operators.consoles import Browser, Operations, operations

ATTACK = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"{{ 7 * 7 }}'
LATER = {"start": "2026-12-09T01:00"}


def test_an_emergency_takes_three_taps_and_one_text(ops: Operations, alice: Browser) -> None:
    home = alice.get("/operator/")
    (address,) = re.findall(r'<a class="button danger alarm" href="([^"]*)"', home.text)  # the first tap
    form = fields_of(alice.get(address))
    preview = alice.post(address, {**form, "summary": "Database failover", "action": "preview"})  # the second
    answer = alice.post(address, {**fields_of(preview), "action": "publish"})  # the third
    assert (answer.status_code, answer.location) == (303, "/operator/changes/EC-1?done=announced")
    (change,) = changes_of(ops)
    assert (change.kind, change.state, change.plan.summary) == (Kind.EMERGENCY, State.CONFIRMED, "Database failover")
    assert (change.plan.impact, change.plan.environments) == (Impact.OUTAGE, frozenset({"production"}))
    assert (change.plan.span.start, change.plan.span.length) == (ops.now, timedelta(hours=2))


def test_an_emergency_begins_with_the_first_environment_of_the_schedule_file(ops: Operations, alice: Browser) -> None:
    assert ops.path.read_text("utf-8").index('id = "production"') < ops.path.read_text("utf-8").index('id = "preview"')
    assert fields_of(alice.get(EMERGENCY))["environments"] == ["production"]
    assert "environments" not in fields_of(alice.get(PLANNED))


def test_a_preview_records_nothing(ops: Operations, alice: Browser) -> None:
    preview = alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), "summary": "Failover", "action": "preview"})
    assert "Preview: not public yet" in preview.text
    assert changes_of(ops) == []


def test_a_preview_shows_the_page_the_calendar_the_gate_and_warnings(alice: Browser) -> None:
    typed = {"summary": "Failover", "message": "Logins fail", "action": "preview"}
    text = text_of(alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), **typed}))
    assert "Emergency change EC-1 Confirmed Failover Sat, Nov 28, 7:00 a.m. – 9:00 a.m. EST" in text
    assert "Sat 28 Nov Emergency change: Failover" in text
    assert "2026-11-28 07:00 EST: Logins fail" in text
    assert "EC-1 does not say why it can't wait for a maintenance window" in text
    assert "Gate of Production CLOSED" in text
    assert "Feeds all, emergency, production" in text


def test_a_preview_shows_the_mail_and_who_gets_it(tmp_path: Path, database: Database) -> None:
    schedule = (
        SCHEDULE.replace("[calendar]", '[calendar]\nurl = "https://maintenance.example.com"')
        + '\n[mail]\nfrom = "maintenance@example.com"\nsmtp = "smtp://localhost"\n'
        + '\n[[channels]]\nid = "operations"\nurl = "json://localhost"\n'
    ).replace(
        "[[environments]]", 'organizer = { name = "Support", email = "support@example.com" }\n\n[[environments]]', 1
    )
    alice = operations(tmp_path, database, schedule=schedule).signed_in()
    text = text_of(alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), "summary": "Failover"}))
    assert "By mail [EC-1] Failover: announced, Sat 2026-11-28 07:00–09:00 EST" in text
    assert "Informed operations" in text
    announce(alice, summary="Failover")
    later = text_of(alice.get("/operator/changes/EC-1/extend?length=30m"))
    assert "By mail [EC-1] Failover: extended until 09:30 EST It is expected to end at 09:30 EST instead of" in later


def test_what_touches_a_private_environment_alone_is_not_public(tmp_path: Path, database: Database) -> None:
    schedule = SCHEDULE.replace('name = "Preview"', 'name = "Preview"\npublic = false')
    alice = operations(tmp_path, database, schedule=schedule).signed_in()
    page = alice.get(EMERGENCY)
    assert "Preview (private)" in text_of(page)
    preview = text_of(alice.post(EMERGENCY, {**fields_of(page), "summary": "Failover", "environments": "preview"}))
    assert "Nothing of it is public." in preview
    assert "In calendars" not in preview


def test_warnings_are_said_in_the_operators_language(ops: Operations) -> None:
    alice = ops.signed_in(language="fr")
    page = alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), "summary": "Failover"})
    text = text_of(page)
    assert "EC-1 ne dit pas pourquoi ce changement ne peut pas attendre une fenêtre de maintenance" in text
    assert "EC-1 tombe pendant le gel des changements" in text
    assert "does not say why" not in text


def test_a_planned_change_opens_the_gate(alice: Browser) -> None:
    form = {**fields_of(alice.get(PLANNED)), **LATER, "summary": "Firewall", "environments": "production"}
    assert "Gate of Production CLOSED → OPEN Wed, Dec 9, 1:00 a.m. EST" in text_of(alice.post(PLANNED, form))


def test_a_form_that_is_sent_twice_announces_once(ops: Operations, alice: Browser) -> None:
    preview = alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), "summary": "Failover"})
    form = {**fields_of(preview), "action": "publish"}
    first = alice.post(EMERGENCY, form)
    ops.later(MINUTE)
    second = alice.post(EMERGENCY, form)
    assert [first.location, second.location] == [
        f"/operator/changes/EC-1?done={each}" for each in ("announced", "repeated")
    ]
    assert len(changes_of(ops)) == 1


def test_two_servers_on_one_database_announce_once(tmp_path: Path, database_url: str) -> None:
    with closing(Database(database_url)) as one, closing(Database(database_url)) as other:
        servers = [operations(tmp_path, each) for each in (one, other)]
        alice = servers[0].signed_in()
        form = {
            **fields_of(alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), "summary": "Failover"})),
            "action": "publish",
        }
        browsers = [replace(alice, client=Client(each.app)) for each in servers]
        for browser in browsers:
            for name, value in alice.cookies().items():
                browser.client.set_cookie(name, value, domain="maintenance.example.com", secure=True)
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda browser: browser.post(EMERGENCY, form), browsers * 2))
        assert sorted(each.location for each in answers) == [
            "/operator/changes/EC-1?done=announced",
            *["/operator/changes/EC-1?done=repeated"] * 3,
        ]
        assert len(changes_of(servers[1])) == 1


def test_now_is_what_the_preview_said(ops: Operations, alice: Browser) -> None:
    preview = alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), "summary": "Failover"})
    ops.later(10 * MINUTE)
    alice.post(EMERGENCY, {**fields_of(preview), "action": "publish"})
    (change,) = changes_of(ops)
    assert change.plan.span.start == ops.now - 10 * MINUTE


def test_going_back_to_the_form_keeps_everything(alice: Browser) -> None:
    typed = {
        "summary": "New firewall",
        "environments": "preview",
        "impact": "degraded",
        "start": "2026-12-09T01:00",
        "duration": "90m",
        "reason": "The old one fails\nnow and then",
        "message": "Logins may fail",
        "message_fr": "Connexions perturbées",
        "ticket": "https://tickets.example.com/7",
        "state": "tentative",
        "automatic": "1",
    }
    preview = alice.post(PLANNED, {**fields_of(alice.get(PLANNED)), **typed})
    form = fields_of(alice.post(PLANNED, {**fields_of(preview), "action": "edit"}))
    assert {name: form[name] for name in typed} == {name: [value] for name, value in typed.items()}


def test_every_field_reaches_the_record(ops: Operations, alice: Browser) -> None:
    typed = {
        "summary": "Failover",
        "message": "Logins fail",
        "message_fr": "Panne",
        "state": "tentative",
        "automatic": "1",
    }
    announce(alice, **typed, ticket="https://tickets.example.com/7", reason="A disk fails", end="2026-11-28T08:30")
    (change,) = changes_of(ops)
    update, plan = change.updates[0], change.plan
    assert (change.state, update.automatic) == (State.TENTATIVE, True)
    assert (plan.ticket, plan.reason, plan.span.end) == (
        "https://tickets.example.com/7",
        "A disk fails",
        utc(2026, 11, 28, 13, 30),
    )
    assert {each.language: each.text for each in update.message_translations} == {"en": "Logins fail", "fr": "Panne"}


def test_all_errors_are_beside_their_fields_and_in_the_summary(alice: Browser) -> None:
    typed = {"ticket": "see above", "duration": "soon", "message": "Kept"}
    page = alice.post(PLANNED, {**fields_of(alice.get(PLANNED)), **typed})
    assert page.status_code == 400
    for name in ("summary", "environments", "start", "duration", "ticket"):
        assert f'<a href="#{name}">' in page.text
        assert f'id="{name}-error"' in page.text
        assert re.search(rf'id="{name}"', page.text)
    assert fields_of(page)["message"] == ["Kept"]
    assert page.text.startswith("<!doctype html>")


def test_a_planned_change_needs_a_start(ops: Operations, alice: Browser) -> None:
    page = alice.post(
        PLANNED,
        {**fields_of(alice.get(PLANNED)), "summary": "Firewall", "environments": "preview", "action": "publish"},
    )
    assert (page.status_code, "the start is missing" in page.text) == (400, True)
    assert changes_of(ops) == []


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("2027-03-14T02:30", ["2027-03-14T01:30:00-05:00", "2027-03-14T03:30:00-04:00"]),
        ("2027-11-07T01:30", ["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"]),
    ],
    ids=["the clock skips it", "the clock shows it twice"],
)
def test_a_local_time_without_one_meaning_is_asked_back(
    ops: Operations, alice: Browser, typed: str, options: list[str]
) -> None:
    form = {**fields_of(alice.get(PLANNED)), "summary": "Firewall", "environments": "production", "start": typed}
    page = alice.post(PLANNED, form)
    assert (page.status_code, re.findall(r'name="start_exact" value="([^"]*)"', page.text)) == (400, options)
    preview = alice.post(PLANNED, {**form, "start_exact": options[1]})
    assert preview.status_code == 200
    alice.post(PLANNED, {**fields_of(preview), "action": "publish"})
    (change,) = changes_of(ops)
    assert change.plan.span.start == datetime.fromisoformat(options[1])


def test_a_slot_that_is_suggested_can_be_taken(ops: Operations, alice: Browser) -> None:
    form = {**fields_of(alice.get(PLANNED)), **LATER, "summary": "Firewall", "environments": "production"}
    preview = alice.post(PLANNED, form)
    slots = re.findall(r'name="slot" value="([^"]*)"', preview.text)
    assert slots[0] == "2026-12-03T07:00:00Z/2026-12-03T09:00:00Z"  # in the window
    taken = alice.post(PLANNED, {**form, "slot": slots[0]})
    assert "Thu, Dec 3, 2:00 a.m. – 4:00 a.m. EST" in text_of(taken)
    alice.post(PLANNED, {**fields_of(taken), "action": "publish"})
    assert [each.plan.span.start for each in changes_of(ops)] == [utc(2026, 12, 3, 7)]


def test_where_approval_is_wanted_it_becomes_a_draft(tmp_path: Path, database: Database) -> None:
    ops = operations(tmp_path, database, schedule=f'{SCHEDULE}\n[operators]\napproval = ["planned"]\n')
    alice = ops.signed_in()
    form = {**fields_of(alice.get(PLANNED)), **LATER, "summary": "Firewall", "environments": "production"}
    preview = alice.post(PLANNED, form)
    assert "This becomes a draft" in text_of(preview)
    assert "The number is given at approval: PC-1, if nothing else is announced before." in text_of(preview)
    assert "DR-1" not in text_of(preview)
    answer = alice.post(PLANNED, {**fields_of(preview), "action": "publish"})
    assert answer.location == "/operator/drafts/DR-1?done=draft"
    assert changes_of(ops) == []
    context: OperatorsContext = ops.app.extensions["icsfeed"]
    (draft,) = drafts(context.workspaces.current(), waiting=True)
    assert (draft.plan.summary, draft.by) == ("Firewall", "Alice")
    assert "Waiting for approval" in text_of(alice.get("/operator/"))
    assert announce(alice, summary="Failover").location == "/operator/changes/EC-1?done=announced"


def test_who_may_only_read_sees_previews_and_announces_nothing(ops: Operations) -> None:
    reader = ops.signed_in(name="Rita", scope=Scope.READ)
    assert EMERGENCY not in reader.get("/operator/").text
    preview = reader.post(EMERGENCY, {**fields_of(reader.get(EMERGENCY)), "summary": "Failover"})
    assert 'value="publish"' not in preview.text
    refusal = reader.post(EMERGENCY, {**fields_of(preview), "action": "publish"})
    assert (refusal.status_code, "may only read" in refusal.text) == (400, True)
    assert changes_of(ops) == []


def test_the_script_gets_the_preview_alone(alice: Browser) -> None:
    form = fields_of(alice.get(EMERGENCY))
    alice.headers["X-Fragment"] = "preview"
    fragment = alice.post(EMERGENCY, {**form, "summary": "Failover"})
    assert fragment.text.strip().startswith("<h2>Preview: not public yet</h2>")
    assert "<html" not in fragment.text
    incomplete = alice.post(EMERGENCY, form)
    assert (incomplete.status_code, "the summary is missing" in incomplete.text) == (200, True)


def test_no_text_becomes_markup(ops: Operations, alice: Browser) -> None:
    typed = {"summary": ATTACK, "reason": ATTACK, "message": ATTACK}
    pages = [
        alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), **typed}),
        alice.post(EMERGENCY, {**fields_of(alice.get(EMERGENCY)), **typed, "action": "edit"}),
        alice.get(announce(alice, **typed).location),
        alice.get("/operator/"),
        alice.get("/operator/changes/"),
    ]
    for page in pages:
        assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page.text
        assert "{{ 7 * 7 }}" in page.text
        assert set(re.findall("<(?:script|img)[^>]*>", page.text)) == set(
            re.findall("<script src=[^>]* defer>", page.text)
        )
    assert len(changes_of(ops)) == 1


def test_the_form_speaks_french(ops: Operations) -> None:
    alice = ops.signed_in(language="fr-CA,fr;q=0.9")
    page = alice.get(EMERGENCY)
    assert '<html lang="fr">' in page.text
    assert "Annoncer un changement d’urgence" in text_of(page)
    preview = text_of(alice.post(EMERGENCY, {**fields_of(page), "summary": "Bascule"}))
    assert "Changement d’urgence EC-1 Confirmé Bascule sam. 28 nov., 07 h 00 – 09 h 00 HNE" in preview
