"""The catalogs: complete, without leftovers, and enough by themselves for another language."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Message

from icsfeed.words.languages import CATALOGS, ENGLISH, LANGUAGES, find_languages, folder_of, languages_named
from icsfeed.words.phrases import phrase_in
from tests.publication.pages.stories import BUSY, a_site
from tests.words.extraction import (
    KEYWORDS,
    TEMPLATE,
    extract_messages,
    messages_of,
    product_files,
    read_catalog,
    update_catalogs,
    write_catalog,
)

TRANSLATIONS = sorted(CATALOGS.glob("*.po"))

each_catalog = pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.stem)


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def translations(message: Message) -> tuple[str, ...]:
    """One, or one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def test_there_is_a_french_catalog() -> None:
    """Otherwise the tests of each catalog could not fail."""
    assert [path.name for path in TRANSLATIONS] == ["fr.po"]


def test_extraction_finds_messages_in_code_and_templates() -> None:
    messages = messages_of(extract_messages(product_files()))
    assert {
        ("", "Subscribe"),  # in a template
        ("", "Something went wrong"),  # in the web service
        ("state of a maintenance window", "Cancelled"),
        ("", "The {day} of every month"),
    } <= messages.keys()


def literals(path: Path) -> Iterator[tuple[str, str]]:
    """The messages in the calls of a module, by context and text, wherever a call stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if name in KEYWORDS and texts:
                yield ("", texts[0]) if name != "phrase_in" else (texts[0], texts[1])


def test_extraction_misses_no_message_in_the_code() -> None:
    """Babel finds none within the arguments of another, nor, before Python 3.12, within an f-string."""
    modules = [path for path in product_files() if path.suffix == ".py"]
    in_code = {each for path in modules for each in literals(path)}
    assert len(in_code) > 100
    assert in_code - messages_of(extract_messages(modules)).keys() == set()


def test_extraction_misses_no_message_in_the_templates() -> None:
    """Jinja finds none in a call of a method, such as "language.say": the French page had a link in English."""
    templates = [path for path in product_files() if path.suffix == ".html"]
    text = "".join(path.read_text(encoding="utf-8") for path in templates)
    in_templates = set(re.findall(r'\bsay(?:_count)?\("([^"]+)"', text))
    assert len(in_templates) > 40
    assert in_templates - {message for _, message in messages_of(extract_messages(templates))} == set()


@pytest.mark.parametrize("path", [TEMPLATE, *TRANSLATIONS], ids=lambda path: path.name)
def test_catalogs_have_the_messages_of_the_code_and_no_others(path: Path) -> None:
    """``python -m tests.words.extraction`` brings them up to date; translations are then missing."""
    code, catalog = messages_of(extract_messages(product_files())), messages_of(read_catalog(path))
    assert {
        "missing": sorted(code.keys() - catalog.keys()),
        "unused": sorted(catalog.keys() - code.keys()),
        "other plural": sorted(key for key in code.keys() & catalog.keys() if code[key].id != catalog[key].id),
    } == {"missing": [], "unused": [], "other plural": []}
    assert read_catalog(path).obsolete == {}


@each_catalog
def test_every_message_is_translated(path: Path) -> None:
    messages = messages_of(read_catalog(path))
    assert [key for key, each in messages.items() if each.fuzzy or not all(translations(each))] == []


@each_catalog
def test_translations_have_the_places_of_the_english_text(path: Path) -> None:
    """A singular may leave out its number."""
    for message in messages_of(read_catalog(path)).values():
        texts = (message.id,) if isinstance(message.id, str) else message.id
        expected = [places(texts[0]), *[places(texts[-1])] * (len(translations(message)) - 1)]
        assert [places(each) for each in translations(message)] == expected, message.id


def test_french_breaks_no_line_before_a_sign_that_stands_apart() -> None:
    words = [text for each in messages_of(read_catalog(CATALOGS / "fr.po")).values() for text in translations(each)]
    assert [text for text in words if re.search(" [:;?!»]|« ", text)] == []
    assert "Nouveau motif\N{NO-BREAK SPACE}: {value}" in words
    assert sum("«\N{NO-BREAK SPACE}par URL\N{NO-BREAK SPACE}»" in text for text in words) == 2


def test_what_the_checks_above_would_find(tmp_path: Path) -> None:
    """A message that is new in the code, one that is gone from it, and a translation that lost its place."""
    code = tmp_path / "code.py"
    code.write_text('say("New here")\nsay("Today, {date}", date=1)\n')
    catalog = tmp_path / "xx.po"
    catalog.write_text('msgid "Today, {date}"\nmsgstr "Heute"\n\nmsgid "Gone"\nmsgstr "Fort"\n')
    messages, written = messages_of(extract_messages([code], root=tmp_path)), messages_of(read_catalog(catalog))
    assert messages.keys() - written.keys() == {("", "New here")}
    assert written.keys() - messages.keys() == {("", "Gone")}
    assert (places("Today, {date}"), places("Heute")) == ({"date"}, set())


def test_updating_the_catalogs_changes_nothing_where_they_are_up_to_date() -> None:
    before = {path: path.read_bytes() for path in (TEMPLATE, *TRANSLATIONS)}
    update_catalogs()
    assert {path: path.read_bytes() for path in before} == before


def test_languages() -> None:
    assert [(each.code, each.name, folder_of(each, LANGUAGES)) for each in LANGUAGES] == [
        ("en", "English", ""),
        ("fr", "Français", "fr/"),
    ]


def test_the_first_language_of_a_calendar_has_the_root() -> None:
    languages = languages_named(("fr", "en"))
    assert [(each.code, folder_of(each, languages)) for each in languages] == [("fr", ""), ("en", "en/")]


def test_one_file_adds_a_language(tmp_path: Path) -> None:
    """German: a copy of the template with translations is all that it takes to get its pages."""
    catalog = read_catalog(TEMPLATE)
    catalog.locale, catalog.fuzzy = "de", False
    for message in messages_of(catalog).values():
        message.string = {
            "Subscribe": "Abonnieren",
            "Every {days}": "Jeden {days}",
            "Maintenance windows": "Wartungsfenster",
            "{day}st": "{day}.",
        }.get(str(message.id), "" if isinstance(message.id, str) else ("", ""))
    write_catalog(tmp_path / "de.po", catalog)
    languages = find_languages(tmp_path)
    assert [(each.code, each.name, folder_of(each, languages)) for each in languages] == [
        ("en", "English", ""),
        ("de", "Deutsch", "de/"),
    ]
    site = a_site(record=BUSY, languages=languages)
    page = site["/de/"].body.decode()
    assert '<html lang="de">' in page
    assert '<h2 id="subscribe">Abonnieren</h2>' in page
    assert ">Jeden Donnerstag" in page
    assert '<a href="../" hreflang="en" lang="en">English</a>' in page
    assert '<h2 id="announcements">Announcements</h2>' in page, "what is not translated yet is English"
    assert "/fr/" not in site


def test_a_language_of_a_region_is_named_after_its_file(tmp_path: Path) -> None:
    (tmp_path / "pt_BR.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n')
    languages = find_languages(tmp_path)
    portuguese = languages[1]
    folder = folder_of(portuguese, languages)
    assert (portuguese.code, portuguese.name, folder) == ("pt-BR", "Português (Brasil)", "pt-BR/")


def test_english_needs_no_catalog() -> None:
    assert ENGLISH.say(phrase_in("state of a change", "Cancelled")) == "Cancelled"
    assert ENGLISH.say("Today, {date}", date="Friday") == "Today, Friday"
    assert [
        ENGLISH.say_count("The {day} of every month", "The {day} of every {count} months", count, day="15th")
        for count in (1, 3)
    ] == ["The 15th of every month", "The 15th of every 3 months"]


def test_one_english_word_has_a_translation_for_each_meaning() -> None:
    french = LANGUAGES[1]
    contexts = ("state of a change", "state of a maintenance window")
    assert [french.say(phrase_in(each, "Cancelled")) for each in contexts] == ["Annulé", "Annulée"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists(parts: list[str], expected: str) -> None:
    assert ENGLISH.join(parts) == expected


def test_english_on_the_command_line_does_without_babel() -> None:
    program = (
        "import sys\n"
        "from icsfeed.services import adjusting, changes, upcoming\n"
        "from icsfeed.words.languages import ENGLISH\n"
        "print(ENGLISH.say('Today, {date}', date='Friday'), sorted({'babel', 'jinja2'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "Today, Friday []\n"
