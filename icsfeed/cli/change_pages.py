"""Changes on a terminal: as a list, and one with its history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from icsfeed.cli.operator_commands import Invocation
from icsfeed.cli.tables import print_table

if TYPE_CHECKING:
    from icsfeed.domain.changes import Change


def print_list(call: Invocation, changes: Iterable[Change]) -> None:
    """A line a change."""
    from icsfeed.domain.times import span_text

    rows = [
        (
            change.id,
            change.state.value,
            span_text(change.plan.span, call.zone),
            change.plan.summary,
            ", ".join(sorted(change.plan.environments)),
            change.plan.impact.value,
        )
        for change in changes
    ]
    print_table(("Id", "State", call.zone.key, "Summary", "Environments", "Impact"), rows)


def print_history(call: Invocation, change: Change) -> None:
    """All that is known of a change, and how it came to that."""
    from icsfeed.domain.times import instant_text, span_text
    from icsfeed.services.change_json import differences_in_words

    plan = change.plan
    facts = {
        "State": change.state,
        "When": span_text(plan.span, call.zone),
        "Environments": ", ".join(sorted(plan.environments)),
        "Impact": plan.impact,
        "Reason": plan.reason,
        "Ticket": plan.ticket,
    }
    click.echo(f"{change.id}: {plan.summary}")
    for name, value in facts.items():
        if value:
            click.echo(f"  {name + ':':14}" + str(value).replace("\n", f"\n  {'':14}"))
    click.echo("History:")
    for update in change.updates:
        what = ["announced"] if update.number == 1 else list(differences_in_words(change, update.number, call.zone))
        told = "; ".join(what) or "message"
        click.echo(f"  {update.number}. {instant_text(update.at, call.zone)} by {update.by}: {told}")
        for line in update.message.splitlines():
            click.echo(f"       {line}")
