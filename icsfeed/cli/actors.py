"""Who acts on a command line: a name that anybody may give, or an operator who proves to be one by a token."""

from __future__ import annotations

import os
from getpass import getuser
from typing import Final, cast

import click

from icsfeed.cli.inputs import present
from icsfeed.domain.errors import UnauthenticatedError
from icsfeed.domain.operators import Operator
from icsfeed.services.operator_access import authenticate
from icsfeed.services.repository import AuditedRepository, OperatorRepository
from icsfeed.settings import ENVIRONMENT_PREFIX

TOKEN_VARIABLE: Final = f"{ENVIRONMENT_PREFIX}TOKEN"
"""The variable with an operator's token: on a command line, others would see it."""


def operator_name(option: str | None) -> str:
    """The name for the audit trail: that of ``--operator`` or, without it, of the system's user."""
    try:
        return option or getuser()
    except (OSError, KeyError):
        msg = "this user has no name; say who you are with --operator"
        raise click.UsageError(msg) from None


def token_operator(repository: AuditedRepository) -> Operator:
    """The operator whose token is in the environment. Whether it is valid depends on the real clock alone.

    Raises:
        IcsfeedError: where there is none, or it is not valid.
    """
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token:
        msg = (
            f"this needs proof of who you are: put your token of scope write into the variable {TOKEN_VARIABLE}; "
            "`icsfeed token create` makes one"
        )
        raise UnauthenticatedError(msg)
    # These commands never take the packaged example.
    database = cast("OperatorRepository", repository)
    try:
        return authenticate(database, token, address="", now=present())
    except UnauthenticatedError as error:
        msg = f"{error}; `icsfeed token create` makes one"
        raise UnauthenticatedError(msg) from None
