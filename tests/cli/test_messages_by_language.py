"""Messages in several languages, as operators type them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Outcome, run

pytestmark = pytest.mark.usefixtures("winter")

_ANNOUNCE = ("announce", "--summary", "Failover", "--environment", "production", "--duration", "2h", "--reason", "A")
_BOTH = ("--message", "We begin", "--message-fr", "On commence")


def emergency(*arguments: str, minute: int = 0) -> Outcome:
    return run("emergency", *arguments, "--now", f"2026-12-08T03:{minute:02}", "--operator", "ann")


def announced(*message: str) -> Outcome:
    return emergency(*_ANNOUNCE, "--start", "05:00", *message)


def feed(*options: str) -> str:
    return run("build", "all", "--now", "2026-12-08T03:30", *options).stdout.replace("\n ", "")


def shown() -> Any:  # noqa: ANN401  (JSON)
    return json.loads(run("emergency", "show", "EC-1", "--json", "--now", "2026-12-08T03:30").stdout)


def test_each_feed_has_the_message_in_its_language() -> None:
    assert announced(*_BOTH).stdout == "EC-1\n"
    english, french = feed(), feed("--language", "fr")
    assert ("We begin" in english, "On commence" in english) == (True, False)
    assert ("We begin" in french, "On commence" in french) == (False, True)
    assert feed("--language", "en") == english


def test_every_step_takes_a_message_by_language() -> None:
    announced()
    outcomes = {
        step[0]: emergency(
            *step, "--message", f"English {step[0]}", "--message-fr", f"Français {step[0]}", minute=place
        )
        for place, step in enumerate(
            (["update", "1"], ["extend", "1", "1h"], ["start", "1"], ["undo", "1"], ["complete", "1"]), start=1
        )
    }
    assert {name: outcome.status for name, outcome in outcomes.items()} == dict.fromkeys(outcomes, 0)
    french = feed("--language", "fr")
    assert [name for name in outcomes if f"Français {name}" not in french] == []
    assert "English" not in french
    assert "Français" not in feed()


def test_the_history_has_both() -> None:
    announced(*_BOTH)
    emergency("start", "1", "--message", "Begun", "--message-fr", "Commencé\nenfin", minute=1)
    assert run("emergency", "show", "1", "--now", "2026-12-08T03:30").stdout.partition("History:\n")[2] == (
        "  1. Tue 2026-12-08 03:00 EST by ann: announced\n"
        "       We begin\n"
        "       fr: On commence\n"
        "  2. Tue 2026-12-08 03:01 EST by ann: state: confirmed → in progress\n"
        "       Begun\n"
        "       fr: Commencé\n"
        "       enfin\n"
    )
    updates = shown()["updates"]
    assert [(each["message"], each["translations"]) for each in updates] == [
        ("We begin", {"fr": {"message": "On commence"}}),
        ("Begun", {"fr": {"message": "Commencé\nenfin"}}),
    ]
    assert shown()["translations"] == {}


def test_the_preview_and_the_answer_have_both() -> None:
    preview = announced(*_BOTH, "--dry-run").stdout
    assert "  Message:      We begin\n" in preview
    assert "  Message:      fr: On commence\n" in preview
    announced()
    answer = emergency("start", "1", *_BOTH, minute=1).stdout
    assert "message added: We begin\n" in answer
    assert "message added: fr: On commence\n" in answer


def test_a_redaction_takes_all_languages() -> None:
    announced(*_BOTH)
    emergency("start", "1", "--message", "Begun", "--message-fr", "Commencé", minute=1)
    emergency("redact", "1", "--update", "1", minute=2)
    french = feed("--language", "fr")
    assert ("On commence" in french, "Commencé" in french, "[withdrawn]" in french) == (False, True, True)
    emergency("redact", "1", minute=3)
    everything = feed() + feed("--language", "fr") + json.dumps(shown(), ensure_ascii=False)
    assert [text for text in ("We begin", "On commence", "Begun", "Commencé") if text in everything] == []


def test_a_translation_needs_the_first_language() -> None:
    outcome = announced("--message-fr", "On commence")
    assert (outcome.status, outcome.stdout, outcome.stderr.splitlines()[-1]) == (
        2,
        "",
        'Error: the message has no text in "en", the calendar\'s first language; add it with --message',
    )


def test_the_first_language_has_the_plain_option(winter: Path) -> None:
    assert announced("--message-en", "We begin", "--message-fr", "On commence").status == 0
    assert shown()["updates"][0]["message"] == "We begin"
    outcome = announced("--message", "We begin", "--message-en", "We begin")
    assert (outcome.status, outcome.stderr.splitlines()[-1]) == (
        2,
        'Error: --message is the text in "en", the calendar\'s first language; leave out --message-en',
    )
    text = winter.read_text(encoding="utf-8")
    winter.write_text(text.replace("[calendar]", '[calendar]\nlanguages = ["fr", "en"]'), encoding="utf-8")
    emergency("start", "1", "--message", "Commencé", "--message-en", "Begun", minute=1)
    assert shown()["updates"][1]["message"] == "Commencé"
    assert "Begun" in feed("--language", "en")
    assert "Begun" not in feed()


def test_a_language_that_the_calendar_lacks_is_refused(winter: Path) -> None:
    text = winter.read_text(encoding="utf-8")
    winter.write_text(text.replace("[calendar]", '[calendar]\nlanguages = ["en"]'), encoding="utf-8")
    outcome = announced(*_BOTH)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert '"fr" is not a language of this calendar' in outcome.stderr
    outcome = run("build", "all", "--language", "fr")
    assert (outcome.status, outcome.stderr) == (
        1,
        'this calendar has no feeds in "fr"; its languages are en\n',
    )
