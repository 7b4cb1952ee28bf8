"""The width of text in a badge, without the font: close enough for a picture that makes its text fit.

The widths are those of DejaVu Sans and Verdana, which are alike; ``textLength`` adapts any other font.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_ASCII: Final = {
    character: width
    for width, characters in {
        0.28: "'",
        0.32: " ,.",
        0.30: "IJijl",
        0.35: "-/:;\\f|",
        0.40: "!()[]rt",
        0.46: '"',
        0.50: "*_`sz",
        0.55: "?Lc",
        0.60: "FPTYaekovxy",
        0.64: "$0123456789EKSbdghnpqu{}",
        0.70: "ABCRVXZ",
        0.76: "DGHNU",
        0.79: "&OQw",
        0.84: "#+<=>M^~",
        0.97: "%m",
        1.00: "@W",
    }.items()
    for character in characters
}
"""In ems."""

_OTHERS: Final = {"wide": 1.0, "plain": 0.7}
"""A wide character, such as a Chinese one or an emoji, and any other."""

_MARKS: Final = frozenset({"Mn", "Me", "Cf", "Cc"})
"""Categories of what has no width of its own."""


def text_width(text: str, size: float) -> float:
    """The width of a line of text in a font of that size, to a tenth."""
    return round(sum(map(_width, unicodedata.normalize("NFD", text))) * size, 1)


def shortened(text: str, most: int) -> str:
    """The text, cut to as many characters, the last of which is then an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _width(character: str) -> float:
    if unicodedata.category(character) in _MARKS:
        return 0.0
    is_wide = unicodedata.east_asian_width(character) in {"W", "F"}
    return _ASCII.get(unicodedata.normalize("NFKC", character), _OTHERS["wide" if is_wide else "plain"])
