"""Packages that icsfeed can do without until somebody uses what they are for."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Generator
from contextlib import contextmanager

from icsfeed.domain.errors import UnavailableError


class MissingPackageError(UnavailableError):
    """An optional package that is needed now and not installed."""


@contextmanager
def optional_package(requirement: str, *, use: str) -> Generator[None]:
    """Wrap the import of a package that is not among icsfeed's dependencies.

    ``requirement`` is what pip is told to install; ``use`` starts the message, such as "a PostgreSQL database".

    Raises:
        MissingPackageError: if the package can't be imported. The message holds the command that installs it.
    """
    try:
        yield
    except ImportError as error:
        command = shlex.join([sys.executable, "-m", "pip", "install", requirement])
        name = requirement.partition("[")[0]
        msg = f'{use} needs the package "{name}", which is not installed; install it with: {command}'
        raise MissingPackageError(msg) from error
