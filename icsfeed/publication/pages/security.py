"""What a page may load, and where its form may be sent (Content Security Policy, level 3)."""

from __future__ import annotations

from urllib.parse import urlsplit

from icsfeed.domain.schedule import Calendar


def page_policy(calendar: Calendar, form_target: str) -> str:
    """The policy that lets a page load its own assets and the vendor's logo.

    Its form may be sent to the origin of ``form_target``; where that is empty, nowhere.
    """
    pictures = f" {_origin(calendar.logo)}" if calendar.logo else ""
    target = _origin(form_target) if form_target else "'none'"
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:{pictures}; base-uri 'none'; form-action {target}"
    )


def _origin(address: str) -> str:
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}"
