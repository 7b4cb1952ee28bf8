"""The reminders that a vendor's own templates make; where one has a mistake, the built-in text stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TypeAlias

from icsfeed.domain.reminder_templates import ReminderTemplates
from icsfeed.publication.reminders.channels import CHANNELS, ReminderChannel
from icsfeed.publication.reminders.own_texts import TemplateEntry, TemplateMistake, rendered
from icsfeed.publication.reminders.plain_variables import Variables

_Results: TypeAlias = dict[tuple[str, str], str | TemplateMistake]
"""By channel and language."""


@dataclass(frozen=True, kw_only=True)
class OwnText:
    """A text that a vendor's ``template`` makes for a channel, from variables that are worked out when it is needed."""

    channel: ReminderChannel
    language: str
    template: str
    variables: Callable[[], Variables]


def own_template_of(channel: ReminderChannel, language: str, templates: ReminderTemplates) -> str | None:
    """The name of the template for that channel and language: the one for the language alone takes precedence."""
    usable = {each.name for each in templates.files if not each.problem}
    return next((name for name in (channel.own_template(language), channel.template) if name in usable), None)


class OwnReminders:
    """The texts of a vendor's own templates, all rendered when the first of them is needed. Threads may share it.

    A thread of its own renders them. The first reader waits for a text no longer than ``patience`` (seconds; ``None``:
    as long as it takes); after a wait in vain, no other reader waits at all.
    """

    def __init__(
        self, templates: ReminderTemplates, texts: Iterable[OwnText], *, patience: float | None = None
    ) -> None:
        self._templates = templates
        self._texts = {(each.channel.name, each.language): each for each in texts}
        self._patience = patience
        self._results: Future[_Results] | None = None
        self._lock = Lock()

    def text_of(self, channel: ReminderChannel, language: str) -> str | None:
        """The text of that channel; ``None``: it has no template of its own, or one that is wrong or takes too long."""
        if (channel.name, language) not in self._texts:
            return None
        try:
            result = self._rendered().result(self._patience)[channel.name, language]
        except TimeoutError:
            self._patience = 0
            return None
        return result if isinstance(result, str) else None

    def mistakes(self) -> tuple[TemplateMistake, ...]:
        """What is wrong with the templates, by name and line; it takes as long as they take."""
        results = self._rendered().result().values() if self._texts else ()
        mistakes = {each for each in results if isinstance(each, TemplateMistake)}
        return tuple(sorted({*unreadable(self._templates), *mistakes}))

    def messages(self) -> tuple[str, ...]:
        """The mistakes with their places, as people read them."""
        return tuple(each.text(self._templates.folder) for each in self.mistakes())

    def _rendered(self) -> Future[_Results]:
        with self._lock:
            if self._results is None:
                self._results = Future()
                Thread(target=self._render, args=(self._results,), name="icsfeed reminders", daemon=True).start()
            return self._results

    def _render(self, results: Future[_Results]) -> None:
        try:
            texts = render_texts(self._templates, tuple(self._texts.values()))
        except BaseException as error:  # noqa: BLE001  (passed on to the thread that waits)
            results.set_exception(error)
        else:
            results.set_result(dict(zip(self._texts, texts, strict=True)))


def unreadable(templates: ReminderTemplates) -> Iterator[TemplateMistake]:
    """The templates of reminders that could not be read."""
    names = template_names()
    return (
        TemplateMistake(template=each.name, message=each.problem)
        for each in templates.files
        if each.problem and each.name in names
    )


def template_names(languages: Iterable[str] = ()) -> frozenset[str]:
    """The names that templates can have in a calendar of those languages."""
    codes = tuple(languages)
    own = (channel.own_template(code) for channel in CHANNELS.values() for code in codes)
    return frozenset({*(channel.template for channel in CHANNELS.values()), *own})


def render_texts(templates: ReminderTemplates, texts: Sequence[OwnText]) -> list[str | TemplateMistake]:
    """Each of the texts, or the mistake in its template; equal variables are handed over once."""
    variables: list[Variables] = []
    numbers: dict[int, int] = {}
    entries = []
    for text in texts:
        values = text.variables()
        if id(values) not in numbers:
            numbers[id(values)] = len(variables)
            variables.append(values)
        entries.append(
            TemplateEntry(
                template=text.template,
                escaping=text.channel.escaping,
                variables=numbers[id(values)],
                is_document=text.channel.is_document,
            )
        )
    sources = {each.name: each.source for each in templates.files if not each.problem}
    return rendered(sources, entries, variables)
