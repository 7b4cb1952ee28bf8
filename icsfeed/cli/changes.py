"""The commands of ``emergency`` and ``planned``: the lifecycle of changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from icsfeed.cli.options import (
    by_option,
    database_option,
    dry_run_option,
    instant_option,
    json_option,
    now_option,
    option,
    schedule_option,
    yes_option,
)
from icsfeed.cli.truth import instant_now, open_desk, whoever_calls

if TYPE_CHECKING:
    from datetime import datetime

    from icsfeed.domain.changes import Change
    from icsfeed.domain.feeds import Kind
    from icsfeed.domain.lifecycle import Step
    from icsfeed.services.changes import Desk, Outcome
