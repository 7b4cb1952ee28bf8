"""Feeds and pages in each language of the calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import automatic_feeds
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import NOBODY, Action, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.domain.translated_texts import Translation
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.private import private_feed, private_feeds
from icsfeed.publication.private_paths import PrivateFile
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from icsfeed.services.events import publish_events
from icsfeed.store.schedule_file import read_schedule
from tests.bilingual import TEXTS, bilingual, bilingual_file
from tests.changes import a_change, after_step
from tests.examples import NOW, POLICY, utc

CHANGED: Final = utc(2026, 11, 20, 9, 30)
SUFFIXES: Final = (".ics", ".expanded.ics", ".maintnote.ics", ".json", ".atom")
_SHARED: Final = re.compile(
    rb"^(?:UID|SEQUENCE|DTSTAMP|LAST-MODIFIED|DTSTART|DTEND|RRULE|EXDATE|STATUS)[:;].*", re.MULTILINE
)
"""The lines of a feed that are the same in every language."""


def published(schedule: Schedule, record: Record | None = None) -> Mapping[str, Representation]:
    situation = Situation(schedule=schedule, record=record or NOTHING, now=NOW)
    return publish(situation, changed_at=CHANGED, base_url="https://shop.example.com").representations


def unfolded(body: bytes) -> str:
    return body.replace(b"\r\n ", b"").decode()


def test_every_feed_exists_in_every_language() -> None:
    paths = published(POLICY).keys()
    assert {path for path in paths if path.startswith(("/fr/feeds/", "/fr/downloads/"))} == {
        *(f"/fr/feeds/all{suffix}" for suffix in SUFFIXES),
        "/fr/downloads/all.ics",
    }


def test_the_first_language_has_the_root() -> None:
    public = published(bilingual("fr", "en"))
    assert "SUMMARY:Entretien hebdomadaire\r\n" in unfolded(public["/feeds/live.ics"].body)
    assert "SUMMARY:Weekly upkeep\r\n" in unfolded(public["/en/feeds/live.ics"].body)
    assert '<html lang="fr">' in public["/"].body.decode()
    assert '<html lang="en">' in public["/en/"].body.decode()
    assert [path for path in public if path.startswith("/fr/")] == []


def test_a_calendar_in_french_alone() -> None:
    public = published(bilingual("fr"))
    assert [path for path in public if path.startswith(("/fr/", "/en/"))] == []
    assert "SUMMARY:Changement d’urgence\u00a0: Remplacer la caisse\r\n" in unfolded(public["/feeds/all.ics"].body)
    assert b'hreflang="en"' not in public["/"].body


@pytest.mark.parametrize("suffix", [".ics", ".expanded.ics"])
def test_the_events_are_the_same_in_all_languages(suffix: str) -> None:
    """Their UIDs, revisions and times are; their texts are not."""
    public = published(bilingual())
    english, french = (public[f"/{folder}feeds/all{suffix}"].body for folder in ("", "fr/"))
    assert _SHARED.findall(english) == _SHARED.findall(french)
    assert len(_SHARED.findall(french)) > 100
    texts = [re.findall("\r\n((?:SUMMARY|DESCRIPTION):.*)", unfolded(each)) for each in (english, french)]
    assert len(texts[0]) == len(texts[1])
    assert [first for first, second in zip(*texts, strict=True) if first == second] == []


@pytest.mark.parametrize(
    ("folder", "own", "other"), [("", TEXTS.keys(), TEXTS.values()), ("fr/", TEXTS.values(), TEXTS.keys())]
)
def test_no_text_of_another_language_is_in_anything_public(folder: str, own: list[str], other: list[str]) -> None:
    """Neither in feeds nor in pages; what each language has of its own is there."""
    public = published(bilingual())
    paths = [path for path in public if path.startswith("/fr/") is bool(folder)]
    texts = {path: unfolded(public[path].body).replace("\\,", ",").replace("&#39;", "'") for path in paths}
    assert {(path, text) for path, content in texts.items() for text in other if text in content} == set()
    everything = "".join(texts.values())
    assert [text for text in own if text not in everything] == []


def test_our_own_words_are_in_the_language_of_the_feed() -> None:
    feed = unfolded(published(bilingual())["/fr/feeds/all.ics"].body)
    assert "PRODID:-//icsfeed//Maintenance calendar//FR\r\n" in feed
    for english in ("Emergency change", "Environments", "Impact:", "No planned change", "State", "Change freeze"):
        assert english not in feed
    assert "Environnements\u00a0: Boutique en direct" in feed
    assert "LANGUAGE=" not in feed


def test_automatic_feeds_have_names_in_their_language() -> None:
    calendar = replace(POLICY.calendar, name="Upkeep")
    feeds = automatic_feeds("Upkeep", POLICY.environments)
    public = published(replace(POLICY, calendar=calendar, feeds=feeds))
    names = {
        path: re.findall("X-WR-CALNAME:(.*)\r\n", unfolded(public[path].body))
        for path in ("/feeds/freeze.ics", "/fr/feeds/freeze.ics", "/fr/feeds/production.ics", "/fr/feeds/all.ics")
    }
    assert names == {
        "/feeds/freeze.ics": ["Upkeep: change freezes"],
        "/fr/feeds/freeze.ics": ["Upkeep\u00a0: gels des changements"],
        "/fr/feeds/production.ics": ["Upkeep\u00a0: Production"],
        "/fr/feeds/all.ics": ["Upkeep"],
    }


def test_one_feed_is_built_as_it_is_published() -> None:
    schedule = bilingual()
    situation = Situation(schedule=schedule, now=NOW)
    for rendering, suffix in zip(Rendering, SUFFIXES[:3], strict=True):
        built = build_feed(situation, "live", rendering, language="fr")
        assert built.body == published(schedule)[f"/fr/feeds/live{suffix}"].body
    with pytest.raises(NotFoundError) as refusal:
        build_feed(situation, "live", Rendering.SERIES, language="de")
    assert str(refusal.value) == 'this calendar has no feeds in "de"; its languages are en, fr'


def digests(schedule: Schedule, record: Record | None = None) -> dict[str, str]:
    events = publish_events(Situation(schedule=schedule, record=record or NOTHING, now=NOW))
    return {event.uid: event.digest for event in events.every()}


def test_a_corrected_french_text_raises_the_revision_in_all_languages() -> None:
    before = publish_events(Situation(schedule=bilingual(), now=NOW))
    ledger = with_lines({}, before.missing_lines({}))
    corrected = bilingual(Weekly_upkeep="Maintenance hebdomadaire")
    public = published(corrected, Record(ledger=ledger))
    for folder, name in (("", "Weekly upkeep"), ("fr/", "Maintenance hebdomadaire")):
        feed = unfolded(public[f"/{folder}feeds/all.ics"].body)
        events = [each for each in feed.split("BEGIN:VEVENT") if f"SUMMARY:{name}\r\n" in each]
        assert {re.findall("\r\nSEQUENCE:(.*)\r\n", each)[0] for each in events} == {"1"}
        assert "SUMMARY:Quiet days" in feed or "SUMMARY:Jours calmes" in feed
        others = [each for each in feed.split("BEGIN:VEVENT")[1:] if each not in events and "till" not in each]
        assert {re.findall("\r\nSEQUENCE:(.*)\r\n", each)[0] for each in others} == {"0"}


def test_the_order_of_the_languages_is_no_fact() -> None:
    """A calendar whose default language changes says the same in all."""
    english, french = bilingual("en", "fr"), bilingual("fr", "en")
    assert digests(english) == digests(french)
    assert digests(bilingual("en")) != digests(english)


def test_a_language_without_texts_of_its_own_adds_no_fact() -> None:
    assert digests(POLICY) == digests(replace(POLICY, calendar=replace(POLICY.calendar, languages=("en",))))


TRANSLATIONS: Final = (
    Translation(language="en", text="The till is here"),
    Translation(language="fr", text="La caisse est là"),
)


def recorded(language: str = "fr", text: str = "La caisse est là") -> Record:
    """A record with a change whose latest message is in two languages."""
    change = after_step(a_change(), Step.START, utc(2026, 12, 3, 8), message="The till is here")
    translations = (TRANSLATIONS[0], Translation(language=language, text=text))
    latest = replace(change.latest, message_translations=translations)
    change = replace(change, updates=(*change.updates[:-1], latest))
    return Record(changes={change.id: change})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_recorded_message_is_shown_in_its_language(suffix: str) -> None:
    public = published(POLICY, recorded())
    english, french = (unfolded(public[f"/{folder}feeds/all{suffix}"].body) for folder in ("", "fr/"))
    assert ("The till is here" in english, "La caisse est là" in english) == (True, False)
    assert ("The till is here" in french, "La caisse est là" in french) == (False, True)


def test_pages_show_a_recorded_message_in_their_language() -> None:
    public = published(POLICY, recorded())
    assert "La caisse est là" in public["/fr/"].body.decode()
    assert "The till is here" in public["/"].body.decode()
    assert "The till is here" not in public["/fr/"].body.decode()


def test_a_recorded_message_stays_in_its_language_when_the_default_one_changes() -> None:
    french_first = replace(POLICY, calendar=replace(POLICY.calendar, languages=("fr", "en")))
    public = published(french_first, recorded())
    assert "La caisse est là" in unfolded(public["/feeds/all.ics"].body)
    assert "The till is here" in unfolded(public["/en/feeds/all.ics"].body)
    assert digests(french_first, recorded()) == digests(POLICY, recorded())


def test_another_translation_of_a_recorded_message_is_another_fact() -> None:
    one, other = (digests(POLICY, recorded(text=text)) for text in ("La caisse est là", "La caisse est ici"))
    assert len(set(one.items()) - set(other.items())) == 1
    without = replace(POLICY, calendar=replace(POLICY.calendar, languages=("en",)))
    assert digests(without, recorded()) == digests(without, recorded(text="La caisse est ici"))


def test_private_feeds_exist_in_every_language() -> None:
    """With alarms, too: these speak the language of their event."""
    key = TokenKey(secret=b"k" * 32)
    token = key.token("salt")
    step = SubscriberStep(
        action=Action.ADD,
        name="Acme",
        at=NOW,
        feed="live",
        alarms=(timedelta(hours=1),),
        digest=digest_of(token),
        salt="salt",
    )
    publication = publish(Situation(schedule=bilingual(), now=NOW), changed_at=CHANGED)
    feeds = private_feeds(publication, NOBODY.after([step]), key, now=NOW).representations
    assert set(feeds) == {
        f"/private/{token}/{folder}live{suffix}" for folder in ("", "fr/") for suffix in SUFFIXES if suffix != ".atom"
    }
    french = unfolded(feeds[f"/private/{token}/fr/live.ics"].body)
    assert "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Entretien hebdomadaire\r\n" in french
    assert [text for text in TEXTS if text in french] == []
    file = PrivateFile.named("fr/live.expanded.ics", "live")
    assert file is not None
    expanded = private_feed(publication, "live", (timedelta(hours=1),), file=file)
    assert expanded is not None
    assert "DESCRIPTION:Entretien hebdomadaire\r\n" in unfolded(expanded.body)


def test_pages_lead_to_the_feeds_of_their_language() -> None:
    page = published(bilingual())["/fr/"].body.decode()
    assert 'href="../fr/feeds/all.ics" title="Entretien de la boutique"' in page
    assert 'href="../fr/feeds/all.atom"' in page
    assert "/fr/feeds/live.ics</code>" in page
    assert 'href="../fr/downloads/live.ics"' in page
    assert re.findall('(?:href|data-path)="(?:\\.\\./)?(?:feeds|downloads)/[^"]*"', page) == []


def test_an_atom_feed_leads_to_the_page_of_its_language() -> None:
    atom = published(bilingual())["/fr/feeds/all.atom"].body.decode()
    assert 'xml:lang="fr"' in atom
    assert '<link href="https://shop.example.com/fr/feeds/all.atom" rel="self"/>' in atom
    assert '<link href="https://shop.example.com/fr/" rel="alternate" type="text/html"/>' in atom


def test_carriers_say_the_language() -> None:
    public = published(POLICY)
    paths = ("/", "/feeds/all.ics", "/fr/", "/fr/feeds/all.ics", "/fr/feeds/all.atom", "/fr/feeds/all.json")
    languages = {path: dict(public[path].public_headers).get("Content-Language") for path in paths}
    assert languages == {path: "fr" if path.startswith("/fr/") else "en" for path in paths}
    assert "Content-Language" not in dict(public["/404.html"].public_headers), "it is in all of them"


PRIVATE: Final = """
[[environments]]
id = "acme"
public = false
name = { en = "Quetzal", fr = "Ouistiti" }

[[maintenance_windows]]
id = "acme-window"
name = { en = "Xylophone", fr = "Clavecin" }
description = { en = "Zither", fr = "Cithare" }
days = ["Friday"]
start = 02:00
end = 06:00
environments = ["acme"]

[[feeds]]
slug = "acme-feed"
public = false
name = { en = "Bassoon", fr = "Basson" }
environments = ["acme"]
"""


def test_nothing_private_is_public_in_any_language() -> None:
    schedule = read_schedule((bilingual_file() + PRIVATE).encode(), "schedule.toml")
    publication = publish(Situation(schedule=schedule, now=NOW), changed_at=CHANGED)
    words = ("Quetzal", "Ouistiti", "Xylophone", "Clavecin", "Zither", "Cithare", "Bassoon", "Basson", "acme")
    public = publication.representations
    assert {
        (path, word) for path in public for word in words if word in path or word in unfolded(public[path].body)
    } == (set())
    own = publication.private["acme-feed"]
    english, french = (unfolded(own[f"/{folder}feeds/acme-feed.ics"].body) for folder in ("", "fr/"))
    assert [word for word in words if word in english] == ["Quetzal", "Xylophone", "Zither", "Bassoon", "acme"]
    assert [word for word in words if word in french] == ["Ouistiti", "Clavecin", "Cithare", "Basson", "acme"]
