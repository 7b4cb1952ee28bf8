"""Any file at all gives a schedule or messages for its author, each with a line, and never a traceback."""

import re
import string
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.store.schedule_file import ScheduleFileError, example_path, read_schedule
from icsfeed.store.schedule_file.notation import as_toml

NOW = datetime(2026, 7, 1, tzinfo=UTC)
EXAMPLE = tomli.loads(
    example_path().read_text(encoding="utf-8")
    + """
[[change_freezes]]
id = "launch"
name = "Launch freeze"
from = 2027-02-08
through = 2027-02-12
[[change_freezes]]
id = "holidays"
name = "Holiday freeze"
every = "year"
from = "12-18"
through = "01-03"
lifted = [2026-12-31]
[[feeds]]
slug = "production"
name = "Production"
kinds = ["freeze"]
environments = ["production"]
[[changes]]
id = "failover"
kind = "planned"
summary = "Database failover"
environments = ["production"]
start = 2026-12-28T01:00:00
duration = "2h"
reason = "A disk is failing"
announced = 2026-12-08T00:30:00
tentative = true
[[changes.updates]]
at = 2026-12-08T00:40:00
step = "confirm"
[[changes.updates]]
at = 2026-12-08T00:50:00
start = 2026-12-29T01:00:00
end = 2026-12-29T04:00:00
impact = "degraded"
[[changes.updates]]
at = 2026-12-29T01:00:00
step = "start"
message = "Begun"
"""
)
WORDS = [
    "id",
    "name",
    "slug",
    "every",
    "week",
    "week_starts",
    "from",
    "through",
    "days",
    "rrule",
    "start",
    "end",
    "effective_from",
    "timezone",
    "environments",
    "kinds",
    "changes",
    "updates",
    "announced",
    "at",
    "step",
    "duration",
    "complete",
    "2h",
    "month",
    "year",
    "last-7-days",
    "last-full-week",
    "monday",
    "Thu",
    "production",
    "prod",
    "all",
    "freeze",
    "outage",
    "EST",
    "UTC-5",
    "America/Toronto",
    "02-29",
    "12-18",
    "2026-12-18",
    "02:00",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=MONTHLY;BYDAY=1TU",
    "FREQ=\u0131",
    "https://example.com/?",
    "a@b",
]
texts = st.one_of(st.sampled_from(WORDS), st.text(max_size=12), st.text(string.printable, max_size=12))
scalars = st.one_of(
    texts,
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from([date(2020, 1, 1), date(9999, 12, 31), time(2), time(6), datetime(2026, 12, 28, 6, tzinfo=UTC)]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=6,
)


def toml_of(value: object) -> str:
    """The value as TOML, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            escaped = "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08X}" for c in value)
            return f'"{escaped}"'
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(toml_of, value))}]"
        case dict():
            return f"{{{', '.join(f'{toml_of(name)} = {toml_of(each)}' for name, each in value.items())}}}"
        case _:
            return str(value)


def outcome(content: bytes) -> Schedule | ScheduleFileError:
    try:
        return read_schedule(content, "schedule.toml")
    except ScheduleFileError as error:
        return error


def check(data: dict[str, Any]) -> None:
    content = "\n".join(f"{toml_of(name)} = {toml_of(value)}" for name, value in data.items()).encode()
    result = outcome(content)
    if isinstance(result, Schedule):
        # Every accepted file gives values that the domain can expand.
        span = published_span(NOW, result.calendar.zone)
        for freeze in result.freezes:
            assert list(freeze.ranges(span.start.date(), span.end.date())) is not None
        for window in result.windows:
            next(window.dates(span.start.date(), span.end.date()), None)
        if result.peak_hours is not None:
            next(result.peak_hours.spans(span), None)
        return
    check_messages(result)
    assert str(result).splitlines() == [
        f"schedule.toml:{mistake.line}: {mistake.subject}: {mistake.message}" for mistake in result.mistakes
    ]
    assert [each for each in result.mistakes if re.search(r"(such as|=|:) None\b", each.message)] == []
    assert len({(mistake.path, mistake.message) for mistake in result.mistakes}) == len(result.mistakes)


def check_messages(error: ScheduleFileError) -> None:
    """Every mistake has a line, and a syntax error, which comes alone, shows that line and a caret."""
    assert error.mistakes
    assert all(line.isprintable() for line in str(error).splitlines())
    assert all(mistake.line is not None and mistake.message for mistake in error.mistakes)
    if len(error.mistakes) > 1 or not error.mistakes[0].excerpt:
        assert len(str(error).splitlines()) == len(error.mistakes)
        return
    message, line, caret = str(error).split("\n")
    (mistake,) = error.mistakes
    assert message == f"schedule.toml:{mistake.line}:{mistake.column}: {mistake.message}"
    assert line.startswith("    ")
    assert caret.strip() == "^"


@given(st.data())
@settings(max_examples=300, deadline=timedelta(seconds=5))
def test_any_change_of_the_example_is_accepted_or_explained(data: st.DataObject) -> None:
    tree: dict[str, Any] = deepcopy(EXAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        place: Any = tree
        while True:
            keys = list(range(len(place))) if isinstance(place, list) else list(place)
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], (dict, list)) and data.draw(st.integers(0, 3)):
                place = place[key]
                continue
            change = data.draw(st.sampled_from(["replace", "remove", "rename", "double"]))
            if change == "replace":
                place[key] = data.draw(anything)
            elif change == "remove":
                del place[key]
            elif isinstance(place, dict):
                place[data.draw(texts)] = place[key] if change == "double" else place.pop(key)
            else:
                place.append(deepcopy(place[key]))
            break
    check(tree)


@given(st.dictionaries(st.one_of(texts, st.sampled_from(list(EXAMPLE))), anything, min_size=1))
@settings(deadline=timedelta(seconds=5))
def test_any_toml_is_accepted_or_explained(data: dict[str, Any]) -> None:
    check(data)


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text(string.printable).map(str.encode)))
@settings(deadline=timedelta(seconds=5))
def test_any_bytes_are_explained(content: bytes) -> None:
    result = outcome(content)
    assert isinstance(result, ScheduleFileError)
    check_messages(result)


@given(st.data())
@settings(max_examples=300, deadline=timedelta(seconds=5))
def test_any_damage_to_the_bytes_of_the_example_is_explained(data: st.DataObject) -> None:
    content = example_path().read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = min(len(content), start + data.draw(st.integers(0, 12)))
    put = data.draw(st.one_of(st.binary(max_size=4), st.text("\"'[]={}#\n\r\\:, ", max_size=4).map(str.encode)))
    result = outcome(content[:start] + put + content[end:])
    if isinstance(result, ScheduleFileError):
        check_messages(result)


@given(anything)
def test_a_value_is_shown_on_one_short_line(value: object) -> None:
    assert as_toml(value).isprintable()
    assert len(as_toml(value)) <= 60


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(".".join("a" * 2_000) + " = 1", id="a dotted key"),
        pytest.param("[" + ".".join("a" * 2_000) + "]", id="a table"),
        pytest.param("[[" + ".".join("a" * 2_000) + "]]", id="an array of tables"),
        pytest.param("calendar = " + "[" * 200 + "]" * 200, id="arrays within arrays"),
        pytest.param("calendar = " + "{a = " * 200 + "1" + "}" * 200, id="tables within tables"),
    ],
)
def test_no_depth_is_too_much(text: str) -> None:
    result = outcome(text.encode())
    assert isinstance(result, ScheduleFileError)
    assert {mistake.line for mistake in result.mistakes} == {1}
