"""What authors of a schedule file write in words of their own, and what they are told to write."""

from __future__ import annotations

import pytest

from icsfeed.store.schedule_file import ScheduleFileError, read_schedule
from tests.cli.running import SCHEDULE

FREEZE = '\n[[change_freezes]]\nid = "x"\nname = "X"\n'
MONTHLY = 'every = "month"\nweek = "last-7-days"\n'


def refusal(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ScheduleFileError) as refused:
        read_schedule(content, "s.toml")
    return str(refused.value)


NO_LEAP_DAY = "2027 has no 29 February; write another date"
EVERY_OTHER = 'write rrule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR" in place of days, and the first of these dates as '


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("second Saturday", 'write rrule = "FREQ=MONTHLY;BYDAY=2SA" in place of days'),
        ("the first Monday of the month", 'write rrule = "FREQ=MONTHLY;BYDAY=1MO" in place of days'),
        ("every last Friday", 'write rrule = "FREQ=MONTHLY;BYDAY=-1FR" in place of days'),
        ("weekdays", 'write days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]'),
        ("every Friday", 'write days = ["Friday"]'),
        (
            "every second Friday",
            f'{EVERY_OTHER}effective_from; for the second Friday of each month, write rrule = "FREQ=MONTHLY;BYDAY=2FR"',
        ),
        ("every other Friday", f"{EVERY_OTHER}effective_from"),
        ("Alternate Fridays", f"{EVERY_OTHER}effective_from"),
        ("bi-weekly on Friday", f"{EVERY_OTHER}effective_from"),
        (
            "1st and 3rd Saturday",
            'write rrule = "FREQ=MONTHLY;BYDAY=1SA,3SA" in place of days',
        ),
        (
            "5th Friday",
            "few months have a fifth Friday; for the last one, write "
            'rrule = "FREQ=MONTHLY;BYDAY=-1FR" in place of days',
        ),
        ("second Tuesday plus 2", 'write rrule = "FREQ=MONTHLY;BYDAY=2TU" and offset_days = 2 in place of days'),
        ("last day of the month", 'write rrule = "FREQ=MONTHLY;BYMONTHDAY=-1" in place of days'),
    ],
)
def test_days_in_words(words: str, remedy: str) -> None:
    """The answer to "second Saturday" was "Saturday", that to "every second Friday" the second one of each month."""
    assert refusal(SCHEDULE.replace('["Thursday"]', f'["{words}"]')) == (
        f's.toml:17: maintenance_windows "thursday", days[0]: "{words}" is not a weekday; {remedy}'
    )
    assert refusal(SCHEDULE.replace('["Thursday"]', f'"{words}"')).startswith(
        f's.toml:17: maintenance_windows "thursday", days: "{words}" is not an array of weekdays'
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (f"{MONTHLY}lifted = [2026-11-24, 2027-02-29]\n", f":33:23: {NO_LEAP_DAY}"),
        (f"{MONTHLY}lifted = [\n  2026-11-24,\n  2027-02-29,\n]\n", f":35:3: {NO_LEAP_DAY}"),
        (f"{MONTHLY}lifted = [\n  2026-11-24,\n  2027-02-29\n]\n", f":35:3: {NO_LEAP_DAY}"),
        (
            f"{MONTHLY}lifted = [\n  24.11.2026,\n]\n",
            ":34:3: 24.11.2026 is not a value of TOML; write a date as 2026-12-31, and a time of day as 02:00",
        ),
        ('from = "2027-02-29"\nthrough = 2027-03-01\n', f':31: change_freezes "x", from: {NO_LEAP_DAY}'),
        (f'{MONTHLY}effective_from = "2027-02-29"\n', f':33: change_freezes "x", effective_from: {NO_LEAP_DAY}'),
        (
            'every = "year"\nfrom = "02-30"\nthrough = "03-01"\n',
            ':32: change_freezes "x", from: no year has a 30 February; write another date',
        ),
    ],
)
def test_dates_that_no_year_or_not_this_year_has(lines: str, message: str) -> None:
    """One alone on its line within an array was "this is not TOML: invalid date or datetime"."""
    assert refusal(SCHEDULE + FREEZE + lines).splitlines()[0] == f"s.toml{message}"


@pytest.mark.parametrize(
    ("before", "key", "message"),
    [
        (
            'name = "Production"',
            "timezone",
            's.toml:9: environments "production", timezone: "timezone" is not a key of an environment; put it on the '
            "window, in [[maintenance_windows]]",
        ),
        (
            'name = "Production"',
            "tz",
            's.toml:9: environments "production", tz: "tz" is not a key of an environment; put it on the window as '
            "timezone, in [[maintenance_windows]]",
        ),
    ],
)
def test_a_zone_in_a_table_that_has_none(before: str, key: str, message: str) -> None:
    assert refusal(SCHEDULE.replace(before, f'{before}\n{key} = "Europe/Paris"')) == message


def test_a_file_with_carriage_returns_alone() -> None:
    """It was shown as one line of thousands of characters, with the caret somewhere in it."""
    assert refusal(SCHEDULE.replace("\n", "\r").encode()) == (
        "s.toml:1: lines end with a carriage return alone; save the file with line feeds (LF)"
    )
    assert read_schedule(SCHEDULE.replace("\n", "\r\n").encode(), "s.toml") == read_schedule(
        SCHEDULE.encode(), "s.toml"
    )


@pytest.mark.parametrize("char", ["\\n", "\\r", "\\r\\n", "\\u2028", "\\u2029", "\\u0085", "\\u000b", "\\u000c"])
@pytest.mark.parametrize(
    ("before", "line"),
    [
        ('name = "Down, and up"', 2),
        ('name = "Production"', 8),
        ('name = "Scheduled maintenance"', 16),
        ('name = "Change freeze"', 24),
        ('vendor = "A"', 5),
        ('organizer = { name = "A", email = "a@example.com" }', 5),
        ('slug = "x"\nname = "A"', 30),
    ],
)
def test_no_name_has_line_breaks(before: str, line: int, char: str) -> None:
    r"""A window's could: SUMMARY:Database\nupgrade."""
    text = SCHEDULE.replace("\n\n", '\nvendor = "A"\n\n', 1) if before.startswith("vendor") else SCHEDULE
    text = text.replace("\n\n", f"\n{before}\n\n", 1) if before.startswith("organizer") else text
    text = f"{text}\n[[feeds]]\n{before}\n" if before.startswith("slug") else text
    head, value, tail = before.rpartition('name = "') if "name" in before else before.rpartition('vendor = "')
    broken = text.replace(before, f"{head}{value}{tail[0]}{char}{tail}")
    assert refusal(broken).startswith(f"s.toml:{line}: ")
