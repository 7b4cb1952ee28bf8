"""Mails: the same in both versions, whole in every client, and harmless whatever the vendor writes."""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element

import html5lib
import pytest

from icsfeed.domain.announcements import Announcement
from icsfeed.domain.changes import Step
from icsfeed.domain.channels import ChannelEvent
from icsfeed.notify.mail.content import MailContent
from icsfeed.words.chat_texts import chat_text
from tests.changes import a_change
from tests.examples import utc
from tests.notify.messages.golden import GOLDEN, a_freeze, change_announcements, change_stories, golden_files
from tests.notify.messages.mails import (
    HOSTILE,
    LINKS,
    LONG_WORD,
    confirmation,
    hostile_announcement,
    hostile_mail,
    mail,
    sample_announcements,
)
from tests.notify.messages.stories import CHANGE, after, announcement, delivery, result, situation

SAMPLES: Final = {
    f"{name}, {language}": each for language in ("en", "fr") for name, each in sample_announcements(language)
}
MAILS: Final = {
    **{name: mail(each) for name, each in SAMPLES.items()},
    "question": confirmation("en", is_confirmed=False),
    "answer to a subscriber": confirmation("fr", is_confirmed=True),
    "hostile texts": hostile_mail(),
}
each_mail = pytest.mark.parametrize("content", MAILS.values(), ids=MAILS.keys())

_DIRECTION_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ELEMENTS: Final = frozenset(
    "html head meta title style body div p img bdi h1 h2 a br table tbody tr th td ul li".split(" ")  # noqa: SIM905
)
_ATTRIBUTES: Final = frozenset(
    "lang charset name content style class aria-hidden dir src alt height href scope align valign".split(" ")  # noqa: SIM905
)


def parsed(content: MailContent) -> Element:
    """The mail as a browser reads it; what is not well-formed raises."""
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(content.html)
    return root


def words_of(text: str) -> str:
    return " ".join(text.split())


def shown_text(content: MailContent) -> str:
    """The text of the mail as HTML, without what only lists of mails show; links are followed by their addresses."""
    body = parsed(content).find("body")
    assert body is not None
    hidden, *shown = body
    assert hidden.get("aria-hidden") == "true"
    return words_of(" ".join(_texts(shown)))


def _texts(elements: list[Element]) -> list[str]:
    texts: list[str] = []
    for element in elements:
        texts += [element.text or "", *_texts(list(element)), element.get("href", ""), element.tail or ""]
    return texts


def test_announcements_equal_their_golden_files() -> None:
    """To change them on purpose: ``python -m tests.notify.messages.golden``."""
    assert dict(golden_files()) == {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.txt")}


@each_mail
def test_both_versions_say_the_same(content: MailContent) -> None:
    """Each line of the text stands in the HTML, apart from labels' punctuation, and nothing more stands there."""
    shown = shown_text(content)
    lines = [line.removeprefix("- ") for line in content.text.splitlines() if line not in {"", "-- "}]
    parts = [words_of(part) for line in lines for part in _label_and_value(line)]
    assert [part for part in parts if part not in shown] == []
    rest = shown
    for part in sorted(parts, key=len, reverse=True):
        rest = rest.replace(part, " ")
    assert words_of(re.sub("[:·]", " ", rest)) == ""


def _label_and_value(line: str) -> list[str]:
    label, colon, value = re.sub("\u00a0: ", ": ", line).partition(": ")
    return [label, value] if colon else [line]


@each_mail
def test_nothing_is_fetched_and_nothing_runs(content: MailContent) -> None:
    root = parsed(content)
    assert {element.tag for element in root.iter()} <= _ELEMENTS
    assert {name for element in root.iter() for name in element.attrib} <= _ATTRIBUTES
    assert [
        element.get("src") for element in root.iter("img") if not (element.get("src") or "").startswith("https://")
    ] == []
    assert re.findall(r"url\(|@import|expression", content.html.split("</style>")[0]) == []


@each_mail
def test_links_lead_where_they_should(content: MailContent) -> None:
    own = {LINKS.preferences, LINKS.unsubscribe} if content.is_subscribed else {LINKS.confirm}
    addresses = {element.get("href", "") for element in parsed(content).iter("a")}
    assert own <= addresses
    assert [each for each in addresses - own if not each.startswith("https://")] == []
    assert all(link in content.text for link in own)


def test_the_question_can_neither_unsubscribe_nor_confirm_by_itself() -> None:
    asked = confirmation("en", is_confirmed=False)
    assert LINKS.unsubscribe not in asked.text + asked.html
    assert not asked.is_subscribed
    known = confirmation("en", is_confirmed=True)
    assert LINKS.confirm not in known.text + known.html


@each_mail
def test_no_text_shows_what_follows_in_another_order(content: MailContent) -> None:
    assert _DIRECTION_CONTROLS.findall(content.subject + content.text + content.html) == []


def test_hostile_texts_are_shown_as_they_are() -> None:
    assert _DIRECTION_CONTROLS.search(HOSTILE)
    content = hostile_mail()
    shown, expected = shown_text(content), words_of(_DIRECTION_CONTROLS.sub("", HOSTILE))
    assert shown.count(expected) == 11
    assert "<img src=x" not in content.html
    assert "{{ 7 * 7 }}" in shown
    assert content.subject.splitlines() == [content.subject]
    assert len(content.subject) < 200


def test_hostile_texts_in_chat_stay_on_their_lines() -> None:
    text = chat_text(hostile_announcement())
    assert _DIRECTION_CONTROLS.findall(text) == []
    assert len(text.splitlines()) == 6
    assert LONG_WORD in text


@pytest.mark.parametrize("name", SAMPLES)
def test_chat_texts_are_short(name: str) -> None:
    assert 2 <= len(chat_text(SAMPLES[name]).splitlines()) <= 6


def test_everything_that_is_said_of_one_change_begins_alike() -> None:
    subjects = {name: mail(each).subject for name, each in change_announcements("en")}
    assert {subject for subject in subjects.values() if not subject.startswith("[EC-7]")} == set()
    named = [subject for name, subject in subjects.items() if "withdrawn" not in name]
    assert {subject.partition(":")[0] for subject in named} == {"[EC-7] Security patch"}


@pytest.mark.parametrize("event", sorted(set(ChannelEvent) - {ChannelEvent.CONFIRMATION}))
def test_whatever_was_queued_can_be_told(event: ChannelEvent) -> None:
    """Also what nobody queues of such a subject: one delivery that can't be written would hold up all others."""
    freeze = a_freeze(frozenset({"production"}))
    changes = [change for _, change, _ in change_stories()]
    about = [(situation(changes=[change]), "EC-7") for change in changes]
    about += [
        (situation(freezes=[freeze]), subject)
        for subject in ("EC-7", "till", "gone", "CF-2", "CF-9", "thursday/2026-12-03", "thursday/2026-12-24")
    ]
    for whole, subject in about:
        for was_informed in (True, False):
            news = result(whole, delivery(subject, event, utc(2026, 11, 25)), was_informed=was_informed)
            if isinstance(news, Announcement):
                assert mail(news).subject.strip()
                assert len(chat_text(news).splitlines()) in range(2, 7)
            else:
                assert news.reason


def test_a_long_message_of_lines_keeps_them() -> None:
    change = after(Step.UPDATE, utc(2026, 11, 25), "One\n\nTwo & <three>", change=CHANGE)
    content = mail(announcement(situation(changes=[change]), delivery("EC-7", ChannelEvent.UPDATED, utc(2026, 11, 25))))
    assert "One\n\nTwo & <three>" in content.text
    assert "One<br><br>Two &amp; &lt;three&gt;" in content.html


def test_of_many_messages_the_latest_are_told() -> None:
    change = a_change()
    for number in range(2, 16):
        change = after(Step.UPDATE, utc(2026, 11, 25, number), f"Message {number}", change=change)
    content = mail(announcement(situation(changes=[change]), delivery("EC-7", ChannelEvent.UPDATED, change.latest.at)))
    for version in (content.text, shown_text(content)):
        assert re.findall(r"Message (\d+)", version) == [str(number) for number in range(15, 4, -1)]
        assert "(4 earlier)" in version


def test_what_was_said_before_is_cut_where_it_gets_long() -> None:
    """Gmail shows the first 102 kB of a mail."""
    change = a_change()
    for number in range(2, 10):
        change = after(Step.UPDATE, utc(2026, 11, 25, number), f"{number}{'x' * 4_000}", change=change)
    content = mail(announcement(situation(changes=[change]), delivery("EC-7", ChannelEvent.UPDATED, change.latest.at)))
    assert re.findall(r"(\d)x{4000}", content.text) == ["9", "8", "7"]
    assert "(6 earlier)" in content.text
    assert len(content.html) < 30_000
