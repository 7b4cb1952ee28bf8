"""The pages as bytes: their paths, their validity, and what they never contain."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html import unescape
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import html5lib
import pytest

from icsfeed.domain.adjustments import Skip
from icsfeed.domain.changes import State, Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import NOTHING
from icsfeed.domain.situation import Situation
from icsfeed.publication.pages.rendering import render_page
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from icsfeed.words.languages import LANGUAGES
from tests.changes import after_step
from tests.examples import BERLIN, utc
from tests.publication.pages import browsers
from tests.publication.pages.stories import (
    ADJUSTMENTS,
    ANNOUNCED,
    BUSY,
    EMERGENCY,
    NOON,
    OPERATOR,
    PLANNED,
    SCHEDULE,
    a_change,
    a_plan,
    a_record,
    a_site,
    hostile_site,
)
from tests.required import require

BELOW = ("", "environments/production/", "embed/", "machines/", "calendar/", "calendar/2026/", "calendar/2026/12/")
PAGES = (*(f"/{folder}{path}" for path in BELOW for folder in ("", "fr/")), "/404.html")


def links(path: str, text: str) -> set[str]:
    """The targets of a page's relative links, without fragments."""
    targets = re.findall(r'(?:href|src)="(?!https?:|mailto:|webcal:|data:|#)([^"#]*)', text)
    return {urljoin(path, each) for each in targets}


def data_of(text: str) -> dict[str, Any]:
    """The data that a page gives its script."""
    match = re.search(r'<script type="application/json" id="data">(.*)</script>\n</body>', text)
    assert match is not None
    return dict(json.loads(match[1]))


def starts_of(body: str, anchor: str = "") -> list[str]:
    """When what the browser is given starts; of one announcement, with its ``anchor``."""
    starts = [
        start
        for group in data_of(body)["entries"]
        for start in accumulate(after for after, _ in group["times"])
        if not anchor or group.get("anchor") == anchor
    ]
    return [f"{datetime.fromtimestamp(each, UTC):%Y-%m-%dT%H:%M:%SZ}" for each in sorted(starts)]


def plain(html: str) -> str:
    """The text of a piece of a page."""
    return unescape(re.sub("<[^>]+>", "", html)).replace("\u00a0", " ")


def test_the_paths_of_a_site() -> None:
    paths = [re.sub("-[0-9a-f]{16}", "-DIGEST", path) for path in a_site() if "/badge" not in path]
    years = (2025, 2026, 2027)
    of_language = [
        *("", "environments/preview/", "environments/production/", "embed/", "calendar/"),
        *(f"calendar/{year}/" for year in years),
        *(f"calendar/{year}/{month:02}/" for year in years for month in range(1, 13)),
        *(f"qr/{feed.slug}.svg" for feed in SCHEDULE.feeds),
        "machines/",
    ]
    assert paths == [
        *("/assets/page-DIGEST.css", "/assets/page-DIGEST.js", "/robots.txt", "/404.html"),
        *(f"/{path}" for path in of_language),
        *(f"/fr/{path}" for path in of_language),
    ]


SITES: dict[str, Callable[[], Mapping[str, Representation]]] = {
    "busy": partial(a_site, record=BUSY),
    "plain": partial(a_site, base=""),
    "hostile": hostile_site,
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", SITES)
def test_pages_are_valid_for_a_strict_html_parser(name: str, path: str) -> None:
    html5lib.HTMLParser(strict=True).parse(SITES[name]()[path].body)


def test_pages_are_valid_for_html_validate(tmp_path: Path) -> None:
    """It also checks content models, ARIA, attributes and unique ids."""
    require(browsers.unavailable())
    (tmp_path / ".htmlvalidate.json").write_text('{"extends": ["html-validate:standard"], "root": true}')
    for name, site in SITES.items():
        for path in PAGES:
            (tmp_path / f"{name}{path.replace('/', '-')}.html").write_bytes(site()[path].body)
    done = subprocess.run(
        [browsers.NODE, browsers.HERE / "node_modules/html-validate/bin/html-validate.mjs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_relative_link_exists() -> None:
    """Including the links to the feeds."""
    published = publish(Situation(schedule=SCHEDULE, record=BUSY, now=NOON), changed_at=NOON).representations
    for path in (*PAGES[:-1], "/calendar/2025/01/", "/calendar/2027/12/"):
        led_to = links(path, published[path].body.decode())
        assert len(led_to) > 3
        assert led_to - set(published) == set(), path


def test_ids_of_changes_are_unique_in_a_page() -> None:
    """A change in the schedule file that has the name of a feed or a heading used to lead there."""
    names = ["all", "coming", "main", "production", "zone"]
    changes = tuple(replace(EMERGENCY, id=name) for name in names)
    home = a_site(replace(SCHEDULE, changes=changes), BUSY)["/"].body.decode()
    ids = re.findall(' id="([^"]+)"', home)
    assert sorted(set(ids)) == sorted(ids)
    led_to = set(re.findall('href="#([^"]+)"', home))
    assert {f"emergency.{name}" for name in names} < led_to
    assert led_to <= set(ids)


@pytest.mark.parametrize("path", PAGES[:-1])
def test_pages_link_to_themselves_in_each_language(path: str) -> None:
    body = a_site()[path].body.decode()
    below = path.removeprefix("/fr")
    assert re.findall('<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', body) == [
        ("en", f"https://maintenance.example.com{below}"),
        ("fr", f"https://maintenance.example.com/fr{below}"),
        ("x-default", f"https://maintenance.example.com{below}"),
    ]
    assert f'<html lang="{"fr" if path.startswith("/fr/") else "en"}">' in body


def test_no_operator_is_named() -> None:
    """The data for the browser names none either."""
    assert EMERGENCY.latest.by == OPERATOR
    site = a_site(record=BUSY)
    assert [path for path, each in site.items() if OPERATOR.encode() in each.body] == []
    assert b"The patch takes half an hour longer." in site["/"].body


def test_everything_that_an_update_alters_is_shown() -> None:
    plans = (
        a_plan(utc(2026, 12, 9, 4), utc(2026, 12, 9, 8), reason=""),
        a_plan(
            utc(2026, 12, 9, 5),
            utc(2026, 12, 9, 8),
            summary="Database patch",
            environments=frozenset({"preview"}),
            reason="It can't wait.",
            ticket="https://support.example.com/tickets/4712",
        ),
    )
    updates = [(utc(2026, 12, 7, hour), State.CONFIRMED, "", plan) for hour, plan in enumerate(plans)]
    body = a_site(record=a_record(a_change(Kind.EMERGENCY, 1, *updates)))["/"].body.decode()
    assert [plain(each) for each in re.findall('<p class="detail">(.*)</p>', body)] == [
        "New title: Database patch",
        "New environments: Preview",
        "New time: Wed, Dec 9, 12:00 a.m. – 3:00 a.m. EST",
        "New reason: It can't wait.",
        "New ticket: https://support.example.com/tickets/4712",
    ]


def test_changes_disappear_thirty_days_after_their_end() -> None:
    """To the day."""
    done = a_change(
        Kind.PLANNED, 1, (utc(2026, 12, 1), State.COMPLETED, "", a_plan(utc(2026, 12, 2, 4), utc(2026, 12, 2, 6)))
    )
    for now, visible in ((utc(2026, 12, 31, 20), True), (utc(2027, 1, 2, 20), False)):
        assert (b'<article class="change' in a_site(record=a_record(done), now=now)["/"].body) is visible


def test_pages_omit_changes_that_no_feed_shows() -> None:
    """A change to an environment that has been removed from the schedule."""
    now = utc(2026, 12, 8, 17)
    gone = a_plan(now, now + timedelta(hours=2), environments=frozenset({"gone"}))
    begun = a_change(Kind.EMERGENCY, 1, (now, State.CONFIRMED, "", gone), (now, State.IN_PROGRESS, "", gone))
    with_it, without = a_site(record=a_record(begun), now=now), a_site(record=a_record(), now=now)
    for path in ("/", "/fr/", "/embed/", "/calendar/2026/12/"):
        assert with_it[path].body == without[path].body


def test_same_input_same_bytes_at_any_minute_of_the_day_and_in_any_hash_order() -> None:
    site = a_site(record=BUSY)
    for record, until in ((ANNOUNCED, utc(2026, 12, 9, 5)), (BUSY, EMERGENCY.plan.span.end)):
        early, late = a_site(record=record), a_site(record=record, now=until - timedelta(seconds=1))
        # Texts of the moment, which one page previews, change with every start and end as well.
        pages = [path for path in early if not re.search("/(machines/|badge)", path)]
        assert {path: early[path].etag for path in pages} == {path: late[path].etag for path in pages}
    program = (
        "from tests.publication.pages.stories import *\n"
        "print(*(each.etag for each in a_site(record=BUSY).values()), sep='\\n')"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [each.etag for each in site.values()]


def test_a_change_that_takes_longer_than_planned_says_so_without_a_script() -> None:
    """Only the script used to say it: a forgotten change looked as if it were on time."""
    end = EMERGENCY.plan.span.end
    before = publish(Situation(schedule=SCHEDULE, record=BUSY, now=end - timedelta(minutes=1)), changed_at=NOON)
    after = publish(Situation(schedule=SCHEDULE, record=BUSY, now=end), changed_at=NOON)
    assert before.fresh_until == end
    feeds = ("/feeds/all.ics", "/feeds/all.atom", "/feeds/all.json")
    assert [path for path in feeds if before.representations[path].body != after.representations[path].body] == []
    for path, words in (("/", "aking longer than planned"), ("/fr/", "lus long que prévu")):
        for page, times in ((path, 3), (f"{path}embed/", 2)):
            early, late = (
                len(re.findall(f'class="late">[Ttp P]{words}<', each.representations[page].body.decode()))
                for each in (before, after)
            )
            assert (early, late) == (0, times), page


def test_a_card_shows_the_planned_time_beside_the_actual_one() -> None:
    """A change that was completed early used to be shown until its planned end."""
    done = after_step(EMERGENCY, Step.COMPLETE, utc(2026, 12, 8, 17, 30))
    site = a_site(record=a_record(done, PLANNED), now=utc(2026, 12, 8, 18))
    for path, label in (("/", "Planned:"), ("/fr/", "Prévu\N{NO-BREAK SPACE}:")):
        body = site[path].body.decode()
        cards = {each[1]: each[0] for each in re.findall(r'(<article .*?id="([^"]+)".*?</article>)', body, re.DOTALL)}
        assert re.findall(
            '<p class="(at|planned)">(.*?) *<span class="when" data-from="(.*?)" data-until="(.*?)">', cards["ec-7"]
        ) == [
            ("at", "", "2026-12-08T16:00:00Z", "2026-12-08T17:30:00Z"),
            ("planned", label, "2026-12-08T16:00:00Z", "2026-12-08T18:30:00Z"),
        ]
        assert 'class="planned"' not in cards["pc-3"]
        entry = next(each for each in data_of(body)["entries"] if each.get("anchor") == "ec-7")
        assert entry["times"] == [[utc(2026, 12, 8, 16).timestamp(), 90 * 60]]


def test_pages_state_their_revision() -> None:
    """An open page compares it with the published one."""
    revisions = [
        re.findall('<meta name="revision" content="([0-9a-f]{16})">', a_site(record=record)["/"].body.decode())
        for record in (NOTHING, ANNOUNCED, BUSY)
    ]
    assert [len(each) for each in revisions] == [1, 1, 1]
    assert len({each[0] for each in revisions}) == 3


def test_no_text_in_the_data_for_the_browser_ends_a_tag() -> None:
    text = "</script><!--<script>\u2028&"
    site = a_site(replace(SCHEDULE, windows=tuple(replace(each, name=text) for each in SCHEDULE.windows)))
    data = re.search(r'<script type="application/json" id="data">(.*)</script>\n</body>', site["/"].body.decode())
    assert data is not None
    assert not set("<>&\u2028") & set(data[1])
    assert {each["name"] for each in json.loads(data[1])["entries"] if each["kind"] == "maintenance"} == {text}


def test_a_missing_template_value_is_an_error() -> None:
    with pytest.raises(Exception, match="'language' is undefined"):
        render_page("home.html", {}, say=LANGUAGES[0].say)


def test_the_next_window_may_be_months_ahead() -> None:
    """The next window is after the listed weeks."""
    yearly = tuple(replace(window, effective_from=(NOON + timedelta(days=120)).date()) for window in SCHEDULE.windows)
    site = a_site(replace(SCHEDULE, windows=yearly, freezes=()))
    assert b"Nothing is planned for the next six weeks." in site["/"].body
    assert b'<span class="day">Thu, Apr 8, 2027</span>' in site["/embed/"].body


def test_the_next_window_after_a_pause_is_found() -> None:
    """After the listed weeks there is none for months, except one that was skipped."""
    before = [replace(each, effective_until=date(2026, 12, 31)) for each in SCHEDULE.windows]
    after = [replace(each, id=f"{each.id}-2", effective_from=date(2027, 7, 1)) for each in SCHEDULE.windows]
    pause = (*before, *after)
    skipped = Skip(window_id="thursday-2", day=date(2027, 7, 1), reason="A holiday.")
    for skips, days in (((), [1]), ((skipped,), [4])):
        body = a_site(replace(SCHEDULE, windows=pause), a_record(adjustments=skips))["/embed/"].body.decode()
        assert [each for each in starts_of(body) if each > "2027-03"] == [f"2027-07-0{day}T06:00:00Z" for day in days]


def test_the_browser_is_given_the_end_of_the_listed_time() -> None:
    """Six weeks after the start of the day; a month's page has no status and is the same every day."""
    site = a_site(now=utc(2026, 11, 25, 17))
    for path in ("/", "/fr/", "/embed/"):
        assert data_of(site[path].body.decode())["listed_until"] == "2027-01-06T05:00:00Z"
    assert "listed_until" not in data_of(site["/calendar/2026/12/"].body.decode())


def test_long_lists_are_folded() -> None:
    days = tuple(replace(SCHEDULE.windows[0], id=f"day-{number}") for number in range(5))
    body = a_site(replace(SCHEDULE, windows=days, freezes=()))["/"].body.decode()
    first, rest = body.split('<details class="rest">')
    assert (first.count('<li class="entry'), "<summary>Show 12 more</summary>" in rest) == (18, True)


def test_dates_are_written_as_in_the_vendors_country() -> None:
    """A clock of 24 hours and weeks from Monday in Germany, of 12 hours and from Sunday in Canada."""
    berlin = replace(SCHEDULE, calendar=replace(SCHEDULE.calendar, zone=BERLIN))
    body = a_site(berlin, a_record(adjustments=ADJUSTMENTS))["/"].body.decode()
    day, hours = '<span class="day">Thu, 10 Dec</span>', '<span class="hours">08:00 – 12:00\u00a0CET'
    assert f'{day}<span class="comma">, </span>{hours}' in body
    assert body.index('abbr="Monday"') < body.index('abbr="Sunday"')
    body = a_site()["/"].body.decode()
    assert "2:00\u00a0a.m. – 6:00\u00a0a.m.\u00a0EST" in body
    assert body.index('abbr="Sunday"') < body.index('abbr="Monday"')


def test_the_first_page_is_small() -> None:
    """Less than 22 kB compressed, with its style sheet and script."""
    site = a_site(record=BUSY)
    parts = ["/", *(path for path in site if path.startswith("/assets/"))]
    assert sum(len(site[path].packed) for path in parts) < 22_000
