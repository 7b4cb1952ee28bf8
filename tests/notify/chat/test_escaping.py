"""Nothing that a vendor writes is markup, whatever a chat service makes of its messages.

The services are played by a server of this machine, which has certificates for their names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from icsfeed.notify.chat.processes import Apprise
from tests.notify.certificates import Authority
from tests.notify.receivers import raw, receiver
from tests.notify.tunnels import tunnels_to

TITLE = "Change *EC-1* <b>"
BODY = "Line & one, `code`\n[a](https://example.com) <!channel> <script>x</script>"
HOSTS = ("hooks.slack.com", "discord.com", "api.telegram.org", "prod-1.westeurope.logic.azure.com")
ESCAPED = (
    "Change \\*EC\\-1\\* <b\\>\n\nLine & one, \\`code\\`\n"
    "\\[a\\]\\(https://example\\.com\\) <\\!channel\\> <script\\>x</script\\>"
)


def sent(url: str, folder: Path, answer: bytes = b'{"ok":true}') -> Mapping[str, Any]:
    """What the service of that URL gets, which answers like this."""
    ok = raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer), answer)
    authority = Authority(folder, datetime.now(UTC))
    (folder / "authority.pem").write_text(authority.pem, encoding="ascii")
    with receiver(ok, tls=authority.server(*HOSTS)) as there, tunnels_to(there.port) as proxy:
        environment = {"HTTPS_PROXY": proxy, "REQUESTS_CA_BUNDLE": str(folder / "authority.pem")}
        Apprise(environment=environment).send(url, target=1, title=TITLE, body=BODY)
    (request,) = there.received
    message: dict[str, Any] = json.loads(request.body)
    return message


def test_slack_reads_no_markup(tmp_path: Path) -> None:
    message = sent("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", tmp_path, b"ok")
    (attachment,) = message["attachments"]
    assert message["mrkdwn"] is False
    assert attachment["title"] == "Change *EC-1* &lt;b&gt;"
    assert attachment["text"] == (
        "Line &amp; one, `code`\n[a](https://example.com) &lt;!channel&gt; &lt;script&gt;x&lt;/script&gt;"
    )


def test_telegram_gets_html_that_is_escaped(tmp_path: Path) -> None:
    """Apprise's own conversion would let tags through here, and Telegram refuse the message."""
    message = sent("tgram://123456789:abcdefg_hijklmnop/12315544", tmp_path)
    assert message["parse_mode"] == "HTML"
    assert message["text"].splitlines() == [
        "Change *EC-1* &lt;b&gt;",
        "Line &amp; one, `code`",
        "[a](https://example.com) &lt;!channel&gt; &lt;script&gt;x&lt;/script&gt;",
    ]


def test_discord_gets_markdown_that_is_escaped(tmp_path: Path) -> None:
    message = sent("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", tmp_path)
    assert message["content"] == ESCAPED


def test_so_does_teams(tmp_path: Path) -> None:
    url = (
        "https://prod-1.westeurope.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
    )
    (card,) = sent(url, tmp_path)["attachments"]
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
        Apprise(environment={}).send(url, target=1, title=TITLE, body=BODY)
    (request,) = there.received
    assert json.loads(request.body)["message"] == expected
