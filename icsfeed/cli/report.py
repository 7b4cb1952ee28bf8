"""``icsfeed report``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from icsfeed.cli.operator_commands import Invocation, reading
from icsfeed.cli.options import example, option
from icsfeed.cli.output import print_json
from icsfeed.domain.months import CalendarMonth

if TYPE_CHECKING:
    from icsfeed.services.reporting import MaintenanceReport


@click.command(epilog=example("report --month 2026-11", "report --month 2026-11 --csv"))
@option("--month", metavar="MONTH", help="The month, such as 2026-11, in the calendar's zone.")
@option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="Report only on this environment. Can be repeated. Default: all public ones.",
)
@option("--csv", "as_csv", is_flag=True, help="Print CSV for spreadsheets.")
@reading
def report(invocation: Invocation, *, month: str | None, environments: tuple[str, ...], as_csv: bool) -> None:
    """Report a month's minutes of maintenance: promised, announced and used.

    Also names the changes that were announced with less notice than promised.
    """
    if month is None:
        msg = "Missing option '--month': write a year and the number of a month, such as 2026-11."
        raise click.UsageError(msg)
    if as_csv and invocation.as_json:
        msg = "--csv and --json contradict each other; give one of them"
        raise click.UsageError(msg)
    from icsfeed.services.reporting import maintenance_report

    result = maintenance_report(invocation.situation, CalendarMonth.parse(month), environments)
    if as_csv:
        from icsfeed.services.report_formats import report_as_csv

        click.echo(report_as_csv(result), nl=False)
    elif invocation.as_json:
        from icsfeed.services.report_formats import report_as_json

        print_json({**report_as_json(result, invocation.zone), **invocation.notes()})
    else:
        _print_report(result, invocation)


def _print_report(result: MaintenanceReport, invocation: Invocation) -> None:
    from icsfeed.cli.report_tables import print_report  # with rich: not for programs

    print_report(result, invocation.workspace.schedule)
