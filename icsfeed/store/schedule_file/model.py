"""The tables and keys of the schedule file: what each may hold, what it is for, and an example."""

from datetime import date, time
from functools import cache
from typing import Annotated, Final, NotRequired, TypedDict

from pydantic_core import SchemaValidator

from icsfeed.store.schedule_file import values
from icsfeed.store.schedule_file.change_tables import ChangeTable
from icsfeed.store.schedule_file.keys import Key, keys_of, table_schema
from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.values import array


class OrganizerTable(TypedDict):
    """Whom customers ask."""

    name: Annotated[str, Key(values.NAME, "Who customers ask.", "Customer Support")]
    email: Annotated[str, Key(values.EMAIL, "The address that customers write to.", "support@example.com")]


_ORGANIZER: Final = {"name": "Customer Support", "email": "support@example.com"}


class CalendarTable(TypedDict):
    """What holds for the whole calendar."""

    name: Annotated[str, Key(values.NAME, "What the calendar is called.", "Seed-to-Sale maintenance")]
    timezone: Annotated[
        str, Key(values.TIMEZONE, "The vendor's time zone: a name of the IANA database.", "America/Toronto")
    ]
    uid_domain: Annotated[
        str,
        Key(
            values.DOMAIN,
            "The right-hand side of every event's UID: a domain of your own that never changes again.",
            "maintenance.example.com",
        ),
    ]
    url: NotRequired[
        Annotated[str, Key(values.ADDRESS, "Where the feeds are served.", "https://maintenance.example.com")]
    ]
    description: NotRequired[
        Annotated[str, Key(values.FREE_TEXT, "What the calendar is for.", "When the platform is down.")]
    ]
    organizer: NotRequired[
        Annotated[OrganizerTable, Key(None, "Whom customers ask.", _ORGANIZER, table=OrganizerTable)]
    ]
    vendor: NotRequired[Annotated[str, Key(values.NAME, "The name at the head of customers' pages.", "Example Inc.")]]
    logo: NotRequired[
        Annotated[str, Key(values.PICTURE, "The address of a picture beside it.", "https://example.com/logo.svg")]
    ]
    color: NotRequired[Annotated[str, Key(values.COLOR, "The color of buttons: a CSS name or #rrggbb.", "#00695c")]]
    support_url: NotRequired[Annotated[str, Key(values.LINK, "Where customers get help.", "https://example.com/help")]]
    embed_in: NotRequired[
        Annotated[
            list[str],
            Key(
                array(values.ORIGIN, least=1),
                "The sites that may show /embed/ in a frame; by default none.",
                ["https://kb.example.com"],
            ),
        ]
    ]


class EnvironmentTable(TypedDict):
    """What a change touches, such as production."""

    id: Annotated[str, Key(values.IDENTIFIER, "What the other tables call it.", "production")]
    name: Annotated[str, Key(values.NAME, "What people call it.", "Production")]


_FROM: Final = "The first local date on which one may start."
_UNTIL: Final = "The last local date on which one may start."


class WindowTable(TypedDict):
    """A maintenance window: a recurring span of local time in which things may change."""

    id: Annotated[str, Key(values.IDENTIFIER, "What tells it from the others; it is part of the UIDs.", "thursday")]
    name: Annotated[str, Key(values.NAME, "What subscribers read.", "Scheduled maintenance")]
    description: NotRequired[
        Annotated[str, Key(values.FREE_TEXT, "What it means for customers.", "The platform can't be reached.")]
    ]
    days: NotRequired[
        Annotated[list[str], Key(array(values.WEEKDAY, least=1), "The weekdays on which it starts.", ["Thursday"])]
    ]
    rrule: NotRequired[
        Annotated[str, Key(values.RULE, "In place of days: a rule of RFC 5545.", "FREQ=MONTHLY;BYDAY=2TU")]
    ]
    start: Annotated[time, Key(values.TIME, "The local time at which it starts.", time(2))]
    end: Annotated[
        time, Key(values.TIME, "The local time at which it ends; at or before start: the next day's.", time(6))
    ]
    timezone: NotRequired[
        Annotated[str, Key(values.TIMEZONE, "The zone of start and end; by default the calendar's.", "America/Toronto")]
    ]
    effective_from: NotRequired[Annotated[date, Key(values.DATE, _FROM, date(2020, 1, 1))]]
    effective_until: NotRequired[Annotated[date, Key(values.DATE, _UNTIL, date(2027, 12, 31))]]
    environments: NotRequired[
        Annotated[
            list[str],
            Key(array(values.REFERENCE, least=1), "The ids of what it touches; by default all.", ["production"]),
        ]
    ]
    impact: NotRequired[Annotated[str, Key(values.IMPACT, "What customers notice; by default an outage.", "outage")]]


_FreezeDates = TypedDict(
    "_FreezeDates",
    {
        "id": Annotated[
            str, Key(values.IDENTIFIER, "What tells it from the others; it is part of the UIDs.", "month-end")
        ],
        "name": Annotated[str, Key(values.NAME, "What subscribers read.", "Change freeze")],
        "description": NotRequired[
            Annotated[str, Key(values.FREE_TEXT, "What it means for customers.", "No planned change happens.")]
        ],
        "every": NotRequired[
            Annotated[str, Key(values.EVERY, "How often it comes; left out, once, on dates of its own.", "month")]
        ],
        "week": NotRequired[
            Annotated[
                str, Key(values.WEEK, "Which week of every month; by default its last 7 days.", values.LAST_SEVEN_DAYS)
            ]
        ],
        "week_starts": NotRequired[
            Annotated[str, Key(values.WEEKDAY, "The first day of a calendar week; by default Monday.", "Sunday")]
        ],
        "from": NotRequired[
            Annotated[
                date | str,
                Key(values.DATE_OR_MONTH_DAY, "The first date or, of every year, month and day.", date(2026, 12, 18)),
            ]
        ],
        "through": NotRequired[
            Annotated[
                date | str,
                Key(values.DATE_OR_MONTH_DAY, "The last date or, of every year, month and day.", date(2027, 1, 3)),
            ]
        ],
    },
)


class FreezeTable(_FreezeDates):
    """A change freeze: whole days, in the calendar's zone, in which no planned change happens."""

    effective_from: NotRequired[
        Annotated[date, Key(values.DATE, "The first date that it may freeze.", date(2020, 1, 1))]
    ]
    effective_until: NotRequired[
        Annotated[date, Key(values.DATE, "The last date that it may freeze.", date(2027, 12, 31))]
    ]
    lifted: NotRequired[
        Annotated[
            list[date], Key(array(values.DATE), "Single dates that are not frozen after all.", [date(2026, 12, 31)])
        ]
    ]


class PeakHoursTable(TypedDict):
    """When customers' business peaks: an urgent change is better made outside these hours."""

    days: Annotated[
        list[str],
        Key(
            array(values.WEEKDAY, least=1),
            "The weekdays on which they start.",
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
        ),
    ]
    start: Annotated[time, Key(values.TIME, "The local time at which they start.", time(8))]
    end: Annotated[
        time, Key(values.TIME, "The local time at which they end; at or before start: the next day's.", time(20))
    ]
    timezone: NotRequired[
        Annotated[str, Key(values.TIMEZONE, "The zone of start and end; by default the calendar's.", "America/Toronto")]
    ]


class FeedTable(TypedDict):
    """A feed: a selection with its own URL."""

    slug: Annotated[str, Key(values.SLUG, "Its name in URLs.", "production")]
    name: Annotated[str, Key(values.NAME, "What subscribers' clients call it.", "Seed-to-Sale production")]
    description: NotRequired[Annotated[str, Key(values.FREE_TEXT, "What it is for.", "Production only.")]]
    environments: NotRequired[
        Annotated[
            list[str],
            Key(array(values.REFERENCE, least=1), "The ids of what it shows; by default all.", ["production"]),
        ]
    ]
    kinds: NotRequired[
        Annotated[
            list[str],
            Key(array(values.KIND, least=1), "The kinds of entry that it shows; by default all.", ["maintenance"]),
        ]
    ]


class ScheduleTables(TypedDict):
    """A maintenance policy: regular maintenance windows and change freezes."""

    calendar: Annotated[CalendarTable, Key(None, "What holds for the whole calendar.", table=CalendarTable)]
    environments: Annotated[list[EnvironmentTable], Key(None, "What changes touch.", table=EnvironmentTable, many=True)]
    maintenance_windows: NotRequired[
        Annotated[list[WindowTable], Key(None, "The regular windows.", table=WindowTable, many=True)]
    ]
    change_freezes: NotRequired[
        Annotated[list[FreezeTable], Key(None, "When nothing is changed.", table=FreezeTable, many=True)]
    ]
    changes: NotRequired[Annotated[list[ChangeTable], Key(None, "One-off changes.", table=ChangeTable, many=True)]]
    peak_hours: NotRequired[
        Annotated[PeakHoursTable, Key(None, "When customers' business peaks.", table=PeakHoursTable)]
    ]
    feeds: NotRequired[
        Annotated[
            list[FeedTable],
            Key(
                None,
                "The feeds beside `all`; by default one for each environment and one for each kind.",
                table=FeedTable,
                many=True,
            ),
        ]
    ]


def key_at(keys: KeyPath) -> Key | None:
    """The declared key at a path; ``None`` where there is none."""
    table: type | None = ScheduleTables
    key = None
    for name in keys:
        if isinstance(name, str):
            key = keys_of(table).get(name) if table is not None else None
            table = key.table if key is not None else None
    return key


@cache
def validator() -> SchemaValidator:
    """What checks a whole file."""
    return SchemaValidator(table_schema(ScheduleTables))
