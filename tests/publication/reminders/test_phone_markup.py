"""SSML and TwiML are what telephone systems document that they read."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from jinja2 import Environment
from lxml import etree

from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.publication.reminders.channels import channel_named
from icsfeed.publication.reminders.escaping import template_environment
from icsfeed.publication.reminders.phone import voice_locale
from icsfeed.publication.reminders.plain_variables import Variables
from icsfeed.publication.reminders.rendering import built_in_text
from icsfeed.publication.reminders.variables import variables_of
from icsfeed.services.reminders import reminder_facts
from tests.changes import PLAN, a_change
from tests.examples import BERLIN, POLICY
from tests.manual.documents import TOPICS
from tests.publication.reminders.phone_rendering import PHONE_TEXTS, PhoneText
from tests.publication.reminders.rendering import a_reminder, an_edition, reminder_text
from tests.publication.reminders.speech_markup import (
    MAX_POLLY_BREAK_SECONDS,
    SSML_SERVICES,
    TWIML_LOCALES,
    TWIML_TYPES,
    ssml_faults,
    twiml_faults,
)
from tests.reminders.situations import SITUATIONS, in_toronto
from tests.situations import a_situation

of_ssml = [text for text in PHONE_TEXTS if text.channel == "phone-ssml"]
of_twiml = [text for text in PHONE_TEXTS if text.channel == "phone-twiml"]
HOSTILE = "\x00</s>]]><audio src='x'/>&amp; \"quoted\" {{ 7 * 7 }} `|` \u202etxt\r\nhttps://evil.example/ #4711"


def spoken_text(text: PhoneText) -> str:
    """The text of a document with single spaces."""
    return " ".join("".join(etree.fromstring(text.render().encode()).itertext()).split())


@pytest.mark.parametrize("text", of_ssml, ids=str)
def test_ssml_is_valid(text: PhoneText) -> None:
    assert list(ssml_faults(text.render().encode())) == []


@pytest.mark.parametrize("text", of_ssml, ids=str)
def test_ssml_has_only_elements_that_every_service_reads(text: PhoneText) -> None:
    root = etree.fromstring(text.render().encode())
    elements = {etree.QName(element).localname for element in root.iter()}
    assert elements == {"speak", "p", "s", "break"}
    assert all(elements <= supported for supported in SSML_SERVICES.values())
    breaks = [element.get("time", "") for element in root.iter("{*}break")]
    assert all(float(time.removesuffix("ms")) <= MAX_POLLY_BREAK_SECONDS * 1000 for time in breaks)


@pytest.mark.parametrize("text", of_ssml, ids=str)
def test_ssml_begins_with_its_element(text: PhoneText) -> None:
    """Amazon Connect and Google take what begins with ``<speak`` for SSML, and read anything else out."""
    assert text.render().startswith("<speak ")


@pytest.mark.parametrize("text", of_twiml, ids=str)
def test_twiml_is_what_twilio_documents(text: PhoneText) -> None:
    assert list(twiml_faults(text.render().encode())) == []


@pytest.mark.parametrize("text", [*of_ssml, *of_twiml], ids=str)
def test_every_channel_says_the_same(text: PhoneText) -> None:
    assert spoken_text(text) == " ".join(replace(text, channel="phone").render().split())


def test_types() -> None:
    edition = an_edition(SITUATIONS["ordinary_week"], "fr")
    types = {channel: a_reminder(edition, channel).content_type for channel in ("phone", "phone-ssml", "phone-twiml")}
    assert types == {
        "phone": "text/plain; charset=utf-8",
        "phone-ssml": "application/ssml+xml; charset=utf-8",
        "phone-twiml": "application/xml; charset=utf-8",
    }
    assert types["phone-twiml"].partition(";")[0] in TWIML_TYPES


@pytest.mark.parametrize("kind", [Kind.EMERGENCY, Kind.PLANNED])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_of_the_vendor_can_be_markup(kind: Kind, language: str) -> None:
    now = in_toronto(2026, 12, 8, 12)
    span = Span(start=in_toronto(2026, 12, 8, 15), end=in_toronto(2026, 12, 8, 16))
    situation = a_situation(POLICY, now=now, changes=[a_change(kind, plan=replace(PLAN, summary=HOSTILE, span=span))])
    edition = an_edition(situation, language)
    ssml, twiml = (a_reminder(edition, channel).body for channel in ("phone-ssml", "phone-twiml"))
    assert list(ssml_faults(ssml)) == []
    assert list(twiml_faults(twiml)) == []
    assert b"audio src, x" in ssml
    assert b"evil" not in ssml + twiml


@pytest.mark.parametrize(("language", "voice"), [("en", "en-US-JennyNeural"), ("fr", "fr-CA-SylvieNeural")])
def test_the_template_for_azure_in_the_manual(language: str, voice: str) -> None:
    blocks = re.findall(r"```jinja\n(<speak .*?)```", TOPICS["reminders"].text, re.DOTALL)
    assert len(blocks) == 1
    edition = an_edition(SITUATIONS["ordinary_week"], language)
    channel = channel_named("phone-ssml")
    variables = variables_of(edition, reminder_facts(edition.situation), has_speech=True)
    template = template_environment(Environment, {channel.template: blocks[0]}, channel.escaping)
    root = etree.fromstring(template.get_template(channel.template).render(variables).encode())
    assert (root.get("version"), [etree.QName(child).localname for child in root]) == ("1.0", ["voice"])
    assert root[0].get("name") == voice
    spoken = reminder_text(edition, "phone").splitlines()
    assert [sentence.text for sentence in root[0]] == spoken


@pytest.mark.parametrize("channel", ["phone-ssml", "phone-twiml"])
def test_templates_escape_whatever_they_are_given(channel: str) -> None:
    variables: Variables = {"speech": {"sentences": ["a < b & c", "]]></s>"], "locale": "en-US"}}
    document = built_in_text(channel_named(channel), variables).encode()
    assert " ".join("".join(etree.fromstring(document).itertext()).split()) == "a < b & c ]]></s>"


@pytest.mark.parametrize(
    ("language", "zone", "locale"),
    [("en", None, "en-US"), ("fr", None, "fr-CA"), ("en", BERLIN, "en-US"), ("fr", BERLIN, "fr-FR")],
)
def test_voices(language: str, zone: object, locale: str) -> None:
    """Canadian French has voices everywhere, Canadian English has not."""
    calendar = POLICY.calendar if zone is None else replace(POLICY.calendar, zone=BERLIN)
    edition = an_edition(a_situation(replace(POLICY, calendar=calendar)), language)
    assert voice_locale(edition) == locale
    assert locale in TWIML_LOCALES


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("<speak xml:lang='en'/>", "the document is a speak, not a speak element"),
        (
            "<s xmlns='http://www.w3.org/2001/10/synthesis'/>",
            "the document is a {http://www.w3.org/2001/10/synthesis}s",
        ),
        ("<speak xmlns='http://www.w3.org/2001/10/synthesis' version='1.1'/>", "speak lacks"),
        ("<speak xmlns='http://www.w3.org/2001/10/synthesis' version='1.0' xml:lang='en'/>", "speak has version=1.0"),
        (
            "<speak xmlns='http://www.w3.org/2001/10/synthesis' version='1.1' xml:lang='en'><p><p/></p></speak>",
            "p is not allowed within p",
        ),
        (
            "<speak xmlns='http://www.w3.org/2001/10/synthesis' version='1.1' xml:lang='en'><audio/></speak>",
            "audio is not allowed within speak",
        ),
        (
            "<speak xmlns='http://www.w3.org/2001/10/synthesis' version='1.1' xml:lang='en'><break time='1'/></speak>",
            "break has time=1",
        ),
    ],
)
def test_the_rules_of_ssml_find_faults(document: str, fault: str) -> None:
    assert any(each.startswith(fault) for each in ssml_faults(document.encode()))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("<response/>", "a document is a Response"),
        ("<Response>text</Response>", "a document is a Response"),
        ("<Response><Shout>a</Shout></Response>", "Shout is no verb"),
        ("<Response><Say language='en-US'><b>a</b></Say></Response>", "Say is no Say of plain text alone"),
        ("<Response><Say language='en-US' rate='1'>a</Say></Response>", "Say has rate=1"),
        ("<Response><Say language='en-CA'>a</Say></Response>", "there is no voice for en-CA"),
        (f"<Response><Say language='en-US'>{'a' * 5000}</Say></Response>", "Say has more text"),
    ],
)
def test_the_rules_of_twiml_find_faults(document: str, fault: str) -> None:
    assert any(each.startswith(fault) for each in twiml_faults(document.encode()))
