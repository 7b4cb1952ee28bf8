"""The process that sends one message by apprise: ``python -m icsfeed.notify.chat.worker``.

It reads one job from standard input and writes one JSON object. Apprise's services wait as long as the other side keeps
sending, log what they send, and stay in memory with dozens of modules. In a process of its own, which the sender ends
after a while, none of that reaches the sender.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat
from apprise.plugins import url_to_dict
from apprise.utils.parse import parse_urls

MARKDOWN_ALWAYS: Final = frozenset(
    {"discord", "fluxer", "guilded", "mmost", "mmosts", "nctalk", "nctalks", "revolt", "ryver", "zulip"}
)
"""Services that read Markdown, whatever they are told: there, text has to be escaped."""

_TITLE_IS_HTML: Final = frozenset({"tgram"})
"""Services of HTML without an escaped title of its own."""

_STATUS: Final = re.compile(r"\berror=(\d{3})\b")


_NO_CONNECTION: Final = re.compile(r"\bconnection error\b", re.IGNORECASE)


class _Statuses(logging.Handler):
    """Keeps of apprise's messages only the last status, and whether it could connect; the rest may hold secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.last: int | None = None
        self.has_connection = True

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if match := _STATUS.search(message):
            self.last = int(match[1])
        elif _NO_CONNECTION.search(message):
            self.has_connection = False


def main() -> None:
    # Whatever a service prints does not come between the sender and the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    job = json.load(sys.stdin)
    # The sender may be gone by then, and nobody end this.
    signal.setitimer(signal.ITIMER_REAL, job["seconds"])
    json.dump(outcome(job), answer)
    answer.close()


def outcome(job: Mapping[str, Any]) -> dict[str, object]:
    """How many targets the URL has and, where the job names one, whether the message was sent there."""
    statuses = _Statuses()
    logger = logging.getLogger("apprise")
    logger.addHandler(statuses)
    logger.propagate = False
    targets = list(_targets(job["url"]))
    if not targets or not all(isinstance(each, NotifyBase) for each in targets):
        return {"targets": 0}
    result: dict[str, object] = {"targets": len(targets)}
    number = job.get("target")
    if number is not None and number <= len(targets):
        result["is_sent"] = _send(targets[number - 1], title=job["title"], body=job["body"])
        result["status"] = statuses.last
        result["has_connection"] = statuses.has_connection
    return result


def _send(service: NotifyBase, *, title: str, body: str) -> bool:
    """Send text: whatever a service would read as HTML or Markdown is escaped."""
    body_format = service.resolve_format(NotifyFormat.TEXT)
    if body_format is NotifyFormat.MARKDOWN or not _TITLE_IS_HTML.isdisjoint(service.schemas()):  # type: ignore[no-untyped-call]
        # Few services escape a title that stands by itself.
        title, body = "", f"{title}\n\n{body}".strip()
    if body_format is NotifyFormat.HTML:
        # Apprise's own conversion escapes text, but some services unescape it again.
        body = "<br/>".join(map(escape, body.splitlines()))
    else:
        body_format = NotifyFormat.TEXT  # which apprise converts, if need be
    try:
        return bool(service.notify(title=title, body=body, body_format=body_format))
    except Exception:  # noqa: BLE001  (a service can raise anything, with secrets in it)
        return False


def _targets(text: str) -> Iterator[NotifyBase | None]:
    """A service for each target: of several URLs in one text, and of each URL that names several rooms.

    ``None`` stands for a URL that apprise does not understand.
    """
    asset = AppriseAsset(
        app_id="icsfeed",
        app_desc="icsfeed",
        app_url="",
        async_mode=False,
        http_redirects=False,
        image_url_mask="",
        image_url_logo="",
    )
    for url in parse_urls(text):  # type: ignore[no-untyped-call]
        parts = url_to_dict(url, secure_logging=True)  # type: ignore[no-untyped-call]
        if parts is None:
            yield None
            continue
        parts |= {"retry": 0, "optional": False}
        targets = _split(parts, asset)
        if targets:
            yield from targets
        else:
            yield _service(parts, asset)


def _split(parts: dict[str, Any], asset: AppriseAsset) -> list[NotifyBase]:
    """A service for each target in the URL; none where its targets can't be told apart."""
    names = parts.get("targets")
    whole = _service(parts, asset)
    if whole is None or not isinstance(names, list) or len(whole) < 2 or parts.get("cc") or parts.get("bcc"):  # noqa: PLR2004
        return []
    for separated in (names, [each for name in names for each in str(name).split(",") if each]):
        services = [_service(parts | {"targets": [name]}, asset) for name in separated]
        each_once = [each for each in services if each is not None and len(each) == 1]
        if len(each_once) == len(services) == len(whole):
            return each_once
    return []


def _service(parts: dict[str, Any], asset: AppriseAsset) -> NotifyBase | None:
    # Apprise adds to what it is given.
    service = Apprise.instantiate(dict(parts), asset=asset)
    if service is not None and parts["schema"] in MARKDOWN_ALWAYS:
        service.notify_format = NotifyFormat.MARKDOWN
    return service


if __name__ == "__main__":
    main()
