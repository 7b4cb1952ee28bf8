"""The transport for mail: from an announcement to a mail that the vendor's mail server has taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.channels import ChannelEvent, Mailbox, MailSettings
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.mail_subscribers import CONFIRMATION_PERIOD, MailSubscriber
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.smtp_servers import smtp_server
from icsfeed.notify.failures import PermanentFailureError, TemporaryFailureError
from icsfeed.notify.mail.announcement_mails import announcement_content
from icsfeed.notify.mail.confirmation_mails import confirmation_content
from icsfeed.notify.mail.connecting import SmtpConnector
from icsfeed.notify.mail.content import ContentLinks, MailContent
from icsfeed.notify.mail.letters import Addressee, Letter, letter
from icsfeed.notify.mail.session import PostedMail, SmtpSession
from icsfeed.notify.mail.threads import message_id, thread_id
from icsfeed.notify.transports import Envelope
from icsfeed.services.mail_links import LinkPurpose, MailLinks
from icsfeed.settings import UnsetVariableError, value_in

MailWriter: TypeAlias = Callable[[Announcement, ContentLinks, bool], MailContent]
"""Writes what a mail says; the last argument is whether its subscriber has confirmed the address."""

_MAX_LETTERS: Final = 32
_PURPOSES: Final = (LinkPurpose.CONFIRM, LinkPurpose.PREFERENCES, LinkPurpose.UNSUBSCRIBE)
_KEY: Final = "mail.smtp"
_REMEDY: Final = "set it where the sender runs, and start that again"
_NOBODY: Final = "nobody"
"""No subscriber has this id. The links of a letter are signed for it, so that no text can hold their tokens."""


class MailTransport:
    """Sends mails for one schedule. One thread at a time uses it."""

    def __init__(
        self, schedule: Schedule, mail: MailSettings, *, links: MailLinks, writer: MailWriter, session: SmtpSession
    ) -> None:
        organizer = schedule.calendar.organizer
        self._sender = mail.sender
        self._reply_to = Mailbox(name=organizer.name, email=organizer.email) if organizer is not None else None
        self._domain = schedule.calendar.uid_domain
        self._links = links
        self._writer = writer
        self._session = session
        self._letters: dict[tuple[int, bool], tuple[Announcement, Letter]] = {}

    def send(self, envelope: Envelope) -> None:
        """Send the mail; its letter is written once for all who get the very same announcement.

        Raises:
            TemporaryFailureError: where it may succeed later.
            PermanentFailureError: where it never will.
        """
        if (recipient := envelope.recipient) is None:
            msg = "a mail needs a subscriber"
            raise PermanentFailureError(msg)
        try:
            message = self._letter(envelope.announcement, recipient).addressed(self._addressee(envelope, recipient))
            mail = PostedMail(sender=self._sender.email, recipient=recipient.address, message=message)
        except BadInputError as error:
            raise PermanentFailureError(str(error)) from None
        self._session.post(mail)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _addressee(self, envelope: Envelope, recipient: MailSubscriber) -> Addressee:
        announcement = envelope.announcement
        return Addressee(
            email=recipient.address,
            date=announcement.at,
            message_id=message_id(envelope.key, self._domain),
            thread_id=thread_id(recipient.id, announcement.subject, self._domain),
            tokens=self._tokens(recipient.id),
            unsubscribe=self._links.url(LinkPurpose.UNSUBSCRIBE, recipient.id),
        )

    def _letter(self, announcement: Announcement, recipient: MailSubscriber) -> Letter:
        key = (id(announcement), recipient.confirmed_at is not None)
        if key not in self._letters:
            if len(self._letters) >= _MAX_LETTERS:
                self._letters.clear()
            content = self._writer(announcement, self._links_of(_NOBODY), recipient.confirmed_at is not None)
            # With the announcement beside it, nothing else gets its id.
            self._letters[key] = announcement, self._letter_with(content)
        return self._letters[key][1]

    def _letter_with(self, content: MailContent) -> Letter:
        return letter(
            content,
            sender=self._sender,
            reply_to=self._reply_to,
            domain=self._domain,
            tokens=self._tokens(_NOBODY),
        )

    def _links_of(self, subscriber_id: str) -> ContentLinks:
        return ContentLinks(
            confirm=self._links.url(LinkPurpose.CONFIRM, subscriber_id),
            preferences=self._links.url(LinkPurpose.PREFERENCES, subscriber_id),
            unsubscribe=self._links.url(LinkPurpose.UNSUBSCRIBE, subscriber_id),
        )

    def _tokens(self, subscriber_id: str) -> tuple[str, ...]:
        return tuple(self._links.token(purpose, subscriber_id) for purpose in _PURPOSES)


def mail_transport(schedule: Schedule, secret: str, *, environment: Mapping[str, str]) -> MailTransport:
    """The transport for the schedule's mails; ``secret`` is the database's, ``environment`` has what is ``env:NAME``.

    Raises:
        TemporaryFailureError: where the schedule or the environment lacks something, until it is there.
    """
    if (mail := schedule.mail) is None:
        msg = "the schedule has no [mail]; add it, or remove the subscribers with icsfeed mail remove"
        raise TemporaryFailureError(msg, concerns_all=True)
    try:
        server = smtp_server(value_in(environment, mail.smtp, place=_KEY, remedy=_REMEDY))
    except UnsetVariableError as error:
        raise TemporaryFailureError(str(error), concerns_all=True) from None
    except BadInputError as error:
        msg = f"{_KEY}: {error}"
        raise TemporaryFailureError(msg, concerns_all=True) from None
    own_name = mail.sender.email.rpartition("@")[2]
    return MailTransport(
        schedule,
        mail,
        links=MailLinks(secret=secret, server=mail.server),
        writer=_writer(schedule),
        session=SmtpSession(SmtpConnector(server=server, own_name=own_name)),
    )


def _writer(schedule: Schedule) -> MailWriter:
    def write(announcement: Announcement, links: ContentLinks, is_confirmed: bool) -> MailContent:  # noqa: FBT001
        if announcement.event is not ChannelEvent.CONFIRMATION:
            return announcement_content(schedule, announcement, links)
        return confirmation_content(
            schedule, announcement.language, links, is_confirmed=is_confirmed, period=CONFIRMATION_PERIOD
        )

    return write
