"""The commands that both kinds of change have: their lifecycle, from the announcement to the end."""

from __future__ import annotations

import click

from icsfeed.cli.change_pages import print_history, print_list
from icsfeed.cli.operator_commands import Invocation, RecordingInvocation, reading, recording
from icsfeed.cli.options import INSTANT_HELP, option, own_option
from icsfeed.cli.output import print_json
from icsfeed.domain.changes import PREFIXES, Change, Plan
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.lifecycle import Step, what_next
from icsfeed.domain.plans import Amendment, span_between
from icsfeed.domain.spans import Span
from icsfeed.domain.times import span_text
from icsfeed.domain.windows import Impact
from icsfeed.services import changes as services
from icsfeed.services.change_json import change_as_json
from icsfeed.services.changes import AnnouncementRequest, Outcome, take_step

_IMPACTS = ("no-impact", "reduced-redundancy", "degraded", "outage")
_STEPS = {
    "confirm": "Confirm the tentative change ID: it will happen as announced.",
    "start": "Say that the change ID has begun.",
    "complete": "Say that the change ID is done.",
    "cancel": "Cancel the change ID; customers see it as cancelled until its time has passed.",
}

summary_option = own_option("--summary", metavar="TEXT", help="What subscribers read.")
environments_option = own_option(
    "--environment", "environments", multiple=True, help="What it touches; can be repeated."
)
impact_option = own_option("--impact", type=click.Choice(_IMPACTS), help="What customers notice. Default: outage.")
start_option = own_option("--start", metavar="INSTANT", help=f"When it starts: {INSTANT_HELP}")
end_option = own_option("--end", metavar="INSTANT", help=f"When it ends: {INSTANT_HELP}")
duration_option = own_option("--duration", metavar="LENGTH", help="How long it lasts, such as 2h, 90m or 1h30m.")
reason_option = own_option(
    "--reason", metavar="TEXT", help="Why it can't wait for a window, or why it falls in a freeze."
)
ticket_option = own_option("--ticket", metavar="URL", help="Where its ticket is.")
message_option = own_option("--message", metavar="TEXT", default="", help="What to tell subscribers with this step.")
expect_option = own_option(
    "--expect",
    type=click.IntRange(1),
    help="The number of the latest update that you saw; refused if there is another.",
)


def change_commands(kind: str) -> click.Group:
    """The group of commands for ``emergency`` or for ``planned`` changes."""
    group = click.Group(kind, help=f"Announce {kind} changes, and take them step by step.")
    group.add_command(announce(kind))
    for step, help_text in _STEPS.items():
        group.add_command(_step(kind, step, help_text))
    for command in (_update(kind), _list(kind), _show(kind)):
        group.add_command(command)
    return group


def announce(kind: str) -> click.Command:
    """The command that announces a change; it prints the new id."""

    @click.command("announce", help=f"Announce {_a(kind)} change; prints its id.")
    @own_option("--summary", metavar="TEXT", required=True, help="What subscribers read.")
    @own_option("--environment", "environments", multiple=True, required=True, help="What it touches; can be repeated.")
    @impact_option
    @own_option("--start", metavar="INSTANT", help=f"When it starts: {INSTANT_HELP} Default: now.")
    @end_option
    @duration_option
    @reason_option
    @ticket_option
    @own_option("--tentative", is_flag=True, help="It may still not happen: confirm it later.")
    @own_option("--key", metavar="TEXT", help="A key of your own, under which the same announcement is made only once.")
    @message_option
    @recording
    def command(
        invocation: RecordingInvocation,
        summary: str,
        environments: tuple[str, ...],
        impact: str | None,
        start: str | None,
        end: str | None,
        duration: str | None,
        reason: str | None,
        ticket: str | None,
        key: str | None,
        message: str,
        *,
        tentative: bool,
    ) -> None:

        plan = Plan(
            summary=summary,
            environments=frozenset(environments),
            impact=Impact(impact or Impact.OUTAGE),
            span=_span(invocation, start, end, duration),
            reason=reason or "",
            ticket=ticket or "",
        )
        request = AnnouncementRequest(kind=Kind(kind), plan=plan, tentative=tentative, message=message, key=key)

        def act(dry_run: bool, seen: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
            del seen
            return services.announce(invocation.workspace, request, actor=invocation.actor, dry_run=dry_run)

        def question(seen: Outcome) -> str | None:
            return None if seen.repeats else f"Announce {_in_words(invocation, seen.change)}?"

        invocation.carry_out(act, question=question, summary=lambda outcome: outcome.change.id, hint=_is_now)

    return command


def _step(kind: str, name: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @click.argument("change", metavar="ID")
    @message_option
    @expect_option
    @recording
    def command(invocation: RecordingInvocation, change: str, message: str, expect: int | None) -> None:
        _take(invocation, _of_kind(invocation, kind, change), name, None, message, expect)

    return command


def _take(
    invocation: RecordingInvocation,
    change_id: str,
    name: str,
    amendment: Amendment | None,
    message: str,
    expect: int | None,
) -> None:

    def act(dry_run: bool, seen: Outcome | None) -> Outcome:  # noqa: FBT001  (see RecordingInvocation.carry_out)
        return take_step(
            invocation.workspace,
            change_id,
            Step(name),
            amendment=amendment,
            message=message,
            expected=seen.change.latest.number - 1 if seen is not None else expect,
            actor=invocation.actor,
            dry_run=dry_run,
        )

    invocation.carry_out(
        act, question=lambda seen: f"{name.capitalize()} {_in_words(invocation, seen.change)}?", summary=_is_now
    )


def _update(kind: str) -> click.Command:
    @click.command(
        "update", help="Amend the change ID, or add a message to it. A start moved alone takes the end along."
    )
    @click.argument("change", metavar="ID")
    @message_option
    @summary_option
    @environments_option
    @own_option("--impact", type=click.Choice(_IMPACTS), help="What customers notice.")
    @start_option
    @end_option
    @duration_option
    @reason_option
    @ticket_option
    @expect_option
    @recording
    def command(
        invocation: RecordingInvocation,
        change: str,
        message: str,
        summary: str | None,
        environments: tuple[str, ...],
        impact: str | None,
        start: str | None,
        end: str | None,
        duration: str | None,
        reason: str | None,
        ticket: str | None,
        expect: int | None,
    ) -> None:

        _only_one(end, duration)
        amendment = Amendment(
            summary=summary,
            environments=frozenset(environments) or None,
            impact=Impact(impact) if impact else None,
            start=invocation.instant(start) if start else None,
            end=invocation.instant(end) if end else None,
            duration=parse_length(duration) if duration else None,
            reason=reason,
            ticket=ticket,
        )

        _take(invocation, _of_kind(invocation, kind, change), "update", amendment, message, expect)

    return command


def _list(kind: str) -> click.Command:
    @click.command("list", help=f"List the {kind} changes that are open, the latest first.")
    @option("--all", "everything", is_flag=True, help="Those that are over, too.")
    @reading
    def command(invocation: Invocation, *, everything: bool) -> None:
        announced = sorted(
            invocation.workspace.situation(now=invocation.now).changes.values(),
            key=lambda each: each.announced_at,
        )
        changes = [
            change
            for change in reversed(announced)
            if change.kind == kind and (everything or not change.state.is_final)
        ]
        if invocation.as_json:
            print_json([change_as_json(change, invocation.zone) for change in changes])
        elif changes:
            print_list(invocation, changes)
        else:
            click.echo(f"no {kind} change is open" if not everything else f"no {kind} change has been announced")

    return command


def _show(kind: str) -> click.Command:
    @click.command("show", help="Show the change ID with its history.")
    @click.argument("change", metavar="ID")
    @reading
    def command(invocation: Invocation, change: str) -> None:
        situation = invocation.workspace.situation(now=invocation.now)
        found = situation.change(_of_kind(invocation, kind, change))
        if invocation.as_json:
            print_json(change_as_json(found, invocation.zone))
        else:
            print_history(invocation, found)

    return command


def _in_words(invocation: Invocation, change: Change) -> str:
    """The change and, on the clock of the calendar's zone, when it is: what is soonest mistaken."""
    return f"{change.id}, {span_text(change.plan.span, invocation.zone)}"


def _is_now(outcome: Outcome) -> str:

    return f"{outcome.change.id} is {outcome.change.state}; {what_next(outcome.change.state)}"


def _span(invocation: Invocation, start: str | None, end: str | None, duration: str | None) -> Span:

    if (end is None) is (duration is None):
        msg = "say when it ends, with --end or with --duration"
        raise click.UsageError(msg)
    begin = invocation.instant(start) if start else invocation.now.replace(second=0, microsecond=0)
    return span_between(
        begin, invocation.instant(end) if end else begin + parse_length(duration or ""), invocation.zone
    )


def _only_one(end: str | None, duration: str | None) -> None:
    if end is not None and duration is not None:
        msg = "--end and --duration both say when it ends; give one of them"
        raise click.UsageError(msg)


def _of_kind(invocation: Invocation, kind: str, change_id: str) -> str:
    """The id of a change of that kind; of a recorded one the number alone will do."""
    own = PREFIXES[Kind(kind)]
    if change_id.isdecimal():
        return f"{own}-{change_id}"
    prefix = change_id.upper().partition("-")[0]
    kinds = [change.kind for change in invocation.workspace.schedule.changes if change.id == change_id.lower()]
    if kind in kinds or (prefix == own and not kinds):
        return change_id
    others = kinds or [other for other, known in PREFIXES.items() if known == prefix]
    msg = f"{change_id} is not the id of {_a(kind)} change; those are written {own}-7"
    if others:
        msg = f"{change_id} is {_a(others[0])} change; that is `icsfeed {others[0]}`, not `icsfeed {kind}`"
    raise click.UsageError(msg)


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "emergency" else f"a {kind}"
