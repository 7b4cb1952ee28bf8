"""A customer's address, and the links that only they have, stand in no log, metric, public byte, export or error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy

from icsfeed.domain.errors import UnavailableError
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.settings import Settings
from icsfeed.store.database.database import Database
from icsfeed.web.request_log import loggable_path
from tests.actors import operator
from tests.cli.running import run
from tests.examples import NOW
from tests.mail.customers import ask, link, rows_of, subscriber
from tests.mail.test_form import PAGES as FORM_PAGES
from tests.mail.test_pages import ASK, EVERYTHING
from tests.mail.vendors import SCHEDULE, application
from tests.publication.fakes import Clock

ADDRESS = "very.private@customer.example"
CLIENT = "198.51.100.77"


def form_of(page: str) -> str:
    return page[page.index("<form") : page.index("</form>")]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    yield database
    database.close()


def test_nothing_public_or_logged_has_an_address_or_a_link(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(tmp_path, database, Clock(), settings=Settings(access_log=True))
    client = app.test_client()
    client.post(ASK, data={"email": ADDRESS}, environ_base={"REMOTE_ADDR": CLIENT})
    tokens = {purpose: link(database, purpose, ADDRESS) for purpose in LinkPurpose}
    paths = [f"/subscribe/confirm/{tokens[LinkPurpose.CONFIRM]}", f"/unsubscribe/{tokens[LinkPurpose.UNSUBSCRIBE]}"]
    for path in paths:
        client.get(path)
    client.post(paths[0])
    client.post(paths[0], data=EVERYTHING)
    client.get(f"/unsubscribe/{ADDRESS}")
    client.put(paths[0])
    client.get(paths[0] + "/")
    stored = subscriber(database, ADDRESS)
    assert stored is not None
    monkeypatch.chdir(tmp_path)
    assert run("export", "site", "--database", str(database.url)).status == 0
    exported = {file: file.read_bytes() for file in (tmp_path / "site").rglob("*") if file.is_file()}
    assert "form-action https://maintenance.example.com" in exported[tmp_path / "site" / "_headers"].decode()
    for path in FORM_PAGES:
        page = exported[tmp_path / "site" / path.strip("/") / "index.html"].decode()
        assert form_of(page) == form_of(client.get(path).text)
    served = {path: client.get(path).data for path in ("/", "/fr/", "/feeds/all.ics", "/feeds/all.json", "/machines/")}
    metrics = client.get("/metrics").data
    readyz = client.get("/readyz").data
    log = capsys.readouterr().err
    assert '"path": "/unsubscribe/{token}"' in log
    assert '"path": "/subscribe/confirm/{token}"' in log
    assert b"/unsubscribe/<token>" in metrics
    secrets = [ADDRESS, "very.private", *tokens.values(), *(token.partition(".")[2] for token in tokens.values())]
    texts = [log, metrics.decode(), readyz.decode(), *(text.decode("latin-1") for text in served.values())]
    texts += [text.decode("latin-1") for text in exported.values()]
    assert len(exported) > 20
    assert [secret for secret in secrets for text in texts if secret in text] == []
    for table in ("audit_trail", "deliveries", "mail_requests"):
        stored_text = str(rows_of(database, f"SELECT * FROM {table}"))  # noqa: S608  (these names)
        assert "private" not in stored_text
        assert CLIENT not in stored_text


@pytest.mark.parametrize(
    "path",
    [
        "/unsubscribe/short",
        f"/unsubscribe/{ADDRESS}",
        f"/subscribe/confirm/{ADDRESS}",
        "/subscribe/confirm/a/b\n",
        f"/unsubscribe/{'a' * 1000}",
    ],
)
def test_the_log_masks_whatever_stands_for_a_token(path: str) -> None:
    folder = path[: path.index("/", 1) + 1] if path.startswith("/unsubscribe") else "/subscribe/confirm/"
    assert loggable_path(path) == f"{folder}{{token}}"


def test_errors_of_the_database_show_no_values(database: Database) -> None:
    """SQLAlchemy's name the values of a statement, unless it is told not to."""
    ask(database, ADDRESS)
    stored = subscriber(database, ADDRESS)
    assert stored is not None
    with (
        pytest.raises((UnavailableError, sqlalchemy.exc.SQLAlchemyError)) as error,
        database.writing(actor=operator("op", NOW), action="test", subject="") as writing,
    ):
        writing.mail_subscribers.put(replace(stored, id="f" * 20))
    chain: list[BaseException] = []
    current: BaseException | None = error.value
    while current is not None:
        chain.append(current)
        current = current.__cause__ or current.__context__
    assert chain
    assert [str(each) for each in chain if ADDRESS in str(each)] == []


def test_an_operator_sees_no_address_but_the_one_that_they_ask_for(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    ask(database, ADDRESS)
    ask(database, "other@customer.example")
    assert "customer.example" not in run("mail", "list").stdout + run("mail", "list", "--json").stdout
    shown = run("mail", "show", ADDRESS, "--json").stdout
    assert ADDRESS in shown
    assert "other@" not in shown
    for outcome in (run("mail", "show", "nobody@customer.example"), run("mail", "remove", "no body@customer.example")):
        assert outcome.status == 1
        assert "customer.example" not in outcome.stdout + outcome.stderr
