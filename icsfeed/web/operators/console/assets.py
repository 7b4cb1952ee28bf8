"""The console's style sheet, script and icon. Each name contains a digest of the bytes, so browsers may keep them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from flask import Response, current_app
from werkzeug.exceptions import NotFound

from icsfeed.publication.pages.colors import palette
from icsfeed.publication.pages.rendering import assets

_TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "console"
_STYLE_TYPE: Final = "text/css; charset=utf-8"
_SCRIPT_TYPE: Final = "text/javascript; charset=utf-8"
_FOREVER: Final = "private, max-age=31536000, immutable"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleAsset:
    name: str
    content: bytes
    content_type: str


def style_of(color: str) -> ConsoleAsset:
    """The style sheet in the vendor's color (empty: none)."""
    text = current_app.jinja_env.get_template("console/console.css").render(palette=palette(color))
    return _asset("css", text.encode(), _STYLE_TYPE)


def icon_of(color: str) -> ConsoleAsset:
    """The icon of the site in the vendor's color (empty: none)."""
    return _asset("svg", unquote(assets(color).icon.partition(",")[2]).encode(), "image/svg+xml")


@cache
def script() -> ConsoleAsset:
    return _asset("js", (_TEMPLATES / "console.js").read_bytes(), _SCRIPT_TYPE)


def asset_response(name: str, color: str) -> Response:
    """The asset of that name; another release's name gets this release's bytes, which no cache keeps.

    Raises:
        NotFound: where it is the name of no asset.
    """
    asset = next(
        (each for each in (style_of(color), icon_of(color), script()) if _kind(each.name) == _kind(name)), None
    )
    if asset is None:
        raise NotFound
    response = Response(asset.content, content_type=asset.content_type)
    response.headers["Cache-Control"] = _FOREVER if asset.name == name else "no-store"
    return response


def _asset(suffix: str, content: bytes, content_type: str) -> ConsoleAsset:
    digest = hashlib.sha256(content).hexdigest()[:16]
    return ConsoleAsset(name=f"console-{digest}.{suffix}", content=content, content_type=content_type)


def _kind(name: str) -> tuple[str, str]:
    return name.partition("-")[0], name.rpartition(".")[2]
