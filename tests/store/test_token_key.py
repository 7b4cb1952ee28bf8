"""Reading the token key file: either it yields the key, or an error that does not show the content."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from icsfeed.domain.errors import BadInputError, IcsfeedError, NotFoundError, RefusedError, UnavailableError
from icsfeed.domain.tokens import TokenKey
from icsfeed.store.token_key import read_token_key

SECRET = b"q0y5Wf3kT9vJ2mXc8bN4hR7sL1pZ6dGa"
TOO_LONG = "the file is longer than 4,096 bytes, so it is not a token key"
HINT = "make a token key with: (umask 077; openssl rand -base64 32 > {})"


def error_text(path: Path, kind: type[IcsfeedError] = BadInputError) -> str:
    with pytest.raises(kind) as caught:
        read_token_key(path)
    return str(caught.value)


@pytest.mark.parametrize("content", [SECRET, SECRET + b"\n", b"\r\n " + SECRET + b"\r\n"])
def test_surrounding_white_space_is_not_part_of_the_secret(tmp_path: Path, content: bytes) -> None:
    """Editors add a line break at the end, and some programs remove it."""
    (path := tmp_path / "tokens.key").write_bytes(content)
    path.chmod(0o600)
    assert read_token_key(path) == TokenKey(secret=SECRET)


@pytest.mark.parametrize(
    ("content", "length"),
    [
        pytest.param(b"", 0, id="an empty file"),
        pytest.param(b" \n" * 40, 0, id="only white space"),
        pytest.param(SECRET[:31] + b"\n", 31, id="one character too short"),
    ],
)
def test_a_key_that_is_too_short_is_refused(tmp_path: Path, content: bytes, length: int) -> None:
    (path := tmp_path / "tokens.key").write_bytes(content)
    expected = f"{path}: a token key of {length} characters is too short; 32 is the least; {HINT.format(path)}"
    assert error_text(path) == expected


def test_a_file_too_long_for_a_key_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "icsfeed.db").write_bytes(b"x" * 4097)
    assert error_text(path) == f"{path}: {TOO_LONG}; {HINT.format(path)}"


def test_an_endless_file_is_refused() -> None:
    zero = Path("/dev/zero")
    assert error_text(zero) == f"{zero}: {TOO_LONG}; {HINT.format(zero)}"


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_key_that_other_users_may_read_or_replace_is_refused_or_warned_of(tmp_path: Path, mode: int) -> None:
    (folder := tmp_path / "the keys").mkdir()
    (path := folder / "tokens.key").write_bytes(SECRET)
    path.chmod(mode)
    expected = f"{path}: other users may read or replace the token key (mode {mode:04o}); run: chmod 600 '{path}'"
    assert error_text(path, RefusedError) == expected
    warnings: list[str] = []
    assert read_token_key(path, warn=warnings.append) == TokenKey(secret=SECRET)
    assert warnings == [expected]


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_that_only_its_owner_may_read_is_accepted(tmp_path: Path, mode: int) -> None:
    (path := tmp_path / "tokens.key").write_bytes(SECRET)
    path.chmod(mode)
    assert read_token_key(path) == TokenKey(secret=SECRET)


def test_a_key_from_a_pipe_is_nobody_elses_to_read(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "tokens.key", 0o644)
    writer = threading.Thread(target=path.write_bytes, args=(SECRET,))
    writer.start()
    assert read_token_key(path) == TokenKey(secret=SECRET)
    writer.join()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.key", tmp_path / "no" / "folder.key"):
        assert error_text(path, NotFoundError) == f"{path}: there is no such file; {HINT.format(path)}"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert error_text(tmp_path, UnavailableError) == f"{tmp_path}: the token key can't be read: is a directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "tokens.key").write_bytes(SECRET)
    path.chmod(0)
    assert error_text(path, UnavailableError) == f"{path}: the token key can't be read: permission denied"


def test_a_name_that_no_file_can_have_is_refused() -> None:
    assert error_text(Path("a\0b")) == '"a\\x00b" can\'t be the name of a file; name one such as tokens.key'
