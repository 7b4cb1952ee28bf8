"""The vendor's color, made legible as the background of buttons and the color of links, in light and dark mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from webcolors import hex_to_rgb, name_to_hex

Color: TypeAlias = tuple[int, int, int]
"""Red, green and blue, from 0 to 255 (sRGB)."""

DEFAULT_COLOR: Final = "#1d4ed8"

_BACKGROUNDS: Final = {"light": "#ececec", "dark": "#1f242d"}
"""The least favorable backgrounds of text: panels, and the tints of the status."""

_BLACK: Final = (0, 0, 0)
_WHITE: Final = (255, 255, 255)
_MIN_CONTRAST: Final = 4.6
"""Slightly more than WCAG 2.2, success criterion 1.4.3, requires of text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """By color scheme, a color that stands out from the background, and one for text on it."""

    accent: dict[str, str]
    on_accent: dict[str, str]


def palette(color: str) -> Palette:
    """The palette of a CSS color name or ``#rrggbb``; of the default where it is empty."""
    own = _parse(color or DEFAULT_COLOR)
    accent = {
        "light": _until_legible(own, _BLACK, _parse(_BACKGROUNDS["light"])),
        "dark": _until_legible(own, _WHITE, _parse(_BACKGROUNDS["dark"])),
    }
    return Palette(
        accent={scheme: _hex(each) for scheme, each in accent.items()},
        on_accent={scheme: _hex(_opposite(each)) for scheme, each in accent.items()},
    )


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colors, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  (sRGB's own)
        for channel in (value / 255 for value in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _until_legible(color: Color, toward: Color, ground: Color) -> Color:
    """The color, mixed with as little of ``toward`` as makes it legible on ``ground``."""
    mixed = (_mixed(color, toward, percent) for percent in range(101))
    return next(each for each in mixed if contrast(each, ground) >= _MIN_CONTRAST)


def _mixed(color: Color, other: Color, percent: int) -> Color:
    red, green, blue = (round(own + (more - own) * percent / 100) for own, more in zip(color, other, strict=True))
    return red, green, blue


def _opposite(color: Color) -> Color:
    return max(_WHITE, _BLACK, key=lambda text: contrast(text, color))


def _parse(color: str) -> Color:
    parsed = hex_to_rgb(color if color.startswith("#") else name_to_hex(color))
    return parsed.red, parsed.green, parsed.blue


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
