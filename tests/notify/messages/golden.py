"""What is said of a change, an occurrence and a freeze; ``python -m tests.notify.messages.golden`` writes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.translated_texts import translations_of
from icsfeed.domain.windows import Impact
from icsfeed.words.chat_texts import chat_text
from tests.changes import PLAN, a_change
from tests.examples import utc
from tests.notify.messages.mails import confirmation, mail
from tests.notify.messages.stories import LATER, PLANNED, after, announcement, delivery, situation

GOLDEN: Final = Path(__file__).parent / "golden"
LANGUAGES: Final = ("en", "fr")

E = ChannelEvent
_TRANSLATED: Final = replace(
    PLAN,
    environments=frozenset({"production", "preview"}),
    summary_translations=translations_of({"en": "Security patch", "fr": "Correctif de sécurité"}),
    reason_translations=translations_of({"en": "It is being exploited", "fr": "La faille est exploitée"}),
    ticket="https://tickets.example.com/browse/OPS-7",
)


def _with_message(change: Change, english: str, french: str) -> Change:
    """The change, whose latest update has that message."""
    *earlier, latest = change.updates
    translations = translations_of({"en": english, "fr": french})
    return replace(change, updates=(*earlier, replace(latest, message=english, message_translations=translations)))


def change_stories() -> Iterator[tuple[str, Change, ChannelEvent]]:
    at = utc(2026, 11, 25, 15)
    tentative = _with_message(
        a_change(plan=_TRANSLATED, announced=State.TENTATIVE), "The shop will be closed.", "La boutique sera fermée."
    )
    yield "announced tentatively", tentative, E.ANNOUNCED
    change = _with_message(a_change(plan=_TRANSLATED), "The shop will be closed.", "La boutique sera fermée.")
    yield "announced", change, E.ANNOUNCED
    yield "confirmed", after(Step.CONFIRM, at, change=tentative), E.CONFIRMED
    moved = _with_message(
        after(Step.UPDATE, at, "x", change=change, span=LATER), "We need another night.", "Il nous faut une autre nuit."
    )
    yield "moved", moved, E.MOVED
    altered = after(Step.UPDATE, at, change=change, impact=Impact.DEGRADED, environments=frozenset({"preview"}))
    yield "updated", altered, E.UPDATED
    started = after(Step.START, PLANNED.start + timedelta(minutes=10), change=change)
    yield "started", started, E.STARTED
    later = replace(PLANNED, end=PLANNED.end + timedelta(hours=1))
    extended = after(Step.UPDATE, PLANNED.start + timedelta(minutes=30), change=started, span=later)
    yield "extended", extended, E.MOVED
    completed = _with_message(
        after(Step.COMPLETE, PLANNED.start + timedelta(minutes=50), change=started), "All is well.", "Tout va bien."
    )
    yield "completed", completed, E.COMPLETED
    yield "cancelled", after(Step.CANCEL, at, change=change), E.CANCELLED
    yield "text withdrawn", after(Step.REDACT, at, change=moved), E.WITHDRAWN
    yield "withdrawn", after(Step.CANCEL, at, change=change, silent=True), E.WITHDRAWN
    yield "reminder", change, E.REMINDER


def change_announcements(language: str) -> Iterator[tuple[str, Announcement]]:
    for name, change, event in change_stories():
        about = delivery("EC-7", event, change.latest.at)
        was_informed = event not in {E.ANNOUNCED, E.REMINDER}
        whole = situation(changes=[change], now=max(change.latest.at, utc(2026, 12, 1)))
        yield name, announcement(whole, about, was_informed=was_informed, language=language)
    left = after(Step.UPDATE, utc(2026, 11, 25), environments=frozenset({"preview"}))
    about = delivery("EC-7", E.UPDATED, utc(2026, 11, 25))
    of_production = frozenset({"production"})
    yield (
        "left an environment",
        announcement(situation(changes=[left]), about, environments=of_production, language=language),
    )


def occurrence_announcements(language: str) -> Iterator[tuple[str, Announcement]]:
    day = date(2026, 12, 3)
    skip = Skip(window_id="thursday", day=day, reason="Not needed")
    move = Move(window_id="thursday", day=day, to=LATER, reason="A trade fair")
    everywhere, preview = frozenset({"production", "preview"}), frozenset({"preview"})
    cases: dict[str, tuple[Situation, str, ChannelEvent]] = {
        "skipped": (situation(adjustments=[skip]), "thursday/2026-12-03", E.SKIPPED),
        "moved": (situation(adjustments=[move]), "thursday/2026-12-03", E.MOVED),
        "restored": (situation(), "thursday/2026-12-03", E.MOVED),
        "frozen": (situation(freezes=[a_freeze(everywhere)]), "thursday/2026-12-03", E.SKIPPED),
        "frozen in part": (situation(freezes=[a_freeze(preview)]), "thursday/2026-12-03", E.SKIPPED),
        "frozen by the policy": (situation(), "thursday/2026-12-24", E.SKIPPED),
        "gone": (situation(), "thursday/2026-12-04", E.SKIPPED),
        "reminder": (situation(), "thursday/2026-12-03", E.REMINDER),
    }
    for name, (whole, subject, event) in cases.items():
        yield name, announcement(whole, delivery(subject, event), language=language)


def freeze_announcements(language: str) -> Iterator[tuple[str, Announcement]]:
    freeze = a_freeze(frozenset({"production"}))
    ended = freeze.ended(at=utc(2026, 12, 1, 9), by="bo")
    for name, each in {
        "started": freeze,
        "with an end": replace(freeze, until=utc(2026, 12, 2, 6)),
        "ended": ended,
    }.items():
        yield name, announcement(situation(freezes=[each]), delivery("CF-2", E.FREEZE), language=language)


def a_freeze(environments: frozenset[str]) -> RecordedFreeze:
    return RecordedFreeze(
        id="CF-2",
        reason="An incident",
        environments=environments,
        started_at=utc(2026, 12, 1, 6),
        started_by="ann",
        uid_part="0123456789",
    )


def golden_files() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for name, stories in {
            "change": change_announcements,
            "occurrence": occurrence_announcements,
            "freeze": freeze_announcements,
        }.items():
            yield f"{name}.{language}.txt", "\n".join(_told(*story) for story in stories(language))
        asked, known = (confirmation(language, is_confirmed=is_confirmed) for is_confirmed in (False, True))
        yield f"confirmation.{language}.txt", "\n".join(f"=== {each.subject}\n{each.text}" for each in (asked, known))


def _told(story: str, announced: Announcement) -> str:
    content = mail(announced)
    return f"=== {story}\n{chat_text(announced)}\n--- {content.subject}\n{content.text}"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file, content in golden_files():
        (GOLDEN / file).write_text(content, encoding="utf-8")
