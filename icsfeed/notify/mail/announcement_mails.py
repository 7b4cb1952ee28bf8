"""The contents of mails that announce something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import plain_line
from icsfeed.notify.mail.content import ContentLinks, MailContent
from icsfeed.notify.mail.rendering import Brand, MailLink, brand_of, html_mail, plain_lines, plain_links, plain_mail
from icsfeed.words.announcements import AnnouncementText, announcement_text
from icsfeed.words.events import label_line

_WEB: Final = ("https://", "http://")
_MAX_PREHEADER_CHARS: Final = 140


def announcement_content(schedule: Schedule, announcement: Announcement, links: ContentLinks) -> MailContent:
    """The mail that tells the announcement to a subscriber whose ``links`` those are."""
    text = announcement_text(announcement)
    brand = brand_of(schedule.in_language(announcement.language).calendar)
    has_calendar = bool(announcement.calendar)
    own_links = () if announcement.is_test else _own_links(text, links)
    return MailContent(
        language=announcement.language,
        subject=text.subject,
        text=plain_mail(_paragraphs(text, has_calendar=has_calendar), _footer(text, brand, own_links)),
        html=html_mail(
            "announcement.html",
            text.language,
            brand,
            text=text,
            preheader=_preheader(text),
            has_calendar=has_calendar,
            has_web_ticket=text.ticket.startswith(_WEB),
            links=own_links,
        ),
        calendar=announcement.calendar,
        calendar_name=f"{announcement.subject}.ics",
        is_subscribed=not announcement.is_test,
    )


def _own_links(text: AnnouncementText, links: ContentLinks) -> tuple[MailLink, ...]:
    return (
        MailLink(label=text.language.say("Choose what you receive"), url=links.preferences),
        MailLink(label=text.language.say("Unsubscribe"), url=links.unsubscribe),
    )


def _preheader(text: AnnouncementText) -> str:
    """What lists of mails show after the subject line."""
    beginning = " ".join(filter(None, (text.sentence, *(each.text for each in text.messages))))
    return plain_line(beginning[:_MAX_PREHEADER_CHARS])


def _paragraphs(text: AnnouncementText, *, has_calendar: bool) -> Iterator[str]:
    say, language = text.language.say, text.language
    yield "\n".join(filter(None, (text.headline, text.title)))
    yield " ".join((text.sentence, *text.notes))
    yield "\n".join(f"- {each}" for each in text.alterations)
    if len(text.messages) == 1:
        yield text.messages[0].text
    else:
        yield from (plain_lines([each], language) for each in text.messages)
    yield plain_lines(text.facts, language)
    yield " ".join(text.remarks)
    yield text.description
    yield label_line(say("Ticket"), text.ticket, language) if text.ticket else ""
    yield label_line(say("Current state"), text.page, language) if text.page else ""
    yield say("The attached file brings your calendar up to date.") if has_calendar else ""
    if text.earlier_messages:
        yield say("Earlier messages")
        yield from (plain_lines([each], language) for each in text.earlier_messages)
    if text.left_out:
        yield language.say_count("({count} earlier)", "({count} earlier)", text.left_out)


def _footer(text: AnnouncementText, brand: Brand, links: tuple[MailLink, ...]) -> Iterator[str]:
    language = text.language
    yield brand.name
    if links:
        yield language.say(
            "You receive this mail because this address is subscribed to {calendar}.", calendar=brand.calendar
        )
    yield from plain_links(links, language)
    if brand.support_url:
        yield label_line(language.say("Support"), brand.support_url, language)
