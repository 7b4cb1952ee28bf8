"""The tables of the schedule file: their keys, what each is for, and an example."""

from datetime import time
from functools import cache
from typing import Annotated, Any, Final, Required, TypedDict

from pydantic_core import SchemaValidator

from icsfeed.store.schedule_file import date_values, values
from icsfeed.store.schedule_file.change_tables import ChangeTable
from icsfeed.store.schedule_file.channel_tables import ChannelTable, MailTable, NoticeTable
from icsfeed.store.schedule_file.keys import Key, keys_of, table_schema
from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.operator_tables import OperatorsTable
from icsfeed.store.schedule_file.policy_tables import Environments, FreezeTable, WindowTable, Zone
from icsfeed.store.schedule_file.values import array

_ZONE: Final = "America/Toronto"


class OrganizerTable(TypedDict):
    """The contact for customers' questions."""

    name: Annotated[str, Key(values.NAME, "Whom customers ask.", "Customer Support")]
    email: Annotated[str, Key(values.EMAIL, "The address that customers write to.", "support@example.com")]


_ORGANIZER: Final = {"name": "Customer Support", "email": "support@example.com"}


class CalendarTable(TypedDict, total=False):
    """Settings of the whole calendar."""

    name: Required[Annotated[str, Key(values.NAME, "The calendar's name.", "Seed-to-Sale maintenance")]]
    timezone: Required[
        Annotated[str, Key(values.TIMEZONE, "The vendor's time zone: a name of the IANA database.", _ZONE)]
    ]
    uid_domain: Required[
        Annotated[
            str,
            Key(
                values.DOMAIN,
                "The right-hand side of every event's UID: a domain of your own that never changes again.",
                "maintenance.example.com",
            ),
        ]
    ]
    url: Annotated[str, Key(values.ADDRESS, "The address of the web site.", "https://maintenance.example.com")]
    description: Annotated[str, Key(values.FREE_TEXT, "What the calendar is for.", "When the platform is down.")]
    organizer: Annotated[
        OrganizerTable, Key(None, "The contact for customers' questions.", _ORGANIZER, table=OrganizerTable)
    ]
    vendor: Annotated[str, Key(values.NAME, "The name at the top of customers' pages.", "Example Inc.")]
    logo: Annotated[str, Key(values.PICTURE, "The address of the vendor's logo.", "https://example.com/logo.svg")]
    color: Annotated[str, Key(values.COLOR, "The color of buttons: a CSS name or #rrggbb.", "#00695c")]
    support_url: Annotated[str, Key(values.LINK, "Where customers get help.", "https://example.com/help")]
    embed_in: Annotated[
        list[str],
        Key(
            array(values.ORIGIN, min_length=1),
            "The sites that may show /embed/ in a frame; by default none.",
            ["https://kb.example.com"],
        ),
    ]
    database: Annotated[
        str,
        Key(
            values.DATABASE,
            "The database: a URL, or env: and the variable that holds it; by default icsfeed.db beside this file.",
            "env:DATABASE_URL",
        ),
    ]
    languages: Annotated[
        list[str],
        Key(
            array(values.LANGUAGE, min_length=1),
            "The languages of pages and feeds, the default first.",
            ["en", "fr"],
        ),
    ]


class EnvironmentTable(TypedDict, total=False):
    """An environment that changes affect, such as production."""

    id: Required[Annotated[str, Key(values.IDENTIFIER, "The id by which other tables refer to it.", "production")]]
    name: Required[Annotated[str, Key(values.NAME, "The name for people.", "Production")]]
    public: Annotated[
        bool,
        Key(values.YES_OR_NO, "Whether it is public; if not, it is only in private feeds that name it.", example=False),
    ]


class PeakHoursTable(TypedDict, total=False):
    """The peak hours of customers' business, which urgent changes had better avoid."""

    days: Required[
        Annotated[
            list[str],
            Key(
                array(values.WEEKDAY, min_length=1),
                "The weekdays on which they start.",
                ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
            ),
        ]
    ]
    start: Required[Annotated[time, Key(date_values.TIME, "The local time at which they start.", time(8))]]
    end: Required[
        Annotated[
            time, Key(date_values.TIME, "The local time at which they end; at or before start: the next day.", time(20))
        ]
    ]
    timezone: Zone


class FeedTable(TypedDict, total=False):
    """A feed: a selection of events with its own URL."""

    slug: Required[Annotated[str, Key(values.SLUG, "Its name in URLs.", "production")]]
    name: Required[Annotated[str, Key(values.NAME, "Its name in calendar clients.", "Seed-to-Sale production")]]
    description: Annotated[str, Key(values.FREE_TEXT, "What it is for.", "Production only.")]
    environments: Environments
    kinds: Annotated[
        list[str], Key(array(values.KIND, min_length=1), "The kinds of event; by default all.", ["maintenance"])
    ]
    public: Annotated[
        bool, Key(values.YES_OR_NO, "Whether it has a public address; if not, only subscribers get it.", example=False)
    ]


class MaintnoteTable(TypedDict, total=False):
    """What MAINTNOTE feeds say for the programs of network teams."""

    provider: Annotated[
        str,
        Key(
            values.PROVIDER,
            "What these programs call you, such as your domain; by default the calendar's uid_domain.",
            "example.com",
        ),
    ]


class RemindersTable(TypedDict, total=False):
    """The reminders for a knowledge base, for tickets and for the telephone."""

    templates: Annotated[
        str,
        Key(values.FOLDER, "The folder of the vendor's own templates, beside this file; by default none.", "reminders"),
    ]


class ScheduleTables(TypedDict, total=False):
    """A maintenance policy: regular maintenance windows and change freezes."""

    calendar: Required[Annotated[CalendarTable, Key(None, "Settings of the whole calendar.", table=CalendarTable)]]
    environments: Required[
        Annotated[
            list[EnvironmentTable],
            Key(None, "The environments that changes affect.", table=EnvironmentTable, many=True),
        ]
    ]
    maintenance_windows: Annotated[list[WindowTable], Key(None, "The regular windows.", table=WindowTable, many=True)]
    change_freezes: Annotated[
        list[FreezeTable], Key(None, "The days without planned changes.", table=FreezeTable, many=True)
    ]
    changes: Annotated[list[ChangeTable], Key(None, "One-off changes.", table=ChangeTable, many=True)]
    peak_hours: Annotated[PeakHoursTable, Key(None, "The peak hours of customers' business.", table=PeakHoursTable)]
    feeds: Annotated[
        list[FeedTable],
        Key(
            None,
            "The feeds beside `all`; by default one for each environment and one for each kind.",
            table=FeedTable,
            many=True,
        ),
    ]
    maintnote: Annotated[MaintnoteTable, Key(None, "MAINTNOTE feeds.", table=MaintnoteTable)]
    reminders: Annotated[RemindersTable, Key(None, "The reminders' own templates.", table=RemindersTable)]
    notice: Annotated[
        NoticeTable, Key(None, "How long ahead customers were promised to hear of changes.", table=NoticeTable)
    ]
    channels: Annotated[list[ChannelTable], Key(None, "Where announcements are sent.", table=ChannelTable, many=True)]
    mail: Annotated[MailTable, Key(None, "Customers' own subscriptions by mail.", table=MailTable)]
    operators: Annotated[OperatorsTable, Key(None, "How operators work.", table=OperatorsTable)]


def key_at(keys: KeyPath) -> Key | None:
    """The declared key at a path, if any."""
    table: type | None = ScheduleTables
    key = None
    for name in keys:
        if isinstance(name, str):
            key = keys_of(table).get(name) if table is not None else None
            table = key.table if key is not None else None
    return key


@cache
def validator() -> SchemaValidator:
    """The validator of a whole file."""
    return SchemaValidator(table_schema(ScheduleTables))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the schedule file; dates and times are strings with a format."""
    from pydantic.json_schema import GenerateJsonSchema  # noqa: PLC0415  (slow, and for editors only)
    from pydantic_core import to_jsonable_python  # noqa: PLC0415

    from icsfeed.store.schedule_file.translations import with_text_tables  # noqa: PLC0415
    from icsfeed.store.schedule_file.zone_advice import timezone_names  # noqa: PLC0415

    schema = to_jsonable_python(GenerateJsonSchema().generate(table_schema(ScheduleTables), mode="validation"))
    zones = timezone_names()
    tables = schema["properties"]
    arrays = (tables["maintenance_windows"]["items"], tables["change_freezes"]["items"])
    for table in (tables["calendar"], *arrays, tables["peak_hours"]):
        table["properties"]["timezone"]["enum"] = zones
    schema = with_text_tables(schema, ScheduleTables)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "icsfeed schedule"}
