"""Operations on customers with private feeds."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.operators import Scope
from icsfeed.domain.subscribers import Subscriber
from icsfeed.services import subscribing
from icsfeed.services.private_addresses import Secret, private_address
from icsfeed.services.requests.lists import page_only_request
from icsfeed.services.requests.pages import page_of
from icsfeed.services.requests.subscribers import (
    account_request,
    rotation_request,
    subscriber_name_request,
    subscriber_request,
)
from icsfeed.web.operators.api.models.receivers import (
    AccountFields,
    PrivateAddressDocument,
    RotationFields,
    SubscriberDocument,
    SubscriberFields,
    SubscriberList,
    SubscriberNameFields,
)
from icsfeed.web.operators.api.models.shapes import PageQuery
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer

_SUBSCRIBERS: Final = f"{PREFIX}/subscribers"
_TOPIC: Final = "Subscribers of private feeds"
_SECRETS: Final = ("path", "page_path", "url", "page_url")


def _list(call: Call) -> OperationAnswer:
    page_request = call.request(page_only_request)
    subscribers = subscribing.subscribers_as_json(call.schedule, call.repository, now=call.now)
    page = page_of(tuple(enumerate(subscribers)), page_request, lambda each: (each[0],))
    return OperationAnswer(content={"items": [each for _, each in page.items], "next": page.cursor or None})


def _add(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: subscriber_request(fields, schedule=call.schedule))
    secret = Secret.new(None, call.random_bytes)
    subscriber = subscribing.add(
        call.schedule,
        call.repository,
        request.name,
        feed=request.feed,
        alarms=request.alarms,
        account=request.account,
        token=secret.token,
        salt=secret.salt,
        actor=call.actor,
    )
    return _address(call, subscriber, secret, status=201)


def _change(call: Call) -> OperationAnswer:
    request = call.request(account_request)
    changed = subscribing.change(
        call.repository, request.name, account=request.account, objects=request.objects, actor=call.actor
    )
    return _subscriber(call, changed)


def _rotate(call: Call) -> OperationAnswer:
    request = call.request(rotation_request)
    secret = Secret.new(None, call.random_bytes)
    rotated = subscribing.rotate(
        call.schedule,
        call.repository,
        request.name,
        token=secret.token,
        salt=secret.salt,
        overlap=request.overlap,
        actor=call.actor,
    )
    return _address(call, rotated, secret)


def _revoke(call: Call) -> OperationAnswer:
    return _subscriber(
        call, subscribing.revoke(call.repository, call.request(subscriber_name_request), actor=call.actor)
    )


def _address(call: Call, subscriber: Subscriber, secret: Secret, *, status: int = 200) -> OperationAnswer:
    address = private_address(call.schedule, subscriber, secret).as_json()
    return OperationAnswer(content=dict(address), status=status, secrets=_SECRETS)


def _subscriber(call: Call, subscriber: Subscriber) -> OperationAnswer:
    return OperationAnswer(
        content=subscribing.subscriber_as_json(call.schedule, call.repository, subscriber, now=call.now)
    )


SUBSCRIBER_OPERATIONS: Final = (
    Operation(
        name="list_subscribers",
        method="GET",
        path=_SUBSCRIBERS,
        summary="List the subscribers of private feeds, and when each feed was last fetched",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=PageQuery,
        responses={200: SubscriberList},
    ),
    Operation(
        name="add_subscriber",
        method="POST",
        path=_SUBSCRIBERS,
        summary="Add a subscriber, and show the address of their feed",
        description="The address is shown only this once. It is random: of a server with a token key, "
        "`icsfeed subscriber add` alone makes addresses that `export --private` can write.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_add,
        request=SubscriberFields,
        responses={201: PrivateAddressDocument},
    ),
    Operation(
        name="change_subscriber",
        method="POST",
        path=f"{_SUBSCRIBERS}/change",
        summary="Change what a subscriber's MAINTNOTE events say",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_change,
        request=AccountFields,
        responses={200: SubscriberDocument},
    ),
    Operation(
        name="rotate_subscriber",
        method="POST",
        path=f"{_SUBSCRIBERS}/rotate",
        summary="Give a subscriber a new address, and show it",
        description="The old address stays valid for a while. The new one is shown only this once.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_rotate,
        request=RotationFields,
        responses={200: PrivateAddressDocument},
    ),
    Operation(
        name="revoke_subscriber",
        method="POST",
        path=f"{_SUBSCRIBERS}/revoke",
        summary="Revoke a subscriber's private feed at once",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_revoke,
        request=SubscriberNameFields,
        responses={200: SubscriberDocument},
    ),
)
