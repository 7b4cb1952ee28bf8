"""While a publication is fresh, time alone changes no text; and what is not kept fresh does not speak of the moment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from tests.reminders.drawn import situations
from tests.reminders.situations import SITUATIONS
from tests.reminders.texts import REMINDERS, of_the_moment, published

MOMENT: Final = re.compile(
    r"\b(?:now|today|tonight|tomorrow|maintenant|aujourd['’\u2019]hui|ce soir|cette nuit|demain)\b", re.IGNORECASE
)
"""Words that are wrong as soon as time passes."""

_NO_TEXT: Final = re.compile(r"<style>.*?</style>|\bclass=\"[^\"]*\"", re.DOTALL)
_WITH_PATHS: Final = ("/badge.svg", "/api/v2/summary.json", "/interop/alertmanager.yml")


def texts_until_stale(situation: Situation, *, is_live: bool) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The texts of a publication, and of another one just before the first is stale."""
    first = publish(situation, changed_at=situation.now, is_live=is_live)
    last = replace(situation, now=first.fresh_until - timedelta(microseconds=1))
    later = publish(last, changed_at=situation.now, is_live=is_live)
    assert later.fresh_until == first.fresh_until
    return of_the_moment(first.representations), of_the_moment(later.representations)


def assert_fresh(situation: Situation, *, is_live: bool) -> None:
    texts, later = texts_until_stale(situation, is_live=is_live)
    assert texts.keys() >= {*REMINDERS, *_WITH_PATHS}
    for path, text in texts.items():
        assert later[path] == text, path


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "static"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_texts_stay_the_same_while_the_publication_is_fresh(name: str, *, is_live: bool) -> None:
    assert_fresh(SITUATIONS[name], is_live=is_live)


@settings(max_examples=10)
@given(situation=situations(), is_live=st.booleans())
def test_texts_of_any_schedule_stay_the_same_while_the_publication_is_fresh(
    situation: Situation, *, is_live: bool
) -> None:
    assert_fresh(situation, is_live=is_live)


def words_of_the_moment(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The words of the moment that each text has; the rules of a badge's style sheet are no text."""
    plain = {path: _NO_TEXT.sub("", text) if path.endswith(".svg") else text for path, text in texts.items()}
    return {path: words for path, text in plain.items() if (words := MOMENT.findall(text))}


def test_live_texts_speak_of_the_moment() -> None:
    """Otherwise the tests below could not fail."""
    spoken = {
        word.lower()
        for name in SITUATIONS
        for words in words_of_the_moment(of_the_moment(published(SITUATIONS[name]))).values()
        for word in words
    }
    assert spoken >= {"now", "today", "tonight", "tomorrow", "aujourd’hui", "ce soir", "demain"}


@pytest.mark.parametrize("name", SITUATIONS)
def test_static_texts_never_speak_of_the_moment(name: str) -> None:
    """A host without a server can't know it."""
    texts = of_the_moment(published(SITUATIONS[name], is_live=False))
    assert texts.keys() >= {*REMINDERS, *_WITH_PATHS}
    assert words_of_the_moment(texts) == {}


@settings(max_examples=10)
@given(situation=situations())
def test_static_texts_of_any_schedule_never_speak_of_the_moment(situation: Situation) -> None:
    assert words_of_the_moment(of_the_moment(published(situation, is_live=False))) == {}
