"""Changes on a terminal: as a list, and one with its history."""

from __future__ import annotations

from collections.abc import Iterable

import click

from icsfeed.cli.operator_commands import Invocation
from icsfeed.cli.tables import print_table
from icsfeed.domain.changes import Change
from icsfeed.domain.times import instant_text, span_text
from icsfeed.words.languages import ENGLISH
from icsfeed.words.updates import difference_texts


def print_list(invocation: Invocation, changes: Iterable[Change]) -> None:
    """A line a change."""
    rows = [
        (
            change.id,
            change.state.value,
            span_text(change.plan.span, invocation.zone),
            change.plan.summary,
            ", ".join(sorted(change.plan.environments)),
            change.plan.impact.value,
        )
        for change in changes
    ]
    print_table(("Id", "State", invocation.zone.key, "Summary", "Environments", "Impact"), rows)


def print_history(invocation: Invocation, change: Change) -> None:
    """All that is known of a change, and how it came to that."""
    plan = change.plan
    facts = {
        "State": change.state,
        "When": span_text(plan.span, invocation.zone),
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
        differences = difference_texts(change, update.number, ENGLISH, invocation.zone)
        told = "announced" if update.number == 1 else "; ".join(differences) or "message"
        click.echo(f"  {update.number}. {instant_text(update.at, invocation.zone)} by {update.by}: {told}")
        for line in update.message.splitlines():
            click.echo(f"       {line}")
