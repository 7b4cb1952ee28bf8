"""Values of the schedule file that may stand in the environment instead, since they are secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from icsfeed.domain.texts import quoted
from icsfeed.notify.failures import TemporaryFailureError

_PREFIX: Final = "env:"


def secret_value(text: str, environment: Mapping[str, str], *, key: str) -> str:
    """The text or, where it is ``env:NAME``, the value of that variable; ``key`` is its place in the schedule file.

    Raises:
        TemporaryFailureError: where the variable is not set; what should be sent waits until it is.
    """
    if not text.startswith(_PREFIX):
        return text
    name = text.removeprefix(_PREFIX)
    if not (value := environment.get(name, "")):
        msg = f"{key} is {quoted(text)}, but the variable {name} is not set; set it where the sender runs"
        raise TemporaryFailureError(msg, concerns_all=True)
    return value
