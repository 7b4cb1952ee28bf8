"""What replies mean, and that they tell no address."""

from __future__ import annotations

import pytest

from icsfeed.notify.failures import MailboxRefusedError, PermanentFailureError, SendingError, TemporaryFailureError
from icsfeed.notify.mail.refusals import SmtpReply, SmtpStage, failure

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
    result = failure(SmtpStage.RECIPIENT, SmtpReply(code=code, text=text))
    assert type(result) is expected
    assert getattr(result, "concerns_all", False) is concerns_all


@pytest.mark.parametrize(
    ("stage", "code", "text", "reason"),
    [
        (SmtpStage.RECIPIENT, 550, "5.1.1 No such user", "550 5.1.1 to RCPT TO: the mailbox does not exist"),
        (SmtpStage.RECIPIENT, 552, "5.2.2 Over quota", "552 5.2.2 to RCPT TO: the mailbox is full"),
        (SmtpStage.RECIPIENT, 550, "5.2.99 Hm", "550 5.2.99 to RCPT TO: the mailbox can't take the mail"),
        (SmtpStage.RECIPIENT, 550, "5.9.9 Hm", "550 5.9.9 to RCPT TO: the server takes no mail for this recipient"),
        (SmtpStage.RECIPIENT, 550, "No", "550 to RCPT TO: the server takes no mail for this recipient"),
        (
            SmtpStage.RECIPIENT,
            550,
            "5.7.54 Unable to relay",
            "550 5.7.54 to RCPT TO: the server does not relay for this machine or sender; check [mail] smtp",
        ),
        (SmtpStage.RECIPIENT, 455, "?", "455 to RCPT TO: the server takes nothing at the moment"),
        (
            SmtpStage.SENDER,
            550,
            "Who are you?",
            "550 to MAIL FROM: the server takes no mail of this sender; check from in [mail]",
        ),
        (SmtpStage.CONNECTION, 554, "No", "554 to the connection: the server takes no mail from this machine"),
        (SmtpStage.CONTENT, 554, "Spam", "554 to the mail: the server refuses the mail"),
        (SmtpStage.CONTENT, 452, "", "452 to the mail: the server has no room, or got too many mails at once"),
    ],
)
def test_what_a_reply_means_is_said_in_words_of_our_own(stage: SmtpStage, code: int, text: str, reason: str) -> None:
    assert str(failure(stage, SmtpReply(code=code, text=text))) == f"the mail server answered {reason}"


@pytest.mark.parametrize("code", [421, 450, 550, 554, 999])
@pytest.mark.parametrize("stage", SmtpStage)
@pytest.mark.parametrize(
    "text",
    [
        f"<{ALICE}>: unknown",
        "User alice.o'neil unknown",
        "alice.o'neil%2Bnews=customer.example: unknown",
        "<alice.o'neil+\r\nnews@customer\r\n.example> unknown",
        "5.1.1 alice.o'neil=2Bnews",
        "5.1.1 YWxpY2UubydnZWlsK25ld3NAY3VzdG9tZXIuZXhhbXBsZQ==",
        f"relaying to {ALICE.upper()} denied",
    ],
)
def test_no_word_of_a_reply_is_repeated(stage: SmtpStage, code: int, text: str) -> None:
    """However a server writes an address, or parts of it, none of that is stored or logged."""
    reply = SmtpReply(code=code, text=text)
    other = SmtpReply(code=code, text="5.1.1 " * text.startswith("5.1.1") + "relay" * ("relay" in text))
    assert str(failure(stage, reply)) == str(failure(stage, other))
    assert repr(reply) == f"SmtpReply(code={code})"
