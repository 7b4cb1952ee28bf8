"""What visitors of a rich policy see: times as they write them, filters as links, rows for what recurs daily."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from playwright.sync_api import Page, expect

from icsfeed.domain.feeds import ALL
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import Publication, publish
from tests.examples import utc
from tests.publication.pages.browsers import violations
from tests.publication.pages.conftest import Open
from tests.publication.pages.rich_policy import NIGHT, RECORD, SCHEDULE, rich_site
from tests.publication.pages.serving import Host
from tests.publication.pages.stories import a_site

SITE = rich_site()
PHONE = {"width": 390, "height": 844}
NUMBERED_ZONE = re.compile(r"(GMT|UTC)[+\N{MINUS SIGN}-]\d")


def texts(page: Page, selector: str) -> list[str]:
    """The visible texts, each on one line."""
    return [" ".join(each.split()) for each in page.locator(selector).all_inner_texts()]


def row(page: Page, name: str) -> str:
    """The row of the coming weeks with that name."""
    return " ".join(page.locator(".agenda .entry", has=page.get_by_text(name, exact=True)).first.inner_text().split())


def hours_in(page: Page) -> Iterator[str]:
    """Every time of day on the page, with what follows it on the line."""
    for text in page.locator(".when, time.moment").all_inner_texts():
        yield from re.findall(r"\d:\d\d.*", text)


@pytest.mark.parametrize(
    ("locale", "zone", "when"),
    [
        ("en-US", "America/Chicago", "Fri, Nov 27, 10:00 p.m. – 12:00 a.m. CST"),
        ("en-US", "America/New_York", "Fri, Nov 27, 11:00 p.m. – Sat, Nov 28, 1:00 a.m. EST"),
        ("en-CA", "America/New_York", "Fri, Nov 27, 11:00 p.m. – Sat, Nov 28, 1:00 a.m. EST"),
        ("en-GB", "Europe/London", "Sat 28 Nov, 04:00 – 06:00 GMT"),
        ("en-GB", "Asia/Tokyo", "Sat 28 Nov, 13:00 – 15:00 JST"),
        ("en-IN", "Asia/Kolkata", "Sat, 28 Nov, 9:30 a.m. – 11:30 a.m. IST"),
        ("en-AU", "Australia/Sydney", "Sat, 28 Nov, 3:00 p.m. – 5:00 p.m. AEDT"),
        ("de-DE", "Europe/Berlin", "Sat, 28 Nov, 05:00 – 07:00 CET"),
        ("en-US", "America/Sao_Paulo", "Sat, Nov 28, 1:00 a.m. – 3:00 a.m. UTC\N{MINUS SIGN}3"),
    ],
)
def test_times_are_in_the_visitors_own_notation(visit: Open, locale: str, zone: str, when: str) -> None:
    """A visitor from New York used to read "GMT-5" on a page from Paris. Only zones without a name have a number."""
    page = visit(SITE, now=NIGHT, zone=zone, locale=locale)
    assert texts(page, "#ec-1 .at .mine") == [when]
    zones = {each.rstrip(")").rsplit("\N{NO-BREAK SPACE}", 1)[-1] for each in hours_in(page)}
    assert zones <= {when.rsplit(" ", 1)[-1], "CET"}
    assert NUMBERED_ZONE.search(page.locator("body").inner_text()) is None or "UTC" in when


def test_a_french_visitor_reads_french_times(visit: Open) -> None:
    page = visit(SITE, "/fr/", now=NIGHT, zone="America/New_York", locale="fr-FR")
    assert texts(page, "#ec-1 .at .mine") == ["ven. 27 nov., 23:00 – sam. 28 nov., 01:00 EST"]
    assert "jusqu’au lun. 30 nov., 18:00 EST mar. 1er déc., 00:00 CET" in texts(page, "#status-lines li")[0]
    page = visit(SITE, "/fr/", now=NIGHT, zone="America/Toronto", locale="fr-CA")
    assert texts(page, "#ec-1 .at .mine") == ["ven. 27 nov., 23 h 00 – sam. 28 nov., 01 h 00 HNE"]


def test_no_time_breaks_from_its_zone(visit: Open) -> None:
    """A line used to break within "GMT-5"."""
    page = visit(SITE, now=NIGHT, zone="America/Chicago")
    for text in page.locator(".when, time.moment").all_text_contents():
        for time in re.findall(r"\d:\d\d(.{0,10}?)(?=CST|CET)", text):
            assert " " not in time.partition("–")[2 if "–" in time else 0].strip(" "), text
    assert re.search(r"\d [ap]\.m\.|m\. C[SE]T|\d C[SE]T", page.locator("body").inner_text()) is None


def test_every_time_is_in_the_visitors_zone_with_its_zone(visit: Open) -> None:
    """The time that a window was moved from used to have no zone, and a new time was the vendor's alone."""
    page = visit(SITE, now=NIGHT, zone="America/New_York")
    assert texts(page, "#ec-1 .detail") == [
        "New time: Fri, Nov 27, 11:00 p.m. – Sat, Nov 28, 1:00 a.m. EST Sat, Nov 28, 5:00 a.m. – 7:00 a.m. CET"
    ]
    assert "Moved from Sat, Dec 12, 4:00 p.m. EST 10:00 p.m. CET: Vendor on site" in row(
        page, "Monthly release (Europe)"
    )
    page.locator("#zone").fill("Europe/Paris")
    page.locator("#zone").press("Enter")
    assert texts(page, "#ec-1 .detail") == ["New time: Sat, Nov 28, 5:00 a.m. – 7:00 a.m. CET"]
    assert "Moved from Sat, Dec 12, 10:00 p.m. CET: Vendor on site" in row(page, "Monthly release (Europe)")


def test_rows_of_daily_windows_move_with_the_visitors_zone(visit: Open) -> None:
    """In New York, the nightly restart of Paris is on the evenings before."""
    page = visit(SITE, now=NIGHT, zone="America/New_York")
    text = row(page, "Daily restart")
    assert text.startswith("Sunday to Thursday 8:00 p.m. – 8:30 p.m. EST Monday to Friday, 2:00 a.m. – 2:30 a.m. CET")
    assert "Not from Sun, Dec 6 through Tue, Dec 8: SOC 2 audit (America)" in text
    page = visit(SITE, now=NIGHT, zone="Europe/Paris", locale="en-GB")
    assert row(page, "Daily restart").startswith("Monday to Friday 02:00 – 02:30 CET Daily restart")
    page = visit(SITE, "/fr/", now=NIGHT, zone="Asia/Kolkata", locale="fr-FR")
    assert row(page, "Daily restart").startswith("Du lundi au vendredi 06:30 – 07:00 IST 02:00 – 02:30 CET")


def test_a_row_says_from_when_its_hours_are_others(visit: Open) -> None:
    """Clocks in Paris change three weeks after those in New York: until then, the hours differ there."""
    now = utc(2026, 3, 1, 12)
    page = visit(a_site(SCHEDULE, now=now), now=now, zone="America/New_York")
    assert row(page, "Daily restart").startswith(
        "Sunday to Thursday 8:00 p.m. – 8:30 p.m. EST; from Sun, Mar 8: 9:00 p.m. – 9:30 p.m. EDT; "
        "from Tue, Mar 31: 8:00 p.m. – 8:30 p.m. EDT"
    )


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_kinds_are_filtered_by_links(visit: Open, *, has_script: bool) -> None:
    """The filter is part of the address, so a shared link shows the same."""
    page = visit(SITE, now=NIGHT, zone="Europe/Paris", java_script_enabled=has_script)
    everything = page.locator(".agenda .entry:visible").count()
    page.get_by_role("link", name="Emergency changes").click()
    expect(page).to_have_url(re.compile(r"/#kind\.emergency$"))
    expect(page.locator(".agenda .entry:visible")).to_have_count(1)
    expect(page.locator(".agenda .entry.emergency")).to_be_visible()
    expect(page.locator(".small .freeze").first).to_be_hidden()
    again = visit(SITE, "/calendar/2026/12/#kind.freeze", now=NIGHT, java_script_enabled=has_script)
    kinds = {str(each.get_attribute("class")) for each in again.locator(".agenda .entry:visible").all()}
    assert kinds == {"entry freeze"}
    page.locator(".kinds .every").click()
    expect(page.locator(".agenda .entry:visible")).to_have_count(everything)


def test_a_kind_without_anything_ahead_says_so(visit: Open) -> None:
    site = a_site(SCHEDULE, now=NIGHT)
    for has_script in (True, False):
        page = visit(site, "/#kind.planned", now=NIGHT, java_script_enabled=has_script)
        expect(page.get_by_text("Nothing of this kind is planned for the next six weeks.")).to_have_count(2)
        expect(page.locator(".none.planned")).to_be_visible()
        expect(page.locator(".none.emergency")).to_be_hidden()
        expect(page.locator(".agenda .entry:visible")).to_have_count(0)


def test_a_filter_stays_when_the_language_or_the_environment_changes(visit: Open) -> None:
    page = visit(SITE, "/#kind.freeze", now=NIGHT)
    assert page.locator(".kinds [aria-current]").get_attribute("class") == "freeze"
    for link, path in (("Français", r"/fr/"), ("America", r"/fr/environments/us/")):
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("link", name=link, exact=True).click()
        assert re.search(rf"{path}#kind\.freeze$", page.url)
        assert set(texts(page, ".agenda .entry:visible .facts")) <= {
            "Gel des changements",
            "Gel des changements · America",
            "",
        }


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_environments_are_filtered_by_links(visit: Open, *, has_script: bool) -> None:
    page = visit(SITE, now=NIGHT, zone="Europe/Paris", java_script_enabled=has_script)
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("link", name="America", exact=True).click()
    assert page.url.endswith("/environments/us/")
    assert texts(page, "h1") == ["Northwind maintenance: America"]
    assert texts(page, "#status-now") == [
        "Nothing is being changed; the service runs as usual"
        if has_script
        else "Nothing is changed today; the service runs as usual"
    ]
    names = texts(page, ".agenda .entry .name")
    assert "Daily restart (America)" in names
    assert "Monthly release (Europe)" not in names


@pytest.mark.parametrize("path", ["/", "/calendar/2026/", "/calendar/2026/12/"])
@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_day_leads_to_what_happens_on_it(visit: Open, path: str, *, has_script: bool) -> None:
    page = visit(SITE, path, now=NIGHT, zone="Europe/Paris", java_script_enabled=has_script)
    link = page.locator("table.month a[href$='#2026-12-13']")
    link.click()
    expect(page).to_have_url(re.compile(r"/calendar/2026/12/#2026-12-13$"))
    target = page.locator(".entry:has(> :target)")
    expect(target).to_contain_text("Monthly release (Europe)")
    expect(target).to_be_in_viewport()


def test_days_lead_to_what_happens_on_them_in_the_visitors_zone(visit: Open) -> None:
    """In Chicago, the release of Sunday 0:00 in Paris is on Saturday."""
    page = visit(SITE, "/calendar/2026/12/", now=NIGHT, zone="America/Chicago")
    page.locator("table.month a[href='#2026-12-12']").click()
    expect(page.locator(".entry:has(> :target)")).to_contain_text("Monthly release (Europe)")
    empty = [cell for cell in page.locator("table.month td:has(> b)").all() if cell.locator(".chip").count()]
    assert empty == []


def test_a_day_names_what_happens_on_it(visit: Open) -> None:
    page = visit(SITE, now=NIGHT, zone="Europe/Paris", locale="en-GB")
    cell = page.locator("table.month td:has(> a[href$='#2026-12-08'])")
    cell.hover()
    assert cell.get_attribute("title") == "SOC 2 audit\n02:00 Daily restart"


def test_every_year_and_today_are_a_link_away(visit: Open) -> None:
    page = visit(SITE, "/calendar/", now=NIGHT)
    assert texts(page, "h1") == ["2026"]
    assert page.locator("table.month").count() == 12
    for link, end in (("2027 →", "/calendar/2027/"), ("Today", "/calendar/2026/11/#today")):
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("link", name=link.strip(" →")).click()
        assert page.url.endswith(end)
    page.get_by_role("link", name="Year 2026").click()
    expect(page).to_have_url(re.compile("/calendar/2026/$"))


def test_months_lead_to_announcements_on_the_first_page(visit: Open) -> None:
    page = visit(SITE, "/calendar/2026/11/", now=NIGHT)
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("link", name="Disk failure on database primary").click()
    assert page.url.endswith("/#ec-1")
    expect(page.locator("#ec-1")).to_be_in_viewport()


def test_the_page_in_a_frame_fits_and_says_how_high_it_is(visit: Open, host: Host) -> None:
    """It used to be 831 pixels high in a frame of 480."""
    around = b"""<!doctype html><title>Knowledge base</title><link rel="icon" href="data:,">
        <iframe src="/embed/" width="800" height="480"></iframe>
        <script>addEventListener("message", ({data}) => { window.told = data.icsfeed.height; });</script>"""
    frame = replace(SITE["/embed/"], security="")
    site = dict(SITE) | {"/kb": replace(SITE["/404.html"], body=around, security=""), "/embed/": frame}
    for zone in ("Europe/Paris", "America/New_York"):
        page = visit(site, "/kb", now=NIGHT, zone=zone)
        page.wait_for_function("window.told > 0")
        inner = page.frames[1]
        height = inner.evaluate("document.body.getBoundingClientRect().height")
        assert abs(page.evaluate("window.told") - height) <= 1
        assert height <= 480
        assert inner.evaluate("document.documentElement.scrollHeight") <= 480
    assert host.requests[0] == ("/kb", 200)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("kolkata", "Asia/Kolkata"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("  new york ", "America/New York"),
        ("asmara", "Africa/Asmara"),
        ("kyiv", "Europe/Kyiv"),
        ("UTC", "UTC"),
    ],
)
def test_zones_are_searched_by_typing(visit: Open, typed: str, zone: str) -> None:
    """The list used to know Asia/Calcutta and Africa/Asmera alone."""
    page = visit(SITE, now=NIGHT, zone="Europe/Paris")
    page.locator("#zone").focus()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("#zone").input_value() == zone
    page.reload()
    assert page.locator("#zone").input_value() == zone


def test_a_zone_that_does_not_exist_is_said_to(visit: Open) -> None:
    page = visit(SITE, now=NIGHT, zone="Europe/Paris")
    page.locator("#zone").fill("Mars/Olympus")
    page.locator("#zone").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("There is no such time zone; choose one from the list.")
    page.locator("#zone").blur()
    assert page.locator("#zone").input_value() == "Europe/Paris"
    assert page.locator(".theirs").count() == 0


def test_the_list_of_zones_has_the_names_of_today(visit: Open) -> None:
    page = visit(SITE, now=NIGHT, zone="Asia/Calcutta")
    zones = page.locator("#zones option").evaluate_all("all => all.map((each) => each.value)")
    assert zones[:2] == ["Asia/Kolkata", "Europe/Paris"]
    assert {"Asia/Kolkata", "Africa/Asmara", "Asia/Ho Chi Minh", "Europe/Kyiv", "America/Nuuk"} <= set(zones)
    assert not {"Asia/Calcutta", "Africa/Asmera", "Asia/Saigon", "Europe/Kiev", "America/Godthab"} & set(zones)
    assert len(zones) == len(set(zones)) > 400


@pytest.mark.parametrize(
    ("now", "headline"),
    [
        (NIGHT, "Nothing is being changed; the service runs as usual"),
        (utc(2026, 11, 28, 4, 30), "Emergency change in progress: the service may be unavailable"),
        (utc(2026, 12, 1, 8, 10), "Maintenance in progress: the service may be slow or limited"),
        (utc(2026, 12, 1, 1, 10), "Maintenance in progress: the service should run as usual"),
        (utc(2026, 12, 5, 12), "Nothing is being changed; the service runs as usual"),
    ],
    ids=["in a freeze", "in an emergency", "in a degraded service", "with less redundancy", "at other times"],
)
def test_the_headline_says_whether_the_service_works(visit: Open, now: object, headline: str) -> None:
    page = visit(SITE, now=now, zone="Europe/Paris")  # type: ignore[arg-type]  # one of the instants above
    assert texts(page, "h2#status-now") == [headline]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/environments/eu/", "/fr/calendar/2026/", "/calendar/2026/12/", "/embed/", "/machines/"]
)
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "wide"])
def test_axe_finds_nothing_wrong_with_a_rich_policy(
    visit: Open, path: str, viewport: dict[str, int], scheme: str
) -> None:
    page = visit(SITE, path, now=NIGHT, viewport=viewport, color_scheme=scheme, zone="America/New_York")
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert violations(page) == []


FREEZE = RecordedFreeze(
    id="F-1",
    reason="We look into the failure",
    environments=frozenset({"eu", "us"}),
    started_at=utc(2026, 11, 28, 0, 40),
    started_by="mallory",
)


@cache
def with_a_freeze_without_an_end() -> Publication:
    situation = Situation(schedule=SCHEDULE, record=replace(RECORD, freezes={FREEZE.id: FREEZE}), now=NIGHT)
    return publish(situation, changed_at=NIGHT)


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("path", ["{folder}", "{folder}embed/", "{folder}environments/eu/", "private/t/{folder}"])
@pytest.mark.parametrize("folder", ["", "fr/"], ids=["in English", "in French"])
def test_a_freeze_without_an_end_lasts_until_further_notice(
    visit: Open, path: str, folder: str, *, has_script: bool
) -> None:
    """It used to last "until Fri, Dec 31, 2027", the end of what is published."""
    publication = with_a_freeze_without_an_end()
    private = publication.private_page(ALL, folder)
    assert private is not None
    page = visit(
        {**publication.representations, f"/private/t/{folder}": private.of("t").representation},
        f"/{path.format(folder=folder)}",
        now=NIGHT,
        zone="Europe/Paris",
        locale="fr-FR" if folder else "en-GB",
        java_script_enabled=has_script,
    )
    hours, end = {
        "": ("from 01:40 CET until further notice", "until further notice"),
        "fr/": ("à partir de 01:40 CET, jusqu’à nouvel ordre", "jusqu’à nouvel ordre"),
    }[folder]
    name = {"": "Change freeze", "fr/": "Gel des changements"}[folder]
    line = next(each for each in texts(page, "#status-lines li") if each.startswith(name))
    assert line.endswith(f" {end}")
    (when,) = (each for each in texts(page, ".agenda .entry.freeze .when") if hours in each)
    assert "2027" not in line + when


def test_elsewhere_a_freeze_without_an_end_starts_at_the_visitors_time(visit: Open) -> None:
    record = replace(RECORD, freezes={FREEZE.id: FREEZE})
    site = a_site(SCHEDULE, record, now=NIGHT)
    page = visit(site, now=NIGHT, zone="America/New_York")
    assert texts(page, "#status-lines li")[2] == "Change freeze until further notice"
    assert (
        "Fri, Nov 27 from 7:40 p.m. EST until further notice Sat, Nov 28, from 1:40 a.m. CET until further notice"
    ) in texts(page, ".agenda .entry.freeze .when")
    december = visit(site, "/calendar/2027/12/", now=NIGHT, zone="America/New_York")
    chips = december.locator("table.month .chip", has=december.get_by_text("Change freeze", exact=True))
    assert set(chips.locator(".at").all_inner_texts()) == {""}


def test_on_a_phone_the_policy_is_labelled(visit: Open) -> None:
    """Values such as "30 minutes" used to stand there without heads."""
    page = visit(SITE, now=NIGHT, viewport=PHONE)
    labels = (
        page.locator(".rows tbody tr")
        .first.locator("td")
        .evaluate_all("all => all.map((each) => getComputedStyle(each, '::before').content)")
    )
    assert labels == ['"Days"', '"Hours"', '"Duration"', '"Affects"']


def test_what_has_ended_is_folded_away(visit: Open) -> None:
    page = visit(SITE, now=NIGHT)
    assert texts(page, ".rows:visible tbody th") == [
        *("Daily restart (America)", "Daily restart", "Monthly release (Europe)", "Monthly release (America)"),
        *("Month-end freeze", "Black Friday 2026", "SOC 2 audit", "Launch", "Holiday freeze"),
    ]
    page.get_by_text("What no longer applies").click()
    assert texts(page, "details .rows tbody th") == ["Former weekly window", "Summer 2025"]


def test_the_record_has_three_announcements() -> None:
    assert len(RECORD.changes) == 3
