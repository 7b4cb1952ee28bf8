"""Mails of every sort, as subscribers get them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import Impact
from icsfeed.notify.mail.announcement_mails import announcement_content
from icsfeed.notify.mail.confirmation_mails import confirmation_content
from icsfeed.notify.mail.content import ContentLinks, MailContent
from tests.examples import utc
from tests.notify.messages.stories import CHANGE, LATER, PLANNED, after, announcement, delivery, shop, situation

LINKS: Final = ContentLinks(
    confirm="https://shop.example.com/subscribe/confirm/ASK.asked",
    preferences="https://shop.example.com/subscribe/confirm/ONE.one",
    unsubscribe="https://shop.example.com/unsubscribe/TWO.two",
)
LONG_WORD: Final = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
HOSTILE: Final = f"<img src=x onerror=alert(1)>\u202e & \"{LONG_WORD}\" {{{{ 7 * 7 }}}} 'q' `b` | \u2066x"
MOVED: Final = after(
    Step.UPDATE,
    utc(2026, 11, 25),
    "The vendor needs another night.\n\nNothing else changes.",
    span=LATER,
    impact=Impact.DEGRADED,
    ticket="https://tickets.example.com/browse/OPS-7",
)


def mail(announced: Announcement, schedule: Schedule | None = None) -> MailContent:
    return announcement_content(schedule or shop(), announced, LINKS)


def sample_announcements(language: str) -> Iterator[tuple[str, Announcement]]:
    """Announcements by what they are about."""
    started = after(Step.START, PLANNED.start + timedelta(minutes=10), "Off we go", change=CHANGE)
    completed = after(Step.COMPLETE, PLANNED.start + timedelta(minutes=50), "Done", change=started)
    skip = Skip(window_id="thursday", day=date(2026, 12, 3), reason="Not needed")
    move = Move(window_id="thursday", day=date(2026, 12, 3), to=LATER, reason="A trade fair")
    freeze = RecordedFreeze(
        id="CF-2",
        reason="An incident",
        environments=frozenset({"production"}),
        started_at=utc(2026, 12, 1, 6),
        started_by="ann",
    )
    withdrawn = after(Step.CANCEL, utc(2026, 11, 25), silent=True)
    cases = {
        "announced": (situation(changes=[CHANGE]), "EC-7", ChannelEvent.ANNOUNCED, False),
        "moved": (situation(changes=[MOVED]), "EC-7", ChannelEvent.MOVED, True),
        "completed": (situation(changes=[completed]), "EC-7", ChannelEvent.COMPLETED, True),
        "withdrawn": (situation(changes=[withdrawn]), "EC-7", ChannelEvent.WITHDRAWN, True),
        "skipped": (situation(adjustments=[skip]), "thursday/2026-12-03", ChannelEvent.SKIPPED, False),
        "occurrence moved": (situation(adjustments=[move]), "thursday/2026-12-03", ChannelEvent.MOVED, False),
        "reminder": (situation(), "thursday/2026-12-03", ChannelEvent.REMINDER, False),
        "freeze": (situation(freezes=[freeze]), "CF-2", ChannelEvent.FREEZE, False),
    }
    for name, (whole, subject, event, was_informed) in cases.items():
        about = delivery(subject, event, utc(2026, 11, 25))
        yield name, announcement(whole, about, was_informed=was_informed, language=language)


def _hostile_schedule() -> Schedule:
    """The shop, where every text of the vendor is hostile."""
    schedule = shop()
    calendar = replace(
        schedule.calendar,
        name=HOSTILE,
        vendor=HOSTILE,
        logo='https://example.com/"onload="x.svg',
        color="#ffff00",
        support_url="https://example.com/?a=1&b=<2>",
    )
    environments = tuple(replace(each, name=HOSTILE) for each in schedule.environments)
    return replace(schedule, calendar=calendar, environments=environments, translations={})


def hostile_announcement() -> Announcement:
    change = after(
        Step.UPDATE,
        utc(2026, 11, 25),
        f"{HOSTILE}\n{HOSTILE}",
        summary=HOSTILE,
        reason=HOSTILE,
        ticket=f"urn:{HOSTILE}",
    )
    about = delivery("EC-7", ChannelEvent.UPDATED, utc(2026, 11, 25))
    return announcement(situation(changes=[change], schedule=_hostile_schedule()), about)


def hostile_mail() -> MailContent:
    return mail(hostile_announcement(), _hostile_schedule())


def confirmation(language: str, *, is_confirmed: bool) -> MailContent:
    return confirmation_content(shop(), language, LINKS, is_confirmed=is_confirmed, period=timedelta(days=7))
