"""Requests to give a customer a private feed, or a new address for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, PUBLIC_ACCOUNT_ID, Account, account_id, object_ids
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.subscribers import check_alarms, new_subscriber_name
from icsfeed.services.requests.errors import FieldFault
from icsfeed.services.requests.fields import Fields, present

DEFAULT_FEED: Final = "all"
DEFAULT_OVERLAP: Final = timedelta(days=14)
"""How long an old address stays valid beside a new one: people read their mail in that time, and act on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriberRequest:
    """A customer who is to get a feed, with ``alarms`` that long before each event, for that MAINTNOTE account."""

    name: str
    feed: str = DEFAULT_FEED
    alarms: tuple[timedelta, ...] = ()
    account: Account = PUBLIC_ACCOUNT


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRequest:
    """A subscriber whose MAINTNOTE account is another, or has other objects; what is ``None`` stays."""

    name: str
    account: str | None = None
    objects: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RotationRequest:
    """A subscriber who is to get a new address; the old one stays valid for the ``overlap``."""

    name: str
    overlap: timedelta = DEFAULT_OVERLAP


def subscriber_request(data: object, *, schedule: Schedule) -> SubscriberRequest:
    """The subscriber that the fields describe: a name, by default of the feed "all", without alarms.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ("name", "feed", "alarms", "account", "objects"))
    fields.require("name", "the name is missing", "write the customer's name")
    name, feed = fields.text("name", new_subscriber_name), fields.text("feed")
    if feed is not None:
        fields.attempt("feed", lambda: schedule.feed(feed))
    alarms = fields.lengths("alarms")
    if alarms is not None:
        fields.attempt("alarms", lambda: check_alarms(alarms))
    account, objects = _account_and_objects(fields)
    fields.finish()
    return SubscriberRequest(
        name=present(name),
        feed=feed if feed is not None else DEFAULT_FEED,
        alarms=alarms or (),
        account=Account(id=account or PUBLIC_ACCOUNT_ID, objects=objects or ()),
    )


def account_request(data: object) -> AccountRequest:
    """The change that the fields describe: a name, and another account or other objects.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ("name", "account", "objects"))
    fields.require("name", "the name is missing", "write the subscriber's name")
    if not ("account" in fields or "objects" in fields):
        fields.refuse("account", FieldFault.MISSING, "there is nothing to change", "give an account, or objects")
    name = fields.text("name", str.strip)
    account, objects = _account_and_objects(fields)
    fields.finish()
    return AccountRequest(name=present(name), account=account, objects=objects)


def subscriber_name_request(data: object) -> str:
    """The name of the subscriber that the fields name.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ("name",))
    fields.require("name", "the name is missing", "write the subscriber's name")
    name = fields.text("name", str.strip)
    fields.finish()
    return present(name)


def _account_and_objects(fields: Fields) -> tuple[str | None, tuple[str, ...] | None]:
    account, objects = fields.text("account", account_id), fields.texts("objects")
    return account, None if objects is None else fields.attempt("objects", lambda: object_ids(objects))


def rotation_request(data: object) -> RotationRequest:
    """The rotation that the fields describe: a name, and an overlap of 14 days by default.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ("name", "overlap"))
    fields.require("name", "the name is missing", "write the subscriber's name")
    name, overlap = fields.text("name", str.strip), fields.length("overlap")
    fields.finish()
    return RotationRequest(name=present(name), overlap=DEFAULT_OVERLAP if overlap is None else overlap)
