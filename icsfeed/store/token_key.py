"""The file with the token key, which operators keep apart from the database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from icsfeed.domain.errors import BadInputError, NotFoundError, UnavailableError
from icsfeed.domain.tokens import TokenKey

MAX_KEY_FILE_BYTES: Final = 4096
"""A longer file is certainly not the one that was meant."""


def read_token_key(path: Path) -> TokenKey:
    """The key in the file at ``path``, without surrounding white space.

    Raises:
        NotFoundError: where there is no such file.
        UnavailableError: where the file can't be read.
        BadInputError: where the name can't be a file's, or the file holds no token key.
    """
    try:
        with path.open("rb") as file:
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
        return TokenKey(secret=content.strip())
    except BadInputError as error:
        msg = f"{path}: {error}; {_hint(path)}"
        raise BadInputError(msg) from None


def _hint(path: Path) -> str:
    return f"make a token key with: openssl rand -base64 32 > {path}"
