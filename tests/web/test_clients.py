"""Families of clients, by User-Agents that were seen."""

from __future__ import annotations

import pytest

from icsfeed.web.clients import family_of


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Google-Calendar-Importer", "google"),
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0)", "outlook"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)", "outlook"),
        ("Microsoft.Exchange/15.20 (Windows NT 10.0; Win64; x64)", "outlook"),
        ("iOS/18.0 (22A3354) dataaccessd/1.0", "apple"),
        ("iOS/12.0 (16A366) accountsd/1.0", "apple"),
        ("macOS/14.5 (23F79) dataaccessd/1.0", "apple"),
        ("Mac+OS+X/10.13.6 (17G65) CalendarAgent/399.2.2", "apple"),
        ("Mac+OS+X/10.13.6 (17G65) Calendar/2195.4.3", "apple"),
        ("Mac_OS_X/10.9 (13A603) CalendarAgent/174", "apple"),
        ("CalendarStore/5.0 (1127); iCal/5.0 (1535); Mac OS X/10.7.1 (11B26)", "apple"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Thunderbird/60.0 Lightning/6.2", "thunderbird"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.0", "thunderbird"),
        ("Evolution/3.30.1", "evolution"),
        ("ICSx5/2.2.4 (ical4j/3.2.19; ktor) Android/14", "icsx5"),
        ("Nextcloud Webcal Service", "nextcloud"),
        ("HomeAssistant/2026.6.0 httpx/0.28.1 Python/3.13", "home-assistant"),
        ("vdirsyncer/0.21.0", "vdirsyncer"),
        ("curl/8.5.0", "script"),
        ("python-requests/2.32.3", "script"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "robot"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "robot"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/139.0 Safari/537.36",
            "browser",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", "browser"),
        ("", "other"),
        ("Something of its own", "other"),
    ],
)
def test_family(user_agent: str, family: str) -> None:
    assert family_of(user_agent) == family
