"""The file with the token key: read as it is meant, or refused in a sentence that does not show what it holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.tokens import TokenKey
from icsfeed.store.token_key import read_token_key

SECRET = b"q0y5Wf3kT9vJ2mXc8bN4hR7sL1pZ6dGa"
HINT = "make a token key by: openssl rand -base64 32 > {}"


def refusal(path: Path) -> str:
    with pytest.raises(BadInputError) as refused:
        read_token_key(path)
    return str(refused.value)


@pytest.mark.parametrize("content", [SECRET, SECRET + b"\n", b"\r\n " + SECRET + b"\r\n"])
def test_white_space_around_the_secret_is_none_of_it(tmp_path: Path, content: bytes) -> None:
    """Editors add a line break at the end, and some programs take it away."""
    (path := tmp_path / "tokens.key").write_bytes(content)
    assert read_token_key(path) == TokenKey(secret=SECRET)


@pytest.mark.parametrize(
    ("content", "length"),
    [
        pytest.param(b"", 0, id="an empty file"),
        pytest.param(b" \n" * 40, 0, id="white space alone"),
        pytest.param(SECRET[:31] + b"\n", 31, id="a character too few"),
    ],
)
def test_a_key_that_is_too_short_is_refused(tmp_path: Path, content: bytes, length: int) -> None:
    (path := tmp_path / "tokens.key").write_bytes(content)
    expected = f"{path}: a token key of {length} characters is too short; 32 is the least; {HINT.format(path)}"
    assert refusal(path) == expected


def test_a_file_that_is_meant_for_something_else_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "icsfeed.db").write_bytes(b"x" * 4097)
    assert refusal(path) == f"{path}: this is no token key: it has more than 4,096 bytes; {HINT.format(path)}"


def test_a_file_that_never_ends_is_refused() -> None:
    zero = Path("/dev/zero")
    assert refusal(zero) == f"{zero}: this is no token key: it has more than 4,096 bytes; {HINT.format(zero)}"


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.key", tmp_path / "no" / "folder.key"):
        assert refusal(path) == f"{path}: there is no such file; {HINT.format(path)}"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: the token key can't be read: is a directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "tokens.key").write_bytes(SECRET)
    path.chmod(0)
    assert refusal(path) == f"{path}: the token key can't be read: permission denied"


def test_what_is_no_name_of_a_file_is_refused() -> None:
    assert refusal(Path("a\0b")) == "'a\\x00b': this is no name of a file; name one such as tokens.key"
