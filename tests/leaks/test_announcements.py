"""No announcement says anything of a private customer, but to a channel that names their environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.notify.mail.announcement_mails import announcement_content
from icsfeed.notify.mail.content import ContentLinks
from icsfeed.notify.webhooks.body import webhook_body
from icsfeed.services.announcements import announcement_for
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from icsfeed.words.chat_texts import chat_text
from tests.examples import utc
from tests.leaks.conftest import Office
from tests.leaks.two_customers import ACME, GLOBEX, Customer, leaks

NOW = utc(2026, 11, 23, 12)
EVENTS = (ChannelEvent.ANNOUNCED, ChannelEvent.UPDATED, ChannelEvent.MOVED, ChannelEvent.REMINDER)
"""From these, all others follow: what is told is what holds."""

LINKS = ContentLinks(
    confirm="https://a.example/c", preferences="https://a.example/p", unsubscribe="https://a.example/u"
)


def whole_of(office: Office) -> Situation:
    schedule = load_schedule(office.folder / "schedule.toml").schedule
    with closing(Database(f"sqlite:///{office.folder}/icsfeed.db")) as database:
        return Situation(schedule=schedule, record=database.record(), now=NOW)


def subjects(whole: Situation) -> set[str]:
    """Everything that there is, whoever may see it: of windows, one occurrence and all that were adjusted."""
    soon = whole.occurrences(Span(start=NOW, end=NOW + timedelta(days=7)))
    first = {each.window.id: each.original_start.date() for each in reversed(soon)}
    days = {*first.items(), *whole.record.adjustments}
    return {*whole.changes, *whole.record.freezes, *(f"{window_id}/{day}" for window_id, day in days)}


def announcements(whole: Situation, private: frozenset[str]) -> Iterator[Announcement]:
    """Every event of every subject, as it is told to somebody who may see these ``private`` environments."""
    view = whole.visible_to(private)
    for language in ("en", "fr"):
        seen = view.in_language(language)
        for subject in sorted(subjects(whole)):
            for event in EVENTS:
                about = Delivery(number=1, receiver="mail:x1", subject=subject, event=event, queued_at=utc(2026, 11, 1))
                news = announcement_for(seen, about, was_informed=True)
                if isinstance(news, Announcement):
                    yield news


def texts_of(whole: Situation, private: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """All that is sent, without the subjects: only those hear of one that is hidden who heard of it before."""
    texts = {}
    for place, news in enumerate(dict.fromkeys(announcements(whole, private))):
        content = announcement_content(whole.schedule, news, LINKS)
        calendar = content.calendar.decode().replace("\r\n ", "")
        body = webhook_body(news, whole.schedule.in_language(news.language).calendar).decode()
        text = "\n".join((content.subject, content.text, content.html, calendar, chat_text(news), body))
        for part in news.subject.split("/"):
            text = text.replace(part, "SUBJECT")
        texts[f"{news.event}.{place}"] = text.encode()
    return texts


def test_nothing_private_is_told_to_the_public(office: Office) -> None:
    texts = texts_of(whole_of(office))
    assert len(texts) > 30
    assert leaks(texts) == {}


@pytest.mark.parametrize(("customer", "other"), [(ACME, GLOBEX), (GLOBEX, ACME)], ids=["acme", "globex"])
def test_a_channel_that_names_a_private_environment_hears_of_that_alone(
    office: Office, customer: Customer, other: Customer
) -> None:
    """So the search above would find what it looks for."""
    texts = texts_of(whole_of(office), frozenset({f"{customer.word}-environment"}))
    assert leaks(texts, [other]) == {}
    assert len(leaks(texts, [customer])) > 20
