"""A site that follows the truth: exported again whenever what is public has changed."""

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

LOOK_EVERY: Final = 0.25
"""Seconds: often enough that a change is public within one, and next to no work."""

TRY_AGAIN: Final = 5.0
"""Seconds until an export that failed is tried again."""


def watch(
    live: Live,
    export: Callable[[Publication, Subscribers], Report],
    *,
    private: bool = False,
    wait: Callable[[float], bool],
    log: FilteringBoundLogger,
    told: Callable[[Report], None],
) -> None:
    """Export what ``live`` shows, and again when that changes, by an edit, a record or time alone.

    That subscribers come and go, and that their tokens end, counts only where ``private`` feeds are exported, too.
    ``wait`` lets so many seconds pass and says whether to end. ``told`` hears of each export that wrote something. One
    that fails is logged, once for each reason, and tried again; an edit with mistakes leaves the site as it is, and
    ``live`` logs it.

    Raises:
        IcsfeedError: where already the first export fails.
    """
    shown: _Shown | None = None
    left_out: tuple[LeftOut, ...] = ()
    fault = ""
    pause = 0.0
    while not wait(pause):
        pause = LOOK_EVERY
        publication, subscribers, now = live.current(), live.subscribers if private else NOBODY, live.now()
        if publication is None or (shown is not None and shown.holds(publication, subscribers, now)):
            continue
        try:
            report = export(publication, subscribers)
        except IcsfeedError as error:
            if shown is None:
                raise
            if str(error) != fault:
                log.warning("export failed", reason=str(error), again_in=TRY_AGAIN)
            fault, pause = str(error), TRY_AGAIN
            continue
        if fault:
            log.info("export works again")
        until = subscribers.next_end(now=now)
        shown, fault = _Shown(of=publication.representations, subscribers=subscribers, until=until), ""
        before, left_out = left_out, report.private_left_out or ()
        if left_out and left_out != before:
            log.warning(
                "private feeds left out",
                reason="their tokens were not made with this key; subscriber rotate hands out others with it",
                subscribers=report.without_feed,
                old_addresses_of=report.without_old_address,
            )
        if report.written or report.removed:
            told(report)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """What was exported last; ``until`` is when time alone ends one of the tokens in it."""

    of: Mapping[str, Representation]
    subscribers: Subscribers
    until: datetime | None

    def holds(self, publication: Publication, subscribers: Subscribers, now: datetime) -> bool:
        """Whether an export would write the same again."""
        # The date that servers tell of a publication comes a second after it; the representations stay the same.
        is_same = publication.representations is self.of and subscribers is self.subscribers
        return is_same and (self.until is None or now < self.until)
