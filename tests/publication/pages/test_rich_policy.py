"""The pages of a rich policy: they stay small, valid, and say what holds for whom."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from tests.publication.pages import browsers
from tests.publication.pages.rich_policy import rich_site
from tests.required import require

SITE = rich_site()
MAX_PAGE_BYTES = 100_000


def plain(html: str) -> str:
    """The text of a piece of a page, on one line."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def rows(path: str) -> dict[str, str]:
    """The rows of the coming weeks by name, each as text; the first of a name."""
    body = SITE[path].body.decode()
    listed = re.search('<ol class="agenda">(.*?)</ol>', body, re.DOTALL)
    assert listed is not None
    found: dict[str, str] = {}
    for row in re.findall('<li class="entry.*?</li>', listed[1], re.DOTALL):
        name = re.search('<p class="name">(.*?)</p>', row, re.DOTALL)
        assert name is not None
        found.setdefault(plain(name[1]), plain(row))
    return found


@pytest.mark.parametrize(
    "path", ["/", "/fr/", "/environments/us/", "/calendar/2026/12/", "/calendar/2026/", "/embed/", "/machines/"]
)
def test_a_page_with_its_style_and_script_stays_small(path: str) -> None:
    parts = [path, *(each for each in SITE if each.startswith("/assets/"))]
    assert sum(len(SITE[each].body) for each in parts) <= MAX_PAGE_BYTES


def test_weekday_windows_are_one_row_with_the_exceptions_named() -> None:
    """Each restart used to be a row: 44 in six weeks."""
    found = rows("/")
    assert found["Daily restart (America)"] == (
        "Monday to Friday , 09:00 – 09:30 CET Daily restart (America) "
        "Maintenance window · America · degraded service 13 times, Tue, 1 Dec – Fri, 8 Jan 2027 "
        "Not on Mon, 30 Nov : Black Friday 2026 Not on Fri, 4 Dec : Team at a conference "
        "Not from Mon, 7 Dec through Wed, 9 Dec : SOC 2 audit Not on Wed, 16 Dec : Launch "
        "Not from Fri, 18 Dec through Fri, 1 Jan 2027 : Holiday freeze"
    )
    assert "Monthly release (Europe)" in found


def test_a_row_says_for_which_environments_a_freeze_holds() -> None:
    """The audit freezes America alone: the restart happens for Europe, which is a row of its own."""
    found = rows("/")
    assert "Not from Mon, 7 Dec through Wed, 9 Dec : SOC 2 audit (America)" in found["Daily restart"]
    assert found["SOC 2 audit"] == "Mon, 7 Dec – Wed, 9 Dec SOC 2 audit Change freeze · America"
    body = SITE["/"].body.decode()
    own = [
        plain(each)
        for each in re.findall(r'<p class="facts"><bdi>(Maintenance window · Europe · reduced.*?)</bdi>', body)
    ]
    assert len(own) == 3
    assert "SOC 2 audit" not in rows("/environments/eu/")
    assert "SOC 2 audit" not in rows("/environments/eu/")["Daily restart"]
    assert "Not from Mon, 7 Dec through Wed, 9 Dec : SOC 2 audit" in rows("/environments/us/")["Daily restart"]


def test_a_freeze_by_hours_shows_its_hours() -> None:
    assert rows("/")["Launch"] == "Tue, 15 Dec , 18:00 – Wed, 16 Dec, 12:00 CET Launch Change freeze"


def test_the_page_of_an_environment_has_what_affects_it() -> None:
    body = SITE["/environments/us/"].body.decode()
    assert "Monthly release (America)" in body
    for elsewhere in ("Monthly release (Europe)", "Disk failure"):
        assert elsewhere not in body
        assert elsewhere in SITE["/environments/eu/"].body.decode()
    assert re.findall(r'<article class="feed first" id="(.*?)"', body) == ["us"]
    assert '<a href="../../environments/us/" aria-current="page">' in body
    assert '<a href="../../fr/environments/us/" hreflang="fr"' in body


def test_without_a_script_the_headline_says_what_matters_most_today() -> None:
    """It used to say "Maintenance today" on a day with an emergency, and named a later window as the next event."""
    body = SITE["/"].body.decode()
    status = re.search('<section class="status is-emergency".*?</section>', body, re.DOTALL)
    assert status is not None
    assert "Emergency change today: the service may be unavailable" in status[0]
    assert "Disk failure on database primary" in plain(status[0])
    assert "After today Daily restart" in plain(status[0])


def test_all_pages_are_valid_for_html_validate(tmp_path: Path) -> None:
    require(browsers.unavailable())
    (tmp_path / ".htmlvalidate.json").write_text('{"extends": ["html-validate:standard"], "root": true}')
    for path in (
        "/",
        "/fr/",
        "/environments/us/",
        "/calendar/2026/12/",
        "/calendar/2026/",
        "/calendar/",
        "/embed/",
        "/machines/",
    ):
        (tmp_path / f"page{path.replace('/', '-')}.html").write_bytes(SITE[path].body)
    done = subprocess.run(
        [browsers.NODE, browsers.HERE / "node_modules/html-validate/bin/html-validate.mjs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_days_of_a_month_lead_to_its_list() -> None:
    """The cells used to lead nowhere."""
    body = SITE["/calendar/2026/12/"].body.decode()
    days = re.findall(r'<td[^>]*><a href="#(2026-12-\d\d)">', body)
    assert days == [day for day in (f"2026-12-{number:02}" for number in range(1, 32)) if f'id="{day}"' in body]
    assert len(days) > 20
    home = SITE["/"].body.decode()
    assert set(re.findall(r'href="calendar/2026/12/#(2026-12-\d\d)"', home)) == set(days)
    year = SITE["/calendar/2026/"].body.decode()
    assert set(re.findall(r'href="12/#(2026-12-\d\d)"', year)) == set(days)
