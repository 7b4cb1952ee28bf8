"""Continuous export: the site is exported again whenever its content changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.subscribers import NOBODY, Subscribers
from icsfeed.export.exporting import Report
from icsfeed.publication.live import Live
from icsfeed.publication.private import LeftOut
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation

SECONDS_BETWEEN_LOOKS: Final = 0.25
"""Often enough for a change to be public within a second, and hardly any work."""

SECONDS_BEFORE_RETRY: Final = 5.0


def watch(
    live: Live,
    export: Callable[[Publication, Subscribers], Report],
    *,
    private: bool = False,
    wait: Callable[[float], bool],
    log: FilteringBoundLogger,
    on_export: Callable[[Report], None],
) -> None:
    """Export what ``live`` publishes, and again whenever an edit, a record or time alone changes it.

    Changes of subscribers and of their tokens count only if ``private`` feeds are exported, too. ``wait`` waits for a
    number of seconds and returns whether to stop. ``on_export`` is called after each export that wrote something. A
    failed export is logged, once per reason, and tried again. A broken schedule leaves the site as it is; ``live`` logs
    it.

    Raises:
        IcsfeedError: if the very first export fails.
    """
    exported: _ExportedState | None = None
    left_out: tuple[LeftOut, ...] = ()
    last_failure = ""
    pause = 0.0
    while not wait(pause):
        pause = SECONDS_BETWEEN_LOOKS
        publication, subscribers, now = live.current(), live.subscribers if private else NOBODY, live.now()
        if publication is None or (exported is not None and exported.is_current(publication, subscribers, now)):
            continue
        try:
            report = export(publication, subscribers)
        except IcsfeedError as error:
            if exported is None:
                raise
            if str(error) != last_failure:
                log.warning("export failed", reason=str(error), again_in=SECONDS_BEFORE_RETRY)
            last_failure, pause = str(error), SECONDS_BEFORE_RETRY
            continue
        if last_failure:
            log.info("export works again")
            last_failure = ""
        exported = _ExportedState(
            representations=publication.representations,
            subscribers=subscribers,
            until=subscribers.next_end(now=now),
        )
        if report.private_left_out and report.private_left_out != left_out:
            log.warning(
                "private feeds left out",
                reason='their tokens were not made with this key; "icsfeed subscriber rotate" makes new ones with it',
                subscribers=report.without_feed,
                old_addresses_of=report.without_old_address,
            )
        left_out = report.private_left_out or ()
        if report.written or report.removed:
            on_export(report)


@dataclass(frozen=True, kw_only=True, slots=True)
class _ExportedState:
    """The content of the last export; at ``until``, the first of the tokens in it ends."""

    representations: Mapping[str, Representation]
    subscribers: Subscribers
    until: datetime | None

    def is_current(self, publication: Publication, subscribers: Subscribers, now: datetime) -> bool:
        """Whether an export would write the same again."""
        # The publication itself is replaced a second later, when servers start to send its date.
        is_same = publication.representations is self.representations and subscribers is self.subscribers
        return is_same and (self.until is None or now < self.until)
