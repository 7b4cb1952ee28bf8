"""Requests about mail subscribers and deliveries."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.mail_subscribers import mail_address
from icsfeed.services.requests.fields import Fields, present

ADDRESS_FIELDS: Final = ("address",)
RETRY_FIELDS: Final = ("ids",)


def address_request(data: object) -> str:
    """The mail address that the fields name.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ADDRESS_FIELDS)
    fields.require("address", "the mail address is missing", "write that of the subscriber")
    address = fields.text("address", mail_address)
    fields.finish()
    return present(address)


def retry_request(data: object) -> tuple[str, ...]:
    """The deliveries and channels that the fields name; none stands for all.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, RETRY_FIELDS)
    names = fields.texts("ids") or ()
    fields.finish()
    return names
