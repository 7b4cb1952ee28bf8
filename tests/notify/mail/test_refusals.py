"""What replies mean, and that they tell no address."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.notify.failures import MailboxRefusedError, PermanentFailureError, SendingError, TemporaryFailureError
from icsfeed.notify.mail.refusals import SmtpReply, SmtpStage, failure, text_without_addresses

ALICE = "alice.o'neil+news@customer.example"


@pytest.mark.parametrize(
    ("code", "text", "expected", "concerns_all"),
    [
        (550, "5.1.1 No such user", MailboxRefusedError, False),
        (550, "No such user here", MailboxRefusedError, False),
        (551, "User not local; please try elsewhere", MailboxRefusedError, False),
        (553, "Mailbox name not allowed", MailboxRefusedError, False),
        (550, "5.2.1 Mailbox disabled", MailboxRefusedError, False),
        (550, "5.7.1 Relaying denied", TemporaryFailureError, False),
        (550, "relay not permitted", TemporaryFailureError, False),
        (550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", TemporaryFailureError, False),
        (553, "sorry, we do not relay (#5.7.1)", TemporaryFailureError, False),
        (550, "5.1.8 Sender's domain does not exist", TemporaryFailureError, False),
        (450, "4.2.1 Mailbox busy", TemporaryFailureError, False),
        (451, "4.7.1 Greylisted", TemporaryFailureError, False),
        (452, "4.5.3 Too many recipients", TemporaryFailureError, False),
        (552, "Too many recipients", TemporaryFailureError, False),
        (421, "4.3.2 Shutting down", TemporaryFailureError, True),
        (530, "5.7.0 Must issue a STARTTLS command first", TemporaryFailureError, True),
        (501, "5.1.3 Bad recipient address syntax", PermanentFailureError, False),
        (554, "5.2.3 Message too long for this mailbox", PermanentFailureError, False),
        (-1, "gibberish", TemporaryFailureError, False),
    ],
)
def test_only_a_refused_mailbox_counts_against_a_subscriber(
    code: int, text: str, expected: type[SendingError], concerns_all: bool
) -> None:
    result = failure(SmtpStage.RECIPIENT, SmtpReply(code=code, text=text), recipient=ALICE)
    assert type(result) is expected
    assert getattr(result, "concerns_all", False) is concerns_all


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"<{ALICE}>: unknown", "<…>: unknown"),
        ("User ALICE.O'NEIL+NEWS is unknown", "User … is unknown"),
        ("no mailbox here by that name: customer.example", "no mailbox here by that name: …"),
        ("alice.o'neil+news...User unknown", "…...User unknown"),
        ("see https://help.example/?to=alice.o%27neil%2Bnews%40customer.example for more", "see https:… for more"),
        ("alice.o'neil+news=customer.example@bounces.example refused", "… refused"),
        ("first\r\nsecond\tthird\x1b[31m", "first second third[31m"),
    ],
)
def test_addresses_are_left_out_of_replies(text: str, shown: str) -> None:
    assert text_without_addresses(text, ALICE) == shown


local_parts = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
templates = st.sampled_from(
    ["<{}>", "{}: unknown", "550 ({})", '"{}"', "rcpt={};", "User {} rejected", "x\r\n{}", "[{}]", "{}...", "<{}>,<{}>"]
)


@settings(max_examples=150)
@given(
    local_parts, templates, st.booleans(), st.sampled_from(list(SmtpStage)), st.sampled_from([421, 450, 550, 554, 999])
)
def test_no_reply_ever_tells_the_address(
    local_part: str, template: str, is_upper: bool, stage: SmtpStage, code: int
) -> None:
    address = f"{local_part}@customer.example"
    quoted = template.format(address, address)
    reply = SmtpReply(code=code, text=quoted.upper() if is_upper else quoted)
    result = failure(stage, reply, recipient=address)
    assert address not in str(result).lower()
    assert "customer.example" not in str(result).lower()
    assert repr(reply) == f"SmtpReply(code={code})"


def test_long_replies_are_cut() -> None:
    result = failure(SmtpStage.CONTENT, SmtpReply(code=554, text="x" * 5000), recipient=ALICE)
    assert str(result) == f'the mail server answered 554 to the mail: "{"x" * 200}"'
