"""What is wrong with a form, in the French console: in French, with an example of what would be right."""

from __future__ import annotations

import pytest

from tests.operators.console.forms import EMERGENCY, PLANNED, fields_of, text_of
from tests.operators.consoles import Browser, Operations

SUBSCRIBERS = "/operator/subscribers/"
TOKENS = "/operator/tokens/create"
LATER = {"summary": "Bascule", "environments": "production", "start": "2026-12-09T01:00", "duration": "1h"}


@pytest.fixture
def french(ops: Operations) -> Browser:
    return ops.signed_in(language="fr")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"environments": []}, "Choisissez au moins un environnement."),
        ({"summary": ""}, "Le résumé manque : écrivez ce que les clients doivent lire."),
        ({"summary": "x" * 300}, "Ce texte est trop long : il a 300 caractères."),
        (
            {"duration": "banane"},
            "« banane » n’est pas une durée. Écrivez par exemple 30m, 1h30m ou 2d (2 jours).",
        ),
        ({"duration": ""}, "Indiquez la durée, ou la fin."),
        ({"duration": "", "end": "2026-12-09T00:00"}, "La fin doit être après le début."),
        ({"duration": "", "end": "2029-12-09T00:00"}, "La durée est trop longue : vérifiez les années."),
        (
            {"ticket": "JIRA-1"},
            "« JIRA-1 » n’est pas l’adresse d’un ticket. Écrivez-la à partir de https://.",
        ),
        (
            {"start": "demain"},
            "« demain » n’est ni une date ni une heure. Écrivez par exemple 2026-12-07 14:30.",
        ),
        ({"start": "2026-12-25T01:00"}, "Pendant un gel des changements, un changement planifié exige un motif."),
    ],
)
def test_an_announcement_that_is_wrong(french: Browser, typed: dict[str, object], words: str) -> None:
    answer = french.post(PLANNED, {**fields_of(french.get(PLANNED)), **LATER, **typed, "action": "preview"})
    text = text_of(answer).replace("\u00a0", " ")
    assert (answer.status_code, text.count(words)) == (400, 2), text  # in the summary and beside the field
    assert '<bdi lang="en">' not in answer.text.partition("<main")[2].partition("</form>")[0]


def test_an_extension_says_what_is_missing_or_wrong(french: Browser) -> None:
    form = fields_of(french.get(EMERGENCY))
    preview = french.post(EMERGENCY, {**form, "summary": "Bascule", "action": "preview"})
    french.post(EMERGENCY, {**fields_of(preview), "action": "publish"})
    page = french.get("/operator/changes/EC-1/extend")
    for length, words in (("", "par exemple 30m ou 1h30m"), ("banane", "n’est pas une durée")):
        answer = french.post(
            "/operator/changes/EC-1/extend", {**fields_of(page), "length": length, "action": "preview"}
        )
        assert (answer.status_code, words in text_of(answer)) == (400, True), text_of(answer)


@pytest.mark.parametrize(
    ("address", "typed", "words"),
    [
        (SUBSCRIBERS, {"name": ""}, "Le nom manque."),
        (SUBSCRIBERS, {"name": "Ada", "alarms": "1d banane"}, "« banane » n’est pas une durée."),
        (SUBSCRIBERS, {"name": "A\nB"}, "ne peut pas être un nom."),
        (TOKENS, {"name": "", "scope": "read", "expires": "30d"}, "Le nom manque."),
    ],
)
def test_a_subscriber_or_token_that_is_wrong(french: Browser, address: str, typed: dict[str, str], words: str) -> None:
    answer = french.post(address, typed)
    assert answer.status_code == 400
    assert words in text_of(answer).replace("\u00a0", " "), text_of(answer)
