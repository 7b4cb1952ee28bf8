"""Why the gate is open or closed, as operators read it in their language; commands and programs get English."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.changes import Change, Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.services.gate import GateAnswer, gate
from icsfeed.words.dates import Dates
from icsfeed.words.languages import ENGLISH
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import MONTH_END, NOW, THURSDAY, TORONTO, a_schedule, span, utc
from tests.words.writing import FRENCH

SCHEDULE = a_schedule(THURSDAY, freezes=(MONTH_END,))
IN_FREEZE = a_change(
    Kind.PLANNED, plan=replace(PLAN, span=span((2026, 11, 26), (2026, 11, 26, 2)), reason=""), number=3
)
FROZEN = 'le gel des changements "month-end" du mar. 24 nov. au lun. 30 nov. inclus'
IN_ENGLISH = Dates(language=ENGLISH, zone=TORONTO, year=2026)
IN_FRENCH = Dates(language=FRENCH, zone=TORONTO, year=2026)


def ask(
    at: datetime,
    *changes: Change,
    runway: timedelta = timedelta(),
    change: str | None = None,
    now: datetime = NOW,
) -> GateAnswer:
    situation = Situation(schedule=SCHEDULE, record=record_of(*changes), now=now)
    return gate(situation, ("production",), at=at, runway=runway, change_id=change)


def in_french(answer: GateAnswer) -> str:
    return answer.reason.in_words(IN_FRENCH).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(ask(utc(2026, 11, 28)), f"pendant {FROZEN}", id="a freeze"),
        pytest.param(ask(utc(2026, 12, 3, 8)), 'pendant la fenêtre de maintenance "thursday"', id="a window"),
        pytest.param(
            ask(utc(2026, 12, 2)),
            "hors des fenêtres de maintenance et des changements planifiés de production",
            id="outside",
        ),
        pytest.param(
            ask(utc(2026, 12, 3, 8), runway=timedelta(hours=4)),
            'ouvert pendant 3 heures seulement au lieu de 4 heures : la fenêtre de maintenance "thursday" prend fin '
            "le jeu. 3 déc., 06 h 00 HNE",
            id="too short",
        ),
        pytest.param(
            ask(utc(2026, 11, 26, 1), IN_FREEZE, change="PC-3"),
            f"pendant {FROZEN}, pour lequel PC-3 n’indique aucune raison",
            id="a change in a freeze without a reason",
        ),
        pytest.param(
            ask(utc(2026, 11, 27), IN_FREEZE, change="PC-3"),
            "le changement planifié PC-3 est confirmé, prévu jusqu’au mer. 25 nov., 21 h 00 HNE ; "
            f"pendant {FROZEN}, pour lequel PC-3 n’indique aucune raison",
            id="two reasons",
        ),
    ],
)
def test_reasons_are_said_in_the_operators_language(answer: GateAnswer, expected: str) -> None:
    assert in_french(answer) == expected


def test_lateness_is_said_in_the_operators_language() -> None:
    started = after_step(a_change(), Step.START, utc(2026, 12, 3, 8))
    now = started.shown_span.end + timedelta(hours=3)
    answer = ask(now, started, now=now)
    assert answer.why == "the emergency change EC-7 is in progress, planned until Thu 2026-12-03 04:00 EST, 3 h ago"
    assert in_french(answer) == (
        "le changement d’urgence EC-7 est en cours, prévu jusqu’au jeu. 3 déc., 04 h 00 HNE, il y a 3 h"
    )


def test_a_page_in_english_has_dates_in_the_form_of_its_others() -> None:
    answer = ask(utc(2026, 11, 28))
    assert answer.why == 'in the change freeze "month-end" from 2026-11-24 through 2026-11-30'
    assert answer.reason.in_words(IN_ENGLISH) == 'in the change freeze "month-end" from Tue, Nov 24 through Mon, Nov 30'
