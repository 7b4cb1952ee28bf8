"""Reminders that an operator prints: for one environment, or another number of days, than those that are published."""

from __future__ import annotations

from dataclasses import dataclass

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.publication.editions import Edition, editions
from icsfeed.publication.reminders.channels import ReminderChannel
from icsfeed.publication.reminders.own_reminders import OwnReminders, OwnText, own_template_of
from icsfeed.publication.reminders.plain_variables import Variables
from icsfeed.publication.reminders.rendering import built_in_text
from icsfeed.publication.reminders.variables import variables_of
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


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedReminder:
    """The bytes of a reminder: of the built-in template, where the vendor's own has ``mistakes``."""

    body: bytes
    mistakes: tuple[str, ...] = ()


def printed_reminder(edition: Edition, channel: ReminderChannel, *, environment: str, days: int) -> PrintedReminder:
    variables = printed_variables(edition, channel, environment=environment, days=days)
    code, templates = edition.language.code, edition.situation.schedule.reminders
    template = own_template_of(channel, code, templates)
    texts = (
        [OwnText(channel=channel, language=code, template=template, variables=lambda: variables)] if template else []
    )
    own = OwnReminders(templates, texts)
    text = own.text_of(channel, code)
    body = built_in_text(channel, variables) if text is None else text
    return PrintedReminder(body=body.encode(), mistakes=own.messages())


def printed_variables(edition: Edition, channel: ReminderChannel, *, environment: str, days: int) -> Variables:
    """The variables of that channel's template."""
    environments = frozenset({environment}) if environment else None
    facts = reminder_facts(edition.situation, environments=environments, days=days)
    return variables_of(edition, facts, environments=environments, has_speech=channel.has_speech)
