"""Whatever is recorded: all that starts within 24 hours is said, with its date, and takes at most half a minute."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.changes import Change, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.reminders.phone_sentences import MAX_SECONDS, MAX_WORDS, spoken_seconds
from icsfeed.services.reminders import is_open_work
from icsfeed.services.upcoming import UpcomingItem, upcoming
from tests.changes import PLAN, a_change
from tests.examples import POLICY, TORONTO
from tests.reminders.phone_speech import edition_of, sentences_in
from tests.reminders.situations import in_toronto
from tests.situations import a_situation
from tests.words.spoken_parsing import CLOCKS, english_ordinal, french_number

FIRST = in_toronto(2026, 3, 5)
"""Days in which clocks go forward and a month ends."""

instants = st.integers(min_value=0, max_value=30 * 24 * 4).map(
    lambda quarters: FIRST + timedelta(minutes=15 * quarters)
)


@st.composite
def changes_near(draw: Callable[..., object], now: datetime, most: int) -> list[Change]:
    number = draw(st.integers(min_value=0, max_value=most))
    assert isinstance(number, int)
    changes = []
    for place in range(number):
        offset, length = (draw(st.integers(min_value=least, max_value=300)) for least in (-20, 1))
        assert isinstance(offset, int)
        assert isinstance(length, int)
        start = now + timedelta(minutes=10 * offset)
        plan = replace(
            PLAN,
            summary=str(draw(st.sampled_from(["Patch", "Move the database to other hosts", "<&>", "a" * 300]))),
            span=Span(start=start, end=start + timedelta(minutes=10 * length)),
        )
        kind = draw(st.sampled_from([Kind.EMERGENCY, Kind.PLANNED]))
        state = draw(st.sampled_from([State.CONFIRMED, State.CONFIRMED, State.TENTATIVE, State.CANCELLED]))
        assert isinstance(kind, Kind)
        assert isinstance(state, State)
        changes.append(a_change(kind, number=place + 1, plan=plan, announced=state))
    return changes


@st.composite
def situations(draw: Callable[..., object], most: int = 8) -> Situation:
    now = draw(instants)
    assert isinstance(now, datetime)
    changes = draw(changes_near(now, most))
    assert isinstance(changes, list)
    return a_situation(POLICY, now=now, changes=changes)


def day_in(code: str, day: date) -> str:
    """The day and the month, as an independent table has them."""
    if code == "en":
        return f"{day:%B} {english_ordinal(day.day)}"
    month = {3: "mars", 4: "avril"}[day.month]
    return f"{'premier' if day.day == 1 else french_number(day.day)} {month}"


NEAR_DAYS: Final = {
    "en": ({"today", "tonight"}, {"tomorrow", "tonight after midnight"}),
    "fr": ({"aujourd’hui", "ce soir"}, {"demain", "cette nuit après minuit"}),
}
"""What today and tomorrow are called."""


def says_start(sentences: list[str], item: UpcomingItem, code: str, today: date) -> bool:
    """Whether a sentence has the time at which it starts, and the date or, of a near day, its name."""
    local = item.span.start.astimezone(TORONTO)
    later = (local.date() - today).days
    days = {day_in(code, local.date()), *(NEAR_DAYS[code][later] if later in {0, 1} else ())}
    clock = next(text for text, each in CLOCKS[code].items() if each == local.time())
    bare = re.sub(r" (?:[ap]\.m\.|du matin|de l’après-midi|du soir)$", "", clock)
    start = re.compile(rf"(?:\b(?:from|at|and|de|à|et) |, |d’){re.escape(bare)}(?: | ?,)|(?:\b|’){re.escape(clock)}")
    is_all_day = local.time() == time() and item.span.length == timedelta(days=1)
    if is_all_day:
        start = re.compile(f"{start.pattern}|all day|toute la journée")
    return any(start.search(sentence) and any(day in sentence for day in days) for sentence in sentences)


def starts_soon(situation: Situation) -> list[UpcomingItem]:
    items = upcoming(situation, situation.now, timedelta(days=2))
    return [
        item
        for item in items
        if is_open_work(item) and situation.now < item.span.start <= situation.now + timedelta(hours=24)
    ]


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("is_live", [True, False], ids=["live", "export"])
@given(situation=situations())
def test_all_that_starts_within_a_day_is_said(code: str, is_live: bool, situation: Situation) -> None:
    sentences = sentences_in(situation, code, is_live=is_live)
    today = situation.now.astimezone(TORONTO).date()
    for item in starts_soon(situation):
        assert says_start(sentences, item, code, today), (item, sentences)


@pytest.mark.parametrize("code", ["en", "fr"])
@given(situation=situations(most=4), is_live=st.booleans())
def test_it_takes_no_longer_than_half_a_minute(code: str, situation: Situation, is_live: bool) -> None:
    sentences = sentences_in(situation, code, is_live=is_live)
    assert spoken_seconds(sentences) <= MAX_SECONDS
    assert sum(len(sentence.split()) for sentence in sentences) <= MAX_WORDS


@given(situation=situations(), is_live=st.booleans())
def test_nothing_is_written_that_a_voice_could_misread(situation: Situation, is_live: bool) -> None:
    for code in ("en", "fr"):
        for sentence in sentences_in(situation, code, is_live=is_live):
            assert not re.search(r"[0-9/&<>|–—\n]|\.\.|[A-Z]{2}", sentence), sentence
            assert sentence.endswith("."), sentence


@given(situation=situations())
def test_an_export_never_speaks_of_today(situation: Situation) -> None:
    for code, words in (
        ("en", "today|tonight|tomorrow|now|under way"),
        ("fr", "aujourd’hui|ce soir|cette nuit|demain"),
    ):
        text = " ".join(sentences_in(situation, code, is_live=False))
        assert not re.search(rf"\b(?:{words})\b", text), text


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "export"])
@given(situation=situations())
def test_it_changes_only_at_midnight_and_where_something_starts_or_ends(is_live: bool, situation: Situation) -> None:
    as_of = edition_of(situation).as_of
    earlier = replace(situation, now=as_of)
    assert sentences_in(situation, is_live=is_live) == sentences_in(earlier, is_live=is_live)


@given(situation=situations())
def test_the_zone_is_named_once_and_with_the_first_time(situation: Situation) -> None:
    sentences = sentences_in(situation)
    text = " ".join(sentences)
    assert text.count("Eastern Time") == (1 if re.search(r"\b[ap]\.m\.|noon|midnight", text) else 0)
    timed = [sentence for sentence in sentences if re.search(r"\b[ap]\.m\.|noon|midnight", sentence)]
    assert not timed or "Eastern Time" in timed[0]
