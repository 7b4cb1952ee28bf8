"""Where somebody goes on after signing in: a page of the console, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from flask import request

CONSOLE_PATH: Final = "/operator"
HOME: Final = f"{CONSOLE_PATH}/"
_NAME: Final = r"(?!\.{1,2}(?:[/?]|\Z))[A-Za-z0-9._~:@=+-]+"
_PAGE: Final = re.compile(rf"{HOME}(?:{_NAME}/)*(?:{_NAME})?(?:\?[A-Za-z0-9._~:@=+&%-]*)?")
_MAX_CHARS: Final = 300


def own_page(address: str) -> str:
    """The page of the console with that address below the site's root, or its first page where there is none such.

    Only plain characters are allowed, so that no browser reads another host, a folder above, or a header into it.
    """
    is_own = len(address) <= _MAX_CHARS and _PAGE.fullmatch(address) is not None
    return address if is_own and not address.startswith(f"{CONSOLE_PATH}/sign-") else HOME


def current_page() -> str:
    """The page that was asked for, without the prefix below which everything is served."""
    query = request.query_string.decode("ascii", errors="replace")
    return own_page(f"{request.path}?{query}" if query else request.path)


def address_of(page: str) -> str:
    """The page's address for the browser."""
    return f"{request.root_path}{page}"
