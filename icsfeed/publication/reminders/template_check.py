"""Checks a vendor's own templates: whether each renders in every language, whatever there is to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.publication.editions import Edition, editions
from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.own_reminders import (
    OwnText,
    own_template_of,
    render_texts,
    template_names,
    unreadable,
)
from icsfeed.publication.reminders.own_texts import TemplateMistake
from icsfeed.publication.reminders.plain_variables import Variable, Variables
from icsfeed.publication.reminders.sample import busy_situation
from icsfeed.publication.reminders.variables import variables_of
from icsfeed.services.reminders import reminder_facts
from icsfeed.store.schedule_file.near_matches import nearest

_LISTS: Final = ("under_way", "coming", "finished", "freezes", "windows", "freeze_rules")


def template_mistakes(situation: Situation) -> tuple[TemplateMistake, ...]:
    """What is wrong with the templates: now, with something in every list, and with nothing in any; live and static."""
    templates = situation.schedule.reminders
    texts = [
        text
        for each in (situation.visible_to(), busy_situation(situation.visible_to()))
        for is_live in (True, False)
        for edition in editions(each, base_url=each.schedule.calendar.url, is_live=is_live)
        for text in _texts_of(edition)
    ]
    results = render_texts(templates, texts) if texts else []
    mistakes = {each for each in results if isinstance(each, TemplateMistake)}
    return tuple(sorted({*unreadable(templates), *mistakes}))


def unknown_template_names(schedule: Schedule) -> Iterator[str]:
    """A warning for each file in the folder that is no template of the calendar's reminders."""
    names, templates = template_names(schedule.calendar.languages), schedule.reminders
    every = sorted((*(each.name for each in templates.files), *templates.other_names))
    for name in every:
        if name not in names:
            yield f"no reminder is made from {quoted(name)}; {_remedy(name, names, schedule.calendar.languages)}"


def _remedy(name: str, names: frozenset[str], languages: tuple[str, ...]) -> str:
    parts = name.split(".")
    if len(parts) > 2 and ".".join((parts[0], *parts[2:])) in names and re.fullmatch("[a-z]{2,3}", parts[1]):  # noqa: PLR2004
        return f"this calendar has no language {quoted(parts[1])}; its languages are {', '.join(languages)}"
    match = nearest(name, names)
    return f"did you mean {quoted(match)}?" if match is not None else f"templates are {_listed(names)}"


def _listed(names: frozenset[str]) -> str:
    every = [channel.template for channel in CHANNELS.values()]
    return ", ".join(name for name in every if name in names)


def _texts_of(edition: Edition) -> Iterator[OwnText]:
    """Each own text of the edition with the variables as they are, and with fewer of them."""
    facts, code = reminder_facts(edition.situation), edition.language.code
    for has_speech in (False, True):
        variables = variables_of(edition, facts, has_speech=has_speech)
        for values in _variants(variables):
            for channel in CHANNELS.values():
                template = own_template_of(channel, code, edition.situation.schedule.reminders)
                if template is not None and channel.has_speech is has_speech:
                    yield OwnText(channel=channel, language=code, template=template, variables=_giving(values))


def _giving(variables: Variables) -> Callable[[], Variables]:
    return lambda: variables


def _variants(variables: Variables) -> Iterator[Variables]:
    yield variables
    nothing: dict[str, Variable] = {name: [] for name in _LISTS}
    links: dict[str, Variable] = dict.fromkeys(_names_in(variables["links"]), "")
    yield {**variables, **nothing, "links": links, "next": {}}
    coming = variables["coming"]
    if isinstance(coming, list) and coming:
        yield {**variables, **nothing, "next": coming[0]}


def _names_in(value: Variable) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()
