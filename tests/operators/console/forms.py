"""The forms of the console's pages as a browser has them, and pages as somebody reads them."""

from __future__ import annotations

import re
from html import unescape

from werkzeug.test import TestResponse

from icsfeed.domain.changes import Change
from tests.operators.consoles import Browser, Operations

EMERGENCY = "/operator/announce/emergency"
PLANNED = "/operator/announce/planned"


def fields_of(response: TestResponse) -> dict[str, list[str]]:
    """What a browser would send of the forms in the page's own part, as they were filled in."""
    main = response.text.partition("<main")[2]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", main):
        name, value = (re.search(rf' {each}="([^"]*)"', tag) for each in ("name", "value"))
        is_sent = " checked" in tag or not re.search('type="(?:checkbox|radio)"', tag)
        if name and name[1] != "csrf_token" and is_sent:
            fields.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, content in re.findall(r'<select id="(\w+)".*?>(.*?)</select>', main, re.DOTALL):
        fields[name] = re.findall(r'value="([^"]*)" selected', content)
    for name, content in re.findall(r'<textarea id="(\w+)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
        fields[name] = [unescape(content.strip())]
    return fields


def text_of(response: TestResponse) -> str:
    """The page's own part as somebody reads it."""
    main = response.text.partition("<main")[2]
    return " ".join(unescape(re.sub("<[^>]*>", " ", main)).split())


def announce(browser: Browser, address: str = EMERGENCY, **typed: str) -> TestResponse:
    """Fill in a form, look at the preview, and publish it as it stands."""
    preview = browser.post(address, {**fields_of(browser.get(address)), **typed, "action": "preview"})
    assert preview.status_code == 200, text_of(preview)
    return browser.post(address, {**fields_of(preview), "action": "publish"})


def take(browser: Browser, step: str, change_id: str = "EC-1", **typed: str) -> TestResponse:
    """Take the step that a page offers, after its preview."""
    path = f"/operator/changes/{change_id}/{step}"
    page = browser.get(path)
    assert page.status_code == 200, text_of(page)
    address = path.partition("?")[0]
    preview = browser.post(address, {**fields_of(page), **typed, "action": "preview"})
    assert preview.status_code == 200, text_of(preview)
    return browser.post(address, {**fields_of(preview), **typed, "action": "take"})


def changes_of(ops: Operations) -> list[Change]:
    """The recorded changes."""
    return list(ops.database.record().changes.values())
