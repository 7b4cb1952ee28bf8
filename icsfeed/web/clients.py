"""The family of calendar programs that a request comes from, according to its User-Agent."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

OTHER: Final = "other"

_SIGNS: Final = (
    # A part of the User-Agent in lower case, and the family. The first match counts: many pretend to be browsers.
    ("google-calendar-importer", "google"),
    ("thunderbird", "thunderbird"),
    ("lightning/", "thunderbird"),
    ("betterbird", "thunderbird"),
    ("outlook", "outlook"),
    ("microsoft office", "outlook"),
    ("microsoft.exchange", "outlook"),
    ("microsoft exchange", "outlook"),
    ("msie 7.0; windows nt 6.0)", "outlook"),  # Outlook.com
    ("dataaccessd", "apple"),
    ("accountsd", "apple"),
    ("calendaragent", "apple"),
    ("calendarstore", "apple"),
    ("os+x/", "apple"),
    ("os_x/", "apple"),
    ("macos/", "apple"),
    ("ios/", "apple"),
    ("icsx5", "icsx5"),
    ("nextcloud", "nextcloud"),
    ("home assistant", "home-assistant"),
    ("homeassistant", "home-assistant"),
    ("evolution", "evolution"),
    ("gnome-calendar", "evolution"),
    ("akonadi", "kde"),
    ("vdirsyncer", "vdirsyncer"),
    ("curl/", "script"),
    ("wget/", "script"),
    ("python", "script"),
    ("go-http-client", "script"),
    ("okhttp/", "script"),
    ("powershell", "script"),
    ("bot", "robot"),
    ("crawl", "robot"),
    ("spider", "robot"),
    ("mozilla/", "browser"),
)


@lru_cache(maxsize=4096)
def family_of(user_agent: str) -> str:
    """The family of clients that send this User-Agent (RFC 9110, section 10.1.5)."""
    lower_case = user_agent.casefold()
    return next((family for sign, family in _SIGNS if sign in lower_case), OTHER)
