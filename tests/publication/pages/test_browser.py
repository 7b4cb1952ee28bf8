"""The customers' pages as a visitor has them, in a real browser.

Whatever a page complains about on its console, or asks its host for in vain, fails the test: see ``visit``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from tests.examples import THURSDAY, utc
from tests.publication.pages.browsers import qr_texts, violations
from tests.publication.pages.conftest import Open
from tests.publication.pages.serving import Host
from tests.publication.pages.stories import (
    ANNOUNCED,
    BASE,
    BUSY,
    NOON,
    SCHEDULE,
    a_change,
    a_plan,
    a_record,
    a_site,
    hostile_site,
    many_feeds,
)

FROZEN = utc(2026, 12, 27, 15)
KINDS = ("maintenance", "minor", "freeze", "emergency", "planned")
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}


def texts(page: Page, selector: str) -> list[str]:
    """The visible texts, each on one line."""
    return [" ".join(each.split()) for each in page.locator(selector).all_inner_texts()]


def follow(page: Page, link: str) -> None:
    """Follow a link; a click alone returns before the next page has run its script."""
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("link", name=link).click()


def choose_zone(page: Page, zone: str) -> None:
    """Type a time zone as a visitor does."""
    page.locator("#zone").fill(zone)
    page.locator("#zone").press("Enter")
    page.locator("#zone").blur()


def zones_offered(page: Page) -> list[str]:
    """The choices of the list, with their notes."""
    script = "all => all.map((each) => each.value + (each.text ? ` (${each.text})` : ''))"
    zones: list[str] = page.locator("#zones option").evaluate_all(script)
    return zones


def addresses(page: Page, feed: str) -> dict[str, str]:
    """The address of each button of a feed."""
    links = page.locator(f"#{feed} .button, #{feed} .download, #{feed} .expanded")
    return {
        str(link.get_attribute("class")).removeprefix("button "): link.evaluate("each => each.href")
        for link in links.all()
    }


def test_every_button_of_every_feed_has_the_right_address(visit: Open) -> None:
    page = visit(a_site())
    names = {feed.slug: feed.name for feed in SCHEDULE.feeds}
    assert list(names) == ["all", "emergency", "freeze", "maintenance", "planned", "preview", "production"]
    here = page.url.rstrip("/")
    for slug, name in names.items():
        https, webcal = (quote(f"{scheme}://{BASE[8:]}/feeds/{slug}.ics", safe="") for scheme in ("https", "webcal"))
        to_outlook = f"url={https}&name={quote(name, safe='')}"
        assert addresses(page, slug) == {
            "google": f"https://calendar.google.com/calendar/u/0/r?cid={webcal}",
            "outlook": f"https://outlook.live.com/calendar/0/addfromweb/?{to_outlook}",
            "microsoft365": f"https://outlook.office.com/calendar/0/addfromweb/?{to_outlook}",
            "webcal": f"webcal://{BASE[8:]}/feeds/{slug}.ics",
            "download": f"{here}/downloads/{slug}.ics",
            "expanded": f"{here}/feeds/{slug}.expanded.ics",
        }
        assert page.locator(f"#{slug} code").text_content() == f"{BASE}/feeds/{slug}.ics"


def test_the_browser_completes_addresses_of_a_site_without_a_url(visit: Open) -> None:
    """Also below a path, as on a project's page of a static host, and from the pages of another language."""
    page = visit(a_site(base=""), "/fr/", prefix="/calendars/ours")
    here = page.url.removesuffix("/fr/")
    webcal = here.replace("http:", "webcal:")
    links = addresses(page, "preview")
    assert links["webcal"] == f"{webcal}/fr/feeds/preview.ics"
    assert links["google"].endswith(quote(f"{webcal}/fr/feeds/preview.ics", safe=""))
    assert quote(f"{here}/fr/feeds/preview.ics", safe="") in links["outlook"]
    assert links["download"] == f"{here}/fr/downloads/preview.ics"
    assert page.locator("#all code").text_content() == f"{here}/fr/feeds/all.ics"
    expect(page.locator("#all .button.google")).to_be_visible()
    assert page.locator(".qr").count() == 0


def test_qr_codes_lead_to_their_feeds_on_the_page(visit: Open) -> None:
    page = visit(a_site(), "/fr/")
    slugs = ["all", "emergency", "freeze", "maintenance", "planned", "preview", "production"]
    assert qr_texts(page) == [f"{BASE}/fr/#{slug}" for slug in slugs]


def test_the_feed_that_a_qr_code_leads_to_is_unfolded(visit: Open) -> None:
    page = visit(a_site(), "/#preview")
    expect(page.locator("#preview .button.google")).to_be_visible()
    expect(page.locator("#production .button.google")).to_be_hidden()


def test_copying_an_address_is_confirmed(visit: Open) -> None:
    page = visit(a_site(), permissions=["clipboard-read", "clipboard-write"])
    page.locator("#all .copy").click()
    expect(page.locator("#all .copy")).to_contain_text("Copied")
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{BASE}/feeds/all.ics"


def test_the_address_is_selected_where_copying_is_not_allowed(visit: Open) -> None:
    page = visit(a_site())
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('not allowed'); }; }")
    page.locator("#all .copy").click()
    page.wait_for_function("getSelection().toString() !== ''")
    assert page.evaluate("getSelection().toString()") == f"{BASE}/feeds/all.ics"


def test_times_are_in_the_visitors_zone_with_the_vendors_beside_them(visit: Open) -> None:
    page = visit(a_site(), zone="Europe/Berlin")
    first = page.locator(".agenda .entry").first
    assert texts(page, ".agenda .entry:first-child .when") == [
        "Thu, Dec 10 8:00 a.m. – 12:00 p.m. CET 2:00 a.m. – 6:00 a.m. EST"
    ]
    expect(first).to_contain_text("Scheduled maintenance")
    assert page.locator("#zone").input_value() == "Europe/Berlin"


def test_visitors_in_the_vendors_zone_see_each_time_once(visit: Open) -> None:
    page = visit(a_site(record=BUSY), zone="America/Toronto")
    assert page.locator(".theirs").count() == 0


def test_the_choice_of_another_zone_is_remembered(visit: Open) -> None:
    page = visit(a_site(), zone="Europe/Berlin")
    choose_zone(page, "Pacific/Auckland")
    assert texts(page, ".agenda .entry:first-child .mine") == ["Thu, Dec 10 8:00 p.m. – 12:00 a.m. NZDT"]
    page.reload()
    assert page.locator("#zone").input_value() == "Pacific/Auckland"
    choose_zone(page, "America/Toronto")
    assert texts(page, ".agenda .entry:first-child .when") == ["Thu, Dec 10 2:00 a.m. – 6:00 a.m. EST"]


def test_a_stored_zone_that_the_browser_does_not_have_is_ignored(visit: Open) -> None:
    page = visit(a_site(), zone="Europe/Berlin")
    page.evaluate("localStorage.setItem('icsfeed-zone', 'Nowhere/Land')")
    page.reload()
    assert page.locator("#zone").input_value() == "Europe/Berlin"


@pytest.mark.parametrize("path", ["/", "/calendar/2026/12/", "/embed/"])
def test_a_browser_that_does_not_know_its_zone_shows_the_vendors(
    visit: Open, chromium_without_zone: Browser, path: str
) -> None:
    """Its zone is called Etc/Unknown, which it does not support; that used to stop the script."""
    site = a_site(now=FROZEN)
    page = visit(site, path, now=FROZEN, browser=chromium_without_zone, timezone_id=None)
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Etc/Unknown"
    assert page.locator(".theirs").count() == 0
    if path != "/calendar/2026/12/":
        assert texts(page, ".countdown") == ["in 6 days 16 hours"]
    if path != "/embed/":
        assert page.locator("#zone").input_value() == "America/Toronto"
        assert zones_offered(page)[:2] == ["America/Toronto (the vendor’s time zone)", "UTC"]
        choose_zone(page, "Asia/Tokyo")
        assert page.locator(".theirs").count() > 0
        page.reload()
        assert page.locator("#zone").input_value() == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("zone", "when"),
    [
        ("Europe/Berlin", "Thu, Dec 10 8:00 a.m. – 12:00 p.m. CET 2:00 a.m. – 6:00 a.m. EST"),
        ("America/Toronto", "Thu, Dec 10 7:00 a.m. – 11:00 a.m. UTC 2:00 a.m. – 6:00 a.m. EST"),
    ],
    ids=["a visitor elsewhere", "a visitor in that zone"],
)
def test_a_browser_that_does_not_support_the_vendors_zone_shows_the_times_in_another(
    visit: Open, zone: str, when: str
) -> None:
    """A browser may be older than the zone's name."""
    page = visit(a_site(), zone=zone)
    page.context.add_init_script(
        """Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
            construct(target, [locale, options]) {
                if (options?.timeZone === "America/Toronto") throw new RangeError("Invalid time zone specified");
                return new target(locale, options);
            },
        });"""
    )
    page.reload()
    assert texts(page, ".agenda .entry:first-child .when") == [when]
    assert texts(page, ".countdown") == ["in 1 day 14 hours"]
    assert page.locator("#zone").input_value() == ("UTC" if zone == "America/Toronto" else zone)
    assert "America/Toronto (the vendor’s time zone)" not in zones_offered(page)


def chips(page: Page) -> dict[str, list[str]]:
    """The items in the table of December, by day."""
    cells = page.locator("table[data-month='2026-12'] td[data-day]")
    return {
        str(cell.get_attribute("data-day"))[-2:]: [
            " ".join(each.split()) for each in cell.locator(".chip").all_text_contents()
        ]
        for cell in cells.all()
        if cell.locator(".chip").count()
    }


def test_the_month_is_laid_out_again_in_the_visitors_zone(visit: Open) -> None:
    """In Honolulu, the window of Thursday 2:00 in Toronto starts on Wednesday."""
    site = a_site(replace(SCHEDULE, windows=(replace(THURSDAY, environments=frozenset({"production"})),)))
    page = visit(site, "/calendar/2026/12/", zone="Pacific/Honolulu")
    assert chips(page) == {
        **{day: ["Maintenance window: 9:00 p.m. Scheduled maintenance"] for day in ("02", "09", "16", "23")},
        **{day: ["Maintenance window: until 1:00 a.m. Scheduled maintenance"] for day in ("03", "10", "17")},
        "24": [
            "Maintenance window: until 1:00 a.m. Scheduled maintenance",
            "Change freeze: 7:00 p.m. Change freeze",
        ],
        **{str(day): ["Change freeze: Change freeze"] for day in range(25, 31)},
        "31": ["Change freeze: until 7:00 p.m. Change freeze"],
    }


@pytest.mark.parametrize(
    ("path", "zone", "first", "last"),
    [
        pytest.param(
            "/calendar/2026/09/",
            "Pacific/Honolulu",
            "Wed, Sep 2 8:00 p.m. – 12:00 a.m. HST",
            "Wed, Sep 30 8:00 p.m. – 12:00 a.m. HST",
            id="a window of the vendor's October is in the visitor's September",
        ),
        pytest.param(
            "/calendar/2026/10/",
            "Pacific/Honolulu",
            "Sat, Oct 3 8:00 p.m. – 12:00 a.m. HST",
            "Sat, Oct 31 9:00 p.m. – Sun, Nov 1, 1:00 a.m. HST",
            id="and not in October; one of November is",
        ),
        pytest.param(
            "/calendar/2026/12/",
            "Asia/Tokyo",
            "Tue, Nov 24 2:00 p.m. – Tue, Dec 1, 2:00 p.m. JST",
            "Fri, Dec 25 2:00 p.m. – Fri, Jan 1, 2027, 2:00 p.m. JST",
            id="a freeze of the vendor's November lasts into the visitor's December",
        ),
        pytest.param(
            "/calendar/2026/12/",
            "America/Toronto",
            "Thu, Dec 3 2:00 a.m. – 6:00 a.m. EST",
            "Fri, Dec 25 – Thu, Dec 31",
            id="the vendor's own",
        ),
    ],
)
def test_a_months_list_shows_what_its_table_shows(visit: Open, path: str, zone: str, first: str, last: str) -> None:
    """The list used to be that of the vendor's month in every zone."""
    site = a_site(record=BUSY)
    drawn, sent = visit(site, path, zone=zone), visit(site, path, zone=zone, java_script_enabled=False)
    when = texts(drawn, ".agenda .entry:visible .mine")
    assert (when[0], when[-1]) == (first, last)
    choose_zone(drawn, "America/Toronto")
    assert texts(drawn, ".agenda .entry:visible .when") == texts(sent, ".agenda .entry:visible .when") != []


def test_a_month_can_be_empty_in_one_zone_only(visit: Open) -> None:
    """Only there, the list says so."""
    new_year = a_plan(utc(2027, 1, 1, 4), utc(2027, 1, 1, 4, 30))
    record = a_record(a_change(Kind.PLANNED, 1, (NOON, State.CONFIRMED, "", new_year)))
    site = a_site(replace(SCHEDULE, windows=(), freezes=()), record)
    for path, full, empty in (
        ("/calendar/2026/12/", "America/Toronto", "Europe/Berlin"),
        ("/calendar/2027/01/", "Europe/Berlin", "America/Toronto"),
    ):
        for zone in (full, empty):
            page = visit(site, path, zone=zone)
            expect(page.locator(".agenda .entry:visible")).to_have_count(int(zone == full))
            expect(page.get_by_text("Nothing is planned this month.")).to_be_visible(visible=zone == empty)
            choose_zone(page, empty if zone == full else full)
            expect(page.locator(".agenda .entry:visible")).to_have_count(int(zone != full))
            expect(page.get_by_text("Nothing is planned this month.")).to_be_visible(visible=zone != empty)
            assert violations(page) == []


@pytest.mark.parametrize("path", ["/", "/calendar/2026/12/", "/fr/calendar/2026/12/"])
def test_in_the_vendors_zone_the_script_changes_nothing(visit: Open, path: str) -> None:
    site = a_site(record=BUSY)
    drawn, sent = visit(site, path), visit(site, path, java_script_enabled=False)
    for month in ("2026-12", "2027-01") if path == "/" else ("2026-12",):
        tables = [page.locator(f"table[data-month='{month}']").inner_html() for page in (drawn, sent)]
        assert tables[0] == tables[1]
    assert texts(drawn, ".agenda .when") == texts(sent, ".agenda .when") != []


@pytest.mark.parametrize(
    ("now", "headline", "lines", "coming", "countdown"),
    [
        pytest.param(
            utc(2026, 12, 10, 6, 59, 50),
            "Nothing is being changed; the service runs as usual",
            ["No change is in progress, and no change freeze applies."],
            "Scheduled maintenance Thu, Dec 10, 2:00 a.m. – 6:00 a.m. EST",
            "in 10 seconds",
            id="ten seconds before a window",
        ),
        pytest.param(
            utc(2026, 12, 10, 7),
            "Maintenance in progress: the service may be unavailable",
            ["Scheduled maintenance until Thu, Dec 10, 6:00 a.m. EST"],
            "Scheduled maintenance Sun, Dec 13, 2:00 a.m. – 6:00 a.m. EST",
            "in 3 days",
            id="at its first instant",
        ),
        pytest.param(
            utc(2026, 12, 10, 11),
            "Nothing is being changed; the service runs as usual",
            ["No change is in progress, and no change freeze applies."],
            "Scheduled maintenance Sun, Dec 13, 2:00 a.m. – 6:00 a.m. EST",
            "in 2 days 20 hours",
            id="at the instant it is over",
        ),
        pytest.param(
            FROZEN,
            "Nothing is being changed; the service runs as usual",
            ["Change freeze until Fri, Jan 1, 2027, 12:00 a.m. EST"],
            "Scheduled maintenance Sun, Jan 3, 2027, 2:00 a.m. – 6:00 a.m. EST",
            "in 6 days 16 hours",
            id="in a freeze",
        ),
    ],
)
def test_the_status_and_the_next_window(  # noqa: PLR0917  (a row of the table)
    visit: Open, now: datetime, headline: str, lines: list[str], coming: str, countdown: str
) -> None:
    page = visit(a_site(now=now), now=now)
    assert texts(page, "#status-now") == [headline]
    assert texts(page, "#status-lines li") == lines
    assert [" ".join(texts(page, "#status-next > p:not(.eyebrow):not(.countdown)"))] == [coming]
    assert texts(page, ".countdown") == [countdown]


def test_an_open_page_follows_the_clock(visit: Open) -> None:
    page = visit(a_site(), now=utc(2026, 12, 10, 6, 59, 59))
    expect(page.locator("#status-now")).to_have_text("Nothing is being changed; the service runs as usual")
    page.clock.set_fixed_time(utc(2026, 12, 10, 7))
    expect(page.locator("#status-now")).to_have_text("Maintenance in progress: the service may be unavailable")


@pytest.mark.parametrize(
    ("now", "headline", "lines", "coming"),
    [
        pytest.param(
            utc(2027, 1, 3, 17),
            "Nothing is being changed; the service runs as usual",
            ["No change is in progress, and no change freeze applies."],
            ["Next Scheduled maintenance Thu, Jan 7, 2027, 2:00 a.m. – 6:00 a.m. EST in 3 days 14 hours"],
            id="after the last window of the six weeks: the next one is known",
        ),
        pytest.param(
            utc(2027, 1, 6, 4, 59, 59),
            "Nothing is being changed; the service runs as usual",
            ["No change is in progress, and no change freeze applies."],
            ["Next Scheduled maintenance Thu, Jan 7, 2027, 2:00 a.m. – 6:00 a.m. EST in 1 day 2 hours"],
            id="the last second of the six weeks",
        ),
        *(
            pytest.param(
                now,
                "This page is out of date",
                ["It dates from Wednesday, November 25, 2026. Reload it to see the current status."],
                [],
                id=case,
            )
            for now, case in (
                (utc(2027, 1, 6, 5), "after six weeks"),
                (utc(2027, 1, 7, 8), "in a window that it knows of, but not of a change to it"),
                (utc(2027, 1, 28, 17), "in a freeze"),
            )
        ),
    ],
)
def test_a_page_says_that_it_is_out_of_date_after_six_weeks(
    visit: Open, now: datetime, headline: str, lines: list[str], coming: list[str]
) -> None:
    """It used to say that nothing was planned, even during a window."""
    site = a_site(now=utc(2026, 11, 25, 17))
    for path in ("/", "/embed/"):
        page = visit(site, path, now=now)
        assert texts(page, "#status-now") == [headline]
        assert texts(page, "#status-lines li") == lines
        assert texts(page, "#status-next:visible") == coming


def test_an_open_page_says_once_that_it_is_out_of_date(visit: Open) -> None:
    """What a screen reader announces does not change from then on."""
    page = visit(a_site(now=utc(2026, 11, 25, 17)), "/fr/", now=utc(2027, 1, 6, 4, 59, 59))
    expect(page.locator(".countdown")).to_have_text("dans 1 jour 2 heures")
    page.clock.set_fixed_time(utc(2027, 1, 6, 5))
    expect(page.locator("#status-now")).to_have_text("Cette page n’est plus à jour")
    assert texts(page, "#status-lines") == [
        "Elle date du mercredi 25 novembre 2026. Actualisez-la pour voir la situation actuelle."
    ]
    expect(page.locator("#status-next")).to_be_hidden()
    assert page.locator("#status").get_attribute("class") == "status is-unknown"
    page.evaluate(
        "() => new MutationObserver(() => { window.changed = true; }).observe(document.getElementById('status-now'),"
        " {childList: true, characterData: true, subtree: true})"
    )
    page.clock.set_fixed_time(utc(2027, 1, 6, 9))
    page.wait_for_timeout(1500)
    assert page.evaluate("window.changed") is None


def test_an_open_page_loads_a_new_announcement(visit: Open, host: Host) -> None:
    page = visit(a_site())
    expect(page.locator("#status-now")).to_have_text("Nothing is being changed; the service runs as usual")
    host.site = a_site(record=BUSY)
    page.clock.set_fixed_time(utc(2026, 12, 8, 17, 1))
    expect(page.locator("#status-now")).to_have_text("Emergency change in progress: the service may be unavailable")


def test_a_visible_page_checks_every_minute_and_at_once_when_it_becomes_visible(visit: Open, host: Host) -> None:
    """It used to check every five minutes, and promised two."""
    page = visit(a_site())
    hide = "() => Object.defineProperty(document, 'hidden', {configurable: true, value: true})"
    show = "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"

    def requests_at(minute: int, second: int) -> int:
        page.clock.set_fixed_time(utc(2026, 12, 8, 17, minute, second))
        page.wait_for_timeout(1200)
        return [path for path, _ in host.requests].count("/")

    requests = [requests_at(minute, second) for minute, second in ((0, 59), (1, 0), (1, 30), (2, 0))]
    page.evaluate(hide)
    requests.append(requests_at(4, 0))
    page.evaluate(f"window.asking = 0; window.fetch = async () => {{ window.asking += 1; return {{}}; }}; ({show})()")
    assert (requests, page.evaluate("window.asking")) == ([1, 2, 2, 3, 3], 1)


@pytest.mark.parametrize("fragment", ["%E0%A4%A", "%", "nothing-of-that-name"])
def test_an_invalid_fragment_does_not_stop_the_script(visit: Open, fragment: str) -> None:
    """Percent-encoded bytes that are not UTF-8 used to stop the countdown and the checks for updates."""
    page = visit(a_site(), f"/#{fragment}", now=utc(2026, 12, 10, 6, 59, 59))
    page.clock.set_fixed_time(utc(2026, 12, 10, 7))
    expect(page.locator("#status-now")).to_have_text("Maintenance in progress: the service may be unavailable")


def test_an_emergency_in_progress_comes_first(visit: Open) -> None:
    page = visit(a_site(record=BUSY), zone="Europe/Berlin")
    assert texts(page, "#status-now") == ["Emergency change in progress: the service may be unavailable"]
    assert texts(page, "#status-lines li") == [
        "Security patch for the login service · Production until Tue, Dec 8, 7:30 p.m. CET Tue, Dec 8, 1:30 p.m. EST"
    ]
    page.locator("#status-lines a").click()
    expect(page).to_have_url(re.compile("#ec-7$"))


def test_a_change_that_takes_longer_than_planned_is_still_in_progress(visit: Open) -> None:
    late = utc(2026, 12, 10, 3)
    page = visit(a_site(record=BUSY, now=late), now=late)
    assert texts(page, "#status-now") == ["Emergency change in progress: the service may be unavailable"]
    assert texts(page, "#status-lines li") == [
        "Security patch for the login service · Production taking longer than planned"
    ]


def test_announcements_with_all_their_updates(visit: Open) -> None:
    page = visit(a_site(record=BUSY))
    assert texts(page, "#ec-7 .updates li") == [
        "Work has started Tue, Dec 8, 11:02 a.m. EST",
        "Changed Tue, Dec 8, 10:30 a.m. EST The patch takes half an hour longer. New impact: outage "
        "New time: Tue, Dec 8, 11:00 a.m. – 1:30 p.m. EST",
        "Announced Tue, Dec 8, 9:05 a.m. EST We patch the login service today. You may be asked to log in again.",
    ]
    assert texts(page, "article.change h3") == [
        "Security patch for the login service",
        "Move to the new storage",
        "Renew certificates",
    ]


def test_the_other_language_is_a_link_away(visit: Open) -> None:
    page = visit(a_site(record=ANNOUNCED), prefix="/ours")
    follow(page, "Français")
    assert page.url.endswith("/ours/fr/")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert texts(page, "#status-now") == ["Aucun changement en cours ; le service fonctionne normalement"]
    assert texts(page, ".countdown") == ["dans 1 jour 14 heures"]
    assert texts(page, ".agenda .entry:nth-child(2) .when") == ["jeu. 10 déc. 02 h 00 – 06 h 00 HNE"]
    follow(page, "Janvier 2027")
    assert page.url.endswith("/ours/fr/calendar/2027/01/")
    follow(page, "English")
    assert page.url.endswith("/ours/calendar/2027/01/")
    assert texts(page, "h1") == ["January 2027"]


def test_french_dates_have_an_article(visit: Open) -> None:
    page = visit(a_site(record=BUSY, now=FROZEN), "/fr/", now=FROZEN)
    assert texts(page, "#status-lines li")[-1] == "Change freeze jusqu’au ven. 1er janv. 2027, 00 h 00 HNE"
    page = visit(a_site(record=BUSY), "/fr/")
    assert texts(page, ".agenda .note") == [
        "Déplacée ; initialement prévue le dim. 13 déc., 02 h 00 HNE : A customer's harvest.",
        "N’a pas lieu : The team is at a conference.",
    ]


def test_without_javascript_the_page_states_what_is_true_all_day(visit: Open) -> None:
    page = visit(a_site(record=BUSY), zone="Europe/Berlin", java_script_enabled=False)
    assert texts(page, "#status-date") == ["Today, Tuesday, December 8, 2026"]
    assert texts(page, "#status-now") == ["An emergency change is in progress: the service may be unavailable"]
    assert texts(page, "#status-next") == [
        "After today Scheduled maintenance Thu, Dec 10, 2:00 a.m. – 6:00 a.m. EST",
    ]
    assert texts(page, ".zone") == [
        "All times are in the vendor’s time zone: Eastern Time (America/Toronto). With JavaScript, this page shows "
        "them in yours and counts down to the next event."
    ]
    for hidden in ("#zone", "#all .copy", ".countdown"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("#all .button.google")).to_be_visible()


def test_without_javascript_and_without_a_url_there_is_a_link_to_copy(visit: Open) -> None:
    page = visit(a_site(base=""), "/fr/", java_script_enabled=False)
    expect(page.locator("#all .button.google")).to_be_hidden()
    assert page.locator("#all noscript a").get_attribute("href") == "../fr/feeds/all.ics"


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 568}, WIDE], ids=["phone", "small phone", "wide"])
@pytest.mark.parametrize("path", ["/", "/fr/", "/calendar/2026/12/", "/embed/", "/fr/machines/", "/404.html"])
def test_nothing_scrolls_sideways(visit: Open, path: str, viewport: dict[str, int]) -> None:
    page = visit(a_site(record=BUSY), path, viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(WIDE, "light"), (PHONE, "light"), (WIDE, "dark")], ids=["wide", "phone", "dark"]
)
@pytest.mark.parametrize("path", ["/", "/fr/", "/calendar/2026/12/", "/embed/", "/fr/machines/", "/404.html"])
def test_axe_finds_nothing_wrong(visit: Open, path: str, viewport: dict[str, int], scheme: str) -> None:
    """Including the contrast of all text, in the visitor's color scheme."""
    site = a_site(replace(SCHEDULE, calendar=replace(SCHEDULE.calendar, color="gold")), BUSY)
    page = visit(site, path, viewport=viewport, color_scheme=scheme)
    if path == "/":
        page.locator("#preview summary").click()
    assert violations(page) == []


def test_dark_is_dark(visit: Open) -> None:
    grounds = [
        visit(a_site(), color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(255, 255, 255)", "rgb(15, 19, 24)"]


def test_print_omits_controls_and_unfolds_everything(visit: Open) -> None:
    page = visit(a_site(record=BUSY))
    page.emulate_media(media="print")
    for left_out in (".tools", "#zone", "#all .copy", "#all .button.google"):
        expect(page.locator(left_out).first).to_be_hidden()
    for visible in ("#preview code", "#all code", ".agenda .entry >> nth=0", "table.month >> nth=0", "#ec-7"):
        expect(page.locator(visible)).to_be_visible()
    assert page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("path", "zone", "line"),
    [
        ("/", "America/Toronto", "As of Tue, Dec 8, 2026, 12:00 p.m. EST"),
        ("/", "Europe/Berlin", "As of Tue, Dec 8, 2026, 6:00 p.m. CET"),
        ("/fr/embed/", "America/Toronto", "En date du mar. 8 déc. 2026, 12 h 00 HNE"),
    ],
)
def test_print_states_the_time_of_printing(visit: Open, path: str, zone: str, line: str) -> None:
    """It used to say "right now" without a date."""
    page = visit(a_site(record=BUSY), path, zone=zone)
    now = "En ce moment" if path.startswith("/fr/") else "Right now"
    assert texts(page, "#status-date > :visible") == [now]
    page.emulate_media(media="print")
    assert texts(page, "#status-date > :visible") == [line]
    expect(page.locator(".countdown")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.locator(".countdown")).to_be_visible()
    page.clock.set_fixed_time(utc(2026, 12, 9, 4, 59))
    expect(page.locator("#status-date .on-paper")).not_to_have_text(line)


def test_print_without_javascript_states_the_day(visit: Open) -> None:
    page = visit(a_site(), java_script_enabled=False)
    page.emulate_media(media="print")
    assert texts(page, "#status-date") == ["Today, Tuesday, December 8, 2026"]


def test_by_keyboard(visit: Open) -> None:
    page = visit(a_site(), permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Skip to content")
    assert skip.evaluate("each => each.getBoundingClientRect().top") >= 0
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        name = focus.evaluate(
            "each => each.id || each.className || each.closest('[id]')?.id || each.textContent.trim()"
        )
        assert focus.evaluate("each => getComputedStyle(each).outlineStyle") != "none", name
        reached.append(name)
        if name == "copy":
            page.keyboard.press("Space")
            expect(page.locator("#announcer")).to_have_text("Copied")
        if name == "preview":
            break
    assert {"zone", "button google", "button outlook", "button microsoft365", "button webcal", "copy"} <= set(reached)
    assert page.evaluate("navigator.clipboard.readText()") == f"{BASE}/feeds/all.ics"
    page.keyboard.press("Enter")
    expect(page.locator("#preview .button.google")).to_be_visible()


def test_kinds_differ_in_shape_and_in_words(visit: Open) -> None:
    page = visit(a_site(record=BUSY))
    shapes = [page.locator(f"#i-{kind}").inner_html() for kind in KINDS]
    assert len(set(shapes)) == 5
    assert texts(page, ".legend li") == [
        "Maintenance window with an outage",
        "Maintenance window without an outage",
        "Change freeze",
        "Emergency change",
        "Planned change",
    ]
    assert page.locator("td.frozen").first.evaluate("each => getComputedStyle(each).backgroundImage") != "none"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", ["/", "/fr/calendar/2026/12/", "/embed/"])
def test_hostile_texts_are_shown_as_text(visit: Open, path: str, viewport: dict[str, int]) -> None:
    page = visit(hostile_site(), path, viewport=viewport)
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img[src=x], script:not([src]):not(#data)').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert page.evaluate("document.getElementById('data').textContent.includes('<')") is False
    assert [each for each in violations(page) if each.impact in {"serious", "critical"}] == []


def test_a_page_in_a_frame(visit: Open) -> None:
    """Its links open outside the frame."""
    page = visit(a_site(record=BUSY), "/embed/", viewport={"width": 420, "height": 600})
    assert page.locator("a").evaluate_all("links => links.map((each) => each.target)") == ["_blank"]
    assert texts(page, "#status-now") == ["Emergency change in progress: the service may be unavailable"]
    assert page.locator(".agenda .entry").count() == 4


def test_thirty_feeds(visit: Open) -> None:
    page = visit(a_site(many_feeds(30)))
    assert page.locator("details.feed").count() == 30
    assert page.evaluate("document.querySelectorAll('.button').length") == 4 * 31
    page.locator("#tenant-30 summary").click()
    assert addresses(page, "tenant-30")["webcal"] == "webcal://maintenance.example.com/feeds/tenant-30.ics"


def test_only_the_logo_is_loaded_from_elsewhere(chromium: Browser) -> None:
    site = a_site(
        replace(SCHEDULE, calendar=replace(SCHEDULE.calendar, logo="https://cdn.example.com/logo.svg?v=2")), base=""
    )
    requested: list[str] = []

    def answer(route: Route) -> None:
        requested.append(route.request.url)
        representation = site.get(urlsplit(route.request.url).path)
        if representation is None:
            route.fulfill(body="<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml")
            return
        security = {"Content-Security-Policy": representation.security} if representation.security else {}
        route.fulfill(body=representation.body, headers={"Content-Type": representation.content_type} | security)

    page = chromium.new_page()
    page.route("**/*", answer)
    page.goto("https://maintenance.example.com/")
    page.close()
    assert sorted(each for each in requested if "/assets/" not in each) == [
        "https://cdn.example.com/logo.svg?v=2",
        "https://maintenance.example.com/",
    ]
    assert len(requested) == 4


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_subscribing_is_in_view_whatever_is_announced(
    visit: Open, viewport: dict[str, int], *, has_script: bool
) -> None:
    """It used to lie below all announcements."""
    page = visit(a_site(record=BUSY), viewport=viewport, java_script_enabled=has_script)
    button = page.locator(".menu summary")
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < viewport["height"]
    choices = page.locator(".program")
    expect(choices.first).to_be_hidden()
    button.click()
    assert [each.get_attribute("href") for each in choices.all()] == [
        page.locator(f"#all .button.{service}").get_attribute("href")
        for service in ("google", "outlook", "microsoft365", "webcal")
    ]
    for choice in choices.all():
        box = choice.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= viewport["width"]
    if has_script:
        assert violations(page) == []


def test_the_menu_of_programs_closes_like_any_other(visit: Open) -> None:
    page = visit(a_site(base=""))
    summary, choice = page.locator(".menu summary"), page.locator(".program.google")
    summary.click()
    assert "/feeds/all.ics" in str(choice.get_attribute("href")).replace("%2F", "/")
    page.keyboard.press("Escape")
    expect(choice).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(choice).to_be_hidden()
    summary.click()
    page.get_by_role("link", name="All ways to subscribe").click()
    expect(choice).to_be_hidden()
    expect(page).to_have_url(re.compile("#subscribe$"))


def test_other_pages_lead_to_subscribing(visit: Open) -> None:
    page = visit(a_site(), "/fr/calendar/2026/12/", viewport=PHONE)
    follow(page, "S’abonner")
    assert page.url.endswith("/fr/#subscribe")
