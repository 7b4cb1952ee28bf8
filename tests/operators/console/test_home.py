"""The console's first page, its frame, and the languages it speaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.cli.running import SCHEDULE
from tests.examples import utc
from tests.operators.access import HOUR
from tests.operators.console.forms import PLANNED, announce, take, text_of
from tests.operators.console.test_deliveries import fail, queue
from tests.operators.consoles import Browser, Operations, operations
from tests.publication.pages.stories import a_change, a_plan


def test_it_shows_the_gate_the_freeze_and_the_next_week(alice: Browser) -> None:
    text = text_of(alice.get("/operator/"))
    assert "Production CLOSED until Thu, Dec 3, 2:00 a.m. EST in the change freeze" in text
    assert "Change freeze , Tue, Nov 24 – Mon, Nov 30" in text
    assert "Scheduled maintenance Thu, Dec 3, 2:00 a.m. – 6:00 a.m. EST" in text
    assert "Nothing is in progress." in text


def test_the_gate_speaks_the_operators_language(ops: Operations) -> None:
    page = ops.signed_in(language="fr").get("/operator/")
    assert "Production FERMÉ jusqu’au jeu. 3 déc., 02 h 00 HNE pendant le gel des changements" in text_of(page)
    assert "CLOSED</span>" not in page.text


def test_it_shows_what_is_late(ops: Operations, alice: Browser) -> None:
    announce(alice, summary="Failover")
    take(alice, "start")
    announce(alice, PLANNED, summary="Firewall", environments="preview", start="2026-11-28T08:00", reason="Urgent")
    ops.later(3 * HOUR)
    text = text_of(ops.signed_in(name="Bob").get("/operator/"))
    assert "Emergency change EC-1 In progress It was to end Sat, Nov 28, 9:00 a.m. EST" in text
    assert "Planned change PC-1 Confirmed Its time has passed" in text
    assert "Announced, not begun" not in text


def test_the_next_step_is_a_button(ops: Operations, alice: Browser) -> None:
    announce(alice, summary="Failover", state="tentative")
    assert 'class="button main" href="/operator/changes/EC-1/confirm"' in alice.get("/operator/").text
    take(alice, "confirm")
    assert 'class="button main" href="/operator/changes/EC-1/start"' in alice.get("/operator/").text
    take(alice, "start")
    assert 'class="button main" href="/operator/changes/EC-1/complete"' in alice.get("/operator/").text
    assert ops.now < utc(2026, 11, 29)


def test_the_list_has_every_change(alice: Browser) -> None:
    assert "No change has been announced." in text_of(alice.get("/operator/changes/"))
    announce(alice, summary="Failover")
    take(alice, "cancel")
    assert "Cancelled EC-1: Failover" in text_of(alice.get("/operator/changes/"))


def test_the_list_ends_somewhere(ops: Operations, alice: Browser) -> None:
    with ops.database.writing(actor=operator("Alice", ops.now), action="planned announce", subject="") as writing:
        for number in range(1, 203):
            plan = a_plan(ops.now, ops.now + HOUR, summary=f"Work {number}")
            writing.add_update(a_change(Kind.PLANNED, number, (ops.now, State.COMPLETED, "", plan)))
    page = alice.get("/operator/changes/")
    assert (page.text.count("<li><span><span class"), "2 earlier changes" in page.text) == (200, True)
    assert alice.get("/operator/changes/?all").text.count("<li><span><span class") == 202


def test_it_shows_what_could_not_be_delivered(console: Operations) -> None:
    queue(console, 3)
    alice = console.signed_in()
    assert "could not be delivered" not in alice.get("/operator/").text
    fail(console, 1)
    text = text_of(alice.get("/operator/"))
    assert "1 announcement could not be delivered. See why, and try again" in text
    assert "operations failing since Sat, Nov 28, 5:00 a.m. EST, 3 attempts: HTTP 500 <b>" in text


def test_only_known_codes_become_notices(alice: Browser) -> None:
    assert "Announced. Customers see it now." in text_of(alice.get("/operator/?done=announced"))
    page = alice.get("/operator/?done=Call+this+number")
    assert (page.status_code, "Call" in page.text.partition("<main")[2]) == (200, False)


def test_a_chosen_language_is_kept_on_that_page(alice: Browser) -> None:
    page = alice.get("/operator/announce/planned")
    assert (page.headers["Content-Language"], '<html lang="en">' in page.text) == ("en", True)
    answer = alice.post("/operator/language", {"language": "fr", "page": "/operator/announce/planned"})
    assert (answer.status_code, answer.location) == (303, "/operator/announce/planned")
    assert "Annoncer un changement planifié" in text_of(alice.get(answer.location))


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "/operator/\\evil", "", "/feeds/all.ics"])
def test_a_choice_of_language_leads_nowhere_else(alice: Browser, page: str) -> None:
    answer = alice.post("/operator/language", {"language": "fr", "page": page})
    assert (answer.status_code, answer.location) == (303, "/operator/")


def test_an_unknown_language_is_refused(alice: Browser) -> None:
    assert alice.post("/operator/language", {"language": "tlh", "page": "/operator/"}).status_code == 400


def test_assets_are_kept_by_their_digest_in_the_vendors_color(tmp_path: Path, database: Database) -> None:
    schedule = SCHEDULE.replace("[calendar]", '[calendar]\ncolor = "#00695c"')
    browser = operations(tmp_path, database, schedule=schedule).signed_in()
    paths = re.findall(r'(?:href|src)="(/operator/static/[^"]*)"', browser.get("/operator/").text)
    assert [path.rpartition(".")[2] for path in paths] == ["svg", "css", "js"]
    for path in paths:
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, max-age=31536000, immutable")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "--accent: #00695c" in browser.get(paths[1]).text
    assert browser.get("/operator/static/console-0000.css").headers["Cache-Control"] == "no-store"
    assert browser.get("/operator/static/passwd").status_code == 404


def test_pages_are_never_kept(alice: Browser) -> None:
    assert alice.get("/operator/").headers["Cache-Control"] == "no-store"
