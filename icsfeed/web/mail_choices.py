"""What a mail subscriber can choose, and what they chose in the form for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from werkzeug.datastructures import MultiDict

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.mail_subscribers import MailChoice
from icsfeed.domain.schedule import Schedule
from icsfeed.words.languages import Language, sentence
from icsfeed.words.phrases import Phrase, phrase
from icsfeed.words.terms import KIND_PLURALS

_Value = TypeVar("_Value")

_ONE_MINUTE: Final = timedelta(minutes=1)
_ONE_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormChoice:
    """What a form says, where nothing may be chosen; otherwise like a ``MailChoice``."""

    language: str
    environments: frozenset[str] | None
    kinds: frozenset[Kind] | None
    reminders: frozenset[timedelta] | None


class EmptyChoiceError(BadInputError):
    """Nothing was chosen where something has to be; ``phrase`` says so to the customer, who made that ``choice``."""

    def __init__(self, text: Phrase, choice: FormChoice) -> None:
        self.phrase = text
        self.choice = choice
        super().__init__(text.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkbox:
    value: str
    text: str
    is_chosen: bool


def environment_boxes(schedule: Schedule, choice: MailChoice | FormChoice) -> list[Checkbox]:
    """The public environments; the ``schedule`` is what is public, in the subscriber's language."""
    return [
        Checkbox(value=each.id, text=each.name, is_chosen=choice.environments is None or each.id in choice.environments)
        for each in schedule.environments
        if each.public
    ]


def kind_boxes(language: Language, choice: MailChoice | FormChoice) -> list[Checkbox]:
    return [
        Checkbox(
            value=kind.value,
            text=sentence(language.say(KIND_PLURALS[kind])),
            is_chosen=choice.kinds is None or kind in choice.kinds,
        )
        for kind in Kind
    ]


def reminder_boxes(schedule: Schedule, language: Language, choice: MailChoice | FormChoice) -> list[Checkbox]:
    """The reminders that the vendor offers."""
    return [
        Checkbox(
            value=str(lead // _ONE_MINUTE),
            text=_lead_text(lead, language),
            is_chosen=choice.reminders is None or lead in choice.reminders,
        )
        for lead in _leads(schedule)
    ]


def _leads(schedule: Schedule) -> tuple[timedelta, ...]:
    return schedule.mail.remind if schedule.mail is not None else ()


def _lead_text(lead: timedelta, language: Language) -> str:
    if not lead % _ONE_DAY:
        return language.say_count("{count} day before the start", "{count} days before the start", lead // _ONE_DAY)
    if not lead % _ONE_HOUR:
        return language.say_count("{count} hour before the start", "{count} hours before the start", lead // _ONE_HOUR)
    minutes = lead // _ONE_MINUTE
    return language.say_count("{count} minute before the start", "{count} minutes before the start", minutes)


def chosen(form: MultiDict[str, str], schedule: Schedule) -> MailChoice:
    """The choice in the form; a customer who chose everything also gets what is added later.

    What is not, or no longer, on offer is passed over.

    Raises:
        EmptyChoiceError: where nothing is left of the environments or of the kinds.
    """
    environments = {each.id: each.id for each in schedule.environments if each.public}
    chosen_environments = (
        _selected(form, "environment", environments) if len(environments) > 1 else frozenset(environments)
    )
    kinds = _selected(form, "kind", {kind.value: kind for kind in Kind})
    leads = {str(lead // _ONE_MINUTE): lead for lead in _leads(schedule)}
    reminders = _selected(form, "reminder", leads)
    language = form.get("language", "")
    choice = FormChoice(
        language=language if language in schedule.calendar.languages else schedule.calendar.languages[0],
        environments=None if len(chosen_environments) == len(environments) else chosen_environments,
        kinds=None if len(kinds) == len(Kind) else kinds,
        reminders=None if len(reminders) == len(leads) else reminders,
    )
    if not chosen_environments:
        raise EmptyChoiceError(phrase("Choose at least one environment, or unsubscribe."), choice)
    if not kinds:
        raise EmptyChoiceError(phrase("Choose at least one kind of announcement, or unsubscribe."), choice)
    return MailChoice(
        language=choice.language, environments=choice.environments, kinds=choice.kinds, reminders=choice.reminders
    )


def _selected(form: MultiDict[str, str], name: str, values: dict[str, _Value]) -> frozenset[_Value]:
    return frozenset(values[each] for each in form.getlist(name) if each in values)
