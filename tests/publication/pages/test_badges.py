"""Badges in a real browser: opened by themselves, as an image, and within a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icsfeed.domain.feeds import Environment
from icsfeed.publication.badges.images import COLORS
from icsfeed.publication.badges.messages import Mood
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from tests.examples import NOW, POLICY, THURSDAY
from tests.publication.pages import browsers
from tests.publication.pages.conftest import Open
from tests.reminders.situations import SITUATIONS
from tests.situations import a_situation

each_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])
MOODS = {
    "ordinary_week": Mood.AHEAD,
    "freeze_week": Mood.FROZEN,
    "emergency_under_way": Mood.EMERGENCY,
    "nothing_ahead": Mood.NOTHING,
    "month_end_midnight": Mood.NOW,
}


def rgb(color: str) -> str:
    return "rgb({}, {}, {})".format(*bytes.fromhex(color.removeprefix("#")))


def page_with(content: str) -> Representation:
    head = '<link rel="icon" href="data:,"><title>Badges</title>'
    body = f'<!doctype html><html lang="en">{head}<main><h1>Badges</h1>{content}</main></html>'
    return Representation(body=body.encode(), content_type="text/html; charset=utf-8")


@each_scheme
@pytest.mark.parametrize("name", MOODS)
def test_a_badge_has_the_colors_of_the_theme(visit: Open, name: str, scheme: str) -> None:
    """Its own Content-Security-Policy allows its style sheet; a violation would be a message on the console."""
    situation, mood = SITUATIONS[name], MOODS[name]
    site = publish(situation, changed_at=situation.now).representations
    page = visit(site, "/badge.svg", color_scheme=scheme)
    fills = page.evaluate("[...document.querySelectorAll('rect, text')].map((each) => getComputedStyle(each).fill)")
    assert fills == [rgb(color) for color in COLORS[scheme][mood]]


@pytest.mark.parametrize("folder", ["/", "/fr/"])
@pytest.mark.parametrize("name", MOODS)
def test_the_text_of_a_badge_is_as_wide_as_it_was_measured(visit: Open, name: str, folder: str) -> None:
    """So letters are neither squeezed nor pulled apart."""
    situation = SITUATIONS[name]
    site = publish(situation, changed_at=situation.now).representations
    page = visit(site, f"{folder}badge/production.svg")
    widths = page.evaluate(
        """[...document.querySelectorAll("text")].map((text) => {
            const measured = Number(text.getAttribute("textLength"));
            text.removeAttribute("textLength");
            return [measured, text.getComputedTextLength()];
        })"""
    )
    for measured, natural in widths:
        assert measured == pytest.approx(natural, rel=0.06)


@each_scheme
def test_axe_finds_nothing_wrong_with_badges_in_a_page(visit: Open, scheme: str) -> None:
    situation = SITUATIONS["emergency_under_way"]
    site = publish(situation, changed_at=situation.now).representations
    badges = [site[path].body.decode() for path in ("/badge.svg", "/badge/preview.svg")]
    page = visit({"/": page_with("".join(badges))}, color_scheme=scheme)
    assert browsers.violations(page) == []
    assert page.get_by_role("img", name="emergency maintenance now", exact=True).count() == 1
    assert page.get_by_role("img", name="Preview – maintenance: Thu 10 Dec 02:00 EST", exact=True).count() == 1


@pytest.mark.parametrize("name", ["Production", "<b>A & B</b> " * 20, "日本語の環境"])
def test_an_image_has_its_size_whatever_the_name(visit: Open, name: str) -> None:
    environments = (Environment(id="production", name=name),)
    situation = a_situation(replace(POLICY, environments=environments, windows=(THURSDAY,), freezes=()))
    site = publish(situation, changed_at=NOW).representations
    image = '<img src="/badge/production.svg" alt="Maintenance">'
    page = visit({"/": page_with(image), "/badge/production.svg": site["/badge/production.svg"]})
    width, height = page.evaluate(
        "(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.images[0])"
    )
    assert height == 20
    assert 200 < width < 600
