"""The file with the token key, which operators keep apart from the database."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError, UnavailableError
from icsfeed.domain.tokens import TokenKey

MAX_KEY_FILE_BYTES: Final = 4096
"""A longer file is certainly not the one that was meant."""


_READ_OR_WRITE_BY_OTHERS: Final = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


def read_token_key(path: Path, *, warn: Callable[[str], None] | None = None) -> TokenKey:
    """The key in the file at ``path``, without surrounding white space.

    If other users may read or write the file, ``warn`` learns why that is wrong; without it, the file is refused.

    Raises:
        RefusedError: where other users may read or write the file.
        NotFoundError: where there is no such file.
        UnavailableError: where the file can't be read.
        BadInputError: where the name can't be a file's, or the file holds no token key.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MAX_KEY_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        msg = f"{path}: there is no such file; {_hint(path)}"
        raise NotFoundError(msg) from None
    except OSError as error:
        msg = f"{path}: the token key can't be read: {(error.strerror or str(error)).lower()}"
        raise UnavailableError(msg) from None
    except ValueError:
        name = repr(str(path))[1:-1]
        msg = f'"{name}" can\'t be the name of a file; name one such as tokens.key'
        raise BadInputError(msg) from None
    if len(content) > MAX_KEY_FILE_BYTES:
        msg = f"{path}: the file is longer than {MAX_KEY_FILE_BYTES:,} bytes, so it is not a token key; {_hint(path)}"
        raise BadInputError(msg)
    try:
        key = TokenKey(secret=content.strip())
    except BadInputError as error:
        msg = f"{path}: {error}; {_hint(path)}"
        raise BadInputError(msg) from None
    if stat.S_ISREG(mode) and mode & _READ_OR_WRITE_BY_OTHERS:
        msg = (
            f"{path}: other users may read or replace the token key (mode {stat.S_IMODE(mode):04o}); "
            f"run: chmod 600 {shlex.quote(str(path))}"
        )
        if warn is None:
            raise RefusedError(msg)
        warn(msg)
    return key


def _hint(path: Path) -> str:
    return f"make a token key with: (umask 077; openssl rand -base64 32 > {shlex.quote(str(path))})"
