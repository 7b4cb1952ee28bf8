"""The tables of maintenance windows and change freezes in the schedule file."""

from datetime import date, datetime, time
from typing import Annotated, Final, Required, TypedDict

from icsfeed.store.schedule_file import date_values, length_values, values
from icsfeed.store.schedule_file.keys import Key
from icsfeed.store.schedule_file.values import array

_ZONE: Final = "America/Toronto"
_MAX_OFFSET_DAYS: Final = 366
_MAX_DAYS_AROUND: Final = 31
Zone = Annotated[str, Key(values.TIMEZONE, "The zone of start and end; by default the calendar's.", _ZONE)]
Environments = Annotated[
    list[str],
    Key(
        array(values.REFERENCE, min_length=1),
        "The ids of the environments; by default all public ones.",
        ["production"],
    ),
]
_OffsetDays = Annotated[
    int,
    Key(
        values.whole_number(-_MAX_OFFSET_DAYS, _MAX_OFFSET_DAYS),
        "With rrule: how many days after each of its dates it starts; below 0: before.",
        2,
    ),
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
    offset_days: _OffsetDays
    dates: Annotated[
        list[date],
        Key(
            array(date_values.DATE, min_length=1),
            "In place of days: the dates on which it starts.",
            [date(2026, 12, 5)],
        ),
    ]
    start: Required[Annotated[time, Key(date_values.TIME, "The local time at which it starts.", time(2))]]
    end: Annotated[
        time, Key(date_values.TIME, "The local time at which it ends; at or before start: the next day.", time(6))
    ]
    duration: Annotated[
        str, Key(length_values.WINDOW_LENGTH, "In place of end: how long it takes, up to 7 days.", "63h")
    ]
    timezone: Zone
    effective_from: Annotated[
        date, Key(date_values.DATE, "The first local date on which it may start.", date(2020, 1, 1))
    ]
    effective_until: Annotated[
        date, Key(date_values.DATE, "The last local date on which it may start.", date(2027, 12, 31))
    ]
    environments: Environments
    impact: Annotated[str, Key(values.IMPACT, "What customers notice; by default an outage.", "outage")]


class _FreezeDays(TypedDict, total=False):
    id: Required[Annotated[str, Key(values.IDENTIFIER, "A unique id, which is part of the UIDs.", "month-end")]]
    name: Required[Annotated[str, Key(values.NAME, "The title for subscribers.", "Change freeze")]]
    description: Annotated[str, Key(values.FREE_TEXT, "What it means to customers.", "No planned change happens.")]
    environments: Environments
    timezone: Annotated[str, Key(values.TIMEZONE, "The zone of its days and times; by default the calendar's.", _ZONE)]
    every: Annotated[str, Key(values.EVERY, "How often a week, or days of the year, are frozen.", "month")]
    week: Annotated[
        str,
        Key(
            values.WEEK,
            "Which week of every month, quarter or year; by default its last 7 days.",
            values.LAST_SEVEN_DAYS,
        ),
    ]
    week_starts: Annotated[str, Key(values.WEEKDAY, "The first day of a calendar week; by default Monday.", "Sunday")]


class HolidaysTable(TypedDict, total=False):
    """Public holidays, and days around them."""

    country: Required[Annotated[str, Key(values.COUNTRY, "The country's code of ISO 3166.", "CA")]]
    subdivision: Annotated[
        str, Key(values.HOLIDAY, "The code of ISO 3166-2 of a province, state or region, without the country.", "ON")
    ]
    days_before: Annotated[
        int, Key(values.whole_number(0, _MAX_DAYS_AROUND), "Days before each that are frozen, too.", 1)
    ]
    days_after: Annotated[
        int, Key(values.whole_number(0, _MAX_DAYS_AROUND), "Days after each that are frozen, too.", 1)
    ]
    only: Annotated[
        list[str],
        Key(
            array(values.HOLIDAY, min_length=1),
            "The names of the holidays that are meant; by default all.",
            ["Christmas Day"],
        ),
    ]


_FreezeEnds = TypedDict(
    "_FreezeEnds",
    {
        "from": Annotated[
            date | str,
            Key(
                date_values.FREEZE_FROM,
                "The first date or, of every year, month and day; or the local date and time at which it starts.",
                date(2026, 12, 18),
            ),
        ],
        "through": Annotated[
            date | str,
            Key(date_values.FREEZE_THROUGH, "The last date or, of every year, month and day.", date(2027, 1, 3)),
        ],
        "until": Annotated[
            datetime,
            Key(
                date_values.FREEZE_UNTIL,
                "In place of through: the local date and time at which it ends.",
                datetime(2027, 1, 4, 9),  # noqa: DTZ001  (local)
            ),
        ],
    },
    total=False,
)


class FreezeTable(_FreezeDays, _FreezeEnds, total=False):
    """A change freeze: days or hours in which no planned change happens."""

    rrule: Annotated[
        str, Key(values.RULE, "A rule of RFC 5545: the dates on which it starts.", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")
    ]
    offset_days: _OffsetDays
    dates: Annotated[
        list[date],
        Key(array(date_values.DATE, min_length=1), "The dates on which it starts.", [date(2026, 12, 24)]),
    ]
    start: Annotated[
        time,
        Key(
            date_values.TIME, "With rrule or dates: the local time at which it starts; by default whole days.", time(17)
        ),
    ]
    duration: Annotated[
        str,
        Key(length_values.FREEZE_LENGTH, "With rrule or dates: how long it takes; by default one day.", "7d"),
    ]
    holidays: Annotated[
        HolidaysTable, Key(None, "The public holidays of a country.", {"country": "CA"}, table=HolidaysTable)
    ]
    effective_from: Annotated[date, Key(date_values.DATE, "The first date that it may freeze.", date(2020, 1, 1))]
    effective_until: Annotated[date, Key(date_values.DATE, "The last date that it may freeze.", date(2027, 12, 31))]
    lifted: Annotated[
        list[date], Key(array(date_values.DATE), "Single dates that are not frozen after all.", [date(2026, 12, 31)])
    ]
