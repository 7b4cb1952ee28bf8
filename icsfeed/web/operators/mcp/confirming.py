"""The tool that carries out a proposal, once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from icsfeed.domain.errors import IcsfeedError
from icsfeed.services.requests.fields import Fields, present
from icsfeed.web.operators.api.calling import new_call, perform
from icsfeed.web.operators.api.operation import Call, Operation, OperationAnswer
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.web.operators.mcp import schemas
from icsfeed.web.operators.mcp.proposals import Proposal, digest_of, outdated, read_proposal
from icsfeed.web.operators.mcp.proposing import PROPOSABLE, rehearse, signing_key
from icsfeed.web.operators.mcp.tools import Access, Arguments, Caller, McpTool, ToolAnswer

CONFIRM: Final = "confirm_proposal"


def confirming_tool(context: OperatorsContext) -> McpTool:
    return McpTool(
        name=CONFIRM,
        title="Confirm a proposal: it becomes public",
        description="Carries out what a propose_ tool proposed. This is public at once, in customers' calendars and "
        "mails. Call it only when the person you act for has read this very sentence and agreed to it. It is refused "
        "if the sentence differs by a character, if the proposal has expired (after 10 minutes), if another operator "
        "proposed it, or if the calendar has changed meanwhile. Confirming twice does nothing twice.",
        arguments=schemas.arguments(
            {
                "proposal": schemas.text("`proposal` of the tool that proposed, unchanged."),
                "sentence": schemas.text("`sentence` of the tool that proposed, letter for letter, with line breaks."),
            }
        ),
        answer=schemas.answer(
            {
                "recorded": schemas.flag("Whether it has been carried out."),
                "already_confirmed": schemas.flag("Whether that had happened before; nothing happened twice."),
                "sentence": schemas.text("What was agreed to."),
                "result": {"type": "object", "description": "The change, occurrence or freeze as it is now."},
            }
        ),
        access=Access.WRITERS,
        call=partial(_confirm, context),
        is_read_only=False,
    )


def _confirm(context: OperatorsContext, caller: Caller, arguments: Arguments) -> ToolAnswer:
    fields = Fields(arguments, ("proposal", "sentence"))
    fields.require("proposal", "the proposal is missing", "repeat the one that a propose_ tool returned")
    fields.require("sentence", "the sentence is missing", "repeat the one that a propose_ tool returned")
    text, sentence = fields.text("proposal"), fields.text("sentence")
    fields.finish()
    operator = caller.writer
    proposal = read_proposal(present(text), signing_key(context))
    proposal.check(operator, present(sentence))
    operation = PROPOSABLE[proposal.operation]
    call = new_call(
        context,
        operator,
        path=proposal.path,
        fields=proposal.fields,
        versions=(proposal.version,) if proposal.version is not None else None,
    )
    check = partial(_check_unchanged, operation, call, proposal)

    def carry_out(own: Call) -> OperationAnswer:
        proposal.check_time(own.now)
        check()
        return operation.function(own)

    performance = perform(
        replace(operation, function=carry_out),
        replace(call, now=caller.now),
        key=f"proposal-{proposal.id}",
        check=check,
    )
    return {
        "recorded": True,
        "already_confirmed": performance.is_repeated,
        "sentence": present(sentence),
        "result": dict(performance.answer.content),
    }


def _check_unchanged(operation: Operation, call: Call, proposal: Proposal) -> None:
    """Check that the same would be public as when it was proposed.

    Raises:
        ConflictError: where something is different since.
    """
    try:
        rehearsed = rehearse(operation, replace(call, now=proposal.at))
    except IcsfeedError as error:
        raise outdated(str(error)) from None
    if digest_of(rehearsed.sentence) != proposal.digest:
        msg = f"it would read now: {rehearsed.sentence}"
        raise outdated(msg)
