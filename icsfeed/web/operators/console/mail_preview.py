"""The mail that a change, or a step with one, is going to make."""

from __future__ import annotations

from dataclasses import dataclass

from icsfeed.domain.announcements import NothingToTell
from icsfeed.domain.changes import Change
from icsfeed.domain.deliveries import Delivery, mail_receiver
from icsfeed.domain.news import News
from icsfeed.domain.situation import Situation
from icsfeed.services.announcements import announcement_for
from icsfeed.services.listeners import Rehearsal
from icsfeed.services.outbox import queue_change
from icsfeed.words.announcements import announcement_text


@dataclass(frozen=True, kw_only=True, slots=True)
class MailPreview:
    """The subject line of the mail, and its sentences in a line each."""

    subject: str
    sentences: tuple[str, ...]


def mail_preview(before: Change | None, after: Change, situation: Situation) -> MailPreview | None:
    """The mail to somebody who has heard of all that went before, in the language of the ``situation`` after it.

    ``None`` where customers get none.
    """
    news = _mailed_news(before, after, situation)
    if news is None:
        return None
    delivery = Delivery(
        number=0,
        receiver=mail_receiver(""),
        subject=news.subject,
        event=news.event,
        queued_at=situation.now,
        update=news.update,
        starts=news.starts,
        was_informed=before is not None,
        informed_at=before.latest.at if before is not None else None,
    )
    announcement = announcement_for(situation.visible_to(), delivery, was_informed=before is not None)
    if isinstance(announcement, NothingToTell):
        return None
    text = announcement_text(announcement)
    return MailPreview(subject=text.subject, sentences=(text.sentence, *text.alterations))


def _mailed_news(before: Change | None, after: Change, situation: Situation) -> News | None:
    if situation.schedule.mail is None:
        return None
    rehearsal = Rehearsal()
    queue_change(rehearsal, situation.schedule, before, after)
    return next((news for news, audience in rehearsal.queued if audience.mail is not None), None)
