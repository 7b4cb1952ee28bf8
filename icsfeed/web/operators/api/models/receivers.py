"""Those who are sent something: private subscribers, mail subscribers, and deliveries to them and to channels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.shapes import (
    LEFT_OUT,
    Document,
    EnvironmentId,
    Length,
    PageModel,
    PageQuery,
    RequestModel,
    UtcInstant,
)

_NEW_NAME = Annotated[
    str, Field(min_length=1, max_length=100, description="The customer's name.", examples=["Acme Inc."])
]
_SUBSCRIBER_NAME = Annotated[str, Field(description="The subscriber's name.", examples=["Acme Inc."])]
_ACCOUNT = Annotated[str, Field(description="The account that MAINTNOTE events name.")]
_OBJECTS = Annotated[list[str], Field(description="What MAINTNOTE events touch of theirs.")]


class SubscriberFields(RequestModel):
    """A customer who gets a private feed."""

    name: _NEW_NAME
    feed: Annotated[str, Field(description='The slug of the feed; by default "all".')] = LEFT_OUT
    alarms: Annotated[
        list[Length], Field(max_length=5, description="How long before each event their calendar reminds them.")
    ] = LEFT_OUT
    account: _ACCOUNT = LEFT_OUT
    objects: _OBJECTS = LEFT_OUT


class AccountFields(RequestModel):
    """What MAINTNOTE events are to say; it needs an account, or objects."""

    name: _SUBSCRIBER_NAME
    account: _ACCOUNT = LEFT_OUT
    objects: _OBJECTS = LEFT_OUT


class RotationFields(RequestModel):
    """A subscriber who gets a new address."""

    name: _SUBSCRIBER_NAME
    overlap: Annotated[Length, Field(description="How long the old address stays valid; by default 14 days.")] = (
        LEFT_OUT
    )


class SubscriberNameFields(RequestModel):
    """A subscriber."""

    name: _SUBSCRIBER_NAME


class SubscriberDocument(Document):
    """A customer with a private feed."""

    name: str
    feed: str
    alarms: Annotated[list[int], Field(description="In minutes before each event.")]
    account: str
    objects: list[str]
    since: UtcInstant
    last_fetch: UtcInstant | None
    clients: Annotated[dict[str, UtcInstant], Field(description="When each family of clients last fetched the feed.")]
    old_token_until: Annotated[UtcInstant | None, Field(description="When the last of the old addresses ends.")]
    revoked: UtcInstant | None
    feed_exists: Annotated[bool, Field(description="Whether the schedule still has the feed.")]


class SubscriberList(PageModel):
    """Private subscribers, in the order in which they were added."""

    items: list[SubscriberDocument]


class PrivateAddressDocument(Document):
    """The addresses of a private feed, which are shown only once: a repeat with the same key has null for them."""

    name: str
    feed: str
    path: Annotated[str | None, Field(description="The path of the feed.")]
    page_path: Annotated[str | None, Field(description="The path of the customer's page, with buttons for it.")]
    url: Annotated[str | None, Field(description="The address of the feed, where the schedule says the site's.")] = (
        LEFT_OUT
    )
    page_url: Annotated[str | None, Field(description="The address of the customer's page.")] = LEFT_OUT


class MailCountsDocument(Document):
    """How many mail subscribers there are."""

    active: int
    paused: int
    unconfirmed: int


class MailAddressFields(RequestModel):
    """A mail subscriber."""

    address: Annotated[
        str, Field(min_length=3, max_length=254, description="Their address.", examples=["customer@example.com"])
    ]


class MailDeliveryDocument(Document):
    """A mail to a subscriber."""

    number: int
    subject: Annotated[str, Field(description="What it is about, such as EC-7.")]
    event: str
    state: str
    queued: UtcInstant
    due: UtcInstant | None
    ended: UtcInstant | None
    attempts: int
    problem: str


class MailSubscriberDocument(Document):
    """All that is known of a mail subscriber."""

    id: Annotated[str, Field(description="The random id by which the audit trail names them.")]
    address: str
    state: Literal["unconfirmed", "active", "paused"]
    language: str
    environments: Annotated[list[EnvironmentId] | None, Field(description="Null: all.")]
    kinds: Annotated[list[str] | None, Field(description="Null: all.")]
    reminders: Annotated[list[int] | None, Field(description="In minutes before a start; null: all.")]
    requested: UtcInstant
    confirmed: UtcInstant | None
    paused: UtcInstant | None
    refusals: int
    deliveries: list[MailDeliveryDocument]


class RemovedMailSubscriberDocument(Document):
    """A mail subscriber who was erased."""

    removed: Annotated[str, Field(description="The random id by which the audit trail names them.")]


class DeliveriesQuery(PageQuery):
    """Which deliveries are listed."""

    all: Annotated[bool, Field(description="What was sent, replaced or dropped as well.")] = False


class DeliveryDocument(Document):
    """An announcement to one receiver."""

    number: int
    receiver: Annotated[str, Field(description="A channel, or a mail subscriber's random id.")]
    subject: Annotated[str, Field(description="What it is about, such as EC-7.")]
    event: str
    update: int | None
    starts: UtcInstant | None
    lead_minutes: int | None
    state: str
    queued: UtcInstant
    attempts: int
    first_attempt: UtcInstant | None
    due: UtcInstant | None
    ended: UtcInstant | None
    problem: str


class FailingReceiver(Document):
    """A channel whose latest attempts failed, and since when nothing has reached it."""

    receiver: str
    since: UtcInstant
    attempts: Annotated[int, Field(description="How often the delivery that was tried most was tried.")]
    problem: str


class DeliveryList(PageModel):
    """The deliveries that wait or failed, the latest first; how many there are of each state; what fails."""

    counts: Annotated[dict[str, int], Field(description="How many deliveries there are, by state.")]
    failing: list[FailingReceiver]
    items: list[DeliveryDocument]


class RetryFields(RequestModel):
    """What is tried again; by default everything that failed, or waits after a failed attempt."""

    ids: Annotated[
        list[str],
        Field(
            description='Numbers of deliveries, channels, or "mail".', max_length=1000, examples=[["41", "operations"]]
        ),
    ] = LEFT_OUT


class RetryDocument(Document):
    """The numbers of the deliveries that are tried again now."""

    queued: list[int]
