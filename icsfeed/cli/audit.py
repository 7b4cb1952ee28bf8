"""``icsfeed audit``."""

from __future__ import annotations

from typing import cast

import click

from icsfeed.cli.instant_options import read_option
from icsfeed.cli.instants import Sense
from icsfeed.cli.operator_commands import Invocation, reading
from icsfeed.cli.options import PAST_INSTANT_HELP, example, option
from icsfeed.cli.output import print_json, print_line
from icsfeed.domain.audit import AuditSelection
from icsfeed.services.audit_trail import audit_line_as_json, audit_lines, audit_subject
from icsfeed.services.repository import AuditRepository


@click.command(epilog=example("audit --since 03:00", "audit --change EC-7", "audit --json"))
@option("--since", metavar="INSTANT", help=f"Only what was done since: {PAST_INSTANT_HELP}")
@option(
    "--change",
    "change_id",
    metavar="ID",
    help="Only this change, draft or recorded freeze, such as EC-7, DR-2 or CF-1.",
)
@reading
def audit(invocation: Invocation, *, since: str | None, change_id: str | None) -> None:
    """Show who did what, when, from where, and what that changed; sign-ins as well.

    The oldest comes first. --json prints one object a line, in UTF-8. Texts that were withdrawn are not shown.
    """
    selection = AuditSelection(
        since=read_option(invocation.instants, "since", since, Sense.PAST) if since is not None else None,
        subject=audit_subject(change_id, invocation.workspace, now=invocation.now) if change_id is not None else None,
    )
    # This command never takes the packaged example.
    lines = audit_lines(cast("AuditRepository", invocation.workspace.repository), selection)
    if invocation.as_json:
        for line in lines:
            print_json(audit_line_as_json(line), one_line=True)
        return
    from icsfeed.cli.audit_tables import print_audit  # with rich: not for programs

    if not print_audit(lines, invocation.zone):
        print_line("nothing is recorded" if since is None and change_id is None else "nothing is recorded of that")
