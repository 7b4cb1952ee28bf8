"""Texts in the schedule file: for each kind of text a schema, and the message where one is refused.

The schemas are those of ``pydantic_core``, without pydantic's models: importing those takes as long as `icsfeed check`
may take to start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

from pydantic_core import core_schema
from pydantic_core.core_schema import CoreSchema

from icsfeed.domain.feeds import ALL, Kind
from icsfeed.domain.recurrence import parse_recurrence
from icsfeed.domain.rule_parts import WEEKDAY_CODES, WEEKDAYS
from icsfeed.domain.texts import without_direction_controls
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone_names
from icsfeed.store.schedule_file import addresses
from icsfeed.store.schedule_file.near_matches import nearest, suggestion
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.weekday_advice import days_remedy, rule_remedy
from icsfeed.words.languages import LANGUAGES

FIRST_SEVEN_DAYS: Final = "first-7-days"
LAST_SEVEN_DAYS: Final = "last-7-days"
WEEK_OF_LAST_DAY: Final = "week-of-last-day"
LAST_FULL_WEEK: Final = "last-full-week"

IDENTIFIER_PATTERN: Final = "[a-z0-9][a-z0-9-]{0,59}"
_HEX_COLOR_PATTERN: Final = "#[0-9A-Fa-f]{6}"
_ANY_CASE_WEEKDAY: Final = "|".join("".join(f"[{char.upper()}{char.lower()}]" for char in day) for day in WEEKDAYS)
_DATABASE_PATTERN: Final = r"(?:env:[A-Za-z_][A-Za-z0-9_]*|(?:sqlite|postgres|postgresql)(?:\+[a-z]+)?://\S+)"
_MAX_RULE_CHARS: Final = 200
_DAYS_OF_A_WEEK: Final = {
    "day": WEEKDAY_CODES,
    "weekday": WEEKDAY_CODES[:5],
    "week": WEEKDAY_CODES[4:5],
    "weekend": WEEKDAY_CODES[5:],
}
"""What a freeze may be said to recur every, and the weekdays of the rule that says it."""
# Neither U+FFFE nor U+FFFF is a character, and XML, and so Atom, can't contain them.
_FORBIDDEN_CHARS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def for_json_schema(**updates: object) -> dict[str, Any]:
    """The metadata that adds to the JSON Schema of a value or key."""
    return {"pydantic_js_updates": updates}


def text_value(check: Callable[[str], str], **updates: object) -> CoreSchema:
    """The schema of a text that ``check`` accepts, and may rewrite."""
    schema = core_schema.str_schema(strict=True, metadata=for_json_schema(**updates))
    return core_schema.no_info_after_validator_function(check, schema)


def choice(options: Collection[str], noun: str) -> CoreSchema:
    """The schema of one of the options."""
    return text_value(partial(_option, options, noun), enum=list(options))


def array(items: CoreSchema, *, min_length: int = 0) -> CoreSchema:
    """The schema of an array."""
    return core_schema.list_schema(items, strict=True, min_length=min_length or None)


def whole_number(least: int, most: int) -> CoreSchema:
    """The schema of a whole number within those bounds."""
    schema = core_schema.int_schema(strict=True, ge=least, le=most)
    return core_schema.no_info_before_validator_function(partial(_whole_number, least, most), schema)


def _whole_number(least: int, most: int, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        remedy = "write one without quotes" if isinstance(value, str) else "write one"
        msg = f"{as_toml(value)} is not a whole number from {least} to {most}; {remedy}, such as 2"
        raise ValueError(msg)
    return value


def _option(options: Collection[str], noun: str, text: str) -> str:
    if text not in options:
        msg = f"{as_toml(text)} is not {noun}; {suggestion(text, options)}"
        raise ValueError(msg)
    return text


def plain_text(text: str) -> str:
    """The text with line feeds for line ends.

    Raises:
        ValueError: for control characters, noncharacters and controls for the direction of text.
    """
    text = text.replace("\r\n", "\n")
    if forbidden := _FORBIDDEN_CHARS.search(text):
        noun = "noncharacter" if forbidden[0] in "\ufffe\uffff" else "control character"
        msg = f"the text has the {noun} U+{ord(forbidden[0]):04X} at position {forbidden.start() + 1}; remove it"
        raise ValueError(msg)
    return without_direction_controls(text, "the text")


def single_line(text: str, *, content: str, remedy: str) -> str:
    """The text, which needs some ``content`` on one line; the ``remedy`` is for several lines.

    Raises:
        ValueError: where it is blank or has several lines.
    """
    if not text.strip():
        msg = f"{as_toml(text)} is blank; write {content}"
        raise ValueError(msg)
    if len(plain_text(text).strip().splitlines()) > 1:
        msg = f"{as_toml(text)} has several lines; write {remedy}"
        raise ValueError(msg)
    return plain_text(text)


def identifier(text: str, noun: str = "an id") -> str:
    """The text, if it can be an id.

    Raises:
        ValueError: otherwise.
    """
    if not re.fullmatch(IDENTIFIER_PATTERN, text):
        better = re.sub("[^a-z0-9]+", "-", text[:200].casefold()).strip("-")[:60].rstrip("-") or "production"
        msg = (
            f"{as_toml(text)} is not {noun}; write at most 60 lower-case letters, digits and hyphens, "
            f"not beginning with a hyphen, such as {as_toml(better)}"
        )
        raise ValueError(msg)
    return text


def _slug(text: str) -> str:
    if text == ALL:
        msg = f"{as_toml(ALL)} is the feed that every calendar has; choose another slug"
        raise ValueError(msg)
    return identifier(text, "a slug")


def _timezone(text: str) -> str:
    if "/" in text and not text.startswith("Etc/") and text in zone_names():
        return text  # the usual case, without an import of the advice
    from icsfeed.store.schedule_file.zone_advice import refusal  # noqa: PLC0415

    if (msg := refusal(text)) is not None:
        raise ValueError(msg)
    return text


def _color(text: str) -> str:
    if re.fullmatch(_HEX_COLOR_PATTERN, text):
        return text.lower()
    from webcolors import names  # noqa: PLC0415  (few schedules have a color)

    color_names = names("css3")
    if text.lower() not in color_names:
        match = nearest(text, color_names)
        remedy = f"did you mean {as_toml(match)}?" if match is not None else 'write one such as "teal" or "#00695c"'
        msg = f"{as_toml(text)} is neither a color that CSS knows by name nor one such as #00695c; {remedy}"
        raise ValueError(msg)
    return text.lower()


def _rule(text: str) -> str:
    if "=" not in text and (remedy := rule_remedy(text)) is not None:
        msg = f"{as_toml(text)} is not a rule; {remedy}"
        raise ValueError(msg)
    if len(text) > _MAX_RULE_CHARS or not (text.isascii() and text.isprintable()):
        msg = f"{as_toml(text)} is not a rule; write one such as FREQ=MONTHLY;BYDAY=2TU"
        raise ValueError(msg)
    parse_recurrence(text)
    return text


def _every(text: str) -> str:
    if (days := _DAYS_OF_A_WEEK.get(text)) is not None:
        rule = f"FREQ=WEEKLY;BYDAY={','.join(days)}"
        msg = f'{as_toml(text)} is a matter of a rule; write rrule = "{rule}" in place of every'
        raise ValueError(msg)
    return _option(["month", "quarter", "year"], "how often a freeze recurs", text)


def _weekday(text: str) -> str:
    if (day := text.capitalize()) in WEEKDAYS:
        return day
    remedy = days_remedy(text)
    if remedy is None and len(text.split()) > 1:
        remedy = 'write one, such as "Thursday", or an rrule in place of days'
    if remedy is not None:
        msg = f"{as_toml(text)} is not a weekday; {remedy}"
        raise ValueError(msg)
    return _option(WEEKDAYS, "a weekday", text)


def _country(text: str) -> str:
    from icsfeed.store.schedule_file.holiday_values import country_refusal  # noqa: PLC0415  (few schedules have holidays)

    if (msg := country_refusal(text)) is not None:
        raise ValueError(msg)
    return text


def _database(text: str) -> str:
    if not re.fullmatch(_DATABASE_PATTERN, text):
        msg = (
            "this is neither env: and the name of a variable nor the URL of a database (it is not repeated here, since "
            "it may hold a password); write one such as env:DATABASE_URL, sqlite:///icsfeed.db or "
            "postgresql://user@host/name"
        )
        raise ValueError(msg)
    return text


_name = partial(single_line, content="the name that people are to read", remedy="it on one line")
_provider = partial(single_line, content="a name that no other vendor has", remedy="it on one line")
NAME: Final = text_value(_name, minLength=1)
PROVIDER: Final = text_value(_provider, minLength=1)
"""A name for programs, which is the same in all languages."""
FREE_TEXT: Final = text_value(plain_text)
FOLDER: Final = text_value(partial(single_line, content="the name of a folder", remedy="it on one line"), minLength=1)
IDENTIFIER: Final = text_value(identifier, pattern=f"^{IDENTIFIER_PATTERN}$")
REFERENCE: Final = core_schema.str_schema(strict=True, metadata=for_json_schema(pattern=f"^{IDENTIFIER_PATTERN}$"))
"""The id of an environment; whether there is one of that id is checked between tables."""
SLUG: Final = text_value(_slug, pattern=f"^{IDENTIFIER_PATTERN}$")
TIMEZONE: Final = text_value(_timezone)
DOMAIN: Final = text_value(
    addresses.domain, pattern=f"^{addresses.DOMAIN_PATTERN}$", maxLength=addresses.MAX_DOMAIN_CHARS
)
ADDRESS: Final = text_value(addresses.site_address, format="uri", pattern=f"^{addresses.SITE_PATTERN}$")
LINK: Final = text_value(addresses.link, format="uri", pattern=f"^{addresses.LINK_PATTERN}$")
PICTURE: Final = text_value(addresses.picture, format="uri", pattern=f"^{addresses.PICTURE_PATTERN}$")
ORIGIN: Final = text_value(addresses.origin, pattern=f"^{addresses.ORIGIN_PATTERN}$")
DATABASE: Final = text_value(_database, pattern=f"^{_DATABASE_PATTERN}$")
EMAIL: Final = text_value(addresses.email, format="email")
COLOR: Final = text_value(_color, anyOf=[{"pattern": f"^{_HEX_COLOR_PATTERN}$"}, {"pattern": "^[A-Za-z]+$"}])
HOLIDAY: Final = core_schema.str_schema(strict=True)
"""The name of a public holiday, or the code of a subdivision; whether there is one is checked between keys."""
COUNTRY: Final = text_value(_country, pattern="^[A-Z]{2}$")
RULE: Final = text_value(_rule)
IMPACT: Final = choice([impact.value for impact in Impact], "an impact")
LANGUAGE: Final = choice([language.code for language in LANGUAGES], "a language that icsfeed speaks")
KIND: Final = choice([kind.value for kind in Kind], "a kind of event")
WEEK: Final = choice(
    [FIRST_SEVEN_DAYS, LAST_SEVEN_DAYS, WEEK_OF_LAST_DAY, LAST_FULL_WEEK], "a week of the month, quarter or year"
)
EVERY: Final = text_value(_every, enum=["month", "quarter", "year"])
YES_OR_NO: Final = core_schema.bool_schema(strict=True)
WEEKDAY: Final = text_value(_weekday, anyOf=[{"enum": list(WEEKDAYS)}, {"pattern": f"^(?:{_ANY_CASE_WEEKDAY})$"}])
