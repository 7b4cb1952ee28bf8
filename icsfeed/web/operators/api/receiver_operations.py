"""Operations on those who are sent something: mail subscribers, and deliveries to them and to channels."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.operators import Scope
from icsfeed.services import mail_subscribing
from icsfeed.services.delivery_reports import NO_DELIVERIES, delivery_report
from icsfeed.services.delivery_retries import retry, retry_selection
from icsfeed.services.mail_json import mail_account
from icsfeed.services.requests.freezes import no_fields
from icsfeed.services.requests.lists import list_request
from icsfeed.services.requests.pages import cursor_at, position_of
from icsfeed.services.requests.receivers import address_request, retry_request
from icsfeed.web.operators.api.models.receivers import (
    DeliveriesQuery,
    DeliveryList,
    MailAddressFields,
    MailCountsDocument,
    MailSubscriberDocument,
    RemovedMailSubscriberDocument,
    RetryDocument,
    RetryFields,
)
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer

_MAIL: Final = f"{PREFIX}/mail"
_DELIVERIES: Final = f"{PREFIX}/deliveries"
_MAIL_TOPIC: Final = "Mail subscribers"
_TOPIC: Final = "Deliveries"


def _count_mail(call: Call) -> OperationAnswer:
    call.request(no_fields)
    return OperationAnswer(content=dict(mail_subscribing.subscriber_counts(call.repository)))


def _find_mail(call: Call) -> OperationAnswer:
    return OperationAnswer(content=mail_account(call.repository, call.request(address_request)).as_json())


def _remove_mail(call: Call) -> OperationAnswer:
    erased = mail_subscribing.remove(call.repository, call.request(address_request), actor=call.actor)
    return OperationAnswer(content={"removed": erased.id})


def _list(call: Call) -> OperationAnswer:
    request = call.request(list_request)
    before = position_of(request.page.cursor, like=(0,))[0] if request.page.cursor else None
    report = NO_DELIVERIES
    call.repository.record()  # brings older tables up to date
    if not call.database.is_missing():
        report = delivery_report(
            call.database.outbox,
            now=call.now,
            limit=request.page.limit + 1,
            everything=request.everything,
            before=int(before) if before is not None else None,
        )
    content = report.as_json()
    rows = list(report.rows)[: request.page.limit]
    is_last = len(report.rows) <= request.page.limit
    listed = content.pop("deliveries")
    return OperationAnswer(
        content={
            **content,
            "items": listed[: request.page.limit] if isinstance(listed, list) else [],
            "next": None if is_last else cursor_at((rows[-1].delivery.number,)),
        }
    )


def _retry(call: Call) -> OperationAnswer:
    selection = retry_selection(call.schedule, call.request(retry_request))
    return OperationAnswer(content={"queued": list(retry(call.repository, selection, actor=call.actor))})


RECEIVER_OPERATIONS: Final = (
    Operation(
        name="count_mail_subscribers",
        method="GET",
        path=_MAIL,
        summary="Count the mail subscribers",
        topic=_MAIL_TOPIC,
        scope=Scope.READ,
        function=_count_mail,
        responses={200: MailCountsDocument},
    ),
    Operation(
        name="find_mail_subscriber",
        method="POST",
        path=f"{_MAIL}/search",
        summary="Show all that is known of one mail subscriber",
        description="The address stands in the body: what stands in addresses of requests gets into logs.",
        topic=_MAIL_TOPIC,
        scope=Scope.READ,
        function=_find_mail,
        request=MailAddressFields,
        responses={200: MailSubscriberDocument},
    ),
    Operation(
        name="remove_mail_subscriber",
        method="POST",
        path=f"{_MAIL}/remove",
        summary="Erase one mail subscriber, and drop what waits to be sent to them",
        description="The audit trail and the deliveries that were sent name them by a random id, which leads to nobody "
        "then.",
        topic=_MAIL_TOPIC,
        scope=Scope.WRITE,
        function=_remove_mail,
        request=MailAddressFields,
        responses={200: RemovedMailSubscriberDocument},
    ),
    Operation(
        name="list_deliveries",
        method="GET",
        path=_DELIVERIES,
        summary="List the deliveries that wait or failed, and count all",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=DeliveriesQuery,
        responses={200: DeliveryList},
    ),
    Operation(
        name="retry_deliveries",
        method="POST",
        path=f"{_DELIVERIES}/retry",
        summary="Have deliveries tried again now: what failed, or waits after a failed attempt",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_retry,
        request=RetryFields,
        responses={200: RetryDocument},
    ),
)
