"""Whatever the time and the zone, what is said is what was meant: an independent reader maps it back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.civil import local_date
from icsfeed.domain.spans import Span
from icsfeed.words.languages import language_named
from icsfeed.words.spoken import SpokenDates
from tests.words.spoken_parsing import SpokenReader

ZONES = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
)
zones = st.one_of(
    st.sampled_from(["America/Toronto", "America/Havana", "Australia/Lord_Howe", "Europe/London", "Asia/Kathmandu"]),
    st.sampled_from(ZONES),
).map(ZoneInfo)
MINUTES = 60 * 24 * 3650
minutes = st.integers(min_value=0, max_value=MINUTES)
autumn_nights = st.integers(min_value=-300, max_value=300).map(
    # Around 05:00Z on 1 November 2026, when clocks in Toronto and Havana go back.
    lambda offset: (
        int((datetime(2026, 11, 1, 5, tzinfo=UTC) - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()) // 60 + offset
    )
)
lengths = st.one_of(st.integers(min_value=1, max_value=300), st.integers(min_value=1, max_value=20 * 24 * 60))


@pytest.mark.parametrize("code", ["en", "fr"])
@given(zone=zones, start=st.one_of(minutes, autumn_nights), length=lengths, ahead=st.integers(-400, 40))
def test_a_listener_understands_the_span_that_was_meant(
    code: str, zone: ZoneInfo, start: int, length: int, ahead: int
) -> None:
    begin = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    span = Span(start=begin, end=begin + timedelta(minutes=length))
    if any(each.astimezone(zone).second for each in (span.start, span.end)):
        return
    today = local_date(begin, zone) + timedelta(days=ahead)
    spoken = SpokenDates(language=language_named(code), zone=zone, year=today.year, today=today)
    text = str(spoken.span(span))
    assert not re.search(r"[0-9:–/\u00a0]", text)
    assert SpokenReader(code=code, zone=zone, today=today).span(text) == (span.start, span.end)
