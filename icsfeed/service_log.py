"""The log of long-running processes: the web service, and an export that watches."""

from __future__ import annotations

import sys
from typing import cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor


def service_log(*, level: str = "info") -> FilteringBoundLogger:
    """A log on standard error of what is at least of that level.

    It is readable at a terminal, and has one JSON object per line anywhere else.
    """
    # Traces are plain: the values of variables may be private.
    to_people: list[Processor] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    to_programs: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    log = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *(to_people if sys.stderr.isatty() else to_programs),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    return cast("FilteringBoundLogger", log)
