"""What the pages give their script: words, and the instants of everything that they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from icsfeed.publication.pages.day_status import EFFECTS, NOTHING_CHANGES
from icsfeed.publication.pages.moments import HOURS_WITHOUT_END, UNTIL_FURTHER_NOTICE
from icsfeed.publication.pages.page_items import PageItem
from icsfeed.words.languages import Language
from icsfeed.words.phrases import Phrase, phrase
from icsfeed.words.recurrences import WEEKDAY_AFTER_EVERY

_WORDS: Final[dict[str, Phrase]] = {
    "now": phrase("Right now"),
    "next": phrase("Next"),
    "as of": phrase("As of {when}"),
    "now emergency": phrase("Emergency change in progress"),
    "now planned": phrase("Planned change in progress"),
    "now maintenance": phrase("Maintenance in progress"),
    "now open": NOTHING_CHANGES,
    "now open text": phrase("No change is in progress, and no change freeze applies."),
    "now unknown": phrase("This page is out of date"),
    "now unknown text": phrase("It dates from {date}. Reload it to see the current status."),
    "effect": phrase("{label}: {value}"),
    "until": phrase("until {when}"),
    "until notice": UNTIL_FURTHER_NOTICE,
    "from until notice": HOURS_WITHOUT_END,
    "from": phrase("from {date}: {hours}"),
    "overdue": phrase("taking longer than planned"),
    "in": phrase("in {length}"),
    "starting": phrase("about to start"),
    "nothing next": phrase("Nothing is planned."),
    "every day": phrase("Every day"),
    "weekday range": phrase("{first} to {last}"),
    "weekdays": phrase("Every {days}"),
    "weekday": WEEKDAY_AFTER_EVERY,
    "and": phrase("{most} and {last}"),
    "zone vendor": phrase("the vendor’s time zone"),
    "zone visitor": phrase("your time zone"),
    "zone unknown": phrase("There is no such time zone; choose one from the list."),
    "embed zone": phrase("Times in {zone}"),
    "copied": phrase("Copied"),
}
"""By the keys of the script."""


def browser_words(language: Language) -> dict[str, str]:
    words = {key: language.say(text) for key, text in _WORDS.items()}
    return words | {f"effect {impact.value}": language.say(effect) for impact, effect in EFFECTS.items()}


def entry_groups(items: Iterable[PageItem]) -> tuple[list[dict[str, object]], dict[PageItem, int]]:
    """The items for the script, those that differ in time alone as one; and the place of each item's group.

    Of each of its times, a group has how many seconds after the one before it starts (the first: after 1970), and how
    many it lasts.
    """
    places: dict[tuple[object, ...], int] = {}
    groups: list[dict[str, object]] = []
    times: list[list[tuple[int, int]]] = []
    starts: list[int] = []
    place_of: dict[PageItem, int] = {}
    for item in items:
        key = (item.kind, item.id, item.environments, item.state, item.is_as_planned)
        place = places.setdefault(key, len(groups))
        if place == len(groups):
            times.append([])
            starts.append(0)
            groups.append({**dict(_stated(item)), "times": times[-1]})
        start, end = (int(each.timestamp()) for each in (item.span.start, item.span.end))
        times[place].append((start - starts[place], end - start))
        starts[place] = start
        place_of[item] = place
    return groups, place_of


def _stated(item: PageItem) -> Iterator[tuple[str, object]]:
    """What the script needs of an item besides its time, without empty values."""
    stated: dict[str, object] = {
        "kind": item.kind.value,
        "icon": item.icon,
        "name": item.name,
        "where": item.where,
        "state": item.state.value if item.state else "",
        "label": item.label,
        "impact": item.impact.value if item.impact is not None else "",
        "anchor": item.anchor,
        "whole": item.days is not None,
        "open": item.is_open_ended,
    }
    return ((key, value) for key, value in stated.items() if value)
