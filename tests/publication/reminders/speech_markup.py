"""What SSML and TwiML allow, as far as telephone reminders use them, written down from their specifications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

SYNTHESIS: Final = "http://www.w3.org/2001/10/synthesis"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE_TAG: Final = r"[a-z]{2,3}(-[A-Z]{2})?"
_STRENGTH: Final = "none|x-weak|weak|medium|strong|x-strong"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The children that an element may have, and its attributes with the patterns of their values."""

    children: frozenset[str] = frozenset()
    required: dict[str, str] = field(default_factory=dict)
    optional: dict[str, str] = field(default_factory=dict)
    has_text: bool = True


SSML_RULES: Final = {
    "speak": Rule(
        children=frozenset({"p", "s", "break"}),
        required={"version": r"1\.1", XML_LANG: _LANGUAGE_TAG},
    ),
    "p": Rule(children=frozenset({"s", "break"}), optional={XML_LANG: _LANGUAGE_TAG}),
    "s": Rule(children=frozenset({"break"}), optional={XML_LANG: _LANGUAGE_TAG}),
    "break": Rule(
        optional={"time": r"\+?([0-9]*\.)?[0-9]+(ms|s)", "strength": _STRENGTH},
        has_text=False,
    ),
}
"""W3C, Speech Synthesis Markup Language 1.1 (https://www.w3.org/TR/speech-synthesis11/): sections 2.2.1 (a document is
one ``speak`` element in the namespace), 3.1.1 (version 1.1 and xml:lang are required), 3.1.8.1 (``p`` and ``s``, of
which a sentence holds neither), 3.2.3 (``break``); types from its schema, appendix A. Of what it allows, this is the
part that reminders need.
"""

SSML_SERVICES: Final = {
    "https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html": frozenset(
        {"break", "emphasis", "lang", "mark", "p", "phoneme", "prosody", "s", "say-as", "speak", "sub", "w"}
    ),
    "https://docs.aws.amazon.com/connect/latest/adminguide/supported-ssml-tags.html": frozenset(
        {"speak", "break", "lang", "mark", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
    ),
    "https://cloud.google.com/text-to-speech/docs/ssml": frozenset(
        {
            "speak",
            "break",
            "say-as",
            "audio",
            "p",
            "s",
            "sub",
            "mark",
            "prosody",
            "emphasis",
            "voice",
            "lang",
            "phoneme",
        }
    ),
    "https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure": frozenset(
        {
            "speak",
            "voice",
            "audio",
            "break",
            "emphasis",
            "lang",
            "lexicon",
            "p",
            "phoneme",
            "prosody",
            "s",
            "say-as",
            "sub",
        }
    ),
}
"""The elements of SSML that each service documents."""

MAX_POLLY_BREAK_SECONDS: Final = 10
"""https://docs.aws.amazon.com/polly/latest/dg/break-tag.html"""

TWIML_VERBS: Final = frozenset(
    {
        "Connect", "Dial", "Enqueue", "Gather", "Hangup", "Leave", "Pause", "Pay", "Play", "Prompt", "Record",
        "Redirect", "Refer", "Reject", "Say", "Siprec", "Start", "Stop", "Stream",
    }
)  # fmt: skip
"""The verbs that may stand in ``Response``: https://www.twilio.com/docs/voice/twiml"""

TWIML_SAY_ATTRIBUTES: Final = {
    "language": _LANGUAGE_TAG,
    "loop": "[0-9]+",
    "voice": r"man|woman|(?:Polly|Google)\.\S+",
}
"""All that ``Say`` may have: https://www.twilio.com/docs/voice/twiml/say"""

TWIML_LOCALES: Final = frozenset({"en-AU", "en-GB", "en-IN", "en-US", "fr-CA", "fr-FR"})
"""Of the locales of English and French with voices at Twilio: https://www.twilio.com/docs/voice/twiml/say/text-speech"""

TWIML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})
"""What Twilio reads as TwiML: https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types"""

MAX_SAY_CHARS: Final = 4096
"""https://www.twilio.com/docs/api/errors/13520 and the page of ``Say``: 4 KB of text."""


def ssml_faults(document: bytes) -> Iterator[str]:
    """What is wrong with a document, by these rules."""
    root = etree.fromstring(document)
    if root.tag != f"{{{SYNTHESIS}}}speak":
        yield f"the document is a {root.tag}, not a speak element"
    for element in root.iter():
        yield from _element_faults(element)


def _element_faults(element: etree._Element) -> Iterator[str]:
    name = etree.QName(element).localname
    rule = SSML_RULES.get(name)
    if rule is None or etree.QName(element).namespace != SYNTHESIS:
        yield f"{element.tag} is not allowed at all"
        return
    for child in element:
        if etree.QName(child).localname not in rule.children:
            yield f"{etree.QName(child).localname} is not allowed within {name}"
    for attribute in rule.required.keys() - element.attrib.keys():
        yield f"{name} lacks {attribute}"
    patterns = rule.required | rule.optional
    for attribute, value in element.attrib.items():
        if re.fullmatch(patterns.get(attribute, "(?!)"), value) is None:
            yield f"{name} has {attribute}={value}"
    if not rule.has_text and "".join(element.itertext()):
        yield f"{name} contains text"


def twiml_faults(document: bytes) -> Iterator[str]:
    """What is wrong with a TwiML document that only speaks."""
    root = etree.fromstring(document)
    if root.tag != "Response" or root.attrib or (root.text or "").strip():
        yield "a document is a Response without attributes and without text of its own"
    for verb in root:
        if verb.tag not in TWIML_VERBS:
            yield f"{verb.tag} is no verb"
        if verb.tag != "Say" or len(verb) or (verb.tail or "").strip():
            yield f"{verb.tag} is no Say of plain text alone"
        for attribute, value in verb.attrib.items():
            if re.fullmatch(TWIML_SAY_ATTRIBUTES.get(attribute, "(?!)"), value) is None:
                yield f"Say has {attribute}={value}"
        if verb.get("language") not in TWIML_LOCALES:
            yield f"there is no voice for {verb.get('language')}"
        if len((verb.text or "").encode()) > MAX_SAY_CHARS:
            yield "Say has more text than is allowed"
