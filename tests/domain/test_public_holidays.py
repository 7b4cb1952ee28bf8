"""Public holidays: which there are, what they are called, and why a place is refused."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.public_holidays import Holiday, countries, data_version, holidays_between, subdivisions

PACKAGE = Path(__file__).parents[2] / "icsfeed"


def names(country: str, subdivision: str, first: str, last: str) -> dict[str, str]:
    days = holidays_between(country, subdivision, date.fromisoformat(first), date.fromisoformat(last))
    return {each.day.isoformat(): each.name for each in days}


def test_the_holidays_of_a_part_of_a_country_in_its_own_english() -> None:
    assert names("CA", "ON", "2026-05-01", "2026-12-31") == {
        "2026-05-18": "Victoria Day",
        "2026-07-01": "Canada Day",
        "2026-09-07": "Labour Day",
        "2026-10-12": "Thanksgiving Day",
        "2026-12-25": "Christmas Day",
        "2026-12-26": "Boxing Day",
        "2026-12-28": "Boxing Day (observed)",
    }


def test_the_holidays_of_a_country_that_does_not_speak_english() -> None:
    assert names("FR", "", "2026-12-25", "2027-05-01") == {
        "2026-12-25": "Christmas Day",
        "2027-01-01": "New Year's Day",
        "2027-03-29": "Easter Monday",
        "2027-05-01": "Labor Day",
    }


def test_a_day_that_is_observed_in_the_year_before() -> None:
    assert names("US", "", "2021-12-25", "2022-01-02") == {
        "2021-12-25": "Christmas Day",
        "2021-12-31": "New Year's Day (observed)",
        "2022-01-01": "New Year's Day",
    }


def test_a_subdivision_by_its_name() -> None:
    assert names("DE", "Bayern", "2026-01-01", "2026-12-31") == names("DE", "BY", "2026-01-01", "2026-12-31")
    assert subdivisions("DE")["Bayern"] == "BY"


def test_years_of_which_the_library_knows_nothing_have_no_holidays() -> None:
    assert names("CA", "ON", "2150-01-01", "2150-12-31") == {}


@pytest.mark.parametrize(
    ("name", "only", "expected"),
    [
        ("Christmas Day", ["Christmas Day"], True),
        ("Christmas Day (observed)", ["Christmas Day"], True),
        ("Christmas Day (observed)", ["Christmas Day (observed)"], True),
        ("Boxing Day", ["Christmas Day"], False),
        ("Christmas Day", ["Christmas Day (observed)"], False),
    ],
)
def test_a_name_stands_for_the_day_on_which_it_is_observed_too(name: str, only: list[str], expected: bool) -> None:
    assert Holiday(day=date(2026, 12, 25), name=name).is_one_of(only) is expected


@pytest.mark.parametrize(
    ("country", "subdivision", "message"),
    [
        ("CAN", "", 'there are no holidays for the country "CAN"; write a code of ISO 3166, such as CA'),
        ("ca", "", 'there are no holidays for the country "ca"; write a code of ISO 3166, such as CA'),
        (
            "CA",
            "ZZ",
            'there are no holidays for the subdivision "ZZ" of CA; '
            "its subdivisions are AB, BC, MB, NB, NL, NS, NT, NU, ON, PE, QC, SK, YT",
        ),
        (
            "IS",
            "VLG",
            'there are no holidays for the subdivision "VLG" of IS; its holidays are the same everywhere',
        ),
    ],
)
def test_places_without_holidays_are_refused(country: str, subdivision: str, message: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        holidays_between(country, subdivision, date(2026, 1, 1), date(2026, 12, 31))
    assert str(refusal.value) == message


def test_every_country_that_is_offered_has_holidays_in_english() -> None:
    empty = {
        country for country in countries() if not holidays_between(country, "", date(2026, 1, 1), date(2026, 12, 31))
    }
    assert empty <= {"BV", "HM", "IO", "UA"}  # three have no residents; in Ukraine, work does not stop in war
    assert len(countries()) > 200


def test_the_version_of_the_data_is_that_of_the_library() -> None:
    assert data_version() == version("holidays")


def test_only_this_module_imports_the_library() -> None:
    importers = {
        module.name
        for module in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "holidays" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "holidays")
    }
    assert importers == {"public_holidays.py"}


def test_a_schedule_without_holidays_does_not_import_the_library() -> None:
    check = "from icsfeed.cli.main import main; main(['check'], standalone_mode=False)"
    code = f"import sys; {check}; print('holidays' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert result.stdout.splitlines()[-1] == "False"
