"""The keys with which the console signs what it hands to browsers, the same on every machine with the same database."""

from __future__ import annotations

from icsfeed.domain.errors import UnavailableError
from icsfeed.services.derived_keys import database_secret, derived_key
from icsfeed.services.repository import NoRepository
from icsfeed.web.operators.context import OperatorsContext


class ConsoleKeys:
    """Derives keys from the database's secret, which is read once."""

    def __init__(self, context: OperatorsContext) -> None:
        self._context = context
        self._secret = ""

    def key(self, purpose: str) -> str:
        """The key for that purpose.

        Raises:
            UnavailableError: where the database can't be read.
        """
        if not self._secret:
            context = self._context
            if isinstance(context.database, NoRepository):
                msg = "there is no database, so nobody can sign in"
                raise UnavailableError(msg)
            self._secret = database_secret(
                context.database, new_secret=context.randomness.new_secret, now=context.clock()
            )
        return derived_key(self._secret, purpose)

    def new_secret(self) -> str:
        return self._context.randomness.new_secret()
