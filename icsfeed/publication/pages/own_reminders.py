"""The reminders on a customer's own page: made from what they see, and without any address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from icsfeed.publication.editions import Edition
from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.makers import reminder_makers, reminder_path

_STYLE: Final = re.compile(r' style="[^"]*"')


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerReminders:
    """Texts for tickets and for the telephone, and the part of a page for knowledge bases as HTML."""

    ticket: str
    phone: str
    knowledge_base: Markup


def customer_reminders(edition: Edition) -> CustomerReminders:
    """The reminders in that edition, which has what a customer sees.

    They lead nowhere: the public page shows less than they say, and the customer's own address is a secret.
    """
    makers = dict(reminder_makers(replace(edition, base_url="")))

    def text(channel: str) -> str:
        return makers[reminder_path(CHANNELS[channel], edition.folder)]().body.decode()

    # The page's policy allows no styles in attributes; those of the built-in template hold no quotation marks.
    knowledge_base = _STYLE.sub("", text("knowledge-base"))
    return CustomerReminders(
        ticket=text("ticket-text"),
        phone=text("phone"),
        knowledge_base=Markup(knowledge_base),  # noqa: S704  (the built-in template escapes all values)
    )
