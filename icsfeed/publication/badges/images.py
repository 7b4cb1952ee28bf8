"""Badges as pictures: SVG that brings its colors for both themes, and nothing from elsewhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from icsfeed.publication.badges.messages import Mood, badge_message
from icsfeed.publication.badges.widths import shortened, text_width
from icsfeed.publication.editions import Edition
from icsfeed.publication.representations import Maker, Representation

CONTENT_TYPE: Final = "image/svg+xml"

COLORS: Final = {
    "light": {
        "label": ("#374151", "#ffffff"),
        Mood.EMERGENCY: ("#b91c1c", "#ffffff"),
        Mood.NOW: ("#b45309", "#ffffff"),
        Mood.FROZEN: ("#0e7490", "#ffffff"),
        Mood.AHEAD: ("#1d4ed8", "#ffffff"),
        Mood.NOTHING: ("#4b5563", "#ffffff"),
    },
    "dark": {
        "label": ("#e5e7eb", "#111827"),
        Mood.EMERGENCY: ("#fca5a5", "#111827"),
        Mood.NOW: ("#fcd34d", "#111827"),
        Mood.FROZEN: ("#67e8f9", "#111827"),
        Mood.AHEAD: ("#93c5fd", "#111827"),
        Mood.NOTHING: ("#9ca3af", "#111827"),
    },
}
"""By theme, the colors of a field and of the text on it: every pair has a contrast of 4.5 or more (WCAG 2.2, 1.4.3)."""

_FONT_SIZE: Final = 11
_PADDING: Final = 7
_ICON_WIDTH: Final = 12
_MAX_NAME_CHARS: Final = 40
_HERE: Final = Path(__file__).parent


def badge_path(folder: str, environment: str = "") -> str:
    """The path of the badge of an environment, or of all; the ``folder`` is that of its language."""
    return f"/{folder}badge/{environment}.svg" if environment else f"/{folder}badge.svg"


def badge_makers(edition: Edition) -> Iterator[tuple[str, Maker]]:
    """The badge for everything, and one for each environment that the readers of the edition see, by path."""
    yield badge_path(edition.folder), partial(_badge, edition)
    for environment in edition.situation.schedule.environments:
        yield badge_path(edition.folder, environment.id), partial(_badge, edition, environment.id, environment.name)


def _badge(edition: Edition, environment: str = "", name: str = "") -> Representation:
    message, language = badge_message(edition, environment), edition.language
    label = shortened(name, _MAX_NAME_CHARS)
    label_width, width = text_width(label, _FONT_SIZE), text_width(message.text, _FONT_SIZE)
    # The icon, and after it the name, if there is any.
    left = _PADDING + _ICON_WIDTH + (_PADDING - 2 + label_width if label else 0) + _PADDING
    body = _template().render(
        style=_style(),
        title=f"{name} – {message.title}" if name else message.title,
        language=language.code,
        mood=message.mood,
        label=label,
        label_width=_number(label_width),
        left=_number(left),
        text=message.text,
        text_width=_number(width),
        text_start=_number(left + _PADDING),
        width=_number(left + width + 2 * _PADDING),
    )
    return Representation(
        body=body.encode(),
        content_type=CONTENT_TYPE,
        dated=False,
        security=_policy(),
        language=language.code,
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@cache
def _template() -> Template:
    """The picture; all values are escaped as text of XML."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("badge.svg.j2")


@cache
def _style() -> Markup:
    """The style sheet, the same in every badge, so that one policy allows it in all of them."""
    light, dark = ("".join(_rules(COLORS[theme])) for theme in ("light", "dark"))
    font = "text{font:" + f"{_FONT_SIZE}px Verdana,Geneva,DejaVu Sans,sans-serif" + "}"
    icon = ".icon{fill:none;stroke-width:1.5}"
    return Markup(f"{font}{icon}{light}@media (prefers-color-scheme:dark){{{dark}}}")  # noqa: S704  (no text in it)


def _rules(colors: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for name, (field, text) in colors.items():
        yield f".{name}{{fill:{field}}}.on-{name}{{fill:{text}}}"
    yield f".icon{{stroke:{colors['label'][1]}}}"


@cache
def _policy() -> str:
    """Nothing but that style sheet runs or is fetched, also where somebody opens a badge by itself."""
    digest = b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'"
