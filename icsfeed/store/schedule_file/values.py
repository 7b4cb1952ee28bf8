"""What a single value of the schedule file may be: for each sort a schema and, where it is refused, a sentence.

The schemas are pydantic's own (``pydantic_core``), written without its models: those alone take as long to import as
`icsfeed check` may take to start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final

from pydantic_core import core_schema
from pydantic_core.core_schema import CoreSchema

from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.recurrence import WEEKDAYS, parse_recurrence
from icsfeed.domain.spans import YEARS
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone_names
from icsfeed.store.schedule_file.guesses import meant, right_ones
from icsfeed.store.schedule_file.notation import written

LAST_SEVEN_DAYS: Final = "last-7-days"
WEEK_OF_LAST_DAY: Final = "week-of-last-day"
LAST_FULL_WEEK: Final = "last-full-week"

IDENTIFIER_PATTERN: Final = "[a-z0-9][a-z0-9-]{0,59}"
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = rf"{_LABEL}(?:\.{_LABEL})*"
_ADDRESS: Final = rf"https?://(?:{_DOMAIN}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
_LINK: Final = rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?(?:[/?#][!#-;=?-\[\]_a-z~]*)?"
_ORIGIN: Final = rf"https?://(?:\*\.)?{_DOMAIN}(?::[0-9]{{1,5}})?"
_HEX_COLOR: Final = "#[0-9A-Fa-f]{6}"
_EMAIL: Final = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_DOMAIN}"
_MONTH_DAY: Final = "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_LONGEST_DOMAIN: Final = 253
_LONGEST_RULE: Final = 200
# Neither U+FFFE nor U+FFFF is a character, and no XML, so no Atom feed, can hold one.
_UNWANTED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def for_json_schema(**updates: object) -> dict[str, Any]:
    """What the JSON Schema of a value or key says beside its type."""
    return {"pydantic_js_updates": updates}


def text_value(check: Callable[[str], str], **updates: object) -> CoreSchema:
    """A text that ``check`` lets in, maybe as another one."""
    schema = core_schema.str_schema(strict=True, metadata=for_json_schema(**updates))
    return core_schema.no_info_after_validator_function(check, schema)


def plain_text(text: str) -> str:
    """The text, where nothing but characters is in it."""
    text = text.replace("\r\n", "\n")
    if found := _UNWANTED.search(text):
        point, position = ord(found[0]), found.start() + 1
        what = "the control character" if point < 0xFFFE else "no character but"  # noqa: PLR2004  (see _UNWANTED)
        msg = f"has {what} U+{point:04X} at position {position}; remove it"
        raise ValueError(msg)
    return text


def _name(text: str) -> str:
    if not text.strip():
        msg = f"{written(text)} says nothing; write the name that people are to read"
        raise ValueError(msg)
    return plain_text(text)


def identifier(text: str, what: str = "an id") -> str:
    """The text, where it can be an id."""
    if not re.fullmatch(IDENTIFIER_PATTERN, text):
        better = re.sub("[^a-z0-9]+", "-", text[:200].casefold()).strip("-")[:60].rstrip("-") or "production"
        msg = (
            f"{written(text)} is not {what}; write at most 60 lower-case letters, digits and hyphens, "
            f"the first one no hyphen, such as {written(better)}"
        )
        raise ValueError(msg)
    return text


def _slug(text: str) -> str:
    if text == ALL:
        msg = f"{written(ALL)} is the feed that every calendar has; choose another slug"
        raise ValueError(msg)
    return identifier(text, "a slug")


def _timezone(text: str) -> str:
    if "/" in text and not text.startswith("Etc/") and text in zone_names():
        return text  # as nearly always: what there is to advise stays unread
    from icsfeed.store.schedule_file.zone_advice import refusal  # noqa: PLC0415

    if (msg := refusal(text)) is not None:
        raise ValueError(msg)
    return text


def _domain(text: str) -> str:
    if not re.fullmatch(_DOMAIN, text) or len(text) > _LONGEST_DOMAIN:
        within = re.search(rf"(?:://|@)({_DOMAIN})", text)
        example = written(within[1] if within else "maintenance.example.com")
        msg = f"{written(text)} is not a domain name; write letters, digits, dots and hyphens only, such as {example}"
        raise ValueError(msg)
    return text


def site_address(text: str) -> str:
    """The address of a web site, without a last slash.

    Raises:
        ValueError: where it is none, in words for the person who wrote it.
    """
    if not re.fullmatch(_ADDRESS, text):
        msg = (
            f"{written(text)} is not the address of a web site; write it from https:// on, without spaces, "
            f'? or #, such as "https://maintenance.example.com"'
        )
        raise ValueError(msg)
    return text.rstrip("/")


def _link(text: str) -> str:
    if not re.fullmatch(_LINK, text):
        msg = (
            f"{written(text)} is not the address of a web page; write it from https:// on, without spaces, "
            f'such as "https://www.example.com/support"'
        )
        raise ValueError(msg)
    return text


def _picture(text: str) -> str:
    if not re.fullmatch(_LINK, text) or not text.startswith("https://"):
        msg = (
            f"{written(text)} is not the address of a picture; write it from https:// on, without spaces, "
            f'such as "https://www.example.com/logo.svg"'
        )
        raise ValueError(msg)
    return text


def _origin(text: str) -> str:
    if not re.fullmatch(_ORIGIN, text):
        within = re.search(rf"(?:https?://)?({_DOMAIN})", text)
        example = written(f"https://{within[1] if within and '.' in within[1] else 'kb.example.com'}")
        msg = f"{written(text)} is not the origin of a web site; write scheme and host alone, such as {example}"
        raise ValueError(msg)
    return text


def _color(text: str) -> str:
    if re.fullmatch(_HEX_COLOR, text):
        return text.lower()
    from webcolors import names  # noqa: PLC0415  (few schedules have a color)

    known = names("css3")
    if text.lower() not in known:
        guess = meant(text, known)
        hint = f"did you mean {written(guess)}?" if guess is not None else 'write one such as "teal" or "#00695c"'
        msg = f"{written(text)} is neither a color that CSS knows by name nor one such as #00695c; {hint}"
        raise ValueError(msg)
    return text.lower()


def _email(text: str) -> str:
    if not re.fullmatch(_EMAIL, text):
        msg = f'{written(text)} is not an email address; write it alone, such as "support@example.com"'
        raise ValueError(msg)
    return text


def _rule(text: str) -> str:
    if len(text) > _LONGEST_RULE or not (text.isascii() and text.isprintable()):
        msg = f"{written(text)} is not a rule; write one such as FREQ=MONTHLY;BYDAY=2TU"
        raise ValueError(msg)
    parse_recurrence(text)
    return text


def _one_of(known: Collection[str], what: str, text: str) -> str:
    if text not in known:
        msg = f"{written(text)} is not {what}; {right_ones(text, known)}"
        raise ValueError(msg)
    return text


def choice(known: Collection[str], what: str) -> CoreSchema:
    """One of those that are ``known``."""
    return text_value(partial(_one_of, known, what), enum=list(known))


def _weekday(text: str) -> str:
    return day if (day := text.capitalize()) in WEEKDAYS else _one_of(WEEKDAYS, "a weekday", text)


def _whole_second(moment: time) -> time:
    if moment.microsecond:
        right = moment.replace(microsecond=0)
        msg = f"{written(moment)} has a fraction of a second; write whole seconds, {written(right)}"
        raise ValueError(msg)
    return moment


def known_day(day: date) -> date:
    """The date, where it is in reach."""
    if day.year not in YEARS:
        msg = f"{written(day)} is out of reach; write a date from {YEARS[0]} to {YEARS[-1]}"
        raise ValueError(msg)
    return day


def _date_or_month_day(value: object) -> object:
    if isinstance(value, datetime):
        msg = f"{written(value)} is a date with a time; write the date alone, {written(value.date())}"
        raise ValueError(msg)  # noqa: TRY004  (pydantic collects ValueErrors only)
    if isinstance(value, date):
        return known_day(value)
    example = 'write a date, such as 2026-12-18, or with every = "year" month and day, such as "12-18"'
    if not isinstance(value, str):
        msg = f"{written(value)} is not a date; {example}"
        raise ValueError(msg)  # noqa: TRY004
    if (days := _as_date(value)) is not None:
        msg = f"{written(value)} is a date in quotes; write it without them: {written(days)}"
        raise ValueError(msg)
    if month_day(value) is None:
        msg = f"{written(value)} is neither a date nor a day of the year; {example}"
        raise ValueError(msg)
    return value


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def month_day(text: str) -> tuple[int, int] | None:
    """The month and day that ``MM-DD`` writes; ``None`` where no year has such a day."""
    if not re.fullmatch(_MONTH_DAY, text) or _as_date(f"2000-{text}") is None:
        return None
    return int(text[:2]), int(text[3:])


NAME: Final = text_value(_name, minLength=1)
FREE_TEXT: Final = text_value(plain_text)
IDENTIFIER: Final = text_value(identifier, pattern=f"^{IDENTIFIER_PATTERN}$")
REFERENCE: Final = core_schema.str_schema(strict=True, metadata=for_json_schema(pattern=f"^{IDENTIFIER_PATTERN}$"))
"""An id that another table has: whether one does is not for a single value to say."""
SLUG: Final = text_value(_slug, pattern=f"^{IDENTIFIER_PATTERN}$")
TIMEZONE: Final = text_value(_timezone)
DOMAIN: Final = text_value(_domain, pattern=f"^{_DOMAIN}$", maxLength=_LONGEST_DOMAIN)
ADDRESS: Final = text_value(site_address, format="uri", pattern=f"^{_ADDRESS}$")
LINK: Final = text_value(_link, format="uri", pattern=f"^{_LINK}$")
PICTURE: Final = text_value(_picture, format="uri", pattern=f"^https://{_LINK.removeprefix('https?://')}$")
ORIGIN: Final = text_value(_origin, pattern=f"^{_ORIGIN}$")
COLOR: Final = text_value(_color, anyOf=[{"pattern": f"^{_HEX_COLOR}$"}, {"pattern": "^[A-Za-z]+$"}])
EMAIL: Final = text_value(_email, format="email")
RULE: Final = text_value(_rule)
IMPACT: Final = choice([impact.value for impact in Impact], "an impact")
KIND: Final = choice([kind.value for kind in Kind], "a kind of entry")
EVERY: Final = choice(["month", "year"], "how often a freeze comes")
WEEK: Final = choice([LAST_SEVEN_DAYS, WEEK_OF_LAST_DAY, LAST_FULL_WEEK], "a week of the month")
_ANY_CASE: Final = "|".join("".join(f"[{char.upper()}{char.lower()}]" for char in day) for day in WEEKDAYS)
WEEKDAY: Final = text_value(_weekday, anyOf=[{"enum": list(WEEKDAYS)}, {"pattern": f"^(?:{_ANY_CASE})$"}])
DATE: Final = core_schema.no_info_after_validator_function(known_day, core_schema.date_schema(strict=True))
TIME: Final = core_schema.no_info_after_validator_function(_whole_second, core_schema.time_schema(strict=True))
DATE_OR_MONTH_DAY: Final = core_schema.no_info_before_validator_function(
    _date_or_month_day,
    core_schema.union_schema(
        [DATE, core_schema.str_schema(strict=True, metadata=for_json_schema(pattern=f"^{_MONTH_DAY}$"))]
    ),
)


def array(items: CoreSchema, *, least: int = 0) -> CoreSchema:
    """An array of at least so many."""
    return core_schema.list_schema(items, strict=True, min_length=least or None)
