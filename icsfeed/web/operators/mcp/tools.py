"""Tools: what an agent can call, described so that nobody needs to guess."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeAlias

from mcp_types import CallToolResult, TextContent, Tool, ToolAnnotations

from icsfeed.domain.errors import IcsfeedError, UnauthenticatedError, UnavailableError
from icsfeed.domain.operators import Operator
from icsfeed.domain.situation import Situation
from icsfeed.services.changes import Workspace
from icsfeed.services.requests.errors import InvalidRequestError

JsonSchema: TypeAlias = dict[str, Any]
Arguments: TypeAlias = Mapping[str, object]
ToolAnswer: TypeAlias = dict[str, object]


class Access(IntEnum):
    """Who may call a tool; to those below, it does not exist."""

    EVERYBODY = 0
    READERS = 1
    """Operators, whatever their scope."""
    WRITERS = 2

    @classmethod
    def of(cls, operator: Operator | None) -> Access:
        if operator is None:
            return cls.EVERYBODY
        return cls.WRITERS if operator.may_write else cls.READERS


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls a tool, and when: an operator, who sees everything, or anybody, who sees what is public."""

    workspace: Workspace
    now: datetime
    operator: Operator | None = None

    @property
    def writer(self) -> Operator:
        """The operator, who may write.

        Raises:
            UnauthenticatedError: where there is none.
            RefusedError: where it may only read.
        """
        if self.operator is None:
            msg = "this needs a token of scope write"
            raise UnauthenticatedError(msg)
        self.operator.require_write()
        return self.operator

    @property
    def situation(self) -> Situation:
        """The part of the situation that the caller may see."""
        situation = self.workspace.situation(now=self.now)
        return situation.visible_to() if self.operator is None else situation


@dataclass(frozen=True, kw_only=True)
class McpTool:
    """A tool and what clients are told of it; ``arguments`` and ``answer`` are JSON Schemas.

    One that is not ``is_read_only`` makes something public, which nobody can take out of calendars again.
    """

    name: str
    title: str
    description: str
    arguments: JsonSchema
    answer: JsonSchema
    access: Access
    call: Callable[[Caller, Arguments], ToolAnswer]
    is_read_only: bool = True

    def listing(self) -> Tool:
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.arguments,
            output_schema=self.answer,
            annotations=ToolAnnotations(
                title=self.title,
                read_only_hint=self.is_read_only,
                destructive_hint=not self.is_read_only,
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )

    def result(self, caller: Caller, arguments: Arguments) -> CallToolResult:
        """The answer, also as text for clients that know nothing else; or why there is none, for the agent to read.

        Raises:
            UnavailableError: to those who are no operators, where the schedule or the database can't be read.
        """
        try:
            answer = self.call(caller, arguments)
        except IcsfeedError as error:
            if caller.operator is None and isinstance(error, UnavailableError):
                raise  # its words are not for strangers
            return CallToolResult(content=[TextContent(text=_error_text(error))], is_error=True)
        text = json.dumps(answer, ensure_ascii=False, indent=1)
        return CallToolResult(content=[TextContent(text=text)], structured_content=answer)


@dataclass(frozen=True, kw_only=True)
class Toolbox:
    """The tools of a server, in the order in which they are listed."""

    tools: tuple[McpTool, ...]

    def listed_for(self, operator: Operator | None) -> list[Tool]:
        return [each.listing() for each in self._available(operator)]

    def named(self, name: str, operator: Operator | None) -> McpTool | None:
        """The tool of that name; ``None`` where there is none for that caller."""
        return next((each for each in self._available(operator) if each.name == name), None)

    def _available(self, operator: Operator | None) -> Collection[McpTool]:
        access = Access.of(operator)
        return [each for each in self.tools if each.access <= access]


def _error_text(error: IcsfeedError) -> str:
    """The error; where fields are wrong, a line for each."""
    if not isinstance(error, InvalidRequestError):
        return str(error)
    return "\n".join(f"{each.field}: {each}" if each.field else str(each) for each in error.errors)
