"""From an announcement to a mail in a customer's mailbox, and back to the web service by its links."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent, Mailbox, MailSettings
from icsfeed.domain.mail_subscribers import MailChoice, MailSubscriber
from icsfeed.domain.schedule import Schedule
from icsfeed.notify.failures import MailboxRefusedError, PermanentFailureError, TemporaryFailureError
from icsfeed.notify.mail.transport import MailTransport, mail_transport
from icsfeed.notify.transports import Envelope
from icsfeed.store.database.database import Database
from tests.examples import utc
from tests.mail.customers import SECRET, ask, subscriber
from tests.mail.vendors import application
from tests.notify.mail.smtp_servers import MailServer, Script, a_mail_server
from tests.notify.messages.stories import CHANGE, LATER, NOW, after, announcement, delivery, shop, situation
from tests.readers import aic, rie
from tests.required import require

CONFIRMED = NOW - timedelta(days=30)
ALICE = MailSubscriber(
    id="00000000000000000a11",
    address="alice@customer.example",
    choice=MailChoice(language="en"),
    requested_at=CONFIRMED,
    confirmed_at=CONFIRMED,
)
BOB = replace(ALICE, id="00000000000000000b0b", address="bob@customer.example")


def vendor(smtp: str) -> Schedule:
    settings = MailSettings(
        sender=Mailbox(name="Shop maintenance", email="maintenance@shop.example.com"),
        server="https://shop.example.com",
        smtp=smtp,
    )
    return replace(shop(), mail=settings)


@contextmanager
def a_transport(running: MailServer) -> Iterator[MailTransport]:
    transport = mail_transport(vendor(f"smtp://localhost:{running.port}"), SECRET, environment={})
    yield transport
    transport.close()


def announced(event: ChannelEvent = ChannelEvent.ANNOUNCED, language: str = "en") -> Announcement:
    return announcement(situation(changes=[CHANGE]), delivery("EC-7", event), language=language)


def moved() -> Announcement:
    change = after(Step.UPDATE, utc(2026, 11, 25), "We need another night.", span=LATER)
    return announcement(situation(changes=[change]), delivery("EC-7", ChannelEvent.MOVED))


def an_envelope(
    recipient: MailSubscriber = ALICE, *, key: str = "key of a delivery", about: Announcement | None = None
) -> Envelope:
    return Envelope(announcement=about or announced(), key=key, recipient=recipient)


def sent(*envelopes: Envelope) -> list[EmailMessage]:
    """What the mail server gets."""
    with a_mail_server() as running:
        with a_transport(running) as transport:
            for envelope in envelopes:
                transport.send(envelope)
        return [parsed(mail.content) for mail in running.mails]


def parsed(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, subtype: str = "plain") -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_goes_from_the_vendor_to_the_subscriber() -> None:
    with a_mail_server() as running:
        with a_transport(running) as transport:
            transport.send(an_envelope())
        (mail,) = running.mails
    message = parsed(mail.content)
    assert (mail.sender, mail.recipients) == ("maintenance@shop.example.com", ("alice@customer.example",))
    assert message["From"] == "Shop maintenance <maintenance@shop.example.com>"
    assert message["Reply-To"] == "Help desk <help@example.com>"
    assert message["To"] == "alice@customer.example"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"].endswith("@shop.example.com>")


def test_subscribers_get_the_same_mail_but_for_their_own_links() -> None:
    about = announced()
    one, other = sent(an_envelope(ALICE, about=about), an_envelope(BOB, key="another", about=about))
    for subtype in ("plain", "html"):
        links, other_links = (
            re.findall(r"\S+00000a11\S+", text_of(one, subtype)),
            re.findall(r"\S+00000b0b\S+", text_of(other, subtype)),
        )
        assert len(links) == len(other_links) == 2
        assert "nobody" not in text_of(one, subtype)
        assert without_links(text_of(one, subtype), ALICE) == without_links(text_of(other, subtype), BOB)
    assert ALICE.address not in str(other)
    assert BOB.id not in str(one)


def without_links(text: str, recipient: MailSubscriber) -> str:
    return re.sub(rf"{recipient.id}\.[A-Za-z0-9_-]+", "TOKEN", text)


def test_a_mail_that_is_sent_once_more_can_be_told_from_a_new_one() -> None:
    first, repeated, other = sent(an_envelope(), an_envelope(), an_envelope(key="another delivery"))
    assert first["Message-ID"] == repeated["Message-ID"] != other["Message-ID"]
    assert "alice" not in first["Message-ID"]


def test_all_that_a_subscriber_hears_of_a_change_is_one_thread() -> None:
    first, second, others = sent(
        an_envelope(key="1"), an_envelope(key="2", about=moved()), an_envelope(BOB, key="3", about=moved())
    )
    assert first["References"] == first["In-Reply-To"] == second["References"] == second["In-Reply-To"]
    assert others["References"] != first["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_notmuch_shows_one_thread(tmp_path: Path) -> None:
    """Also where the announcement was replaced before it was sent, and only what followed arrived."""
    require(None if shutil.which("notmuch") else "notmuch is not installed")
    about_another = replace(moved(), subject="EC-8")
    mails = sent(an_envelope(key="1", about=moved()), an_envelope(key="2"), an_envelope(key="3", about=about_another))
    folder = tmp_path / "mail"
    (folder / "cur").mkdir(parents=True)
    for number, mail in enumerate(mails):
        (folder / "cur" / f"{number}:2,").write_bytes(mail.as_bytes())
    configuration = tmp_path / "notmuch"
    configuration.write_text(f"[database]\npath={folder}\n[user]\nname=Alice\nprimary_email=alice@customer.example\n")
    options = ["notmuch", f"--config={configuration}"]
    subprocess.run([*options, "new", "--quiet"], check=True)
    counts = [
        subprocess.run([*options, "count", f"--output={what}", "*"], check=True, capture_output=True, text=True).stdout
        for what in ("messages", "threads")
    ]
    assert counts == ["3\n", "2\n"]
    shown = subprocess.run(
        [*options, "show", "--format=raw", "--part=3", f"id:{mails[0]['Message-ID'].strip('<>')}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert shown == text_of(mails[0]).replace("\r\n", "\n")


def test_two_calendar_engines_read_the_attachment_of_a_moved_change() -> None:
    about = moved()
    (message,) = sent(an_envelope(about=about))
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "EC-7.ics"
    calendar = attachment.get_payload(decode=True)
    assert isinstance(calendar, bytes)
    for engine in (rie, aic):
        (instance,) = engine.read(calendar, utc(2026, 1, 1), utc(2027, 1, 1))
        assert (instance.start, instance.end, instance.uid) == (LATER.start, LATER.end, about.uid)
    assert f"\r\nSEQUENCE:{about.sequence}\r\n".encode() in calendar


def test_the_question_whose_address_it_is_has_only_its_own_link() -> None:
    question = announcement(situation(), delivery("address", ChannelEvent.CONFIRMATION), was_informed=False)
    asked = replace(ALICE, confirmed_at=None)
    unknown, known = sent(an_envelope(asked, about=question), an_envelope(BOB, about=question))
    assert "List-Unsubscribe" not in unknown
    assert len(re.findall(r"/subscribe/confirm/", text_of(unknown))) == 1
    assert "/unsubscribe/" not in text_of(unknown)
    assert unknown["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" in known
    assert "/unsubscribe/" in text_of(known)


def test_letters_are_not_mixed_up() -> None:
    """However many announcements take turns."""
    abouts = [replace(announced(), subject=f"EC-{number}", name=f"Change {number}") for number in range(40)]
    twice = [*abouts, *abouts]
    mails = sent(*(an_envelope(key=str(number), about=about) for number, about in enumerate(twice)))
    assert [str(mail["Subject"]).split(":")[0] for mail in mails] == [
        f"[{about.subject}] {about.name}" for about in twice
    ]


def test_a_mail_needs_a_subscriber() -> None:
    with a_mail_server() as running, a_transport(running) as transport, pytest.raises(PermanentFailureError) as error:
        transport.send(Envelope(announcement=announced(), key="key"))
    assert str(error.value) == "a mail needs a subscriber"


def test_a_refused_mailbox_is_named_by_nothing() -> None:
    script = Script(recipient=lambda address: f"550 5.1.1 <{address}> unknown")
    with (
        a_mail_server(script) as running,
        a_transport(running) as transport,
        pytest.raises(MailboxRefusedError) as error,
    ):
        transport.send(an_envelope())
    assert str(error.value) == "the mail server answered 550 5.1.1 to RCPT TO: the mailbox does not exist"


@pytest.mark.parametrize("address", ["alice@customer.example\r\nDATA", "é@customer.example", "a b@customer.example"])
def test_an_address_that_could_be_a_command_is_never_sent(address: str) -> None:
    with a_mail_server() as running, a_transport(running) as transport, pytest.raises(PermanentFailureError) as error:
        transport.send(an_envelope(replace(ALICE, address=address)))
    assert running.connections == 0
    assert address not in str(error.value)


def test_the_mail_server_may_stand_in_a_variable() -> None:
    with a_mail_server() as running:
        environment = {"SMTP_URL": f"smtp://localhost:{running.port}"}
        transport = mail_transport(vendor("env:SMTP_URL"), SECRET, environment=environment)
        transport.send(an_envelope())
        transport.close()
    assert len(running.mails) == 1


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        (
            vendor("env:SMTP_URL"),
            'mail.smtp is "env:SMTP_URL", but the variable SMTP_URL is not set; set it where the sender runs, and '
            "start that again",
        ),
        (
            vendor("smtp://user:hunter2@"),
            "mail.smtp: this is not the URL of a mail server: its host or its port is malformed (it is not repeated "
            "here, since it may hold a password); write one such as smtp://user:password@mail.example.com:587",
        ),
        (shop(), "the schedule has no [mail]; add it, or remove the subscribers with icsfeed mail remove"),
    ],
)
def test_mails_wait_for_what_is_missing(schedule: Schedule, reason: str) -> None:
    with pytest.raises(TemporaryFailureError) as error:
        mail_transport(schedule, SECRET, environment={})
    assert (str(error.value), error.value.concerns_all) == (reason, True)


ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("is_multipart", [False, True])
def test_mail_programs_unsubscribe_with_one_click(tmp_path: Path, is_multipart: bool) -> None:
    """RFC 8058: a POST to the header's address, with the header's body and nothing else. Opening it changes nothing."""
    repository = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    ask(repository, ALICE.address, now=NOW)
    recipient = subscriber(repository, ALICE.address)
    assert recipient is not None
    (message,) = sent(an_envelope(replace(recipient, confirmed_at=NOW)))
    header = re.fullmatch("<https://shop.example.com(/[^>]+)>", message["List-Unsubscribe"])
    assert header is not None
    assert message["List-Unsubscribe-Post"] == ONE_CLICK
    name, _, value = ONE_CLICK.partition("=")
    client = application(tmp_path, repository, lambda: NOW).test_client(use_cookies=False)
    assert client.get(header[1]).status_code == 200
    assert subscriber(repository, ALICE.address) is not None
    mimetype = "multipart/form-data" if is_multipart else "application/x-www-form-urlencoded"
    answer = client.post(header[1], data={name: value}, content_type=mimetype)
    assert answer.status_code == 200
    assert subscriber(repository, ALICE.address) is None
    repository.close()
