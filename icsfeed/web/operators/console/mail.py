"""Mail subscribers: how many there are, one of them after a search, and erasure.

What is searched for is sent in a form: an address must stand in no URL, and so in no log. Those who may only read don't
see addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from icsfeed.domain.errors import IcsfeedError, NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import length_text
from icsfeed.domain.mail_subscribers import MailSubscriber
from icsfeed.domain.texts import plain_line
from icsfeed.services import mail_subscribing
from icsfeed.services.mail_figures import MailFigures, mail_figures
from icsfeed.services.mail_json import MailAccount, mail_account, mail_account_with_id
from icsfeed.services.repository import NoRepository
from icsfeed.services.requests.errors import FieldError
from icsfeed.store.database.database import Database
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import (
    Confirmation,
    actor_of,
    confirmation_page,
    is_confirmation,
    writing_visit,
)
from icsfeed.web.operators.console.deliveries import DeliveryRow, delivery_row
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, go_to, open_visit
from icsfeed.web.operators.console.preview_facts import Preview, PreviewFact, fact
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.languages import LANGUAGES, sentence
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.terms import KIND_PLURALS

_FOLDER: Final = f"{CONSOLE_PATH}/mail/"
_ADDRESS_SIGN: Final = "@"
_SEARCH_FIELD: Final = "subscriber"
_STATES: Final = {
    "active": phrase_in("state of a mail subscriber", "Active"),
    "paused": phrase_in("state of a mail subscriber", "Paused"),
    "unconfirmed": phrase_in("state of a mail subscriber", "Not confirmed yet"),
}
_ALL: Final = phrase_in("what a mail subscriber chose", "all")
_NONE: Final = phrase_in("what a mail subscriber chose", "none")
_ADDRESS: Final = phrase_in("label of a mail subscriber", "Address")
_ID: Final = phrase_in("label of a mail subscriber", "Id")
_EFFECT: Final = phrase_in("label in a preview", "Effect")
_ERASURE: Final = phrase(
    "The address and all choices are deleted, and nothing more is sent. The audit trail keeps the random id, which "
    "leads to nobody then. This can’t be undone."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSubscriberCard:
    """A mail subscriber in words; the ``address`` is empty for those who may only read."""

    id: str
    address: str
    state: str
    language: str
    environments: str
    kinds: str
    reminders: str
    requested_at: str
    confirmed_at: str
    paused_at: str
    refusals: int
    deliveries: tuple[DeliveryRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedName:
    name: str
    number: int


def mail_subscriber_routes(context: OperatorsContext) -> Blueprint:
    """The pages of mail subscribers."""
    routes = Blueprint("console_mail", __name__)

    @routes.get(_FOLDER)
    def show_figures() -> Response:
        return _page(open_visit(context))

    @routes.post(f"{_FOLDER}search")
    def search() -> Response:
        visit = open_visit(context)
        try:
            account = _account_of(visit, request.form.get(_SEARCH_FIELD, ""))
        except IcsfeedError as error:
            return _page(visit, error)
        return visit.page(
            "mail_subscriber.html",
            title=visit.say("Mail subscriber {id}", id=account.subscriber.id),
            section=Section.MAIL,
            subscriber=_card(visit, account),
        )

    @routes.post(f"{_FOLDER}remove")
    def remove() -> Response:
        visit = writing_visit(context)
        try:
            return _remove(visit, request.form.get("id", ""))
        except IcsfeedError as error:
            return _page(visit, error)

    return routes


def _database(visit: Visit) -> Database:
    database = visit.context.database
    if isinstance(database, NoRepository):
        msg = "nothing is recorded with the packaged example, so there are no mail subscribers"
        raise NotFoundError(msg)
    return database


def _account_of(visit: Visit, text: str) -> MailAccount:
    """The subscriber with that exact address or id.

    Raises:
        BadInputError: where it can't be an address.
        NotFoundError: where there is none.
    """
    database, exact = _database(visit), text.strip()
    return mail_account(database, exact) if _ADDRESS_SIGN in exact else mail_account_with_id(database, exact)


def _page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    figures = mail_figures(_database(visit), visit.workspace.schedule)
    errors = (FieldError.of_sentence(_SEARCH_FIELD, str(error)),) if error is not None else ()
    return visit.page(
        "mail.html",
        title=visit.say("Mail subscribers"),
        section=Section.MAIL,
        errors=errors,
        status=status_of(error) if error is not None else 200,
        groups=tuple(_groups(visit, figures)),
        has_mail=visit.workspace.schedule.mail is not None,
    )


def _groups(visit: Visit, figures: MailFigures) -> Iterator[tuple[str, list[CountedName]]]:
    say = visit.say
    environments = visit.situation.schedule.environment_names
    languages = {each.code: each.name for each in LANGUAGES}
    kinds = {kind.value: sentence(say(name)) for kind, name in KIND_PLURALS.items()}
    states = {state: say(name) for state, name in _STATES.items()}
    yield say("By state"), _counted(figures.states, states)
    yield say("By language"), _counted(figures.languages, languages)
    yield say("By environment"), _counted(figures.environments, environments)
    yield say("By kind"), _counted(figures.kinds, kinds)


def _counted(numbers: Mapping[str, int], names: Mapping[str, str]) -> list[CountedName]:
    return [CountedName(name=plain_line(names.get(each, each)), number=number) for each, number in numbers.items()]


def _remove(visit: Visit, subscriber_id: str) -> Response:
    """What is erased or, where that was confirmed, the figures without it.

    Raises:
        IcsfeedError: where there is no such subscriber, or it can't be recorded.
    """
    database = _database(visit)
    if is_confirmation() and not _exists(database, subscriber_id):  # sent twice: they are gone already
        return go_to("mail/", "erased")
    account = mail_account_with_id(database, subscriber_id)
    if is_confirmation():
        mail_subscribing.remove_with_id(database, subscriber_id, actor=actor_of(visit))
        return go_to("mail/", "erased")
    return confirmation_page(
        visit,
        Confirmation(
            title=visit.say("Erase this mail subscriber?"),
            button=visit.say("Erase"),
            path="mail/remove",
            back="mail/",
            fields=(("id", subscriber_id),),
            is_destructive=True,
        ),
        Preview(facts=tuple(_facts(visit, account.subscriber)), warnings=()),
        section=Section.MAIL,
    )


def _exists(database: Database, subscriber_id: str) -> bool:
    with database.mail_subscribers() as rows:
        return rows is not None and rows.with_id(subscriber_id) is not None


def _facts(visit: Visit, subscriber: MailSubscriber) -> Iterator[PreviewFact]:
    yield fact(_ADDRESS, visit.language, subscriber.address)
    yield fact(_ID, visit.language, subscriber.id)
    yield fact(_EFFECT, visit.language, visit.say(_ERASURE))


def _card(visit: Visit, account: MailAccount) -> MailSubscriberCard:
    one, choice, dates = account.subscriber, account.subscriber.choice, visit.dates
    environments, kinds = visit.situation.schedule.environment_names, choice.kinds
    chosen_kinds = [visit.say(KIND_PLURALS[kind]) for kind in Kind if kind in kinds] if kinds is not None else None
    leads = sorted(choice.reminders, reverse=True) if choice.reminders is not None else None
    chosen = (
        [environments.get(each, each) for each in sorted(choice.environments)]
        if choice.environments is not None
        else None
    )
    return MailSubscriberCard(
        id=one.id,
        address=one.address if visit.operator.may_write else "",
        state=visit.say(_STATES[account.state]),
        language={each.code: each.name for each in LANGUAGES}.get(choice.language, choice.language),
        environments=_listed(visit, chosen),
        kinds=_listed(visit, chosen_kinds),
        reminders=_listed(visit, [length_text(lead) for lead in leads] if leads is not None else None),
        requested_at=dates.moment(one.requested_at),
        confirmed_at=dates.moment(one.confirmed_at) if one.confirmed_at is not None else "",
        paused_at=dates.moment(one.paused_at) if one.paused_at is not None else "",
        refusals=one.refusals,
        deliveries=tuple(delivery_row(visit, each) for each in account.deliveries),
    )


def _listed(visit: Visit, values: list[str] | None) -> str:
    if values is None:
        return visit.say(_ALL)
    return ", ".join(map(plain_line, values)) or visit.say(_NONE)
