"""The form on the first page, only where there is mail; test_privacy.py compares it with that of an export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.mail.vendors import SCHEDULE, WITHOUT_MAIL, application
from tests.publication.fakes import Clock

PAGES = ("/", "/fr/", "/environments/production/", "/fr/environments/preview/")
OTHERS = ("/calendar/2026/", "/calendar/2026/12/", "/embed/", "/machines/", "/404.html")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action {}"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    yield database
    database.close()


def test_pages_with_the_form_may_send_it_to_the_server_alone(tmp_path: Path, database: Database) -> None:
    client = application(tmp_path, database, Clock()).test_client()
    for path in PAGES:
        answer = client.get(path)
        forms = re.findall("<form[^>]*>", answer.text)
        assert forms == [
            '<form class="feed first mail" action="https://maintenance.example.com/subscribe/mail" method="post">'
        ]
        policy = POLICY.format("https://maintenance.example.com")
        assert answer.headers["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"
        assert f'content="{policy}"' in answer.text.replace("&#39;", "'")
        language = "fr" if path.startswith("/fr/") else "en"
        assert f'<input type="hidden" name="language" value="{language}">' in answer.text
    for path in OTHERS:
        answer = client.get(path)
        assert "<form" not in answer.text
        assert "form-action 'none'" in answer.headers["Content-Security-Policy"]


def test_the_form_says_what_happens_and_has_a_label(tmp_path: Path, database: Database) -> None:
    client = application(tmp_path, database, Clock()).test_client()
    text = client.get("/").text
    form = text[text.index("<form") : text.index("</form>")]
    assert (
        '<label>Email address <input type="email" name="email" autocomplete="email" maxlength="254" required></label>'
        in form
    )
    assert (
        "We’ll send you a link to confirm the address, and nothing else until you follow it. "
        "You can unsubscribe at any time." in form
    )
    assert '<h3 id="mail">Par courriel</h3>' in client.get("/fr/").text


def test_in_an_emergency_mail_is_named_before_the_feed(tmp_path: Path, database: Database) -> None:
    client = application(tmp_path, database, Clock()).test_client()
    text = " ".join(client.get("/").text.split())
    assert (
        "The quickest way to hear of one is email, which usually arrives within a minute: "
        '<a href="#mail">subscribe by email</a>. For feed readers' in text
    )
    assert '<a href="#mail">abonnez-vous par courriel</a>' in client.get("/fr/").text
    assert "#mail" not in application(tmp_path, database, Clock(), WITHOUT_MAIL).test_client().get("/").text


@pytest.mark.parametrize("path", PAGES)
def test_without_mail_there_is_no_form(path: str, tmp_path: Path, database: Database) -> None:
    answer = application(tmp_path, database, Clock(), WITHOUT_MAIL).test_client().get(path)
    assert "<form" not in answer.text
    assert "form-action 'none'" in answer.headers["Content-Security-Policy"]


def test_where_the_server_is_below_a_path(tmp_path: Path, database: Database) -> None:
    text = SCHEDULE.replace("https://maintenance.example.com", "https://www.example.com:8443/maintenance")
    answer = application(tmp_path, database, Clock(), text).test_client().get("/")
    assert 'action="https://www.example.com:8443/maintenance/subscribe/mail"' in answer.text
    assert "form-action https://www.example.com:8443;" in answer.headers["Content-Security-Policy"]
