"""What announcements say in whole sentences: of what was undone, of stopped work, and of freezes beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.windows import Impact
from icsfeed.words.announcements import AnnouncementText, announcement_text
from icsfeed.words.chat_texts import chat_text
from tests.changes import a_change
from tests.examples import utc
from tests.notify.messages.mails import mail
from tests.notify.messages.stories import CHANGE, LATER, NOW, PLANNED, after, announcement, delivery, shop, situation

E = ChannelEvent
AT = utc(2026, 11, 25)
STARTED = after(Step.START, PLANNED.start, change=CHANGE)
COMPLETED = after(Step.COMPLETE, PLANNED.start + timedelta(minutes=40), "All is well.", change=STARTED)
PRODUCTION = frozenset({"production"})


def undone(change: Change, at: datetime, message: str = "") -> Change:
    return after(Step.UNDO, at, message, change=change)


def text_of(change: Change, event: E, language: str = "en") -> AnnouncementText:
    at = change.latest.at
    about = delivery("EC-7", event, at, informed_at=change.updates[-2].at)
    return announcement_text(announcement(situation(changes=[change], now=at), about, language=language))


@pytest.mark.parametrize(
    ("change", "event", "expected"),
    [
        (
            undone(COMPLETED, PLANNED.start + timedelta(minutes=45)),
            E.COMPLETED,
            "Correction: the work is not completed. It goes on, and is expected to end Thu 2026-12-03 04:00 EST.",
        ),
        (
            undone(STARTED, PLANNED.start + timedelta(minutes=1)),
            E.UPDATED,
            "Correction: work has not started. It is planned for Thu 2026-12-03 03:00–04:00 EST.",
        ),
        (
            undone(after(Step.CANCEL, AT), AT + timedelta(minutes=5)),
            E.UPDATED,
            "Correction: it is not cancelled. It is planned for Thu 2026-12-03 03:00–04:00 EST.",
        ),
        (
            undone(after(Step.CONFIRM, AT, change=a_change(announced=State.TENTATIVE)), AT + timedelta(minutes=5)),
            E.UPDATED,
            "Correction: it is not confirmed. It is planned for Thu 2026-12-03 03:00–04:00 EST, but not confirmed yet.",
        ),
        (
            undone(after(Step.UPDATE, AT, span=LATER), AT + timedelta(minutes=5)),
            E.MOVED,
            "Correction: the times announced last do not hold. It is planned for Thu 2026-12-03 03:00–04:00 EST.",
        ),
        (
            undone(after(Step.UPDATE, AT, impact=Impact.DEGRADED), AT + timedelta(minutes=5)),
            E.UPDATED,
            "Correction: what was announced last does not hold. It is planned for Thu 2026-12-03 03:00–04:00 EST.",
        ),
    ],
)
def test_an_undo_corrects_what_its_receiver_was_told(change: Change, event: E, expected: str) -> None:
    text = text_of(change, event)
    assert text.sentence == expected
    assert text.subject.startswith("[EC-7] Security patch: correction")


def test_an_undo_of_what_its_receiver_never_heard_corrects_nothing() -> None:
    change = undone(after(Step.UPDATE, AT, "Nonsense", span=LATER), AT + timedelta(minutes=5))
    about = delivery("EC-7", E.MOVED, change.latest.at, informed_at=CHANGE.latest.at)
    text = announcement_text(announcement(situation(changes=[change]), about))
    assert (text.sentence, text.messages) == ("It is planned for Thu 2026-12-03 03:00–04:00 EST.", ())


def test_the_message_of_a_step_that_was_taken_back_is_marked() -> None:
    text = text_of(undone(COMPLETED, PLANNED.start + timedelta(minutes=45)), E.COMPLETED)
    assert next((each.label, each.text) for each in text.earlier_messages) == (
        "Thu 2026-12-03 03:40 EST (no longer holds)",
        "All is well.",
    )


def test_work_that_was_stopped_is_not_merely_cancelled() -> None:
    text = text_of(after(Step.CANCEL, PLANNED.start + timedelta(minutes=20), change=STARTED), E.CANCELLED)
    assert text.sentence == "Work was stopped Thu 2026-12-03 03:20 EST and will not be continued."
    assert text.subject == "[EC-7] Security patch: work was stopped"
    assert next((each.label, each.text) for each in text.facts) == ("When", "Thu 2026-12-03 03:00–03:20 EST")


@pytest.mark.parametrize(
    ("minutes", "language", "subject", "sentence"),
    [
        (90, "en", "extended until 04:30 EST", "It is expected to end at 04:30 EST instead of 04:00 EST."),
        (45, "en", "shortened to 03:45 EST", "It is expected to end at 03:45 EST instead of 04:00 EST."),
        (
            1500,
            "en",
            "extended until Fri 2026-12-04 04:00 EST",
            "It is expected to end Fri 2026-12-04 04:00 EST instead of Thu 2026-12-03 04:00 EST.",
        ),
    ],
)
def test_another_end_is_no_move(minutes: int, language: str, subject: str, sentence: str) -> None:
    span = replace(PLANNED, end=PLANNED.start + timedelta(minutes=minutes))
    change = after(Step.UPDATE, PLANNED.start + timedelta(minutes=5), change=STARTED, span=span)
    text = text_of(change, E.MOVED, language)
    assert (text.subject, text.sentence) == (f"[EC-7] Security patch: {subject}", sentence)


def test_a_message_that_was_withdrawn_alone_leaves_the_title() -> None:
    change = after(Step.REDACT, AT + timedelta(minutes=5), change=after(Step.UPDATE, AT, "Nonsense"), target=2)
    text = text_of(change, E.WITHDRAWN, "fr")
    assert text.subject == "[EC-7] Security patch\u00a0: texte retiré"
    assert next(each.text for each in text.earlier_messages) == "[retiré]"


def a_freeze(name: str, environments: frozenset[str] = PRODUCTION, *, is_internal: bool = False) -> RecordedFreeze:
    return RecordedFreeze(
        id=name,
        reason="An incident",
        environments=environments,
        started_at=utc(2026, 12, 1, 6),
        started_by="ann",
        uid_part="0123456789",
        is_internal=is_internal,
    )


@pytest.mark.parametrize(
    ("others", "now", "expected"),
    [
        ([], utc(2026, 12, 1, 12), "Planned changes happen again."),
        ([], utc(2026, 12, 24, 12), "Another change freeze, “Christmas”, lasts through Sat 2026-12-26."),
        ([a_freeze("CF-3")], utc(2026, 12, 1, 12), "Another change freeze lasts until further notice."),
        (
            [replace(a_freeze("CF-3"), until=utc(2026, 12, 2, 6))],
            utc(2026, 12, 1, 12),
            "Another change freeze, “Change freeze”, lasts until Wed 2026-12-02 01:00 EST.",
        ),
        ([a_freeze("CF-3", frozenset({"preview"}))], utc(2026, 12, 1, 12), "Planned changes happen again."),
        ([a_freeze("CF-3", is_internal=True)], utc(2026, 12, 1, 12), ""),
    ],
)
def test_the_end_of_a_freeze_names_another_that_goes_on(
    others: list[RecordedFreeze], now: datetime, expected: str
) -> None:
    ended = a_freeze("CF-2").ended(at=now - timedelta(hours=1), by="bo")
    text = announcement_text(announcement(situation(freezes=[ended, *others], now=now), delivery("CF-2", E.FREEZE)))
    assert text.sentence.partition(" EST.")[2].strip() == expected


def test_a_freeze_that_is_ended_within_its_first_minute_has_ended() -> None:
    freeze = a_freeze("CF-2")
    ended = freeze.ended(at=freeze.started_at + timedelta(seconds=20), by="bo")
    now = freeze.started_at + timedelta(seconds=30)
    text = announcement_text(announcement(situation(freezes=[ended], now=now), delivery("CF-2", E.FREEZE)))
    assert text.headline == "Change freeze CF-2: ended"


def consequences(freeze: RecordedFreeze, now: datetime = NOW) -> list[tuple[str, str]]:
    told = announcement(situation(freezes=[freeze], now=now), delivery("CF-2", E.FREEZE))
    facts = announcement_text(told).facts
    assert all(each.text.splitlines()[0] in chat_text(told) for each in facts if "Maintenance" in each.label)
    return [(each.label, each.text) for each in facts if "Maintenance" in each.label]


def test_a_freeze_names_the_maintenance_that_does_not_take_place() -> None:
    everywhere = frozenset({"production", "preview"})
    freeze = replace(a_freeze("CF-2", everywhere), until=utc(2026, 12, 4))
    label, when = "Maintenance that does not take place", "Thu 2026-12-03 02:00–06:00 EST"
    assert consequences(freeze) == [(label, f"Scheduled maintenance, {when}")]
    assert consequences(replace(freeze, environments=PRODUCTION)) == [
        (label, f"Scheduled maintenance, {when} (Production)")
    ]
    ended = freeze.ended(at=utc(2026, 12, 1, 11), by="bo")
    assert consequences(ended) == [("Maintenance that takes place again", f"Scheduled maintenance, {when}")]
    assert consequences(freeze, utc(2026, 12, 5)) == []


def test_a_freeze_says_which_maintenance_it_cuts_short() -> None:
    everywhere = frozenset({"production", "preview"})
    freeze = replace(a_freeze("CF-2", everywhere), started_at=utc(2026, 12, 3, 9), until=utc(2026, 12, 4))
    assert consequences(freeze, utc(2026, 12, 3, 10)) == [
        (
            "Maintenance that is cut short",
            "Scheduled maintenance, Thu 2026-12-03 02:00–04:00 EST instead of Thu 2026-12-03 02:00–06:00 EST",
        )
    ]


def test_of_many_occurrences_the_next_are_named() -> None:
    ((_, text),) = consequences(a_freeze("CF-2"))
    lines = text.splitlines()
    assert (len(lines), lines[-1]) == (6, "and 51 more")


def test_a_test_message_tells_of_nothing_and_leads_nowhere() -> None:
    told = Announcement(
        event=E.UPDATED,
        kind=None,
        subject="TEST",
        language="fr",
        zone=shop().calendar.zone,
        at=NOW,
        name="Maintenance de la boutique",
        is_test=True,
    )
    title = "Message de test de Maintenance de la boutique"
    sentence = "Aucune maintenance n’est prévue. Quelqu’un vérifie où les annonces sont envoyées."
    assert chat_text(told) == f"{title}\n{sentence}"
    content = mail(told)
    assert (content.subject, content.text) == (title, f"{title}\n\n{sentence}\n\n-- \nExample Inc.\n")
    assert (content.calendar, content.is_subscribed, "href" in content.html) == (b"", False, False)
