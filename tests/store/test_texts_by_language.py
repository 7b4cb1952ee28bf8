"""Texts by language in the schedule file."""

import json

import pytest

from icsfeed.domain.changes import Change
from icsfeed.domain.translations import change_in_language
from icsfeed.store.schedule_file import json_schema, read_schedule
from tests.bilingual import TEXTS, bilingual, bilingual_file
from tests.store.test_json_schema import tables


def texts_in(schedule_text: str) -> set[str]:
    """The texts of the calendar that occur in there."""
    return {text for pair in TEXTS.items() for text in pair if text in schedule_text}


def described(*parts: object) -> str:
    return "\n".join(map(repr, parts))


def test_every_text_is_there_in_both_languages() -> None:
    english = bilingual()
    french = english.in_language("fr")
    parts = [
        described(
            each.calendar, each.environments, each.windows, each.freezes, each.feeds, [*messages(each.changes[0])]
        )
        for each in (english, french)
    ]
    assert [texts_in(each) for each in parts] == [set(TEXTS), set(TEXTS.values())]


def messages(change: Change) -> list[str]:
    return [text for each in change.updates for text in (each.plan.summary, each.plan.reason, each.message)]


def test_the_first_language_is_the_default() -> None:
    schedule = bilingual("fr", "en")
    assert (schedule.language, schedule.calendar.languages) == ("fr", ("fr", "en"))
    assert schedule.calendar.name == "Entretien de la boutique"
    assert schedule.in_language("en").calendar.name == "Upkeep of the shop"
    assert schedule.in_language("fr") is schedule


def test_a_calendar_in_one_language() -> None:
    schedule = bilingual("fr")
    assert (schedule.calendar.languages, schedule.translations) == (("fr",), {})
    assert schedule.windows[0].name == "Entretien hebdomadaire"


def test_what_is_not_translated_is_in_the_default_language() -> None:
    content = bilingual_file().replace('{ en = "Weekly upkeep", fr = "Entretien hebdomadaire" }', '"Weekly upkeep"')
    content = content.replace('{ en = "Quiet days", fr = "Jours calmes" }', '{ en = "Quiet days" }')
    french = read_schedule(content.encode(), "schedule.toml").in_language("fr")
    assert (french.windows[0].name, french.windows[0].description) == ("Weekly upkeep", "La boutique est fermée")
    assert (french.freezes[0].name, french.freezes[0].description) == ("Quiet days", "Nous ne changeons rien")


def test_a_schedule_without_translations_is_the_same_in_every_language() -> None:
    content = bilingual_file("en")
    plain = content.replace('languages = ["en"]', "")
    for english in TEXTS:
        plain = plain.replace(f'{{ en = "{english}" }}', f'"{english}"')
    schedule = read_schedule(plain.encode(), "schedule.toml")
    assert schedule.calendar.languages == ("en", "fr")
    assert schedule.translations == {}
    french = schedule.in_language("fr")
    assert (french.windows, french.freezes, french.feeds, french.changes) == (
        schedule.windows,
        schedule.freezes,
        schedule.feeds,
        schedule.changes,
    )
    assert schedule == read_schedule(content.replace('"en"]', '"en", "fr"]').encode(), "schedule.toml")


def test_an_update_may_correct_one_language_alone() -> None:
    """It changes something, although nothing in the default language."""
    update = '\n[[changes.updates]]\nat = 2026-11-22T01:00:00\nsummary = { en = "Replace the till", fr = "Corrigé" }\n'
    (change,) = read_schedule((bilingual_file() + update).encode(), "schedule.toml").changes
    assert [each.plan.summary for each in change.updates] == ["Replace the till"] * 3
    assert [each.plan.summary for each in change_in_language(change, "fr").updates] == [
        *["Remplacer la caisse"] * 2,
        "Corrigé",
    ]
    assert [each.what for each in change.alterations(3)] == []
    assert [each.what for each in change_in_language(change, "fr").alterations(3)] == ["summary"]


def test_a_redaction_in_the_file_takes_the_texts_of_all_languages() -> None:
    redaction = '\n[[changes.updates]]\nat = 2026-11-22T01:00:00\nstep = "redact"\n'
    (change,) = read_schedule((bilingual_file() + redaction).encode(), "schedule.toml").changes
    for each in (change, change_in_language(change, "fr")):
        assert texts_in(repr(each)) == set()
        assert messages(each) == ["[withdrawn]"] * 8 + [""]


def test_a_redaction_of_one_message_takes_it_in_all_languages() -> None:
    redaction = '\n[[changes.updates]]\nat = 2026-11-22T01:00:00\nstep = "redact"\nupdate = 1\n'
    (change,) = read_schedule((bilingual_file() + redaction).encode(), "schedule.toml").changes
    french = change_in_language(change, "fr")
    assert [update.message for update in french.updates] == ["[withdrawn]", "La nouvelle caisse vient d'arriver", ""]
    assert "bientôt" not in repr(change)


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("calendar", {"name", "description", "vendor"}),
        ("calendar.organizer", {"name"}),
        ("environments", {"name"}),
        ("maintenance_windows", {"name", "description"}),
        ("change_freezes", {"name", "description"}),
        ("changes", {"summary", "reason", "message"}),
        ("changes.updates", {"summary", "reason", "message"}),
        ("feeds", {"name", "description"}),
        ("peak_hours", set()),
    ],
)
def test_the_json_schema_allows_tables_for_texts(table: str, keys: set[str]) -> None:
    properties = dict(tables(json_schema()))[table]["properties"]
    by_language = {
        name: each["anyOf"][1]["properties"].keys()
        for name, each in properties.items()
        if "object" in {part.get("type") for part in each.get("anyOf", ())}
    }
    assert by_language == {key: {"en", "fr"} for key in keys}


def test_the_json_schema_lists_the_languages() -> None:
    languages = json_schema()["properties"]["calendar"]["properties"]["languages"]
    assert json.loads(json.dumps(languages))["items"] == {"type": "string", "enum": ["en", "fr"]}
