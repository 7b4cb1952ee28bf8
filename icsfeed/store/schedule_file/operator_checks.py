"""Checks between the keys about operators."""

from __future__ import annotations

from collections.abc import Iterator

from icsfeed.store.schedule_file.mistakes import Finding
from icsfeed.store.schedule_file.raw_tables import RawTable


def operator_findings(file: RawTable) -> Iterator[Finding]:
    """A provider by which nobody could sign in."""
    operators = file.table("operators")
    oidc = operators.table("oidc") if operators is not None else None
    if oidc is not None and not {"write_groups", "read_groups"} & oidc.intended:
        message = 'nobody could sign in; name the groups of operators, such as write_groups = ["ops"]'
        yield Finding(keys=oidc.keys, message=message)
