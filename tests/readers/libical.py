"""libical 3, the engine of Evolution, KDE and many servers, called in C through ctypes.

Two things are done here and not by the engine:

- `icalcomponent_foreach_recurrence` knows no overrides: an instance of a series whose RECURRENCE-ID an override
  carries is left out, and the override gives its own span;
- up to 3.0.18 its span of an all-day event ends a second before the day after DTEND, later at DTEND, so the number of
  days is taken from DTSTART and DTEND.

libical falls back on the host's zones when the feed has no VTIMEZONE for a TZID; such a feed is refused.
"""

import ctypes
import functools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .instances import Instance, starting_within

NAME = "libical"
LIBRARY = "libical.so.3"
MARGIN = timedelta(days=1)

Handle = int | None


class Time(ctypes.Structure):
    """`struct icaltimetype`: a local time and its zone, or a date."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    ]


class Span(ctypes.Structure):
    """`struct icaltime_span`: start and end in seconds since 1970."""

    _fields_ = [("start", ctypes.c_long), ("end", ctypes.c_long), ("is_busy", ctypes.c_int)]


Collect = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


@functools.cache
def _library() -> Any:  # noqa: ANN401  # its functions exist only at run time
    """Load the library and declare the functions used here; OSError when it is absent."""
    library = ctypes.CDLL(LIBRARY)
    handle, text, number, seconds = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_long
    functions: dict[str, tuple[Any, ...]] = {  # name: (result, arguments...)
        "icalparser_parse_string": (handle, text),
        "icalcomponent_free": (None, handle),
        "icalmemory_free_ring": (None,),
        "icalerror_set_errors_are_fatal": (None, number),
        "icalcomponent_isa": (number, handle),
        "icalcomponent_string_to_kind": (number, text),
        "icalproperty_string_to_kind": (number, text),
        "icalcomponent_count_errors": (number, handle),
        "icalcomponent_get_first_component": (handle, handle, number),
        "icalcomponent_get_next_component": (handle, handle, number),
        "icalcomponent_get_first_property": (handle, handle, number),
        "icalcomponent_get_next_property": (handle, handle, number),
        "icalcomponent_get_timezone": (handle, handle, text),
        "icalcomponent_foreach_recurrence": (None, handle, Time, Time, Collect, handle),
        "icalcomponent_get_dtstart": (Time, handle),
        "icalcomponent_get_dtend": (Time, handle),
        "icalcomponent_get_uid": (text, handle),
        "icalcomponent_get_summary": (text, handle),
        "icalcomponent_get_description": (text, handle),
        "icalcomponent_get_status": (number, handle),
        "icalproperty_status_to_string": (text, number),
        "icalproperty_get_parameter_as_string": (text, handle, text),
        "icalproperty_get_datetime_with_component": (Time, handle, handle),
        "icaltime_as_timet_with_zone": (seconds, Time, handle),
        "icaltime_from_timet_with_zone": (Time, seconds, number, handle),
        "icaltimezone_get_utc_timezone": (handle,),
    }
    for name, (result, *arguments) in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.icalerror_set_errors_are_fatal(0)
    return library


def unavailable() -> str | None:
    """What is missing: the shared library."""
    try:
        _library()
    except OSError:
        return f"{LIBRARY} is not installed: apt-get install libical3"
    return None


def read(feed: bytes, start: datetime, end: datetime) -> list[Instance]:
    """List the instances that start in [start, end); a feed that it can't read raises ValueError."""
    library = _library()
    root = library.icalparser_parse_string(feed)
    try:
        _check(root)
        return starting_within(list(_instances(root, start - MARGIN, end + MARGIN)), start, end)
    except ValueError as error:
        raise ValueError(f"{NAME} cannot read the feed") from error
    finally:
        if root is not None:
            library.icalcomponent_free(root)
        library.icalmemory_free_ring()


def _check(root: Handle) -> None:
    """Refuse what libical accepts: another component, a malformed line, an undefined zone or a floating time."""
    library = _library()
    if root is None or library.icalcomponent_isa(root) != library.icalcomponent_string_to_kind(b"VCALENDAR"):
        raise ValueError("not one VCALENDAR")
    if errors := library.icalcomponent_count_errors(root):
        raise ValueError(f"malformed content lines: {errors}")
    for event in _components(root, b"VEVENT"):
        for zone in _zones(event):
            if library.icalcomponent_get_timezone(root, zone) is None:
                raise ValueError(f"no VTIMEZONE for {zone.decode()}")
        first = library.icalcomponent_get_dtstart(event)
        if not first.is_date and first.zone is None:
            raise ValueError("floating or missing DTSTART")


def _zones(event: Handle) -> set[bytes]:
    times = (prop for name in (b"DTSTART", b"DTEND", b"EXDATE", b"RECURRENCE-ID") for prop in _properties(event, name))
    return {_library().icalproperty_get_parameter_as_string(prop, b"TZID") for prop in times} - {None}


def _instances(root: Handle, start: datetime, end: datetime) -> Iterator[Instance]:
    library = _library()
    events = [(event, _recurrence_id(event)) for event in _components(root, b"VEVENT")]
    overridden = {(library.icalcomponent_get_uid(event), moment) for event, moment in events if moment is not None}
    for event, moment in events:
        for span in _spans(event, start, end):
            if moment is None and (library.icalcomponent_get_uid(event), span[0]) in overridden:
                continue
            yield _instance(event, *span)


def _spans(event: Handle, start: datetime, end: datetime) -> list[tuple[int, int]]:
    library = _library()
    spans: list[tuple[int, int]] = []

    def collect(_event: Handle, address: int, _data: Handle) -> None:
        span = Span.from_address(address)
        spans.append((span.start, span.end))

    utc = library.icaltimezone_get_utc_timezone()
    limits = (library.icaltime_from_timet_with_zone(int(limit.timestamp()), 0, utc) for limit in (start, end))
    library.icalcomponent_foreach_recurrence(event, *limits, Collect(collect), None)
    return spans


def _instance(event: Handle, start: int, end: int) -> Instance:
    library = _library()
    first, last = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    texts = (
        _text(library.icalcomponent_get_uid(event)),
        _text(library.icalcomponent_get_summary(event)),
        _text(library.icalcomponent_get_description(event)),
        _text(library.icalproperty_status_to_string(library.icalcomponent_get_status(event))),
    )
    dtstart, dtend = library.icalcomponent_get_dtstart(event), library.icalcomponent_get_dtend(event)
    if dtstart.is_date:
        return Instance(first.date(), first.date() + (_date(dtend) - _date(dtstart)), *texts)
    return Instance(first, last, *texts)


def _recurrence_id(event: Handle) -> int | None:
    """The start of the instance that an override replaces, in seconds since 1970; None for a master."""
    library = _library()
    for prop in _properties(event, b"RECURRENCE-ID"):
        time = library.icalproperty_get_datetime_with_component(prop, event)
        seconds: int = library.icaltime_as_timet_with_zone(time, time.zone or library.icaltimezone_get_utc_timezone())
        return seconds
    return None


def _components(parent: Handle, kind: bytes) -> list[int]:
    library = _library()
    number = library.icalcomponent_string_to_kind(kind)
    return _walk(library.icalcomponent_get_first_component, library.icalcomponent_get_next_component, parent, number)


def _properties(parent: Handle, kind: bytes) -> list[int]:
    library = _library()
    number = library.icalproperty_string_to_kind(kind)
    return _walk(library.icalcomponent_get_first_property, library.icalcomponent_get_next_property, parent, number)


def _walk(
    first: Callable[[Handle, int], Handle], following: Callable[[Handle, int], Handle], parent: Handle, kind: int
) -> list[int]:
    """List all children before using any: the component stores the iterator, and other calls move it."""
    children = []
    child = first(parent, kind)
    while child is not None:
        children.append(child)
        child = following(parent, kind)
    return children


def _date(time: Time) -> date:
    return date(time.year, time.month, time.day)


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode()
