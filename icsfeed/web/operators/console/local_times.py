"""Local times in forms: on the clock of the calendar's zone, to the minute, as browsers' fields for them have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from icsfeed.domain.civil import readings
from icsfeed.domain.instants import readings_around
from icsfeed.domain.spans import YEARS
from icsfeed.domain.times import instant_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """An instant that a local time may mean: its ``value`` in ISO 8601, and in words."""

    value: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingChoice:
    """The two instants that a local time may mean, and the value of the one that the operator chose, if any."""

    options: tuple[Reading, ...]
    chosen: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalTimeField:
    """A field with a local time; ``choice`` is ``None`` where the time means one instant, or nothing."""

    text: str = ""
    choice: ReadingChoice | None = None

    @property
    def value(self) -> str:
        """What the request says: the instant that was chosen or, without a choice, the text."""
        return self.choice.chosen if self.choice is not None and self.choice.chosen else self.text


EMPTY_TIME: Final = LocalTimeField()


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """The instant as the field shows it."""
    return f"{instant.astimezone(zone):%Y-%m-%dT%H:%M}"


def local_field(instant: datetime, zone: ZoneInfo) -> LocalTimeField:
    """The field with that instant, also where its local time means another one as well."""
    text = local_text(instant, zone)
    choice = _choice(text, zone)
    if choice is None:
        return LocalTimeField(text=text)
    return LocalTimeField(text=text, choice=replace(choice, chosen=instant.astimezone(zone).isoformat()))


def read_local_field(form: MultiDict[str, str], name: str, zone: ZoneInfo) -> LocalTimeField:
    """The field of that name; ``NAME_exact`` is the reading that was chosen of a time that has two, or none."""
    text, exact = form.get(name, "").strip(), form.get(f"{name}_exact", "")
    choice = _choice(text, zone)
    if choice is not None and exact in {each.value for each in choice.options}:
        choice = replace(choice, chosen=exact)
    return LocalTimeField(text=text, choice=choice)


def _choice(text: str, zone: ZoneInfo) -> ReadingChoice | None:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    if local.tzinfo is not None or local.year not in YEARS:
        return None
    instants = readings(local, zone)
    if len(instants) == 1:
        return None
    return ReadingChoice(options=tuple(_options(instants or readings_around(local, zone), zone)))


def _options(instants: tuple[datetime, ...], zone: ZoneInfo) -> Iterator[Reading]:
    for each in instants:
        yield Reading(value=each.astimezone(zone).isoformat(), text=instant_text(each, zone))
