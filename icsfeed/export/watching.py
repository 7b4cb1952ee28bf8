"""A site that follows the truth: exported again whenever what is public has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.export.exporting import Report
from icsfeed.publication.live import Live
from icsfeed.publication.publishing import Publication

LOOK_EVERY: Final = 0.25
"""Seconds: often enough that a change is public within one, and next to no work."""

TRY_AGAIN: Final = 5.0
"""Seconds until an export that failed is tried again."""


def watch(
    live: Live,
    export: Callable[[Publication], Report],
    *,
    wait: Callable[[float], bool],
    log: FilteringBoundLogger,
    told: Callable[[Report], None],
) -> None:
    """Export what ``live`` shows, and again when that changes, by an edit, a record or time alone.

    ``wait`` lets so many seconds pass and says whether to end. ``told`` hears of each export that wrote something. One
    that fails is logged, once for each reason, and tried again; an edit with mistakes leaves the site as it is, and
    ``live`` logs it.

    Raises:
        IcsfeedError: where already the first export fails.
    """
    shown: object = None
    fault = ""
    pause = 0.0
    while not wait(pause):
        pause = LOOK_EVERY
        publication = live.current()
        # The date that servers tell of a publication comes a second after it; the representations stay the same.
        if publication is None or publication.representations is shown:
            continue
        try:
            report = export(publication)
        except IcsfeedError as error:
            if shown is None:
                raise
            if str(error) != fault:
                log.warning("export failed", reason=str(error), again_in=TRY_AGAIN)
            fault, pause = str(error), TRY_AGAIN
            continue
        if fault:
            log.info("export works again")
        shown, fault = publication.representations, ""
        if report.written or report.removed:
            told(report)
