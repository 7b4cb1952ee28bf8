"""From the form over real mails and back: a server that takes the form, a sender, and a relay that gets its mails."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask.testing import FlaskClient
from structlog.testing import LogCapture

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.outbox_rows import RetrySelection
from icsfeed.notify.assembly import assemble_sender, make_transports
from icsfeed.notify.sender import Sender
from icsfeed.services.changes import Workspace
from icsfeed.services.delivery_retries import retry
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.actors import operator
from tests.examples import NOW
from tests.mail.customers import SECRET, rows_of, subscriber
from tests.mail.test_pages import ASK, EVERYTHING, title_of
from tests.mail.vendors import SCHEDULE, application
from tests.notify.mail.smtp_servers import MailServer, Script, a_mail_server
from tests.notify.posts import until
from tests.publication.fakes import Clock
from tests.services.workspace import a_plan, announce_plan

ADDRESS = "customer@example.com"


@dataclass(frozen=True, kw_only=True)
class Way:
    client: FlaskClient
    database: Database
    sender: Sender
    relay: MailServer
    clock: Clock
    workspace: Workspace

    def announce(self, summary: str, environment: str) -> None:
        plan = a_plan(summary=summary, environments=frozenset({environment}))
        announce_plan(self.workspace, plan, now=NOW, uid_part="ab12")

    def mails(self) -> list[EmailMessage]:
        """What the relay gets when the sender looks once more."""
        before = len(self.relay.mails)
        self.sender.tick(self.clock())
        until(lambda: self.sender.is_idle)
        received = self.relay.mails[before:]
        return [BytesParser(EmailMessage, policy=policy.default).parsebytes(each.content) for each in received]


@contextlib.contextmanager
def a_way(folder: Path, url: str, script: Script | None = None) -> Generator[Way]:
    clock, log = Clock(), LogCapture()
    with (
        a_mail_server(script) as relay,
        contextlib.closing(Database(url)) as database,
        contextlib.closing(Database(url)) as other,
    ):
        text = SCHEDULE.replace("smtp://mail.example.com", f"smtp://localhost:{relay.port}")
        client = application(folder, database, clock, text).test_client()
        path = folder / "schedule.toml"
        sender = assemble_sender(
            path,
            other,
            make_transports({}, clock=clock),
            owner="one",
            new_secret=lambda: SECRET,
            clock=clock,
            log=structlog.wrap_logger(None, processors=[log]),
        )
        workspace = Workspace(schedule=load_schedule(path).schedule, repository=database)
        try:
            yield Way(client=client, database=database, sender=sender, relay=relay, clock=clock, workspace=workspace)
        finally:
            sender.stop()
        assert "customer" not in str(log.entries)


def paths_in(mail: EmailMessage) -> list[str]:
    """The paths of the links to the server, as the HTML part has them."""
    body = mail.get_body(("html",))
    assert body is not None
    links = re.findall('href="([^"]+)"', body.get_content())
    return [urlsplit(unescape(each)).path for each in links if "//maintenance.example.com/" in each]


def test_the_whole_way(tmp_path: Path, database_url: str) -> None:
    with a_way(tmp_path, database_url) as way:
        assert title_of(way.client.post(ASK, data={"email": ADDRESS, "language": "fr"})) == (
            "Consultez votre boîte de réception"
        )
        way.announce("Before the confirmation", "production")
        (mail,) = way.mails()  # nobody who has not confirmed hears of the change
        assert mail["To"] == ADDRESS
        (confirm,) = {path for path in paths_in(mail) if path.startswith("/subscribe/confirm/")}
        assert title_of(way.client.get(confirm)) == "Confirmez votre abonnement"
        assert title_of(way.client.post(confirm)) == "Votre abonnement par courriel"
        assert way.mails() == []

        way.announce("First", "production")
        (mail,) = way.mails()
        preferences = [path for path in paths_in(mail) if path.startswith("/subscribe/confirm/")]
        assert title_of(way.client.get(preferences[0])) == "Votre abonnement par courriel"
        way.client.post(preferences[0], data={**EVERYTHING, "environment": ["preview"]})
        way.announce("Not chosen", "production")
        assert way.mails() == []

        # As a mail provider does it (RFC 8058, section 3.2).
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = re.search(r"<(https://[^>]+)>", mail["List-Unsubscribe"])
        assert address is not None
        answer = way.client.post(
            urlsplit(address[1]).path,
            data=mail["List-Unsubscribe-Post"],
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200
        assert subscriber(way.database) is None
        way.announce("After the end", "preview")
        assert way.mails() == []


def test_who_asks_again_gets_the_link_to_their_preferences(tmp_path: Path) -> None:
    with a_way(tmp_path, f"sqlite:///{tmp_path}/icsfeed.db") as way:
        way.client.post(ASK, data={"email": ADDRESS})
        (mail,) = way.mails()
        way.client.post(paths_in(mail)[0])
        way.client.post(ASK, data={"email": ADDRESS})
        (again,) = way.mails()
        assert paths_in(again) != paths_in(mail)
        assert title_of(way.client.get(paths_in(again)[0])) == "Your email subscription"


def test_who_unsubscribes_before_the_mail_is_sent_gets_none(tmp_path: Path) -> None:
    with a_way(tmp_path, f"sqlite:///{tmp_path}/icsfeed.db") as way:
        way.client.post(ASK, data={"email": ADDRESS})
        (mail,) = way.mails()
        way.client.post(paths_in(mail)[0])
        way.announce("Never sent", "production")
        unsubscribe = re.search('href="(/unsubscribe/[^"]+)"', way.client.get(paths_in(mail)[0]).text)
        assert unsubscribe is not None
        assert len(way.database.outbox.rows(DeliveryState.WAITING)) == 1
        way.client.post(unsubscribe[1])
        assert way.mails() == []
        assert way.database.outbox.rows(DeliveryState.WAITING) == ()


def test_a_confirmation_that_is_refused_is_nothing_to_act_on(tmp_path: Path) -> None:
    """Anybody can give an address that does not exist."""
    script = Script(recipient=lambda address: "250 OK" if "other" in address else "550 5.1.1 No such user")
    with a_way(tmp_path, f"sqlite:///{tmp_path}/icsfeed.db", script) as way:
        way.client.post(ASK, data={"email": ADDRESS})
        assert (way.mails(), way.sender.failures) == ([], 0)
        (row,) = way.database.outbox.rows()
        assert (row.state, row.problem) == (
            DeliveryState.DROPPED,
            "the mail server answered 550 5.1.1 to RCPT TO: the mailbox does not exist",
        )
        assert retry(way.database, RetrySelection(), actor=operator("ann", NOW)) == ()
        way.clock.now = NOW + timedelta(days=1)
        way.client.post(ASK, data={"email": "other@example.com"})
        assert len(way.mails()) == 1
        way.clock.now = NOW + timedelta(days=7, hours=1)
        assert way.mails() == []
        assert [each.delivery.number for each in way.database.outbox.rows()] == [2]


def test_the_sender_forgets_who_never_confirmed(tmp_path: Path) -> None:
    with a_way(tmp_path, f"sqlite:///{tmp_path}/icsfeed.db") as way:
        way.client.post(ASK, data={"email": ADDRESS})
        assert len(way.mails()) == 1
        way.clock.now = NOW + timedelta(days=7) - timedelta(seconds=1)
        assert (way.mails(), subscriber(way.database) is None) == ([], False)
        way.clock.now = NOW + timedelta(days=7, hours=1)
        assert (way.mails(), subscriber(way.database)) == ([], None)
        assert rows_of(way.database, "SELECT * FROM mail_requests") == []
