"""The tables of the schedule file: their keys, what each is for, and an example."""

from datetime import date, time
from functools import cache
from typing import Annotated, Any, Final, Required, TypedDict

from pydantic_core import SchemaValidator

from icsfeed.store.schedule_file import date_values, values
from icsfeed.store.schedule_file.change_tables import ChangeTable
from icsfeed.store.schedule_file.keys import Key, keys_of, table_schema
from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.values import array

_ZONE: Final = "America/Toronto"
_Zone = Annotated[str, Key(values.TIMEZONE, "The zone of start and end; by default the calendar's.", _ZONE)]
_Environments = Annotated[
    list[str],
    Key(
        array(values.REFERENCE, min_length=1),
        "The ids of the environments; by default all public ones.",
        ["production"],
    ),
]


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


class WindowTable(TypedDict, total=False):
    """A maintenance window: a recurring span of local time in which things may change."""

    id: Required[Annotated[str, Key(values.IDENTIFIER, "A unique id, which is part of the UIDs.", "thursday")]]
    name: Required[Annotated[str, Key(values.NAME, "The title for subscribers.", "Scheduled maintenance")]]
    description: Annotated[str, Key(values.FREE_TEXT, "What it means to customers.", "The platform can't be reached.")]
    days: Annotated[
        list[str], Key(array(values.WEEKDAY, min_length=1), "The weekdays on which it starts.", ["Thursday"])
    ]
    rrule: Annotated[str, Key(values.RULE, "In place of days: a rule of RFC 5545.", "FREQ=MONTHLY;BYDAY=2TU")]
    start: Required[Annotated[time, Key(date_values.TIME, "The local time at which it starts.", time(2))]]
    end: Required[
        Annotated[
            time, Key(date_values.TIME, "The local time at which it ends; at or before start: the next day.", time(6))
        ]
    ]
    timezone: _Zone
    effective_from: Annotated[
        date, Key(date_values.DATE, "The first local date on which it may start.", date(2020, 1, 1))
    ]
    effective_until: Annotated[
        date, Key(date_values.DATE, "The last local date on which it may start.", date(2027, 12, 31))
    ]
    environments: _Environments
    impact: Annotated[str, Key(values.IMPACT, "What customers notice; by default an outage.", "outage")]


class _FreezeDays(TypedDict, total=False):
    id: Required[Annotated[str, Key(values.IDENTIFIER, "A unique id, which is part of the UIDs.", "month-end")]]
    name: Required[Annotated[str, Key(values.NAME, "The title for subscribers.", "Change freeze")]]
    description: Annotated[str, Key(values.FREE_TEXT, "What it means to customers.", "No planned change happens.")]
    every: Annotated[str, Key(values.EVERY, "How often it recurs; left out of a one-off freeze.", "month")]
    week: Annotated[
        str, Key(values.WEEK, "Which week of every month; by default its last 7 days.", values.LAST_SEVEN_DAYS)
    ]
    week_starts: Annotated[str, Key(values.WEEKDAY, "The first day of a calendar week; by default Monday.", "Sunday")]


_FreezeEnds = TypedDict(
    "_FreezeEnds",
    {
        "from": Annotated[
            date | str,
            Key(date_values.DATE_OR_MONTH_DAY, "The first date or, of every year, month and day.", date(2026, 12, 18)),
        ],
        "through": Annotated[
            date | str,
            Key(date_values.DATE_OR_MONTH_DAY, "The last date or, of every year, month and day.", date(2027, 1, 3)),
        ],
    },
    total=False,
)


class FreezeTable(_FreezeDays, _FreezeEnds, total=False):
    """A change freeze: whole days, in the calendar's zone, in which no planned change happens."""

    effective_from: Annotated[date, Key(date_values.DATE, "The first date that it may freeze.", date(2020, 1, 1))]
    effective_until: Annotated[date, Key(date_values.DATE, "The last date that it may freeze.", date(2027, 12, 31))]
    lifted: Annotated[
        list[date], Key(array(date_values.DATE), "Single dates that are not frozen after all.", [date(2026, 12, 31)])
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
    timezone: _Zone


class FeedTable(TypedDict, total=False):
    """A feed: a selection of events with its own URL."""

    slug: Required[Annotated[str, Key(values.SLUG, "Its name in URLs.", "production")]]
    name: Required[Annotated[str, Key(values.NAME, "Its name in calendar clients.", "Seed-to-Sale production")]]
    description: Annotated[str, Key(values.FREE_TEXT, "What it is for.", "Production only.")]
    environments: _Environments
    kinds: Annotated[
        list[str], Key(array(values.KIND, min_length=1), "The kinds of event; by default all.", ["maintenance"])
    ]
    public: Annotated[
        bool, Key(values.YES_OR_NO, "Whether it has a public address; if not, only subscribers get it.", example=False)
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
    for table in (tables["calendar"], tables["maintenance_windows"]["items"], tables["peak_hours"]):
        table["properties"]["timezone"]["enum"] = zones
    schema = with_text_tables(schema, ScheduleTables)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "icsfeed schedule"}
