"""Nothing that a vendor writes is markup, whatever a chat service makes of its messages.

The services are played by a server of this machine, which has certificates for their names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from icsfeed.notify.chat.worker import outcome
from tests.notify.certificates import Authority
from tests.notify.receivers import raw, receiver, status
from tests.notify.tunnels import tunnels_to

TITLE = "Change *EC-1* <b>"
BODY = "Line & one, `code`\n[a](https://example.com) <!channel> <script>x</script>"
HOSTS = ("hooks.slack.com", "discord.com", "api.telegram.org", "prod-1.westeurope.logic.azure.com")
ESCAPED = (
    "Change \\*EC\\-1\\* <b\\>\n\nLine & one, \\`code\\`\n"
    "\\[a\\]\\(https://example\\.com\\) <\\!channel\\> <script\\>x</script\\>"
)


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of modules that apprise's services import


def send(url: str) -> None:
    """Send in this process what otherwise one of its own sends."""
    result = outcome({"url": url, "target": 1, "title": TITLE, "body": BODY})
    assert (result["targets"], result["is_sent"]) == (1, True)


Service = Callable[..., Mapping[str, Any]]
"""Gives what the service of a URL gets, which gives a certain answer."""


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    authority = Authority(tmp_path, datetime.now(UTC))
    (tmp_path / "authority.pem").write_text(authority.pem, encoding="ascii")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))

    def sent(url: str, answer: bytes = b'{"ok":true}') -> Mapping[str, Any]:
        ok = raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer), answer)
        with receiver(ok, tls=authority.server(*HOSTS)) as there, tunnels_to(there.port) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)
            send(url)
        (request,) = there.received
        message: dict[str, Any] = json.loads(request.body)
        return message

    return sent


def test_slack_reads_no_markup(sent: Service) -> None:
    message = sent("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", b"ok")
    (attachment,) = message["attachments"]
    assert message["mrkdwn"] is False
    assert attachment["title"] == "Change *EC-1* &lt;b&gt;"
    assert attachment["text"] == (
        "Line &amp; one, `code`\n[a](https://example.com) &lt;!channel&gt; &lt;script&gt;x&lt;/script&gt;"
    )


def test_telegram_gets_html_that_is_escaped(sent: Service) -> None:
    """Apprise's own conversion would let tags through here, and Telegram refuse the message."""
    message = sent("tgram://123456789:abcdefg_hijklmnop/12315544")
    assert message["parse_mode"] == "HTML"
    assert message["text"].splitlines() == [
        "Change *EC-1* &lt;b&gt;",
        "Line &amp; one, `code`",
        "[a](https://example.com) &lt;!channel&gt; &lt;script&gt;x&lt;/script&gt;",
    ]


def test_discord_gets_markdown_that_is_escaped(sent: Service) -> None:
    message = sent("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js")
    assert message["content"] == ESCAPED


def test_so_does_teams(sent: Service) -> None:
    url = (
        "https://prod-1.westeurope.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
    )
    (card,) = sent(url)["attachments"]
    assert [block["text"] for block in card["content"]["body"]] == [ESCAPED]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", BODY),
        (
            "html",
            "Line &amp; one, `code`<br/>[a](https://example.com) &lt;!channel&gt; &lt;script&gt;x&lt;/script&gt;",
        ),
        ("markdown", ESCAPED),
    ],
)
def test_whoever_wants_a_form_gets_it_escaped(form: str, expected: str) -> None:
    with receiver() as there:
        url = f"json://127.0.0.1:{there.port}/?format={form}"
        send(url)
    (request,) = there.received
    assert json.loads(request.body)["message"] == expected


def test_one_that_reads_markdown_unasked_gets_it_escaped() -> None:
    with receiver(status(200)) as there:
        send(f"mmost://127.0.0.1:{there.port}/abcdefghijklmnopqrstuvwxyz")
    (request,) = there.received
    assert json.loads(request.body)["text"] == ESCAPED


def test_one_that_takes_forms_gets_text_as_it_is() -> None:
    with receiver(status(200)) as there:
        send(f"form://127.0.0.1:{there.port}/hook")
    (request,) = there.received
    fields = {name: values for name, values in parse_qs(request.body.decode()).items() if name != "version"}
    assert fields == {"title": [TITLE], "message": [BODY], "type": ["info"]}


def test_a_service_that_raises_did_not_take_the_message() -> None:
    """Apprise checks some values only when it sends."""
    with receiver(status(401)) as there:
        job = {"url": f"json://127.0.0.1:{there.port}/", "target": 1, "title": TITLE, "body": BODY}
        assert outcome(job) == {"targets": 1, "is_sent": False, "status": 401, "has_connection": True}
        unsent = {"targets": 1, "is_sent": False, "status": None, "has_connection": True}
        assert outcome(job | {"title": "", "body": ""}) == unsent
        assert outcome(job | {"target": 2}) == {"targets": 1}
