"""The headings and sentences of reminders, for templates of every language."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from icsfeed.publication.editions import Edition
from icsfeed.services.reminders import ReminderFacts, is_due, is_open_work
from icsfeed.words.dates import Dates
from icsfeed.words.phrases import Phrase, phrase, phrase_in

EVERY_YEAR: Final = 0
"""As the year whose dates are written without it: a text that may be read in any year names each."""

_WORDS: Final[dict[str, Phrase]] = {
    "announcement": phrase("Announcement"),
    "freeze_meaning": phrase("No planned change happens during a change freeze."),
    "freezes": phrase("Change freezes"),
    "hours": phrase_in("heading of a column: from when until when maintenance lasts", "Hours"),
    "latest_update": phrase("Latest update"),
    "more": phrase("All dates in your time zone, and how to subscribe"),
    "more_at": phrase("All dates in your time zone, and how to subscribe:"),
    "reason": phrase("Reason"),
    "regular": phrase("Regular maintenance"),
    "subscribe": phrase("Subscribe"),
    "subscribe_calendar": phrase("Subscribe in your calendar"),
    "subscribe_news": phrase("Follow announcements (Atom)"),
    "total_hours": phrase("Total hours"),
    "window": phrase_in("heading of a column: name, days and environments of a maintenance window", "Window"),
}
"""Those that are the same at any time, by the name that templates know."""


def words_of(edition: Edition, facts: ReminderFacts, dates: Dates) -> dict[str, str]:
    """The headings and sentences, by name."""
    say, live = edition.language.say, edition.is_live
    last, today = dates.day(facts.days.last), dates.day(facts.today)
    as_of = replace(dates, year=EVERY_YEAR).moment(edition.as_of)
    is_any_due = any(is_due(item, facts.now) for item in facts.coming)
    is_quiet = not any(map(is_open_work, (*facts.under_way, *facts.coming)))
    return {
        **{name: say(text) for name, text in _WORDS.items()},
        "as_of": say("As of {when}", when=as_of),
        "coming": say("Upcoming, through {date}", date=last) if live else say("Scheduled through {date}", date=last),
        "finished": (
            say("Completed or cancelled today") if live else say("Completed or cancelled on {date}", date=today)
        ),
        "in_freeze": say("Change freeze in effect") if live else say("Change freeze"),
        "next": say("Next maintenance") if facts.next is not None else "",
        "none_coming": say("No maintenance is planned through {date}.", date=last) if is_quiet else "",
        "none_under_way": say("No maintenance is in progress.") if live and not is_any_due else "",
        "times": say("All times are in {zone}.", zone=edition.dates.zone_name),
        "under_way": say("In progress now") if live else say("In progress, as of {when}", when=as_of),
    }
