"""Feeds in words: the names of those that the schedule file does not name itself."""

from __future__ import annotations

from dataclasses import replace

from icsfeed.domain.feeds import ALL, Feed, Kind, automatic_feeds
from icsfeed.domain.schedule import Schedule
from icsfeed.words.languages import Language
from icsfeed.words.terms import KIND_PLURALS


def feed_in_words(feed: Feed, schedule: Schedule, language: Language) -> Feed:
    """The feed with its name in the language, which is also that of the schedule.

    An automatic one is called after the calendar and what it selects.
    """
    calendar = schedule.calendar.name
    if feed.slug == ALL or feed not in automatic_feeds(calendar, schedule.environments):
        return feed
    content = schedule.environment_names.get(feed.slug) or language.say(KIND_PLURALS[Kind(feed.slug)])
    return replace(feed, name=language.say("{label}: {value}", label=calendar, value=content))
