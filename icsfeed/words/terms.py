"""The names of kinds, impacts and states."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.windows import Impact
from icsfeed.words.languages import Language
from icsfeed.words.phrases import phrase, phrase_in

KIND_NAMES: Final = {
    Kind.MAINTENANCE: phrase("Maintenance window"),
    Kind.FREEZE: phrase("Change freeze"),
    Kind.EMERGENCY: phrase("Emergency change"),
    Kind.PLANNED: phrase("Planned change"),
}
KIND_PLURALS: Final = {
    Kind.MAINTENANCE: phrase("maintenance windows"),
    Kind.FREEZE: phrase("change freezes"),
    Kind.EMERGENCY: phrase("emergency changes"),
    Kind.PLANNED: phrase("planned changes"),
}
IMPACT_NAMES: Final = {
    Impact.NO_IMPACT: phrase("no impact"),
    Impact.REDUCED_REDUNDANCY: phrase("reduced redundancy"),
    Impact.DEGRADED: phrase("degraded service"),
    Impact.OUTAGE: phrase("outage"),
}
STATE_NAMES: Final = {
    State.TENTATIVE: phrase_in("state of a change", "Tentative"),
    State.CONFIRMED: phrase_in("state of a change", "Confirmed"),
    State.IN_PROGRESS: phrase_in("state of a change", "In progress"),
    State.COMPLETED: phrase_in("state of a change", "Completed"),
    State.CANCELLED: phrase_in("state of a change", "Cancelled"),
}


def name_in_words(kind: Kind, name: str, language: Language) -> str:
    """The name of something of that kind; a freeze that an operator started has none of its own."""
    return name or language.say(KIND_NAMES[kind])


CANCELLED_WINDOW: Final = phrase_in("state of a maintenance window", "Cancelled")
