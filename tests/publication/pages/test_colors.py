"""The vendor's color, made legible."""

from __future__ import annotations

import pytest

from icsfeed.publication.pages.colors import contrast, palette


@pytest.mark.parametrize("color", ["", "gold", "white", "black", "#00695c", "navy", "#777777", "hotpink"])
def test_every_vendor_color_is_made_legible(color: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5 to 1, for links on each background and for text on buttons."""
    colors = palette(color)
    for scheme, grounds in (("light", ("#ffffff", "#f4f5f7", "#ececec")), ("dark", ("#0f1318", "#1a2029"))):
        accent = rgb(colors.accent[scheme])
        assert all(contrast(accent, rgb(ground)) >= 4.5 for ground in grounds)
        assert contrast(accent, rgb(colors.on_accent[scheme])) >= 4.5


def rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def test_contrast_ratios_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (119, 119, 119)) == pytest.approx(4.48, abs=0.01)
    assert {palette("teal").accent["light"], palette("#006666").accent["light"]} == {"#007676", "#006666"}
