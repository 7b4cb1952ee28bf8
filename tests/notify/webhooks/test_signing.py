from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.webhook_keys import signing_keys
from icsfeed.notify.webhooks.signing import signature_headers

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
TEXT = "a-secret-of-somebody-who-types"
BODY = json.dumps({"type": "announced", "name": "Réparation"}, ensure_ascii=False).encode()


def test_the_reference_implementation_signs_alike() -> None:
    now = datetime.now(UTC)
    headers = signature_headers(BODY, signing_keys(SECRET), message_id="abc", now=now)
    expected = Webhook(SECRET).sign(msg_id="abc", timestamp=now.replace(microsecond=0), data=BODY.decode())
    assert headers == {
        "webhook-id": "abc",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": expected,
    }
    assert Webhook(SECRET).verify(BODY, headers) == json.loads(BODY)


def test_the_signature_is_of_id_time_and_body() -> None:
    now = datetime.now(UTC)
    headers = signature_headers(BODY, signing_keys(SECRET), message_id="abc", now=now)
    for spoiled in ({"webhook-id": "abd"}, {"webhook-timestamp": str(int(now.timestamp()) - 1)}):
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            Webhook(SECRET).verify(BODY, headers | spoiled)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(SECRET).verify(BODY + b" ", headers)


def test_a_secret_of_plain_text_is_its_bytes() -> None:
    headers = signature_headers(BODY, signing_keys(TEXT), message_id="abc", now=datetime.now(UTC))
    assert Webhook(TEXT.encode()).verify(BODY, headers) == json.loads(BODY)


def test_while_a_secret_is_replaced_the_old_one_and_the_new_one_sign() -> None:
    other = f"whsec_{base64.b64encode(KEY[::-1]).decode()}"
    headers = signature_headers(BODY, signing_keys(f"{SECRET} {other}"), message_id="abc", now=datetime.now(UTC))
    for secret in (SECRET, other):
        assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2


def test_words_are_one_secret() -> None:
    assert signing_keys("correct horse battery staple") == (b"correct horse battery staple",)


REMEDY = 'make one with: echo "whsec_$(openssl rand -base64 32)"'


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        pytest.param("whsec_no*base64*at*all*whatever*it*is", "what follows whsec_ in the secret is not base64"),
        pytest.param("whsec_c2hvcnQ=", "the secret has 5 bytes, and needs at least 24"),
        pytest.param("x" * 23, "the secret has 23 bytes, and needs at least 24"),
    ],
)
def test_a_secret_that_can_not_sign_is_refused_and_not_repeated(secret: str, message: str) -> None:
    with pytest.raises(BadInputError) as refused:
        signing_keys(secret)
    assert str(refused.value) == f"{message}; {REMEDY}"
