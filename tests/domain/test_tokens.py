"""Token keys: a token is derived from key and salt, and neither alone reveals it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.subscribers import Token, digest_of
from icsfeed.domain.tokens import TokenKey
from tests.examples import NOW

SECRET = b"0123456789abcdef0123456789abcdef"
KEY = TokenKey(secret=SECRET)
OTHER = TokenKey(secret=SECRET + b"x")
SALT = "00112233445566778899aabbccddeeff"


def test_a_token_is_the_start_of_the_hmac_of_its_salt() -> None:
    """Its form must never change, or every address handed out would stop working."""
    whole = hmac.new(SECRET, b"icsfeed private feed\0" + SALT.encode(), hashlib.sha256).digest()
    assert KEY.token(SALT) == base64.urlsafe_b64encode(whole[:24]).decode() == "tZxt7iUOogmwa3vswvGPp1zGAE_T5wnb"


def test_a_token_has_the_form_of_random_ones() -> None:
    assert all(re.fullmatch(r"[\w-]{32}", KEY.token(str(number))) for number in range(100))


def test_tokens_depend_on_key_and_salt() -> None:
    assert len({KEY.token(SALT), OTHER.token(SALT), KEY.token(SALT[::-1]), KEY.token(""), OTHER.token("")}) == 5


def test_a_token_is_derived_only_if_its_digest_matches() -> None:
    token = Token(digest=digest_of(KEY.token(SALT)), since=NOW, salt=SALT)
    at_random = Token(digest=digest_of("at random"), since=NOW)
    assert [token.derived(KEY), token.derived(OTHER), at_random.derived(KEY)] == [KEY.token(SALT), None, None]


@pytest.mark.parametrize("length", [0, 31])
def test_a_short_key_is_refused_without_showing_it(length: int) -> None:
    with pytest.raises(BadInputError) as refusal:
        TokenKey(secret=SECRET[:length])
    assert str(refusal.value) == f"a token key of {length} characters is too short; 32 is the least"


def test_no_representation_shows_the_secret() -> None:
    assert (repr(KEY), "0123" in f"{KEY!r}{KEY}") == ("TokenKey()", False)
