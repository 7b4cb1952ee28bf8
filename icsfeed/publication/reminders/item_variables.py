"""The variables of one window, change or freeze in a reminder."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from icsfeed.domain.changes import PREFIXES, State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.redaction import WITHDRAWN_TEXT
from icsfeed.domain.spans import ONE_DAY
from icsfeed.domain.texts import plain_line
from icsfeed.publication.pages.announcements import is_shown
from icsfeed.publication.pages.day_status import EFFECTS
from icsfeed.publication.pages.moments import Moment, SpanTime
from icsfeed.publication.pages.page_items import PageItem, page_item, span_of_day
from icsfeed.services.reminders import is_due, is_open_work
from icsfeed.services.upcoming import utc_text
from icsfeed.words.events import freeze_meaning, label_line, title_in_state
from icsfeed.words.languages import sentence
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.terms import KIND_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icsfeed.domain.changes import Change
    from icsfeed.publication.editions import Edition
    from icsfeed.publication.reminders.plain_variables import Variable
    from icsfeed.services.upcoming import UpcomingItem
    from icsfeed.words.dates import Dates

_EVENING: Final = 18
"""The hour from which on what starts today is tonight."""

_TODAY: Final = phrase_in("before the date of something", "Today")
_TONIGHT: Final = phrase_in("before the date of something", "Tonight")
_TOMORROW: Final = phrase_in("before the date of something", "Tomorrow")
_DUE: Final = phrase("Due since {when}; nobody has announced yet that it has begun.")


def item_variables(item: UpcomingItem, edition: Edition, dates: Dates) -> dict[str, Variable]:
    """The item in words; ``dates`` writes its times."""
    language, situation = edition.language, edition.situation
    page = page_item(item, situation, dates)
    change = situation.changes[item.id] if item.kind in PREFIXES else None
    due = language.say(_DUE, when=dates.moment(item.span.start)) if is_due(item, situation.now) else ""
    title, when, soon = _title(page, change, edition), _when(item, page, edition, dates), _soon(item, edition)
    date = ", ".join(filter(None, (soon, when)))
    texts_below = {
        "effect": _effect(item, edition),
        "note": due or _note(item, page, edition),
        "reason": item.reason if change is not None and is_open_work(item) else "",
        "message": _message(change),
    }
    dated = [date] if change is not None else []
    last = dates.local(item.span.end - datetime.resolution).date()
    texts = {
        "kind": item.kind.value,
        "kind_name": language.say(KIND_NAMES[item.kind]),
        "id": item.id,
        "name": page.name,
        "title": title,
        "state": item.state.value if item.state is not None else "",
        "label": page.label,
        "start": utc_text(item.span.start),
        "end": "" if item.is_open_ended else utc_text(item.span.end),
        "first_day": dates.local(item.span.start).date().isoformat(),
        "last_day": "" if item.is_open_ended else last.isoformat(),
        "when": when,
        "line": title if change is not None else label_line(date, title, language),
        "soon": soon,
        "date": date,
        "until": _until(item, page, last, dates),
        "where": page.where,
        "impact": item.impact.value if item.impact is not None else "",
        **texts_below,
        "link": _link(page, edition),
    }
    names = situation.schedule.environment_names
    return {
        **{name: plain_line(text) for name, text in texts.items()},
        "details": [plain_line(each) for each in (*dated, *_details(item, page, texts_below, edition))],
        "environments": [plain_line(names.get(each, each)) for each in item.environments],
        "is_cancelled": item.state is State.CANCELLED,
        "is_due": bool(due),
        "is_overdue": page.is_overdue,
        "is_open_ended": item.is_open_ended,
    }


def _title(page: PageItem, change: Change | None, edition: Edition) -> str:
    """The name, that of a change with its kind and number; and the state, unless it goes without saying."""
    language, title = edition.language, page.name
    if change is not None:
        number = change.id if change.is_recorded else ""
        title = label_line(" ".join(filter(None, (language.say(KIND_NAMES[page.kind]), number))), title, language)
    if page.state is None or page.state is State.IN_PROGRESS:
        return title
    return title_in_state(title, page.state, language, page.kind)


def _details(item: UpcomingItem, page: PageItem, texts: dict[str, str], edition: Edition) -> Iterator[str]:
    """Whom it affects and how, what else is to be known of it, why it is done, and what was said last; a line each.

    Of maintenance that is ahead, the policy says how it affects customers.
    """
    language, situation = edition.language, edition.situation
    is_ahead = item.kind is Kind.MAINTENANCE and (situation.now not in item.span or not edition.is_live)
    effect = "" if is_ahead else sentence(texts["effect"])
    if item.kind is Kind.FREEZE:
        effect = freeze_meaning(language, has_hours=page.days is None)
    if page.where and effect:
        yield label_line(page.where, effect, language)
    elif page.where or effect:
        yield page.where or effect
    if texts["note"]:
        yield texts["note"]
    if texts["reason"]:
        yield label_line(language.say("Reason"), texts["reason"], language)
    if texts["message"] and texts["message"] != texts["note"]:
        yield label_line(language.say("Latest update"), texts["message"], language)


def _when(item: UpcomingItem, page: PageItem, edition: Edition, dates: Dates) -> str:
    if item.is_open_ended:
        say = edition.language.say
        return say("since {when}, until further notice", when=dates.moment(item.span.start))
    return str(page.when)


def _until(item: UpcomingItem, page: PageItem, last: date, dates: Dates) -> str:
    """The end, as it stands after what it ends."""
    say = dates.language.say
    if item.is_open_ended:
        return say("until further notice")
    if page.days is not None:
        return say("through {date}", date=dates.day(last))
    return say("until {when}", when=dates.moment(item.span.end))


def _soon(item: UpcomingItem, edition: Edition) -> str:
    """A word for the day on which it starts, if that is near and the text is kept current."""
    start, today, say = edition.dates.local(item.span.start), edition.today, edition.language.say
    if (
        not edition.is_live
        or (item.state is not None and item.state.is_final)
        or start.date() not in {today, today + ONE_DAY}
    ):
        return ""
    if start.date() != today:
        return say(_TOMORROW)
    return say(_TONIGHT) if start.hour >= _EVENING else say(_TODAY)


def _effect(item: UpcomingItem, edition: Edition) -> str:
    """What customers may notice; nothing of what does not take place, or is over."""
    if item.impact is None or not is_open_work(item):
        return ""
    return edition.language.say(EFFECTS[item.impact])


def _note(item: UpcomingItem, page: PageItem, edition: Edition) -> str:
    """What readers must know of it besides: where it was moved from, why it does not take place, that it is late."""
    if page.is_overdue:
        return sentence(edition.language.say("taking longer than planned"))
    if item.kind in PREFIXES:
        return item.cancellation if item.cancellation != WITHDRAWN_TEXT else ""
    if item.kind is Kind.FREEZE:
        return item.reason
    return "".join(part if isinstance(part, str) else str(_time_text(part)) for part in page.note)


def _time_text(part: Moment | SpanTime) -> str:
    return part.text if isinstance(part, Moment) else str(part.when)


def _message(change: Change | None) -> str:
    """The latest message to customers, unless it was withdrawn."""
    updates = reversed(change.updates) if change is not None else ()
    message = next((update.message for update in updates if update.message), "")
    return message if message != WITHDRAWN_TEXT else ""


def _link(page: PageItem, edition: Edition) -> str:
    """The address of its announcement, where the page shows it."""
    start = span_of_day(edition.today, edition.dates).start
    if not page.anchor or not edition.base_url or not is_shown(edition.situation, page.id, start):
        return ""
    return edition.url(f"/{edition.folder}#{page.anchor}")
