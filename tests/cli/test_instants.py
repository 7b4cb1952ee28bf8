"""Instants as somebody types them at 3 a.m., and what they are understood as."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from icsfeed.cli.instants import InstantReader, Sense
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import zone
from tests.cli.running import run
from tests.cli.terminal import at_a_terminal
from tests.examples import TORONTO

START, END, DEADLINE, MOMENT, PAST = Sense.START, Sense.END, Sense.DEADLINE, Sense.MOMENT, Sense.PAST

NIGHT = "2026-12-08T00:30:20-05:00"
"""A Tuesday in Toronto, twenty seconds past the half hour."""

EARLY_ON_THE_SHORT_DAY = "2026-03-08T00:30:00-05:00"
EARLY_ON_THE_LONG_DAY = "2026-11-01T00:30:00-04:00"
BETWEEN_THE_READINGS = "2026-11-01T01:45:00-04:00"


def reader(now: str, *, may_guess: bool = True, records: bool = True, name: str = "America/Toronto") -> InstantReader:
    return InstantReader(zone=zone(name), now=datetime.fromisoformat(now), may_guess=may_guess, records=records)


def understood(text: str, sense: Sense, now: str = NIGHT, *, start: str | None = None) -> str:
    begin = None if start is None else datetime.fromisoformat(start).astimezone(UTC)
    return reader(now).read(text, sense, start=begin).at.astimezone(TORONTO).isoformat()


def refusal(text: str, sense: Sense, now: str = NIGHT, *, may_guess: bool = True, records: bool = True) -> str:
    with pytest.raises(BadInputError) as error:
        reader(now, may_guess=may_guess, records=records).read(text, sense)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "sense", "expected"),
    [
        ("03:10", START, "2026-12-08T03:10:00-05:00"),
        ("3:10", START, "2026-12-08T03:10:00-05:00"),
        ("03:10:30", START, "2026-12-08T03:10:30-05:00"),
        (" 03:10 ", START, "2026-12-08T03:10:00-05:00"),
        # Half past twelve began twenty seconds ago: that is what somebody means who has just read it off a clock.
        ("00:30", START, "2026-12-08T00:30:00-05:00"),
        ("00:30", MOMENT, "2026-12-08T00:30:00-05:00"),
        ("00:30", DEADLINE, "2026-12-09T00:30:00-05:00"),
        ("00:29", START, "2026-12-09T00:29:00-05:00"),
        ("00:00", DEADLINE, "2026-12-09T00:00:00-05:00"),
        ("tomorrow 03:10", START, "2026-12-09T03:10:00-05:00"),
        ("Tomorrow  3:10", DEADLINE, "2026-12-09T03:10:00-05:00"),
        ("now", START, "2026-12-08T00:30:00-05:00"),
        ("NOW", END, "2026-12-08T00:30:00-05:00"),
        ("now", MOMENT, "2026-12-08T00:30:20-05:00"),
        ("+30m", START, "2026-12-08T01:00:00-05:00"),
        ("+1h30m", START, "2026-12-08T02:00:00-05:00"),
        ("+1d", START, "2026-12-09T00:30:00-05:00"),
        ("+30m", DEADLINE, "2026-12-08T01:00:20-05:00"),
        ("03:10", PAST, "2026-12-07T03:10:00-05:00"),
        ("00:30", PAST, "2026-12-08T00:30:00-05:00"),
        ("tomorrow 03:10", PAST, "2026-12-09T03:10:00-05:00"),
        ("+1h", PAST, "2026-12-08T01:30:20-05:00"),
        ("2026-12-10T03:10", START, "2026-12-10T03:10:00-05:00"),
        ("2026-12-10T03:10Z", START, "2026-12-09T22:10:00-05:00"),
        ("2026-12-10", PAST, "2026-12-10T00:00:00-05:00"),
    ],
)
def test_an_instant_counts_from_now(text: str, sense: Sense, expected: str) -> None:
    assert understood(text, sense) == expected


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("03:10", "2026-12-08T01:00:00-05:00", "2026-12-08T03:10:00-05:00"),
        ("03:10", "2026-12-24T23:00:00-05:00", "2026-12-25T03:10:00-05:00"),
        ("23:00", "2026-12-24T23:00:00-05:00", "2026-12-25T23:00:00-05:00"),
        # A change that runs: an end that has passed is the next one after its start all the same.
        ("00:15", "2026-12-07T23:00:00-05:00", "2026-12-08T00:15:00-05:00"),
        ("+2h", "2026-12-24T23:00:00-05:00", "2026-12-25T01:00:00-05:00"),
        ("now", "2026-12-07T23:00:00-05:00", "2026-12-08T00:30:00-05:00"),
        ("tomorrow 03:10", "2026-12-08T23:00:00-05:00", "2026-12-09T03:10:00-05:00"),
    ],
)
def test_an_end_counts_from_the_start(text: str, start: str, expected: str) -> None:
    assert understood(text, END, start=start) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", '"soon" is not an instant; write one such as 03:10, +30m, tomorrow 03:10 or 2026-03-08T03:00 in '),
        ("today", '"today" is not an instant; write one such as '),
        ("-30m", '"-30m" is not an instant; write one such as '),
        ("3 a.m.", '"3 a.m." is not an instant; write one such as '),
        ("+30", '"+30" is not an instant; write a length after the plus sign, such as +30m or +1h30m'),
        ("+03:10", '"+03:10" is not an instant; write a length after the plus sign, such as +30m or +1h30m'),
        ("24:00", '"24:00" is not a time of day; those run from 00:00 to 23:59'),
        ("tomorrow 03:60", '"tomorrow 03:60" is not a time of day; those run from 00:00 to 23:59'),
        ("1970-01-01T00:00", '"1970-01-01T00:00" is out of reach: icsfeed knows the years 1971 to 2999'),
        ("\u0660\u0663:10", '"\u0660\u0663:10" is not an instant; write one such as '),
    ],
)
def test_other_texts_are_refused_with_examples(text: str, message: str) -> None:
    assert refusal(text, START).startswith(message)


def test_a_length_beyond_the_last_year_is_refused() -> None:
    assert refusal("+999d", START, "2998-12-31T00:00:00Z") == (
        '"+999d" is out of reach: icsfeed knows the years 1971 to 2999'
    )


@pytest.mark.parametrize(
    ("text", "sense", "now"),
    [
        ("02:30", START, EARLY_ON_THE_SHORT_DAY),
        ("02:30", PAST, "2026-03-08T12:00:00-04:00"),
        ("tomorrow 02:30", START, "2026-03-07T12:00:00-05:00"),
    ],
)
def test_a_time_that_the_clock_skips_is_refused_with_both_readings(text: str, sense: Sense, now: str) -> None:
    assert refusal(text, sense, now) == (
        f'"{text}" on Sun 2026-03-08 does not exist in America/Toronto, where the clock is put forward; write '
        "2026-03-08T01:30:00-05:00 or 2026-03-08T03:30:00-04:00"
    )


@pytest.mark.parametrize(
    ("text", "sense", "now"),
    [
        ("01:30", START, EARLY_ON_THE_LONG_DAY),
        # One of the two is over; nobody at 01:45 is sure which one the other means.
        ("01:30", START, BETWEEN_THE_READINGS),
        ("01:30", PAST, BETWEEN_THE_READINGS),
        ("tomorrow 01:30", START, "2026-10-31T12:00:00-04:00"),
    ],
)
def test_a_time_that_comes_twice_is_refused_with_both_readings(text: str, sense: Sense, now: str) -> None:
    assert refusal(text, sense, now) == (
        f'"{text}" on Sun 2026-11-01 comes twice in America/Toronto, where the clock is put back; write '
        "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00"
    )


def test_a_length_runs_over_a_clock_change_exactly() -> None:
    assert understood("+2h", START, EARLY_ON_THE_SHORT_DAY) == "2026-03-08T03:30:00-04:00"
    assert understood("+2h", START, EARLY_ON_THE_LONG_DAY) == "2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    ("text", "now", "message"),
    [
        (
            "03:10",
            "2026-12-08T03:11:00-05:00",
            '"03:10" would be Wed 2026-12-09 03:10 EST, more than 12 hours ahead; if you mean that, write '
            '"tomorrow 03:10" or 2026-12-09T03:10-05:00; for the one that has passed, 2026-12-08T03:10-05:00',
        ),
        (
            "23:00",
            "2026-12-08T03:11:00-05:00",
            '"23:00" would be Tue 2026-12-08 23:00 EST, more than 12 hours ahead; if you mean that, write '
            "2026-12-08T23:00-05:00; for the one that has passed, 2026-12-07T23:00-05:00",
        ),
        (
            "+30h",
            "2026-12-08T03:11:00-05:00",
            '"+30h" would be Wed 2026-12-09 09:11 EST, more than 12 hours ahead; if you mean that, write '
            '"tomorrow 09:11" or 2026-12-09T09:11-05:00',
        ),
    ],
)
def test_where_nobody_sees_it_a_short_form_reaches_12_hours_ahead(text: str, now: str, message: str) -> None:
    assert refusal(text, START, now, may_guess=False) == message
    assert reader(now).read(text, START).is_short


def test_what_is_said_in_full_or_within_12_hours_is_taken_without_a_terminal() -> None:
    now = "2026-12-08T03:11:00-05:00"
    script = reader(now, may_guess=False)
    for text in ("15:11", "+12h", "tomorrow 03:10", "tomorrow 23:59", "2027-01-01T00:00"):
        assert script.read(text, START) == reader(now).read(text, START)
    assert refusal("15:12", START, now, may_guess=False).startswith('"15:12" would be Tue 2026-12-08 15:12 EST, more')


def test_commands_that_record_nothing_take_any_length_but_not_the_wrong_day() -> None:
    script = reader(NIGHT, may_guess=False, records=False)
    assert script.read("+7d", DEADLINE).at == datetime(2026, 12, 15, 5, 30, 20, tzinfo=UTC)
    assert refusal("00:29", DEADLINE, may_guess=False, records=False).startswith('"00:29" would be Wed 2026-12-09 00')


def test_an_end_is_far_from_its_start_not_from_now() -> None:
    script = reader(NIGHT, may_guess=False)
    begin = datetime(2027, 1, 13, 22, tzinfo=TORONTO).astimezone(UTC)
    assert script.read("01:30", END, start=begin).at == datetime(2027, 1, 14, 6, 30, tzinfo=UTC)
    with pytest.raises(BadInputError, match=r'^"21:00" would be Thu 2027-01-14 21:00 EST, more than 12 hours after'):
        script.read("21:00", END, start=begin)


NOW = ("--now", "2026-12-08T00:30", "--operator", "ann")
ANNOUNCE = ("emergency", "announce", "--summary", "Failover", "--environment", "production", "--reason", "A disk", *NOW)


@pytest.mark.usefixtures("winter")
class TestCommands:
    """Every command's instants take the short forms, and standard error echoes what they mean."""

    def test_an_announcement_and_its_update(self) -> None:
        announcement = run(*ANNOUNCE, "--start", "03:10", "--end", "+2h", "--json")
        assert (announcement.status, announcement.stderr) == (
            0,
            "--start 03:10 is Tue 2026-12-08 03:10 EST\n--end +2h is Tue 2026-12-08 05:10 EST\n",
        )
        assert '"local_start": "2026-12-08T03:10:00-05:00"' in announcement.stdout
        update = run("emergency", "update", "1", *NOW, "--end", "06:00", "--json")
        assert update.stderr == "--end 06:00 is Tue 2026-12-08 06:00 EST\n"
        assert '"local_end": "2026-12-08T06:00:00-05:00"' in update.stdout

    def test_the_end_of_an_update_counts_from_its_new_start(self) -> None:
        run(*ANNOUNCE, "--start", "03:10", "--duration", "2h")
        update = run("emergency", "update", "1", *NOW, "--start", "11:00", "--end", "00:15", "--json")
        assert update.status == 1
        assert update.stderr == (
            '"00:15" would be Wed 2026-12-09 00:15 EST, more than 12 hours after the start; if you mean that, write '
            '"tomorrow 00:15" or 2026-12-09T00:15-05:00\n'
        )

    def test_all_that_is_wrong_is_reported_at_once(self) -> None:
        refused = run(*ANNOUNCE, "--start", "00:10", "--end", "+x", "--impact", "total")
        assert (refused.status, refused.stderr) == (
            1,
            '"total" is not one of the values of "impact"; write "no-impact", '
            '"reduced-redundancy", "degraded" or "outage"\n'
            '"00:10" would be Wed 2026-12-09 00:10 EST, more than 12 hours ahead; if you mean that, write '
            '"tomorrow 00:10" or 2026-12-09T00:10-05:00; for the one that has passed, 2026-12-08T00:10-05:00\n'
            '"+x" is not an instant; write a length after the plus sign, such as +30m or +1h30m\n',
        )

    def test_an_end_is_not_measured_from_a_start_that_is_refused(self) -> None:
        """It was called more than 12 hours after a start that nobody knew."""
        now = ("--now", "2026-12-08T10:00", "--operator", "ann")
        refused = run(*ANNOUNCE, *now, "--start", "23:50", "--end", "01:00")
        assert (refused.status, refused.stderr) == (
            1,
            '"23:50" would be Tue 2026-12-08 23:50 EST, more than 12 hours ahead; if you mean that, write '
            "2026-12-08T23:50-05:00; for the one that has passed, 2026-12-07T23:50-05:00\n",
        )
        assert run(*ANNOUNCE, *now, "--start", "23:50", "--end", "25:00").stderr.splitlines()[1:] == [
            '"25:00" is not a time of day; those run from 00:00 to 23:59'
        ]

    def test_a_length_may_have_a_plus_sign(self) -> None:
        assert run(*ANNOUNCE, "--duration", "+2h", "--json").status == 0
        assert (
            run("emergency", "extend", "1", "+45m", *NOW).stdout == "EC-1 ends later: 00:30–02:30 → 00:30–03:15 EST\n"
        )
        assert run("gate", "--environment", "production", "--runway", "+45m", *NOW[:2]).stdout.startswith("CLOSED")
        assert "write a length after the plus sign" in run(*ANNOUNCE, "--start", "++30m", "--duration", "1h").stderr

    def test_a_moved_occurrence(self) -> None:
        moved = run("window", "move", "thursday", "2026-12-10", "--start", "tomorrow 22:00", "--reason", "x", *NOW)
        assert (moved.status, moved.stderr) == (0, "--start tomorrow 22:00 is Wed 2026-12-09 22:00 EST\n")

    def test_a_deadline(self) -> None:
        slots = run("emergency", "suggest", "--duration", "1h", "--by", "06:00", "--now", NOW[1], "--json")
        assert (slots.status, slots.stderr) == (0, "--by 06:00 is Tue 2026-12-08 06:00 EST\n")

    def test_the_gate_and_what_comes(self) -> None:
        gate = run("gate", "--environment", "production", "--at", "+50h", "--now", "2026-12-08T00:30")
        assert (gate.status, gate.stderr) == (0, "--at +50h is Thu 2026-12-10 02:30 EST\n")
        upcoming = run("upcoming", "--from", "03:10", "--days", "1", "--now", "2026-12-08T00:30")
        assert (upcoming.status, upcoming.stderr) == (0, "--from 03:10 is Mon 2026-12-07 03:10 EST\n")

    def test_on_a_terminal_a_far_time_is_a_question(self) -> None:
        session = at_a_terminal(*ANNOUNCE, "--start", "00:10", "--duration", "1h", answers="n")
        assert session.screen.startswith(
            "warning: --start 00:10 is Wed 2026-12-09 00:10 EST; for the one that has passed, 2026-12-08T00:10-05:00\n"
        )
        assert session.asked is not None

    def test_the_clock_itself_has_no_short_form(self) -> None:
        refused = run("upcoming", "--now", "03:10")
        assert (refused.status, refused.stderr) == (
            1,
            '"03:10" is not an instant; write one such as 2026-03-08T07:00:00Z, or 2026-03-08T03:00 in '
            "America/Toronto\n",
        )
