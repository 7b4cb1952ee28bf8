"""Reminders that an operator prints: for one environment, or another number of days, than those that are published."""

from __future__ import annotations

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.publication.editions import Edition, editions
from icsfeed.publication.reminders.channels import Channel
from icsfeed.publication.reminders.rendering import built_in_text
from icsfeed.publication.reminders.variables import Variables, channel_variables
from icsfeed.services.reminders import reminder_facts


def edition_for(situation: Situation, *, environment: str, language: str) -> Edition:
    """What those may see who may see that environment (empty: the public), in that language (empty: the first).

    Raises:
        NotFoundError: where the schedule has no such environment or language.
    """
    schedule = situation.schedule
    languages, named = schedule.calendar.languages, [environment] if environment else []
    private = schedule.environments_named(named) - schedule.public_environments
    if language and language not in languages:
        msg = f"this calendar has no reminders in {quoted(language)}; its languages are {', '.join(languages)}"
        raise NotFoundError(msg)
    every = editions(situation.visible_to(private), base_url=schedule.calendar.url, is_live=True)
    return next(each for each in every if each.language.code == (language or languages[0]))


def printed_reminder(edition: Edition, channel: Channel, *, environment: str, days: int) -> bytes:
    return built_in_text(channel, printed_variables(edition, channel, environment=environment, days=days)).encode()


def printed_variables(edition: Edition, channel: Channel, *, environment: str, days: int) -> Variables:
    """The variables of that channel's template."""
    environments = frozenset({environment}) if environment else None
    facts = reminder_facts(edition.situation, environments=environments, days=days)
    return channel_variables(channel, edition, facts, environments)
