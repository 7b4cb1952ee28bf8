"""The pages of mail subscriptions, in the vendor's colors and the customer's language; they load nothing but a logo."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from flask import Response, render_template
from markupsafe import Markup

from icsfeed.domain.mail_subscribers import CONFIRMATION_PERIOD
from icsfeed.domain.schedule import Calendar, Schedule
from icsfeed.publication.pages.colors import palette
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.services.mail_subscribing import LinkHolder
from icsfeed.web.mail_choices import FormChoice, environment_boxes, kind_boxes, reminder_boxes
from icsfeed.words.languages import Language, folder_of, language_named, languages_named
from icsfeed.words.phrases import Phrase, phrase

_BY_MAIL: Final = phrase("Announcements by email")
_ONE_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A message in one language."""

    language: Language
    title: str
    texts: Sequence[str]
    home: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailPages:
    """Makes the responses; ``schedule`` is what is public, ``root`` the path below which everything is served."""

    schedule: Schedule
    root: str

    def language(self, code: str) -> Language:
        """The language of that code, or the calendar's first where it has none such."""
        codes = self.schedule.calendar.languages
        return language_named(code if code in codes else codes[0])

    def form(self, code: str, *, email: str = "", is_invalid: bool = False) -> Response:
        status = 400 if is_invalid else 200
        language = self.language(code)
        return self._page("request", language, language.say(_BY_MAIL), status, email=email, is_invalid=is_invalid)

    def check_mailbox(self, code: str) -> Response:
        """The same for every address."""
        return self._message(
            phrase("Check your mailbox"),
            phrase("A message is on its way to the address that you gave. Follow the link in it to confirm."),
            phrase("If nothing arrives within a few minutes, look in the spam folder, and check the address."),
            languages=[self.language(code)],
        )

    def too_many_requests(self, code: str, retry_after: timedelta) -> Response:
        minutes = -(-retry_after // _ONE_MINUTE)
        language = self.language(code)
        text = language.say_count(
            "Please try again in {count} minute.", "Please try again in {count} minutes.", max(minutes, 1)
        )
        part = self._part(language, language.say("Too many requests"), [text])
        response = self._page("message", language, part.title, 429, parts=[part])
        response.headers["Retry-After"] = str(max(1, -(-retry_after // timedelta(seconds=1))))
        return response

    def confirmation(self, holder: LinkHolder) -> Response:
        """The button that confirms an address."""
        language = self._language_of(holder)
        title = language.say("Confirm your subscription")
        days = CONFIRMATION_PERIOD.days
        return self._page("confirm", language, title, subscriber=holder.subscriber, days=days)

    def confirmed(self, holder: LinkHolder) -> Response:
        return self.preferences(
            holder, notice=phrase("Your subscription is confirmed. Choose what you want to hear of.")
        )

    def saved(self, holder: LinkHolder) -> Response:
        return self.preferences(holder, notice=phrase("Your choice is saved."))

    def preferences(
        self,
        holder: LinkHolder,
        *,
        notice: Phrase | None = None,
        mistake: Phrase | None = None,
        choice: FormChoice | None = None,
    ) -> Response:
        """The form with that choice, which was refused for a ``mistake``, or with what is stored."""
        language, selected = self._language_of(holder), choice or holder.subscriber.choice
        schedule = self.schedule.in_language(language.code)
        return self._page(
            "preferences",
            language,
            language.say("Your email subscription"),
            400 if mistake is not None else 200,
            subscriber=holder.subscriber,
            selected_language=selected.language,
            notice=language.say(notice) if notice is not None else "",
            mistake=language.say(mistake) if mistake is not None else "",
            environments=environment_boxes(schedule, selected),
            kinds=kind_boxes(language, selected),
            reminders=reminder_boxes(schedule, language, selected),
            languages=self._languages,
            unsubscribe_path=self.root + holder.path(LinkPurpose.UNSUBSCRIBE),
        )

    def unsubscribing(self, holder: LinkHolder) -> Response:
        """The button that ends a subscription."""
        language = self._language_of(holder)
        is_confirmed = holder.subscriber.confirmed_at is not None
        return self._page(
            "unsubscribe",
            language,
            language.say("Unsubscribe from these emails?"),
            subscriber=holder.subscriber,
            preferences_path=self.root + holder.path(LinkPurpose.PREFERENCES) if is_confirmed else "",
        )

    def unsubscribed(self, code: str) -> Response:
        """In the subscriber's language; in every language where that is not known any more."""
        return self._message(
            phrase("You are unsubscribed"),
            phrase("You’ll get no more emails, and your address has been deleted."),
            languages=[self.language(code)] if code else self._languages,
        )

    def not_subscribed(self) -> Response:
        """For those who have unsubscribed before, or were removed."""
        return self._message(
            phrase("You are not subscribed any more"),
            phrase("This subscription has ended. There is nothing to do."),
            languages=self._languages,
        )

    def no_subscription(self) -> Response:
        return self._message(
            phrase("There is no such subscription"),
            phrase("The subscription has ended, the link is older than {days} days, or part of it is missing."),
            languages=self._languages,
            status=404,
        )

    def unavailable(self) -> Response:
        return self._message(
            phrase("Subscriptions are not available at the moment"),
            phrase("Please try again in a minute."),
            languages=self._languages,
            status=503,
        )

    @property
    def _languages(self) -> tuple[Language, ...]:
        return languages_named(self.schedule.calendar.languages)

    def _language_of(self, holder: LinkHolder) -> Language:
        return self.language(holder.subscriber.choice.language)

    def _message(self, title: Phrase, *texts: Phrase, languages: Sequence[Language], status: int = 200) -> Response:
        days = CONFIRMATION_PERIOD.days
        parts = [
            self._part(language, language.say(title), [language.say(text, days=days) for text in texts])
            for language in languages
        ]
        return self._page("message", languages[0], parts[0].title, status, parts=parts)

    def _part(self, language: Language, title: str, texts: Sequence[str]) -> _Part:
        return _Part(language=language, title=title, texts=texts, home=self._home(language))

    def _home(self, language: Language) -> str:
        """The first page in that language: that of the site that customers know, if this server is another."""
        return f"{self.schedule.calendar.url or self.root}/{folder_of(language, self._languages)}"

    def _page(self, template: str, language: Language, title: str, status: int = 200, **context: object) -> Response:
        calendar = self.schedule.in_language(language.code).calendar
        style = _style(calendar.color)
        body = render_template(
            f"mail/{template}.html",
            title=title,
            language=language,
            say=language.say,
            calendar=calendar,
            home=self._home(language),
            style=style,
            **context,
        )
        response = Response(body, status=status, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _policy(style, calendar)
        response.headers["Content-Language"] = language.code
        return response


@lru_cache(maxsize=8)
def _style(color: str) -> Markup:
    return Markup(render_template("mail/mail.css", palette=palette(color)))  # noqa: S704  (the package's own file)


def _policy(style: str, calendar: Calendar) -> str:
    """Lets a page show the vendor's logo and send its form back here (Content Security Policy, level 3)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    logo = urlsplit(calendar.logo)
    pictures = f"img-src {logo.scheme}://{logo.netloc}; " if calendar.logo else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; {pictures}base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
