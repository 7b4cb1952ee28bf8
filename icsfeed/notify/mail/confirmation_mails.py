"""The contents of the mail that asks whether an address is its owner's, or says that it is subscribed already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from icsfeed.domain.schedule import Schedule
from icsfeed.notify.mail.content import ContentLinks, MailContent
from icsfeed.notify.mail.rendering import Brand, MailLink, brand_of, html_mail, plain_links, plain_mail
from icsfeed.words.languages import Language, language_named


def confirmation_content(
    schedule: Schedule, language: str, links: ContentLinks, *, is_confirmed: bool, period: timedelta
) -> MailContent:
    """The answer to somebody who asked for mail to an address; ``period`` is how long its link works.

    To an address that ``is_confirmed`` already it is another, so that the page need not tell them apart.
    """
    words, brand = language_named(language), brand_of(schedule.in_language(language).calendar)
    texts = _known_texts(words, brand) if is_confirmed else _new_texts(words, brand, period)
    title, *paragraphs = texts
    own_links = tuple(_known_links(words, links)) if is_confirmed else (_confirming(words, links),)
    return MailContent(
        language=language,
        subject=words.say("{label}: {value}", label=brand.calendar, value=title),
        text=plain_mail([title, paragraphs[0], *plain_links(own_links, words), *paragraphs[1:]], _footer(brand)),
        html=html_mail("confirmation.html", words, brand, title=title, paragraphs=paragraphs, links=own_links),
        is_subscribed=is_confirmed,
    )


def _new_texts(words: Language, brand: Brand, period: timedelta) -> Iterator[str]:
    yield words.say("Confirm your address")
    yield words.say(
        "Someone (probably you) asked to receive {calendar} announcements at this address. To confirm, open the link "
        "and press the button.",
        calendar=brand.calendar,
    )
    yield words.say_count("The link works for {count} day.", "The link works for {count} days.", period.days)
    yield words.say("If that was not you, ignore this mail: nothing more will be sent to you.")


def _known_texts(words: Language, brand: Brand) -> Iterator[str]:
    yield words.say("This address is subscribed already")
    yield words.say(
        "Someone (probably you) asked to receive {calendar} announcements at this address. It receives them already.",
        calendar=brand.calendar,
    )
    yield words.say("If that was not you, ignore this mail: nothing has changed.")


def _confirming(words: Language, links: ContentLinks) -> MailLink:
    return MailLink(label=words.say("Confirm your address"), url=links.confirm)


def _known_links(words: Language, links: ContentLinks) -> Iterator[MailLink]:
    yield MailLink(label=words.say("Choose what you receive"), url=links.preferences)
    yield MailLink(label=words.say("Unsubscribe"), url=links.unsubscribe)


def _footer(brand: Brand) -> Iterator[str]:
    yield brand.name
    yield brand.support_url
