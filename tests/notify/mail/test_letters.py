"""Mails as other programs read them: Python's parser, mail-parser, calendar engines."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import mailparser  # type: ignore[import-untyped]  # it ships no annotations
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.channels import Mailbox
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import clean, plain_line
from icsfeed.notify.mail.content import MailContent
from icsfeed.notify.mail.headers import header_field
from icsfeed.notify.mail.letters import Addressee, Letter, letter
from tests.readers import aic, rie

DOMAIN = "maintenance.example.com"
SENDER = Mailbox(name="Seed-to-Sale maintenance", email="maintenance@example.com")
SUPPORT = Mailbox(name="Customer Support", email="support@example.com")
TOKENS = ("nobody.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nobody.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB")
OWN_TOKENS = (
    "3f2a9c01d4e53f2a9c01.cccccccccccccccccccccccccccccccc-_c",
    "3f2a9c01d4e53f2a9c01.dddddddddddddddddddddddddd",
)
SERVER = "https://maintenance.example.com"
CALENDAR = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "PRODID:-//icsfeed//EN",
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:ec-7@maintenance.example.com",
        "DTSTAMP:20261123T120000Z",
        "DTSTART:20261201T030000Z",
        "DTEND:20261201T050000Z",
        "SEQUENCE:2",
        "SUMMARY:Élargissement de la base\\, 2e étape – ".ljust(60, "x"),
        " continued",
        "ORGANIZER;CN=Customer Support:mailto:support@example.com",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
).encode()
CONTENT = MailContent(
    language="fr",
    subject="EC-7 : élargissement de la base",
    text=f"Bonjour,\n\nÉlargissement. =?utf-8?q?x?= .\n.\nFrom here\n\nChoix : {SERVER}/subscribe/confirm/{TOKENS[0]}\n"
    f"Fin : {SERVER}/unsubscribe/{TOKENS[1]}.\n",
    html=f'<!doctype html><p>Élargissement &amp; plus</p><a href="{SERVER}/unsubscribe/{TOKENS[1]}">Fin</a>\n',
    calendar=CALENDAR,
    calendar_name="EC-7.ics",
)
ADDRESS = Addressee(
    email="alice@customer.example",
    date=datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
    message_id="<0123@maintenance.example.com>",
    thread_id="<4567@maintenance.example.com>",
    tokens=OWN_TOKENS,
    unsubscribe=f"{SERVER}/unsubscribe/{OWN_TOKENS[1]}",
)
FIELDS = [
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "From",
    "Reply-To",
    "Subject",
    "List-Id",
    "Auto-Submitted",
    "Precedence",
    "X-Auto-Response-Suppress",
    "Content-Type",
    "MIME-Version",
]


def a_letter(content: MailContent = CONTENT, *, sender: Mailbox = SENDER, reply_to: Mailbox | None = SUPPORT) -> Letter:
    return letter(content, sender=sender, reply_to=reply_to, domain=DOMAIN, tokens=TOKENS)


def parsed(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def own_text(text: str) -> str:
    """The text as this subscriber gets it."""
    for token, own in zip(TOKENS, OWN_TOKENS, strict=True):
        text = text.replace(token, own)
    return text


def text_of(mail: bytes, subtype: str) -> str:
    body = parsed(mail).get_body((subtype,))
    assert body is not None
    payload = body.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_the_fields_are_complete() -> None:
    message = parsed(a_letter().addressed(ADDRESS))
    assert message.keys() == FIELDS
    assert {name: str(message[name]) for name in FIELDS[:-2]} == {
        "Date": "Mon, 23 Nov 2026 12:30:00 +0000",
        "Message-ID": "<0123@maintenance.example.com>",
        "In-Reply-To": "<4567@maintenance.example.com>",
        "References": "<4567@maintenance.example.com>",
        "To": "alice@customer.example",
        "List-Unsubscribe": f"<{SERVER}/unsubscribe/{OWN_TOKENS[1]}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "From": "Seed-to-Sale maintenance <maintenance@example.com>",
        "Reply-To": "Customer Support <support@example.com>",
        "Subject": "EC-7 : élargissement de la base",
        "List-Id": "<announcements.maintenance.example.com>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
    }
    assert message.defects == []


def test_the_parts_are_alternatives_and_an_attachment() -> None:
    message = parsed(a_letter().addressed(ADDRESS))
    assert [(part.get_content_type(), part.get_content_disposition()) for part in message.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", "attachment"),
    ]
    calendar = next(message.iter_attachments())
    assert dict(calendar["Content-Type"].params) == {"charset": "UTF-8", "method": "PUBLISH", "name": "EC-7.ics"}
    assert calendar.get_filename() == "EC-7.ics"
    assert calendar.get_payload(decode=True) == CALENDAR
    assert all(part.defects == [] for part in message.walk())


def test_a_mail_without_a_calendar_is_two_alternatives() -> None:
    content = MailContent(language="en", subject="Confirm", text="text", html="<p>text</p>", is_subscribed=False)
    message = parsed(letter(content, sender=SENDER, reply_to=None, domain=DOMAIN, tokens=()).addressed(ADDRESS))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"} & set(message.keys()) == set()


def test_each_subscriber_has_links_of_their_own() -> None:
    written = a_letter()
    mail = written.addressed(ADDRESS)
    assert text_of(mail, "plain") == own_text(CONTENT.text).replace("\n", "\r\n")
    assert text_of(mail, "html") == own_text(CONTENT.html).replace("\n", "\r\n")
    assert b"nobody" not in mail


def test_every_line_is_short_ascii() -> None:
    content = MailContent(
        language="en", subject="s", text="é" * 5000 + " " + "x" * 5000, html="<p>" + "y" * 5000, calendar=b"x" * 5000
    )
    mail = a_letter(content).addressed(ADDRESS)
    assert mail.isascii()
    assert mail.endswith(b"\r\n")
    body = mail.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")


def test_mail_parser_reads_the_same() -> None:
    mail = mailparser.parse_from_bytes(a_letter().addressed(ADDRESS))
    assert mail.defects == []
    assert mail.subject == CONTENT.subject
    assert mail.from_ == [(SENDER.name, SENDER.email)]
    assert mail.to == [("", ADDRESS.email)]
    assert mail.message_id == ADDRESS.message_id
    assert [text.replace("\r\n", "\n") for text in mail.text_plain] == [own_text(CONTENT.text)]
    assert [text.replace("\r\n", "\n") for text in mail.text_html] == [own_text(CONTENT.html)]
    assert [(each["filename"], each["mail_content_type"]) for each in mail.attachments] == [
        ("EC-7.ics", "text/calendar")
    ]


def test_two_calendar_engines_read_the_attachment() -> None:
    message = parsed(a_letter().addressed(ADDRESS))
    attachment = next(message.iter_attachments()).get_payload(decode=True)
    assert isinstance(attachment, bytes)
    assert b"\r\nMETHOD:PUBLISH\r\n" in attachment
    span = datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC)
    for engine in (rie, aic):
        (instance,) = engine.read(attachment, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
        assert (instance.start, instance.end, instance.uid) == (*span, "ec-7@maintenance.example.com")


@pytest.mark.parametrize("name", ["thursday/2026-12-03.ics", 'a"b\r\nX: y.ics', "été.ics"])
def test_names_of_attachments_are_plain(name: str) -> None:
    content = MailContent(language="en", subject="s", text="t", html="h", calendar=CALENDAR, calendar_name=name)
    message = parsed(a_letter(content).addressed(ADDRESS))
    (attachment,) = message.iter_attachments()
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.ics", attachment.get_filename() or "")
    assert message.keys() == FIELDS


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        "a@b.example>",
        "<a@b.example",
        "é@b.example",
        "a@é.example",
        "",
        "a",
    ],
)
def test_an_address_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(BadInputError, match=r"\Aa mail address has a space, an angle bracket or a character outside"):
        a_letter().addressed(replace(ADDRESS, email=email))


@pytest.mark.parametrize("token", ["a\r\nb", "a=b", "a b", "", "é", "x" * 75])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    address = replace(ADDRESS, tokens=(token, OWN_TOKENS[1]))
    with pytest.raises(BadInputError, match=r"\Aa token in a link has characters other than letters"):
        a_letter().addressed(address)


@pytest.mark.parametrize("value", ["a\r\nBcc: b", "a\nb", "a\rb", "é", "a\x00b", "a\r\n"])
def test_no_value_ends_its_field(value: str) -> None:
    with pytest.raises(
        BadInputError, match=r"\Athe header field To can't hold a line break or a character outside ASCII"
    ):
        header_field("To", value)


HOSTILE = [
    "\r\nBcc: mallory@evil.example",
    "\nBcc: mallory@evil.example",
    "\r\n\r\n<script>",
    "x\u2028Bcc: m@evil.example",
    "=?utf-8?q?=0D=0ABcc:_m@evil.example?=",
    '"quoted" <m@evil.example>, other@evil.example',
    "(comment) a, b; c: d",
    "\\",
    '"',
    "a" * 2000,
    "é" * 2000,
    "\u202egnp.exe",
    "\x00\x1b[31m\x7f",
    "\ud800",
    "--=_icsfeed_parts--",
    "--=_icsfeed_texts",
    ".",
    "..",
    "From me",
    "{{ 7 * 7 }} | `x` & < >",
    " ",
    "",
]
hostile_texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.sampled_from('\r\n\t :,;<>@"\\()=?_-.aé\u2028\u202e\x00'), max_size=80),
    st.text(max_size=200),
)


@settings(max_examples=int(os.environ.get("HOSTILE_MAILS", "60")))
@given(hostile_texts, hostile_texts, hostile_texts, hostile_texts)
def test_no_text_gets_out_of_its_place(subject: str, name: str, text: str, html: str) -> None:
    content = MailContent(language="en", subject=subject, text=text, html=html, calendar=CALENDAR)
    sender = Mailbox(name=name, email=SENDER.email)
    mail = a_letter(content, sender=sender, reply_to=Mailbox(name=name, email=SUPPORT.email)).addressed(ADDRESS)
    message = parsed(mail)
    assert message.keys() == FIELDS
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert text_of(mail, "plain") == (clean(text).strip() + "\n").replace("\n", "\r\n")
    assert text_of(mail, "html") == (clean(html).strip() + "\n").replace("\n", "\r\n")
    assert next(message.iter_attachments()).get_payload(decode=True) == CALENDAR
    assert message["Subject"] == shortened(plain_line(subject))
    for field, address in (("From", SENDER.email), ("Reply-To", SUPPORT.email)):
        assert mailbox_in(mail, field) == (shortened(plain_line(name)), address)


def shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199].rstrip() + "…"


def mailbox_in(mail: bytes, field: str) -> tuple[str, str]:
    """The only mailbox in the field, whose name is decoded last (RFC 2047, section 6)."""
    raw = message_from_bytes(mail)[field]
    ((name, address),) = getaddresses([raw])
    return str(make_header(decode_header(name))), address
