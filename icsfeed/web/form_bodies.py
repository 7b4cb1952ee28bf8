"""The bodies of forms, which a client may send as slowly as it likes: some threads of a worker read them, never all.

Granian calls the application as soon as it has the headers, and can't be told to give up on a body.
"""

from __future__ import annotations

from threading import Semaphore
from typing import Final

from flask import request
from werkzeug.datastructures import MultiDict

from icsfeed.domain.errors import UnavailableError

THREADS_WITH_FORMS: Final = 4
"""Of a worker that takes forms."""


class FormBodies:
    """Reads the forms of requests, as many at once as leave a thread for everything else."""

    def __init__(self, *, most_at_once: int = THREADS_WITH_FORMS - 1) -> None:
        self._readers = Semaphore(most_at_once)

    def read(self) -> MultiDict[str, str]:
        """The fields of the current request's form.

        Raises:
            UnavailableError: while other clients are sending theirs.
            HTTPException: where it is too long.
        """
        if not self._readers.acquire(blocking=False):
            msg = "other clients are sending forms"
            raise UnavailableError(msg)
        try:
            return request.form
        finally:
            self._readers.release()
