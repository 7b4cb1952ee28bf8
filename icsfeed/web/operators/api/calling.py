"""Calls of operations, for HTTP and agents alike: what a call needs, and how one with a key happens only once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.idempotency import RequestKey
from icsfeed.domain.operators import Operator
from icsfeed.services.idempotency import KeyedRepository, once
from icsfeed.store.database.database import Database
from icsfeed.web.operators.api.operation import Call, Operation, OperationAnswer
from icsfeed.web.operators.context import OperatorsContext


@dataclass(frozen=True, kw_only=True, slots=True)
class Performance:
    """What an operation answered; ``is_repeated`` where the same request was answered before, with the same key."""

    answer: OperationAnswer
    is_repeated: bool = False


def new_call(
    context: OperatorsContext,
    operator: Operator | None,
    *,
    path: Mapping[str, str] | None = None,
    fields: Mapping[str, object] | None = None,
    dry_run: bool = False,
    versions: tuple[int, ...] | None = None,
) -> Call:
    """A call now, with the current schedule.

    Raises:
        NotFoundError: with the packaged example, with which there are no operators.
        UnavailableError: where there is no good schedule yet.
    """
    database = context.database
    if not isinstance(database, Database):
        msg = "there are no operators with the packaged example; write your own schedule with `icsfeed init`"
        raise NotFoundError(msg)
    return Call(
        operator=operator,
        schedule=context.workspaces.schedule(),
        database=database,
        repository=database,
        now=context.clock(),
        random_bytes=context.randomness.new_bytes,
        path=path or {},
        fields=fields or {},
        dry_run=dry_run,
        versions=versions,
    )


def perform(
    operation: Operation, call: Call, *, key: str = "", check: Callable[[], None] = lambda: None
) -> Performance:
    """Carry out the call: with a ``key``, once for each operator, however often it is repeated.

    With a key, ``check`` raises where it must not be carried out after all, once nobody else can write any more.

    Raises:
        IcsfeedError: where it can't be carried out; nothing has changed then.
    """
    if call.operator is not None and operation.records:
        call.operator.require_write()
    if not key or call.operator is None or call.dry_run or not operation.records:
        return Performance(answer=operation.function(call))
    request_key = RequestKey.of(
        call.operator, key, operation.name, json.dumps([call.path, call.fields, call.versions], sort_keys=True)
    )
    answers: list[OperationAnswer] = []

    def act(repository: KeyedRepository) -> tuple[int, str]:
        answer = operation.function(replace(call, repository=repository))
        answers.append(answer)
        return answer.status, _kept_text(answer)

    kept, is_repeated = once(call.database, request_key, act, actor=call.actor, check=check)
    if is_repeated:
        return Performance(answer=_answer_of(kept.body, status=kept.status), is_repeated=True)
    return Performance(answer=answers[-1])


def _kept_text(answer: OperationAnswer) -> str:
    """The answer as it is kept, without its secrets."""
    content = {name: None if name in answer.secrets else value for name, value in answer.content.items()}
    return json.dumps({"content": content, "version": answer.version, "location": answer.location}, ensure_ascii=False)


def _answer_of(text: str, *, status: int) -> OperationAnswer:
    kept = json.loads(text)
    return OperationAnswer(content=kept["content"], status=status, version=kept["version"], location=kept["location"])
