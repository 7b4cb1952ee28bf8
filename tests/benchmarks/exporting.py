"""A thousand private feeds exported against plain file writes: ``python -m tests.benchmarks.exporting [FOLDER]``.

Both sides write a feed of 50 kB for each of a thousand subscribers, with its bytes in gzip and Brotli beside it, all of
which are ready as a server has them; the floor does so into an empty folder, without a look at what is there. Where one
subscriber changes, it has a new token, and the old one ends at once. Building each feed with icalendar is what whoever
has no ready events does. It all happens below the system's folder for temporary files, or the one that is named.
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
from statistics import median

from icalendar import Calendar, Component

from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.export.exporting import export, read_manifest
from icsfeed.export.folder import Folder
from icsfeed.export.site import all_files
from icsfeed.ical.calendar import CONTENT_TYPE, calendar_bytes, render_events
from icsfeed.ical.series import Rendering
from icsfeed.publication.private import private_feeds
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from icsfeed.store.schedule_file import example_path, load_schedule
from tests.benchmarks.measuring import report

FEEDS = 1000
SIZE = 50_000
ROUNDS = 7
BUILT = 10
"""So many feeds are built with icalendar; a thousand take a minute."""

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = load_schedule(example_path()).schedule
BEGIN, END = b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n"


def pieces() -> list[bytes]:
    """What a feed of that size is joined from."""
    events = render_events(POLICY, Rendering.EXPANDED, now=NOW)
    whole = calendar_bytes(POLICY, POLICY.feed("all"), events, now=NOW)
    head, *found = whole.removesuffix(END).split(BEGIN)
    taken = [head]
    while sum(map(len, taken)) < SIZE:
        taken.append(BEGIN + found[len(taken)])
    return [*taken, END]


PIECES = pieces()


BODY = b"".join(PIECES)
PUBLIC = Representation(body=BODY, content_type=CONTENT_TYPE)
PUBLICATION = replace(publish(POLICY, changed_at=NOW, now=NOW), representations={"/feeds/all.ics": PUBLIC})
KEY = TokenKey(secret=b"k" * 32)


def subscriber(number: int, action: Action, salt: str) -> SubscriberStep:
    """What support does with one subscriber; the token of before ends at once."""
    digest, name = digest_of(KEY.token(salt)), f"Customer {number}"
    return SubscriberStep(action=action, name=name, at=NOW, feed="all", digest=digest, salt=salt, until=NOW)


SUBSCRIBERS = NOBODY.after(subscriber(number, Action.ADD, str(number)) for number in range(FEEDS))


def exporting(dest: Path, subscribers: Subscribers = SUBSCRIBERS) -> int:
    """Export as ``export --private`` does; gives how many files were written."""
    target = Folder(dest)
    with target.locked():
        before = read_manifest(target)
        private = private_feeds(PUBLICATION, subscribers, KEY, now=NOW)
        files = all_files(PUBLICATION, private, with_hosts=True)
        return len(export(files, target, before=before, ledger={}).written)


def deriving() -> None:
    """What is done before: all tokens are derived and checked."""
    private_feeds(PUBLICATION, SUBSCRIBERS, KEY, now=NOW)


def writing(dest: Path) -> None:
    """The floor."""
    ready = (("", PUBLIC.body), (".gz", PUBLIC.packed), (".br", PUBLIC.tightly_packed))
    for number in range(FEEDS):
        folder = f"{dest}/private/{number:04}"
        os.makedirs(folder)  # noqa: PTH103  (here and below: as fast as Python does it)
        for end, content in ready:
            with open(f"{folder}/all.ics{end}", "wb") as file:  # noqa: PTH123
                file.write(content)


def building(dest: Path) -> None:
    """Some of the feeds, property by property, with icalendar."""
    model = Calendar.from_ical(b"".join(PIECES))
    for number in range(BUILT):
        (dest / f"{number}.ics").write_bytes(built(model, Calendar()).to_ical())


def built(model: Component, new: Component) -> Component:
    """The same component made anew."""
    for name, value in model.items():
        new.add(name, value)
    for part in model.subcomponents:
        new.add_component(built(part, type(part)()))
    return new


def seconds(action: Callable[[], object]) -> float:
    """How long that takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def one_round(folder: Path, number: int) -> dict[str, float]:
    """How many times the floor each takes, one after the other."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        plain, dest, own = (Path(fresh) / name for name in ("plain", "dest", "own"))
        own.mkdir()
        changed = SUBSCRIBERS.after([subscriber(number, Action.ROTATE, f"{number} again")])
        floor = seconds(lambda: writing(plain))
        times = {
            "cold": seconds(lambda: exporting(dest)),
            "nothing changed": seconds(lambda: exporting(dest)),
            "one change": seconds(lambda: exporting(dest, changed)),
            "tokens": seconds(deriving),
            "icalendar": seconds(lambda: building(own)) * FEEDS / BUILT,
        }
    return {what: took / floor for what, took in times.items()} | {"gain": times["icalendar"] / times["cold"]}


def main(folder: Path) -> None:
    """Measure in rounds, and say the medians."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        exporting(Path(fresh))
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (FEEDS * SIZE)
    rounds = [one_round(folder, number) for number in range(ROUNDS)]
    found = {what: median(each[what] for each in rounds) for what in rounds[0]}
    for what, goal in (("cold", 2), ("one change", 0.3), ("nothing changed", 0.1), ("tokens", 0.02)):
        report(what, found[what], goal)
    print(f"a cold export takes 1/{found['gain']:.0f} of building with icalendar (goal: at most 1/60)")  # noqa: T201
    print(f"peak memory: {memory:.2f} times the feeds' own bytes on top of what is ready")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir()))
