"""Who makes the current request to the console."""

from __future__ import annotations

from typing import Final

from flask import g

from icsfeed.domain.errors import UnauthenticatedError
from icsfeed.domain.operators import Operator

_OPERATOR: Final = "icsfeed_operator"


def current_operator() -> Operator:
    """The operator who makes the current request.

    Raises:
        UnauthenticatedError: where nobody has signed in.
    """
    operator: Operator | None = g.get(_OPERATOR)
    if operator is None:
        msg = "sign in first"
        raise UnauthenticatedError(msg)
    return operator
