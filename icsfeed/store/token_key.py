"""The file with the token key, which the operator keeps apart from the database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.tokens import TokenKey

_LONGEST: Final = 4096
"""Bytes: whoever names a longer file means another one."""


def read_token_key(path: Path) -> TokenKey:
    """The key that the file at ``path`` holds, without the white space around it.

    Raises:
        TokenKeyError: where there is no such file, it may not be read, or it holds no key.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        raise BadInputError(_unreadable(path, error)) from None
    if len(content) > _LONGEST:
        msg = f"{path}: this is no token key: it has more than {_LONGEST:,} bytes; {_hint(path)}"
        raise BadInputError(msg)
    try:
        return TokenKey(secret=content.strip())
    except BadInputError as error:
        msg = f"{path}: {error}; {_hint(path)}"
        raise BadInputError(msg) from None


def _unreadable(path: Path, error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return f"{path}: there is no such file; {_hint(path)}"
        case OSError():
            return f"{path}: the token key can't be read: {(error.strerror or str(error)).lower()}"
        case _:
            return f"{str(path)!r}: this is no name of a file; name one such as tokens.key"


def _hint(path: Path) -> str:
    return f"make a token key by: openssl rand -base64 32 > {path}"
