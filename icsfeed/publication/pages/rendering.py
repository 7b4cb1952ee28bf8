"""Renders pages to bytes: the templates, the style sheet and the script."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from icsfeed.publication.pages.colors import palette

_HERE: Final = Path(__file__).parent
_STRING_OR_PUNCTUATION: Final = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|[ ]*(?P<punctuation>[=<>!&|?:+*,;(){}\[\]-]+)[ ]*"""
)
_REVISION: Final = "0" * 16
_ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="4" width="28" height="26" rx="5" '
    'fill="{accent}"/><path d="M2 12h28" stroke="{paper}" stroke-width="2"/><rect x="8" y="17" width="7" height="7" '
    'rx="1" fill="{paper}"/></svg>'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """The style sheet and the script: their paths below the site's root, which contain a digest, and their bytes.

    ``icon`` is the site's icon as a ``data:`` URL.
    """

    style: str
    style_content: bytes
    script: str
    script_content: bytes
    icon: str


@cache
def assets(color: str) -> Assets:
    """The assets of a site in the vendor's color (empty: none)."""
    colors = palette(color)
    rules = _without_layout(environment().get_template("page.css").render(palette=colors))
    style = re.sub(r"\s*([{};])\s*|([:,]) |/\*.*?\*/", r"\1\2", rules).replace(";}", "}").encode()
    script = _without_spaces(_without_layout((_HERE / "assets" / "page.js").read_text(encoding="utf-8"))).encode()
    icon = _ICON.format(accent=colors.accent["light"], paper=colors.on_accent["light"])
    return Assets(
        style=f"assets/page-{_digest(style)}.css",
        style_content=style,
        script=f"assets/page-{_digest(script)}.js",
        script_content=script,
        icon=f"data:image/svg+xml,{quote(icon)}",
    )


def _without_layout(source: str) -> str:
    """The style sheet or script without indentation, empty lines and lines of comment; no string spans lines there."""
    return re.sub(r"^(?:[ ]+|[ ]*//.*\n|\n)+", "", source, flags=re.MULTILINE)


def _without_spaces(script: str) -> str:
    """The script without spaces and ends of lines around punctuation, but for those in strings."""
    lines = _STRING_OR_PUNCTUATION.sub(lambda match: match["string"] or match["punctuation"], script)
    return re.sub(r"(?<=[;{(\[,])\n|\n(?=[})\]])", "", lines)


@cache
def environment() -> Environment:
    """The templates; all values are escaped as text."""
    return Environment(
        loader=FileSystemLoader([_HERE / "templates", _HERE / "assets"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(template: str, data: Mapping[str, object], **context: object) -> bytes:
    """The page; ``data`` is for its script. Its revision is a digest of everything else in it."""
    text = environment().get_template(template).render(revision=_REVISION, data=_json(data), **context)
    return text.replace(_REVISION, _digest(text.encode()), 1).encode()


def _json(data: Mapping[str, object]) -> Markup:
    """JSON in which no text can end or begin a tag (HTML, section 4.12.1.3)."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    escapes = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
    return Markup(text.translate(escapes))  # noqa: S704  (just escaped)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
