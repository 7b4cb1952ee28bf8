"""Exporting a thousand private feeds, against plain file writes: ``python -m tests.benchmarks.exporting [FOLDER]``.

Both write a feed of 50 kB for each of a thousand subscribers, plus its gzip and Brotli files, from bytes that are in
memory as they are in a server. The floor writes into an empty folder, without looking at what is there. In "one change"
one subscriber has a new token, and the old one has expired. The comparison with icalendar builds each feed property by
property, as a program without rendered events would. Files go to FOLDER, by default the system's temporary folder.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from icalendar import Calendar, Component

from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.export.exporting import export, read_manifest
from icsfeed.export.folder import Folder
from icsfeed.export.site import all_files
from icsfeed.ical.calendar import CONTENT_TYPE
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.private import private_feeds
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from icsfeed.store.schedule_file import example_path, load_schedule
from tests.benchmarks.measuring import report

FEEDS = 1000
SIZE = 50_000
ROUNDS = 7
FEEDS_BUILT = 10
"""Feeds built with icalendar; a thousand would take a minute."""

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = load_schedule(example_path()).schedule
BEGIN, END = b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n"


def pieces() -> list[bytes]:
    """The parts of a feed of ``SIZE`` bytes: its head, its events and its end."""
    whole = build_feed(Situation(schedule=POLICY, now=NOW), "all", Rendering.EXPANDED).body
    head, *events = whole.removesuffix(END).split(BEGIN)
    parts = [head]
    while sum(map(len, parts)) < SIZE:
        parts.append(BEGIN + events[len(parts)])
    return [*parts, END]


PIECES = pieces()
BODY = b"".join(PIECES)
PUBLIC = Representation(body=BODY, content_type=CONTENT_TYPE)
PUBLICATION = replace(
    publish(Situation(schedule=POLICY, now=NOW), changed_at=NOW), representations={"/feeds/all.ics": PUBLIC}
)
KEY = TokenKey(secret=b"k" * 32)


def subscriber(number: int, action: Action, salt: str) -> SubscriberStep:
    """A step that gives the subscriber a new token; the token before expires at once."""
    digest, name = digest_of(KEY.token(salt)), f"Customer {number}"
    return SubscriberStep(action=action, name=name, at=NOW, feed="all", digest=digest, salt=salt, until=NOW)


SUBSCRIBERS = NOBODY.after(subscriber(number, Action.ADD, str(number)) for number in range(FEEDS))


def exporting(dest: Path, subscribers: Subscribers = SUBSCRIBERS) -> int:
    """Export as ``export --token-key`` does; gives how many files were written."""
    target = Folder(dest)
    with target.locked():
        before = read_manifest(target)
        private = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
        files = all_files(PUBLICATION, private, with_hosts=True)
        return len(export(files, target, before=before, ledger={}).written)


def deriving() -> None:
    """The first part of an export: deriving and checking all tokens."""
    private_feeds(PUBLICATION, SUBSCRIBERS, KEY, now=NOW)


def writing(dest: Path) -> None:
    """The floor: plain file writes."""
    ready = (("", PUBLIC.body), (".gz", PUBLIC.packed), (".br", PUBLIC.tightly_packed))
    for number in range(FEEDS):
        folder = f"{dest}/private/{number:04}"
        os.makedirs(folder)  # noqa: PTH103  (here and below: as fast as Python does it)
        for end, content in ready:
            with open(f"{folder}/all.ics{end}", "wb") as file:  # noqa: PTH123
                file.write(content)


def building(dest: Path) -> None:
    """Build some of the feeds with icalendar."""
    model = Calendar.from_ical(b"".join(PIECES))
    for number in range(FEEDS_BUILT):
        (dest / f"{number}.ics").write_bytes(built(model, Calendar()).to_ical())


def built(model: Component, new: Component) -> Component:
    """A copy of the component, built property by property."""
    for name, value in model.items():
        new.add(name, value)
    for part in model.subcomponents:
        new.add_component(built(part, type(part)()))
    return new


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def one_round(folder: Path, number: int) -> dict[str, float]:
    """The seconds of each measurement, all taken one after the other."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        plain, dest, rebuilt = (Path(fresh) / name for name in ("plain", "dest", "rebuilt"))
        rebuilt.mkdir()
        changed = SUBSCRIBERS.after([subscriber(number, Action.ROTATE, f"{number} again")])
        return {
            "floor": seconds(lambda: writing(plain)),
            "cold": seconds(lambda: exporting(dest)),
            "nothing changed": seconds(lambda: exporting(dest)),
            "one change": seconds(lambda: exporting(dest, changed)),
            "tokens": seconds(deriving),
            "icalendar": seconds(lambda: building(rebuilt)) * FEEDS / FEEDS_BUILT,
        }


def main(folder: Path) -> None:
    """Measure in rounds and print the best of each: whatever else the machine does only adds to a time."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        exporting(Path(fresh))
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (FEEDS * SIZE)
    rounds = [one_round(folder, number) for number in range(ROUNDS)]
    best = {label: min(each[label] for each in rounds) for label in rounds[0]}
    for label, goal in (("cold", 2), ("one change", 0.3), ("nothing changed", 0.1), ("tokens", 0.02)):
        report(label, best[label] / best["floor"], goal)
    gain = best["icalendar"] / best["cold"]
    print(f"a cold export takes 1/{gain:.0f} of the time of building with icalendar (goal: at most 1/60)")  # noqa: T201
    print(f"peak memory: {memory:.2f} times the feeds' own bytes, in addition to the publication")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir()))
