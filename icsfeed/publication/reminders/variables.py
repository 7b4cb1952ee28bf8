"""The variables of reminders' templates: plain values, the same for built-in templates and a vendor's own."""

from __future__ import annotations

from dataclasses import replace

from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.texts import plain_line
from icsfeed.ical.series import Rendering
from icsfeed.publication.atom_feed import atom_path
from icsfeed.publication.editions import Edition
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.json_feed import json_path
from icsfeed.publication.pages.day_status import EFFECTS
from icsfeed.publication.reminders.item_variables import item_variables
from icsfeed.publication.reminders.phone import speech_of
from icsfeed.publication.reminders.plain_variables import Variable, Variables
from icsfeed.publication.reminders.vocabulary import EVERY_YEAR, words_of
from icsfeed.services.policy_rows import FreezeRow, WindowRow
from icsfeed.services.reminders import ReminderFacts
from icsfeed.services.upcoming import UpcomingItem, utc_text
from icsfeed.words.events import label_line
from icsfeed.words.languages import Language, sentence


def variables_of(
    edition: Edition,
    facts: ReminderFacts,
    *,
    environments: frozenset[str] | None = None,
    has_speech: bool = False,
) -> Variables:
    """The variables of one edition, by name. All texts are on one line each, in its language; none is escaped.

    The facts are those of these ``environments`` (``None``: all public ones). ``has_speech`` adds what the telephone
    says.

    In an edition that is not live, maintenance that would take place now is coming: only what somebody recorded as in
    progress is under way.
    """
    dates = edition.dates if edition.is_live else replace(edition.dates, year=EVERY_YEAR)
    taking_place = [item for item in facts.under_way if item.kind is Kind.MAINTENANCE and not edition.is_live]
    under_way = [item for item in facts.under_way if item not in taking_place]
    coming = sorted((*taking_place, *facts.coming), key=lambda item: (item.span.start, item.kind, item.id))

    def of_items(items: list[UpcomingItem] | tuple[UpcomingItem, ...]) -> Variable:
        return [item_variables(item, edition, dates) for item in items]

    speech = _speech(edition, facts, environments) if has_speech else {}
    return {
        **speech,
        "language": edition.language.code,
        "is_live": edition.is_live,
        "days": (facts.days.last - facts.days.first).days,
        "today": facts.today.isoformat(),
        "as_of": utc_text(edition.as_of),
        "calendar": _calendar(edition),
        "zone": {"id": edition.situation.zone.key, "name": edition.dates.zone_name},
        "links": _links(edition),
        "words": {name: plain_line(text) for name, text in words_of(edition, facts, dates).items()},
        "under_way": of_items(under_way),
        "coming": of_items(coming),
        "finished": of_items(facts.finished),
        "freezes": of_items(facts.freezes),
        "next": item_variables(facts.next, edition, dates) if facts.next is not None else {},
        "windows": [_window(row, edition, facts) for row in facts.windows],
        "freeze_rules": [_freeze_rule(row, edition, facts) for row in facts.freeze_rules],
    }


def _speech(edition: Edition, facts: ReminderFacts, environments: frozenset[str] | None) -> Variables:
    speech = speech_of(edition, facts, environments)
    return {"speech": {"sentences": [*speech.sentences], "locale": speech.locale}}


def _calendar(edition: Edition) -> Variable:
    calendar = edition.situation.schedule.calendar
    organizer = calendar.organizer
    texts = {
        "name": calendar.name,
        "description": calendar.description,
        "vendor": calendar.vendor,
        "contact": organizer.name if organizer is not None else "",
        "email": organizer.email if organizer is not None else "",
        "support_url": calendar.support_url,
    }
    return {name: plain_line(text) for name, text in texts.items()}


def _links(edition: Edition) -> Variable:
    """Addresses; all are empty where that of the site is unknown, as a path leads nowhere in another site."""
    if not edition.base_url:
        return dict.fromkeys(("page", "calendar", "webcal", "json", "atom"), "")
    feed = edition.url(feed_path(ALL, Rendering.SERIES, edition.folder))
    return {
        "page": edition.url(f"/{edition.folder}"),
        "calendar": feed,
        "webcal": f"webcal:{feed.partition(':')[2]}",
        "json": edition.url(json_path(ALL, edition.folder)),
        "atom": edition.url(atom_path(ALL, edition.folder)),
    }


def _window(row: WindowRow, edition: Edition, facts: ReminderFacts) -> Variable:
    language, rule = edition.language, _rule(row, edition, facts)
    weekly = language.say("{length} a week", length=row.weekly_length) if row.weekly_length else ""
    zone = "" if row.part.zone.key == edition.situation.zone.key else row.zone
    each = language.say("{length} each", length=row.length) if weekly else row.length
    lengths = ", ".join(filter(None, (each, weekly)))
    times = [row.days, row.hours, zone]
    line = language.say("{times} ({lengths})", times=", ".join(filter(None, times)), lengths=lengths)
    effect = sentence(language.say(EFFECTS[row.part.impact]))
    return {
        **rule,
        "line": plain_line(_line(line, rule, language)),
        "notice": plain_line(row.description or f"{effect}."),
        "hours": plain_line(row.hours),
        "length": plain_line(row.length),
        "weekly_length": plain_line(row.weekly_length),
        "weekly_line": plain_line(weekly),
        "zone": plain_line(zone),
        "impact": row.part.impact.value,
        "impact_name": plain_line(row.impact),
        "effect": plain_line(effect),
    }


def _freeze_rule(row: FreezeRow, edition: Edition, facts: ReminderFacts) -> Variable:
    rule = _rule(row, edition, facts)
    return {**rule, "line": plain_line(_line(row.days, rule, edition.language))}


def _line(times: str, rule: dict[str, str], language: Language) -> str:
    """The times after the environments that they are those of, and before from when or until when they hold."""
    line = label_line(rule["where"], times, language) if rule["where"] else times
    return "; ".join(filter(None, (line, rule["effective"])))


def _rule(row: WindowRow | FreezeRow, edition: Edition, facts: ReminderFacts) -> dict[str, str]:
    part, schedule = row.part, edition.situation.schedule
    is_everywhere = part.environments >= schedule.environment_names.keys()
    begins_later = part.effective_from is not None and part.effective_from > facts.today
    texts = {
        "id": part.id,
        "name": row.name,
        "description": row.description,
        "days": row.days,
        "effective": row.effective if begins_later or part.effective_until is not None else "",
        "where": "" if is_everywhere else row.environments,
    }
    return {name: plain_line(text) for name, text in texts.items()}
