"""Eight situations of the example policy, in English and French, at instants that reminders must get right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.translated_texts import translations_of
from icsfeed.domain.windows import Impact
from icsfeed.store.schedule_file import example_path, read_schedule
from tests.examples import TORONTO

URL: Final = "https://maintenance.example.com"
"""Where customers reach the calendar."""

_FRENCH: Final = {
    "Seed-to-Sale maintenance": "Maintenance de Seed-to-Sale",
    "When the Seed-to-Sale platform is down for maintenance, and when nothing is changed.": (
        "Quand la plateforme Seed-to-Sale est arrêtée pour maintenance, et quand rien n’est modifié."
    ),
    "Customer Support": "Service à la clientèle",
    "Production": "Production",
    "Preview": "Préproduction",
    "Scheduled maintenance": "Maintenance planifiée",
    "The platform can't be reached during this window.": "La plateforme est inaccessible pendant cette fenêtre.",
    "Change freeze": "Gel des changements",
}
"""The texts of the example policy in French."""

_FOLDER: Final = '# url = "https://maintenance.example.com"'
_END_OF_WEEKS: Final = "effective_from = 2020-01-01"
_LATE_WINDOW: Final = """
[[maintenance_windows]]
id = "late"
name = { en = "Late maintenance", fr = "Maintenance tardive" }
dates = [2026-04-30]
start = 22:00:00
end = 02:00:00
environments = ["production", "preview"]
impact = "degraded"
"""


def policy_file() -> str:
    """The example's schedule file with each text in both languages, and with the address of the calendar."""
    content = example_path().read_text(encoding="utf-8")
    for english, french in _FRENCH.items():
        quoted = f' = "{english}"'
        assert quoted in content
        content = content.replace(quoted, f' = {{ en = "{english}", fr = "{french}" }}')
    return _replaced(content, _FOLDER, _FOLDER.removeprefix("# "))


def ended_file() -> str:
    """The policy whose windows and freeze all ended with November 2026."""
    return _replaced(policy_file(), _END_OF_WEEKS, f"{_END_OF_WEEKS}\neffective_until = 2026-11-30")


def late_file() -> str:
    """The policy with a window from 30 April 2026 into May, for which the freeze is lifted."""
    return _replaced(policy_file(), "# lifted = [2026-12-31]", "lifted = [2026-04-30]") + _LATE_WINDOW


def _replaced(content: str, old: str, new: str) -> str:
    assert old in content
    return content.replace(old, new)


def _schedule(content: str) -> Schedule:
    return read_schedule(content.encode(), "schedule.toml")


def policy() -> Schedule:
    """The example policy in both languages."""
    return _schedule(policy_file())


def in_toronto(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A local time in the calendar's zone, in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=TORONTO).astimezone(UTC)


STEPS: Final = {State.IN_PROGRESS: Step.START, State.COMPLETED: Step.COMPLETE}
"""The step that leads to a state after the announcement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    english: str
    french: str


ANNOUNCED: Final = Message(english="The platform will be unavailable", french="La plateforme ne sera pas accessible")
STARTED: Final = Message(english="We are replacing the disk", french="Nous remplaçons le disque")
COMPLETED: Final = Message(english="The platform is back", french="La plateforme est de nouveau accessible")


def emergency(*steps: tuple[State, datetime, Message], planned: Span) -> Change:
    """Emergency change EC-7, whose messages are in both languages, and which reached each state at that instant."""
    plan = Plan(
        summary="Replace a failing disk",
        reason="A disk of the database is failing",
        environments=frozenset({"production"}),
        impact=Impact.OUTAGE,
        span=planned,
    )
    updates = tuple(
        Update(
            number=number,
            at=at,
            by="ann@example.com",
            message=message.english,
            message_translations=translations_of({"en": message.english, "fr": message.french}),
            state=state,
            plan=plan,
            step=STEPS.get(state),
        )
        for number, (state, at, message) in enumerate(steps, start=1)
    )
    return Change(kind=Kind.EMERGENCY, id=recorded_id(Kind.EMERGENCY, 7), updates=updates, uid_part="0123456789")


def _with(*changes: Change) -> Record:
    at = max(change.latest.at for change in changes)
    return Record(entry=1, at=at, changed_at=at, changes={change.id: change for change in changes})


def ordinary_week() -> Situation:
    """Monday morning: Thursday's and Sunday's windows follow, no freeze within two weeks, nothing recorded."""
    return Situation(schedule=policy(), record=NOTHING, now=in_toronto(2026, 12, 7, 9))


def freeze_week() -> Situation:
    """Wednesday in the month's last week: Thursday's and Sunday's windows do not happen."""
    return Situation(schedule=policy(), record=NOTHING, now=in_toronto(2026, 11, 25, 9))


def march_sunday() -> Situation:
    """The evening before clocks go forward: Sunday's window, 02:00 to 06:00, lasts from 03:00 to 06:00 EDT."""
    return Situation(schedule=policy(), record=NOTHING, now=in_toronto(2026, 3, 7, 20))


def emergency_under_way() -> Situation:
    """Tuesday afternoon: an emergency change in progress on production for 20 minutes, of two hours."""
    change = emergency(
        (State.CONFIRMED, in_toronto(2026, 12, 8, 13, 45), ANNOUNCED),
        (State.IN_PROGRESS, in_toronto(2026, 12, 8, 14), STARTED),
        planned=Span(start=in_toronto(2026, 12, 8, 14), end=in_toronto(2026, 12, 8, 16)),
    )
    return Situation(schedule=policy(), record=_with(change), now=in_toronto(2026, 12, 8, 14, 20))


def emergency_tonight() -> Situation:
    """Tuesday afternoon: an emergency change announced for tonight, 22:00 to 23:30."""
    change = emergency(
        (State.CONFIRMED, in_toronto(2026, 12, 8, 16, 30), ANNOUNCED),
        planned=Span(start=in_toronto(2026, 12, 8, 22), end=in_toronto(2026, 12, 8, 23, 30)),
    )
    return Situation(schedule=policy(), record=_with(change), now=in_toronto(2026, 12, 8, 17))


def just_completed() -> Situation:
    """Tuesday afternoon: an emergency change that completed ten minutes ago, half an hour before its planned end."""
    change = emergency(
        (State.CONFIRMED, in_toronto(2026, 12, 8, 13, 45), ANNOUNCED),
        (State.IN_PROGRESS, in_toronto(2026, 12, 8, 14), STARTED),
        (State.COMPLETED, in_toronto(2026, 12, 8, 15, 30), COMPLETED),
        planned=Span(start=in_toronto(2026, 12, 8, 14), end=in_toronto(2026, 12, 8, 16)),
    )
    return Situation(schedule=policy(), record=_with(change), now=in_toronto(2026, 12, 8, 15, 40))


def nothing_ahead() -> Situation:
    """Monday morning after the policy's windows and freeze have ended for good."""
    return Situation(schedule=_schedule(ended_file()), record=NOTHING, now=in_toronto(2026, 12, 7, 9))


def month_end_midnight() -> Situation:
    """Exactly midnight before 1 May, in a window that began at 22:00 in April and ends at 02:00."""
    return Situation(schedule=_schedule(late_file()), record=NOTHING, now=in_toronto(2026, 5, 1))


SITUATIONS: Final[Mapping[str, Situation]] = {
    make.__name__: make()
    for make in (
        ordinary_week,
        freeze_week,
        march_sunday,
        emergency_under_way,
        emergency_tonight,
        just_completed,
        nothing_ahead,
        month_end_midnight,
    )
}
"""Each situation by its name; ``pytest.mark.parametrize("name", SITUATIONS)`` is a test of each."""

FOLDERS: Final = ("", "fr/")
"""The folder of each language below the site's root."""
