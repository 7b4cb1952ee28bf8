"""Badges: what they say in each situation, and that every reader can read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.publication.badges.images import COLORS
from icsfeed.publication.badges.messages import Mood
from icsfeed.publication.badges.widths import shortened, text_width
from icsfeed.publication.pages.colors import contrast
from icsfeed.publication.publishing import publish
from tests.bilingual import bilingual
from tests.changes import PLAN, a_change
from tests.examples import MONTH_END, NOW, POLICY, THURSDAY, a_schedule, a_window, span, utc
from tests.publication.badges.golden import GOLDEN, badges, golden_files
from tests.reminders.situations import SITUATIONS
from tests.situations import a_situation

SVG: Final = "{http://www.w3.org/2000/svg}"
TWO: Final = replace(
    POLICY,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(replace(THURSDAY, environments=frozenset({"preview"})),),
    freezes=(replace(MONTH_END, environments=frozenset({"production"})),),
)


def parsed(badge: str) -> ET.Element:
    return ET.fromstring(badge)  # noqa: S314  (our own bytes)


def title_of(badge: str) -> str:
    return parsed(badge).findtext(f"{SVG}title") or ""


def texts_of(badge: str) -> list[str]:
    return [each.text or "" for each in parsed(badge).iter(f"{SVG}text")]


def say(situation: Situation, path: str = "/badge.svg", *, is_live: bool = True) -> str:
    return title_of(badges(situation, is_live=is_live)[path])


def frozen(until: datetime | None = None, environments: Iterable[str] = ("production",)) -> RecordedFreeze:
    return RecordedFreeze(
        id="CF-1",
        reason="A customer's audit",
        environments=frozenset(environments),
        started_at=utc(2026, 11, 20, 9),
        started_by="ann@example.com",
        until=until,
        uid_part="0123456789",
    )


def during(freeze: RecordedFreeze, schedule: Schedule, now: datetime = NOW) -> Situation:
    return Situation(schedule=schedule, record=Record(entry=1, freezes={freeze.id: freeze}), now=now)


def test_badges_equal_their_golden_files() -> None:
    drawn = dict(golden_files())
    assert drawn == {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.svg")}


@pytest.mark.parametrize(
    ("name", "live", "static"),
    [
        (
            "ordinary_week",
            "maintenance: Thu 10 Dec 02:00 EST",
            "maintenance: Thu 10 Dec 02:00 EST (as of Mon 2026-12-07 00:00 EST)",
        ),
        (
            "freeze_week",
            "frozen until Tue 1 Dec 00:00 EST",
            "frozen until Tue 1 Dec 00:00 EST (as of Wed 2026-11-25 00:00 EST)",
        ),
        (
            "march_sunday",
            "maintenance: Sun 8 Mar 03:00 EDT",
            "maintenance: Sun 8 Mar 03:00 EDT (as of Sat 2026-03-07 00:00 EST)",
        ),
        (
            "emergency_under_way",
            "emergency maintenance now",
            "emergency maintenance: Tue 8 Dec 14:00 EST (as of Tue 2026-12-08 14:00 EST)",
        ),
        (
            "emergency_tonight",
            "emergency maintenance: Tue 8 Dec 22:00 EST",
            "emergency maintenance: Tue 8 Dec 22:00 EST (as of Tue 2026-12-08 16:30 EST)",
        ),
        (
            "just_completed",
            "maintenance: Thu 10 Dec 02:00 EST",
            "maintenance: Thu 10 Dec 02:00 EST (as of Tue 2026-12-08 15:30 EST)",
        ),
        (
            "nothing_ahead",
            "no maintenance planned",
            "no maintenance planned (as of Mon 2026-12-07 00:00 EST)",
        ),
        (
            "month_end_midnight",
            "maintenance now",
            "maintenance: Thu 30 Apr 22:00 EDT (as of Fri 2026-05-01 00:00 EDT)",
        ),
    ],
)
def test_each_situation(name: str, live: str, static: str) -> None:
    """The visible text is the title without the instant."""
    situation = SITUATIONS[name]
    assert (say(situation), say(situation, is_live=False)) == (live, static)
    assert texts_of(badges(situation, is_live=False)["/badge.svg"]) == [static.partition(" (")[0]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ordinary_week", "maintenance\u00a0: jeu. 10 déc. 02\u00a0h\u00a000 HNE"),
        ("freeze_week", "gel jusqu’au mar. 1er déc. 00\u00a0h\u00a000 HNE"),
        ("emergency_under_way", "maintenance d’urgence en cours"),
        ("emergency_tonight", "maintenance d’urgence\u00a0: mar. 8 déc. 22\u00a0h\u00a000 HNE"),
        ("nothing_ahead", "aucune maintenance prévue"),
        ("month_end_midnight", "maintenance en cours"),
    ],
)
def test_each_situation_in_french(name: str, text: str) -> None:
    badge = badges(SITUATIONS[name])["/fr/badge.svg"]
    assert (title_of(badge), texts_of(badge)) == (text, [text])
    assert parsed(badge).get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_static_badge_never_says_now(name: str) -> None:
    static, live = (" ".join(map(title_of, badges(SITUATIONS[name], is_live=each).values())) for each in (False, True))
    relative = re.compile(r"\b(now|today|tonight|tomorrow|en cours|ce soir|aujourd’hui|demain)\b")
    assert relative.findall(static) == []
    assert bool(relative.search(live)) is (name in {"emergency_under_way", "month_end_midnight"})


def test_each_environment_has_its_own() -> None:
    drawn = badges(Situation(schedule=TWO, record=Record(entry=1), now=utc(2026, 11, 25, 9)))
    assert {path: title_of(badge) for path, badge in drawn.items() if "/fr/" not in path} == {
        "/badge.svg": "maintenance: Thu 26 Nov 02:00 EST",
        "/badge/preview.svg": "Preview – maintenance: Thu 26 Nov 02:00 EST",
        "/badge/production.svg": "Production – frozen until Tue 1 Dec 00:00 EST",
    }
    assert texts_of(drawn["/badge/preview.svg"]) == ["Preview", "maintenance: Thu 26 Nov 02:00 EST"]


def test_the_name_of_an_environment_is_in_its_language() -> None:
    drawn = badges(a_situation(bilingual()))
    french = {texts_of(badge)[0] for path, badge in drawn.items() if path.startswith("/fr/badge/")}
    assert french != {texts_of(badge)[0] for path, badge in drawn.items() if path.startswith("/badge/")}


def test_a_private_environment_has_none() -> None:
    schedule = replace(
        POLICY,
        environments=(Environment(id="acme", name="Acme", public=False), *POLICY.environments),
        windows=(a_window(id="acme", environments=frozenset({"acme"})), *POLICY.windows),
        feeds=(Feed(slug="acme", name="Acme", environments=frozenset({"acme"}), kinds=frozenset(Kind), public=False),),
    )
    emergency = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, NOW), plan=replace(PLAN, environments=frozenset({"acme"})))
    situation = a_situation(schedule, changes=[emergency])
    paths = publish(situation, changed_at=NOW).representations.keys()
    assert {path for path in paths if "badge" in path} == {
        f"{folder}/{badge}.svg" for folder in ("", "/fr") for badge in ("badge", "badge/production")
    }
    assert say(situation) == say(a_situation(POLICY))


@pytest.mark.parametrize(
    ("freeze", "live", "static"),
    [
        (None, "frozen until further notice", "frozen since Fri 20 Nov 04:00 EST (as of Mon 2026-11-23 00:00 EST)"),
        (
            utc(2026, 11, 28, 9, 30),
            "frozen until Sat 28 Nov 04:30 EST",
            "frozen until Sat 28 Nov 04:30 EST (as of Mon 2026-11-23 00:00 EST)",
        ),
    ],
)
def test_a_freeze_that_an_operator_started(freeze: datetime | None, live: str, static: str) -> None:
    situation = during(frozen(freeze), a_schedule(a_window()))
    assert (say(situation), say(situation, is_live=False)) == (live, static)


def test_a_freeze_lasts_as_long_as_those_that_follow_without_a_gap() -> None:
    """The month's last week begins on 24 November, the minute at which the recorded freeze ends."""
    situation = during(frozen(utc(2026, 11, 24, 5)), replace(POLICY, windows=(a_window(),)))
    assert say(situation) == "frozen until Tue 1 Dec 00:00 EST"
    earlier = during(frozen(utc(2026, 11, 24, 4, 59)), replace(POLICY, windows=(a_window(),)))
    assert say(earlier) == "frozen until Mon 23 Nov 23:59 EST"


def test_a_change_before_the_end_of_a_freeze_matters_more() -> None:
    change = a_change(plan=replace(PLAN, span=span((2026, 11, 27, 8), (2026, 11, 27, 9))))
    planned = replace(change, kind=Kind.PLANNED, id="PC-7")
    now = utc(2026, 11, 25, 9)
    assert [say(a_situation(POLICY, changes=[each], now=now)) for each in (change, planned)] == [
        "emergency maintenance: Fri 27 Nov 03:00 EST",
        "maintenance: Fri 27 Nov 03:00 EST",
    ]
    later = a_change(plan=replace(PLAN, span=span((2026, 12, 1, 5), (2026, 12, 1, 6))))
    assert say(a_situation(POLICY, changes=[later], now=now)) == "frozen until Tue 1 Dec 00:00 EST"


def test_a_freeze_of_some_environments_does_not_count_for_all() -> None:
    situation = during(frozen(environments=["production"]), replace(TWO, freezes=()))
    assert [say(situation, path) for path in ("/badge.svg", "/badge/preview.svg", "/badge/production.svg")] == [
        "maintenance: Thu 26 Nov 02:00 EST",
        "Preview – maintenance: Thu 26 Nov 02:00 EST",
        "Production – frozen until further notice",
    ]


def test_a_date_of_another_year_has_its_year() -> None:
    schedule = a_schedule(a_window(effective_from=date(2027, 3, 1)))
    assert say(a_situation(schedule)) == "maintenance: Thu 4 Mar 2027 02:00 EST"


@pytest.mark.parametrize("edge", [utc(2026, 12, 3, 7), utc(2026, 12, 3, 11)])
def test_a_badge_turns_at_the_start_and_the_end(edge: datetime) -> None:
    """Exactly when its publication says that it is no longer fresh."""
    before = a_situation(a_schedule(a_window()), now=edge - timedelta(seconds=1))
    at = replace(before, now=edge)
    assert say(before) != say(at)
    assert publish(before, changed_at=NOW).fresh_until == edge


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '"\' onload="x', "A & B", "]]> {{ 7*7 }} | `x`", "日本語の環境", "a" * 300, "שלום"],
)
def test_any_name_is_text(name: str) -> None:
    environments = (Environment(id="production", name=name),)
    badge = badges(a_situation(replace(a_schedule(a_window()), environments=environments)))["/badge/production.svg"]
    root = parsed(badge)
    assert title_of(badge) == f"{name} – maintenance: Thu 26 Nov 02:00 EST"
    assert root.get("aria-label") == title_of(badge)
    assert texts_of(badge)[0] == (name if len(name) <= 40 else f"{'a' * 39}…")
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "title", "style", "rect", "path", "text"}
    assert float(root.get("width") or 0) < 900


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.svg")), ids=lambda path: path.stem)
def test_a_badge_is_accessible_and_needs_nothing_from_elsewhere(path: object) -> None:
    badge = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    root = parsed(badge)
    assert (root.get("role"), root.get("aria-label")) == ("img", title_of(badge))
    assert [each for each in root if each.tag == f"{SVG}title"] == [root[0]]
    assert re.findall(r"href|url\(|@import|https?:", badge.replace("http://www.w3.org/2000/svg", "")) == []
    assert "prefers-color-scheme:dark" in badge
    ends = [float(each.get("x") or 0) + float(each.get("textLength") or 0) for each in root.iter(f"{SVG}text")]
    assert ends[-1] + 7 == pytest.approx(float(root.get("width") or 0))


def rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


@pytest.mark.parametrize("theme", COLORS)
@pytest.mark.parametrize("field", ["label", *Mood])
def test_every_text_stands_out(theme: str, field: str) -> None:
    """WCAG 2.2, success criterion 1.4.3."""
    ground, text = COLORS[theme][field]
    assert contrast(rgb(ground), rgb(text)) >= 4.5


def test_a_badge_is_served_as_an_image_that_may_run_nothing() -> None:
    representation = publish(a_situation(POLICY), changed_at=NOW).representations["/fr/badge.svg"]
    headers = dict(representation.public_headers)
    assert (representation.content_type, representation.language) == ("image/svg+xml", "fr")
    assert headers["Cache-Control"].startswith("public, max-age=60,")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='", headers["Content-Security-Policy"]
    )


def test_widths() -> None:
    assert text_width("", 11) == 0
    assert text_width("iii", 10) < text_width("aaa", 10) < text_width("WWW", 10) < text_width("日本語", 10) + 0.1
    assert text_width("é", 10) == text_width("e", 10)
    assert text_width("a\u00a0b", 10) == text_width("a b", 10)


@pytest.mark.parametrize(("text", "short"), [("abc", "abc"), ("abcd", "ab…"), ("a cd", "a…")])
def test_names_are_shortened(text: str, short: str) -> None:
    assert shortened(text, 3) == short


def test_environments_that_are_frozen_by_different_freezes() -> None:
    """All are frozen until the first of them no longer is; a freeze far ahead that follows without a gap counts."""
    preview = replace(frozen(utc(2026, 12, 20, 5), ["preview"]), id="CF-2")
    following = replace(frozen(utc(2027, 1, 10, 5), ["production"]), id="CF-3", started_at=utc(2026, 12, 31, 5))
    production = frozen(utc(2026, 12, 31, 5))
    record = Record(entry=1, freezes={each.id: each for each in (production, preview, following)})
    situation = Situation(schedule=replace(TWO, windows=(), freezes=()), record=record, now=NOW)
    assert [say(situation, path) for path in ("/badge.svg", "/badge/preview.svg", "/badge/production.svg")] == [
        "frozen until Sun 20 Dec 00:00 EST",
        "Preview – frozen until Sun 20 Dec 00:00 EST",
        "Production – frozen until Sun 10 Jan 2027 00:00 EST",
    ]
