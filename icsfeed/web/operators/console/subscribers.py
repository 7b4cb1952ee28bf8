"""Private subscribers: who has which feed, when it was last fetched, and their addresses, which are shown once.

A subscriber's page is named by a digest of the name: addresses of pages stand in logs, customers' names must not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from icsfeed.domain.errors import IcsfeedError, NotFoundError
from icsfeed.domain.lengths import length_text
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, require_maintnote
from icsfeed.domain.subscribers import Subscriber
from icsfeed.domain.texts import plain_line
from icsfeed.services import subscribing
from icsfeed.services.private_addresses import Secret, private_address
from icsfeed.services.requests.subscribers import (
    DEFAULT_FEED,
    DEFAULT_OVERLAP,
    account_request,
    rotation_request,
    subscriber_request,
)
from icsfeed.settings import ENVIRONMENT_PREFIX
from icsfeed.store.token_key import read_token_key
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import (
    Confirmation,
    actor_of,
    confirmation_page,
    form_fields,
    is_confirmation,
    writing_visit,
)
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.preview_facts import Preview, fact
from icsfeed.web.operators.console.subscriber_cards import subscriber_card, subscriber_id
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase, phrase_in

_FOLDER: Final = f"{CONSOLE_PATH}/subscribers/"
_ONE_PATH: Final = f"{_FOLDER}<name_id>/"
_SEPARATORS: Final = re.compile(r"[\s,;]+")
_LINES: Final = re.compile(r"[\r\n]+")
_FEED: Final = phrase_in("label in a preview", "Feed")
_EFFECT: Final = phrase_in("label in a preview", "Effect")
_REVOCATION: Final = phrase("Their addresses stop working at once, for good.")


def subscriber_routes(context: OperatorsContext) -> Blueprint:
    """The pages of private subscribers."""
    routes = Blueprint("console_subscribers", __name__)

    @routes.get(_FOLDER)
    def show_subscribers() -> Response:
        return _list_page(open_visit(context))

    @routes.post(_FOLDER)
    def add_subscriber() -> Response:
        visit = writing_visit(context)
        try:
            return _add(visit)
        except IcsfeedError as error:
            return _list_page(visit, error)

    @routes.get(_ONE_PATH)
    def show_subscriber(name_id: str) -> Response:
        visit = open_visit(context)
        return _page(visit, _named(visit, name_id))

    @routes.post(f"{_ONE_PATH}<step>")
    def change_subscriber(name_id: str, step: str) -> Response:
        visit = writing_visit(context)
        subscriber, action = _named(visit, name_id), _ACTIONS.get(step)
        if action is None:
            raise NotFound
        try:
            return action(visit, subscriber)
        except IcsfeedError as error:
            return _page(visit, subscriber, error)

    return routes


def _named(visit: Visit, name_id: str) -> Subscriber:
    for each in visit.situation.record.subscribers.by_key.values():
        if subscriber_id(each.name) == name_id:
            return each
    raise NotFound


def _list_page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    fetches = visit.workspace.repository.fetches()
    everything, name = "all" in request.args, plain_line(request.form.get("name", ""))
    subscribers = visit.situation.record.subscribers.by_key.values()
    return visit.page(
        "subscribers.html",
        title=visit.say("Private subscribers"),
        section=Section.SUBSCRIBERS,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        everything=everything,
        is_taken=error is not None and any(each.name == name for each in subscribers),
        has_more=any(each.revoked_at is not None for each in subscribers),
        subscribers=[
            subscriber_card(visit, each, fetches) for each in subscribers if everything or each.revoked_at is None
        ],
        feeds=[(feed.slug, plain_line(feed.name) or feed.slug) for feed in visit.situation.schedule.feeds],
        values={
            name: request.form.get(name, default)
            for name, default in (
                ("name", ""),
                ("feed", DEFAULT_FEED),
                ("alarms", ""),
                ("account", ""),
                ("objects", ""),
            )
        },
        has_maintnote=visit.workspace.schedule.calendar.organizer is not None,
    )


def _page(visit: Visit, subscriber: Subscriber, error: IcsfeedError | None = None) -> Response:
    return visit.page(
        "subscriber.html",
        title=plain_line(subscriber.name),
        section=Section.SUBSCRIBERS,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        subscriber=subscriber_card(visit, subscriber, visit.workspace.repository.fetches()),
        latest=_latest(subscriber),
        values={
            "account": request.form.get("account", subscriber.account.id),
            "objects": request.form.get("objects", "\n".join(subscriber.account.objects)),
            "overlap": request.form.get("overlap", length_text(DEFAULT_OVERLAP).replace(" ", "")),
        },
        has_maintnote=visit.workspace.schedule.calendar.organizer is not None,
    )


def _latest(subscriber: Subscriber) -> str:
    """When the latest address was made, for finding out that somebody made another meanwhile."""
    return subscriber.tokens[-1].since.isoformat()


def _add(visit: Visit) -> Response:
    """The page with the address of the new subscriber.

    Raises:
        IcsfeedError: where they can't be added; nothing has changed then.
    """
    fields = form_fields(("name", "feed", "account"))
    if alarms := [each for each in _SEPARATORS.split(request.form.get("alarms", "")) if each]:
        fields["alarms"] = alarms
    if objects := _objects():
        fields["objects"] = objects
    schedule, secret = visit.workspace.schedule, _new_secret(visit)
    details = subscriber_request(fields, schedule=schedule)
    added = subscribing.add(
        schedule,
        visit.workspace.repository,
        details.name,
        feed=details.feed,
        alarms=details.alarms,
        account=details.account,
        token=secret.token,
        salt=secret.salt,
        actor=actor_of(visit),
    )
    return _address_page(visit, added, secret)


def _objects() -> list[str]:
    return [each.strip() for each in _LINES.split(request.form.get("objects", "")) if each.strip()]


def _new_secret(visit: Visit) -> Secret:
    """A secret made with the server's token key, if it has one, so that `export --private` knows the address, too."""
    context = visit.context
    key_file = context.environment.get(f"{ENVIRONMENT_PREFIX}TOKEN_KEY_FILE", "")
    key = read_token_key(Path(key_file)) if key_file else None
    return Secret.new(key, context.randomness.new_bytes)


def _address_page(visit: Visit, subscriber: Subscriber, secret: Secret) -> Response:
    """The address, which nobody can get to see again."""
    address = private_address(visit.workspace.schedule, subscriber, secret)
    return visit.page(
        "subscriber_address.html",
        title=visit.say("The addresses of {name}", name=plain_line(subscriber.name)),
        section=Section.SUBSCRIBERS,
        subscriber=subscriber_card(visit, subscriber, {}),
        page_address=address.page_url or address.page_path,
        feed_address=address.url or address.path,
        warnings=_maintnote_warnings(visit, subscriber),
    )


def _maintnote_warnings(visit: Visit, subscriber: Subscriber) -> tuple[str, ...]:
    """Warnings of an account that nobody will read."""
    if subscriber.account == PUBLIC_ACCOUNT:
        return ()
    schedule = visit.workspace.schedule
    try:
        require_maintnote(schedule, schedule.feed(subscriber.feed))
    except NotFoundError as error:
        return (str(error),)
    return ()


def _change(visit: Visit, subscriber: Subscriber) -> Response:
    fields = {"name": subscriber.name, "account": request.form.get("account", ""), "objects": _objects() or [""]}
    details = account_request(fields)
    subscribing.change(
        visit.workspace.repository,
        details.name,
        account=details.account,
        objects=details.objects,
        actor=actor_of(visit),
    )
    return go_to(subscriber_card(visit, subscriber, {}).path, "saved")


def _rotate(visit: Visit, subscriber: Subscriber) -> Response:
    """The page with the new address. A form that is sent twice makes one address only."""
    details = rotation_request({**form_fields(("overlap",)), "name": subscriber.name})
    try:
        seen = datetime.fromisoformat(request.form.get("latest", ""))
    except ValueError:
        raise BadRequest from None
    secret = _new_secret(visit)
    rotated = subscribing.rotate(
        visit.workspace.schedule,
        visit.workspace.repository,
        details.name,
        token=secret.token,
        salt=secret.salt,
        overlap=details.overlap,
        actor=actor_of(visit),
        expected=seen,
    )
    return _address_page(visit, rotated, secret)


def _revoke(visit: Visit, subscriber: Subscriber) -> Response:
    """What is revoked or, where that was confirmed, the list without it."""
    if is_confirmation():
        subscribing.revoke(visit.workspace.repository, subscriber.name, actor=actor_of(visit))
        return go_to("subscribers/", "subscriber-revoked")
    path = subscriber_card(visit, subscriber, {}).path
    facts = (
        fact(_FEED, visit.language, subscriber.feed),
        fact(_EFFECT, visit.language, visit.say(_REVOCATION)),
    )
    return confirmation_page(
        visit,
        Confirmation(
            title=visit.say("Revoke the feed of {name}?", name=plain_line(subscriber.name)),
            button=visit.say("Revoke"),
            path=f"{path}revoke",
            back=path,
            is_destructive=True,
        ),
        Preview(facts=facts, warnings=()),
        section=Section.SUBSCRIBERS,
    )


_ACTIONS: Final[Mapping[str, Callable[[Visit, Subscriber], Response]]] = {
    "change": _change,
    "rotate": _rotate,
    "revoke": _revoke,
}
