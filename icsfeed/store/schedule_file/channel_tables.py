"""The tables of the schedule file about announcements: channels, customers' mail, notice periods."""

from datetime import timedelta
from email.utils import parseaddr
from typing import Annotated, Required, TypedDict

from icsfeed.domain.channels import CHANNEL_EVENTS, Channel, ChannelEvent, Mailbox, MailSettings, NoticePeriods
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import parse_length
from icsfeed.store.schedule_file import channel_values, length_values, values
from icsfeed.store.schedule_file.keys import Key
from icsfeed.store.schedule_file.policy_tables import Environments
from icsfeed.store.schedule_file.values import array


class ChannelTable(TypedDict, total=False):
    """An announcement channel: a chat room, say, or a webhook."""

    id: Required[Annotated[str, Key(values.IDENTIFIER, "A unique id, by which commands and logs call it.", "chat")]]
    url: Annotated[
        str, Key(channel_values.CHANNEL_URL, "The URL of apprise, or env: and the variable with it.", "env:CHAT_URL")
    ]
    webhook: Annotated[
        str,
        Key(
            channel_values.WEBHOOK,
            "In place of url: the address that signed JSON is posted to, or env: and the variable with it.",
            "https://tickets.example.com/hooks/maintenance",
        ),
    ]
    secret: Annotated[
        str,
        Key(
            channel_values.SECRET,
            "With webhook: the secret that signs it, or env: and the variable with it.",
            "env:HOOK_SECRET",
        ),
    ]
    allow_private_addresses: Annotated[
        bool,
        Key(values.YES_OR_NO, "With webhook: whether it may lead to a loopback or private address.", example=True),
    ]
    events: Annotated[
        list[str],
        Key(
            array(channel_values.EVENT, min_length=1),
            "What it is told about; by default everything.",
            ["announced", "moved", "cancelled"],
        ),
    ]
    kinds: Annotated[
        list[str], Key(array(values.KIND, min_length=1), "The kinds of event; by default all.", ["emergency"])
    ]
    environments: Environments
    language: Annotated[
        str, Key(values.LANGUAGE, "The language of its texts; by default the first of calendar.languages.", "en")
    ]
    remind: Annotated[
        list[str],
        Key(
            array(length_values.LEAD, min_length=1),
            "How long before each occurrence and change it is reminded; by default never.",
            ["72h", "1h"],
        ),
    ]


MailTable = TypedDict(
    "MailTable",
    {
        "from": Required[
            Annotated[
                str,
                Key(
                    channel_values.MAILBOX,
                    "The sender of the mails: a name and an address.",
                    "Seed-to-Sale maintenance <maintenance@example.com>",
                ),
            ]
        ],
        "smtp": Required[
            Annotated[
                str,
                Key(
                    channel_values.SMTP_URL,
                    "The URL of the mail relay, or env: and the variable with it.",
                    "env:SMTP_URL",
                ),
            ]
        ],
        "server": Annotated[
            str,
            Key(
                channel_values.SERVER,
                "The address of the server that takes the form; by default calendar.url.",
                "https://maintenance.example.com",
            ),
        ],
        "remind": Annotated[
            list[str],
            Key(
                array(length_values.LEAD, min_length=1),
                "How long before each occurrence and change subscribers can be reminded; by default never.",
                ["24h"],
            ),
        ],
    },
    total=False,
)
MailTable.__doc__ = "Customers' own subscriptions by mail."


class NoticeTable(TypedDict, total=False):
    """How long ahead customers were promised to hear of changes."""

    planned: Annotated[str, Key(length_values.NOTICE, "Of planned changes; by default nothing is promised.", "72h")]
    emergency: Annotated[str, Key(length_values.NOTICE, "Of emergency changes; by default nothing is promised.", "0h")]


def channel_of(table: ChannelTable) -> Channel:
    """The channel in its table."""
    return Channel(
        id=table["id"],
        url=table.get("url", ""),
        webhook=table.get("webhook", ""),
        secret=table.get("secret", ""),
        allow_private_addresses=table.get("allow_private_addresses", False),
        events=frozenset(ChannelEvent(event) for event in table.get("events", CHANNEL_EVENTS)),
        kinds=frozenset(Kind(kind) for kind in table.get("kinds", tuple(Kind))),
        environments=frozenset(table.get("environments", ())),
        language=table.get("language", ""),
        remind=_leads(table.get("remind", [])),
    )


def mail_of(table: MailTable, site: str) -> MailSettings:
    """The settings of customers' mail; ``site`` is the address of the web site."""
    name, email = parseaddr(table["from"])
    return MailSettings(
        sender=Mailbox(name=name, email=email),
        smtp=table["smtp"],
        server=table.get("server", site),
        remind=_leads(table.get("remind", [])),
    )


def notice_of(table: NoticeTable) -> NoticePeriods:
    """The promised notice periods."""
    return NoticePeriods(
        planned=length_values.notice_period(table["planned"]) if "planned" in table else None,
        emergency=length_values.notice_period(table["emergency"]) if "emergency" in table else None,
    )


def _leads(texts: list[str]) -> tuple[timedelta, ...]:
    """The lengths, the longest first."""
    return tuple(sorted((parse_length(text) for text in texts), reverse=True))
