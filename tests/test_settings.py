"""Settings: what they take from the environment, and what they hand on to workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.zones import zone
from icsfeed.settings import Settings
from tests.cli.running import run
from tests.examples import utc

TORONTO = zone("America/Toronto")


def test_without_any_variable_everything_is_at_its_default() -> None:
    assert Settings.from_environment({}) == Settings(
        schedule=None, database=None, now=None, trusted_hops=0, prefix="", access_log=False
    )


def test_an_empty_variable_counts_as_unset() -> None:
    names = ("SCHEDULE", "DATABASE", "NOW", "TRUSTED_HOPS", "PREFIX", "ACCESS_LOG")
    assert Settings.from_environment({f"ICSFEED_{name}": "" for name in names}) == Settings()


PATHS = st.text(st.characters(codec="ascii", exclude_characters="\0/"), min_size=1).map(Path)


@given(
    st.builds(
        Settings,
        schedule=st.none() | PATHS,
        database=st.none() | st.text(min_size=1),
        now=st.none() | st.text(min_size=1),
        trusted_hops=st.integers(0, 16),
        prefix=st.sampled_from(["", "/maintenance", "/a/b.c"]),
        access_log=st.booleans(),
    )
)
def test_a_worker_has_the_same_settings(settings: Settings) -> None:
    assert Settings.from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize("text", ["1", "true", "T", "Yes", "y", "ON"])
def test_an_access_log_is_switched_on_as_a_flag_of_the_command_is(text: str) -> None:
    assert Settings.from_environment({"ICSFEED_ACCESS_LOG": text}).access_log


@pytest.mark.parametrize("text", ["0", "false", "no", "off", ""])
def test_an_access_log_is_left_off_as_a_flag_of_the_command_is(text: str) -> None:
    assert not Settings.from_environment({"ICSFEED_ACCESS_LOG": text}).access_log


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ACCESS_LOG", "maybe", '"maybe" is neither yes nor no; write 1 to log every request, or 0'),
        (
            "TRUSTED_HOPS",
            "99",
            '"99" is not a number of trusted hops from 0 to 16; write 1 for one proxy in front of icsfeed',
        ),
        (
            "TRUSTED_HOPS",
            "-1",
            '"-1" is not a number of trusted hops from 0 to 16; write 1 for one proxy in front of icsfeed',
        ),
        ("PREFIX", "/a b", '"/a b" is not a path; write one such as /maintenance'),
    ],
)
def test_a_setting_that_serve_refuses_is_refused_everywhere(name: str, value: str, message: str) -> None:
    """Under another server, 99 hops and an access log of "maybe" passed."""
    with pytest.raises(BadInputError) as refusal:
        Settings.from_environment({f"ICSFEED_{name}": value})
    assert str(refusal.value) == message
    assert run("serve", environment={f"ICSFEED_{name}": value}).status == 1


def test_a_local_time_is_read_in_the_calendars_zone() -> None:
    settings = Settings(now="2026-12-08T01:00")
    assert settings.pinned_instant(lambda: TORONTO) == utc(2026, 12, 8, 6)


def test_an_instant_with_an_offset_needs_no_calendar() -> None:
    def no_calendar() -> None:
        pytest.fail("the schedule was read")

    settings = Settings(now="2026-12-08T01:00+01:00")
    assert settings.pinned_instant(no_calendar) == utc(2026, 12, 8)  # type: ignore[arg-type] # it is never called
    assert Settings().pinned_instant(no_calendar) is None  # type: ignore[arg-type]


def test_a_clock_that_is_pinned_to_no_instant_is_refused() -> None:
    with pytest.raises(BadInputError, match="is not an instant"):
        Settings(now="tomorrow").pinned_instant(lambda: TORONTO)


def test_the_schedule_file_is_the_named_one_or_the_one_in_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().schedule_file() is None
    assert Settings(schedule=Path("missing.toml")).schedule_file() == Path("missing.toml")
    (tmp_path / "schedule.toml").touch()
    assert Settings().schedule_file() == Path("schedule.toml")
