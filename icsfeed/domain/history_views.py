"""The history of a change, as far as it is visible to those who may see some of its environments.

To them it is as if the change had been announced when it first touched one of these environments, and as if it left
whenever it stopped touching any.
"""

from __future__ import annotations

from dataclasses import replace

from icsfeed.domain.changes import Change, Step, Update


def visible_history(change: Change, visible: frozenset[str]) -> Change | None:
    """The change to those who see the ``visible`` environments; ``None`` where it never touched one of them.

    It is the same object where it never touched another.
    """
    if all(update.plan.environments <= visible for update in change.updates):
        return change
    history = _History(visible)
    for update in change.updates:
        history.add(update)
    if not history.updates:
        return None
    is_there = bool(history.updates[-1].plan.environments)
    return replace(change, updates=tuple(history.updates), unrecorded=change.unrecorded if is_there else 0)


class _History:
    """The updates so far, numbered anew; one after which the change has left has a plan without environments."""

    def __init__(self, visible: frozenset[str]) -> None:
        self._visible = visible
        self._numbers: dict[int, int] = {}
        self.updates: list[Update] = []

    def add(self, update: Update) -> None:
        """Add the update, unless nothing of it is visible."""
        before = self.updates[-1] if self.updates else None
        environments = update.plan.environments & self._visible
        if environments:
            own = replace(update, number=len(self.updates) + 1, plan=replace(update.plan, environments=environments))
            own = self._with_own_step(own)
            if before is None or self._says_something(own, before):
                self._numbers[update.number] = own.number
                self.updates.append(own)
        elif before is not None and before.plan.environments:
            self.updates.append(_leaving(before, update))
        elif before is not None and update.withdrawn != before.withdrawn:
            self.updates[-1] = replace(before, withdrawn=update.withdrawn)

    def _with_own_step(self, update: Update) -> Update:
        """The update with the number of its target among these; where that is not visible, it is a plain update."""
        if not self.updates:
            return replace(update, step=None, target=None)
        if update.target is None:
            return update
        target = self._numbers.get(update.target)
        return replace(update, target=target, step=update.step if target is not None else Step.UPDATE)

    @staticmethod
    def _says_something(update: Update, before: Update) -> bool:
        is_redaction = update.step is Step.REDACT
        return is_redaction or bool(update.message) or update.automatic != before.automatic or update.alters(before)


def _leaving(before: Update, update: Update) -> Update:
    """The update after which the change touches nothing visible: all else stays as it was, and no clock moves it."""
    return replace(
        before,
        number=before.number + 1,
        at=update.at,
        by=update.by,
        message="",
        message_translations=(),
        plan=replace(before.plan, environments=frozenset()),
        step=Step.UPDATE,
        target=None,
        automatic=False,
        withdrawn=update.withdrawn,
        promised_notice=None,
    )
