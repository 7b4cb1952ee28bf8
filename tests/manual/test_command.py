"""``icsfeed manual``."""

from __future__ import annotations

import pytest

from tests.cli.running import Outcome, run
from tests.cli.terminal import at_a_terminal
from tests.manual.documents import TOPICS


def test_without_a_topic_it_lists_them_with_their_readers() -> None:
    outcome = run("manual")
    assert (outcome.status, outcome.stderr) == (0, "")
    lines = outcome.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(TOPICS)
    assert "deploy         For administrators: serve, or export to a static host." in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("topic", TOPICS)
def test_piped_a_topic_is_its_markdown(topic: str) -> None:
    assert run("manual", topic) == Outcome(status=0, stdout=TOPICS[topic].text, stderr="")


def test_an_unknown_topic_is_refused_with_the_known_ones() -> None:
    assert run("manual", "operator") == Outcome(
        status=1,
        stdout="",
        stderr=f'the manual has no topic "operator"; its topics are {", ".join(TOPICS)}\n',
    )


def test_a_terminal_shows_it_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "cat")
    monkeypatch.setenv("COLUMNS", "100")
    session = at_a_terminal("manual", "policy")
    assert session.status == 0
    assert "Writing a policy" in session.screen
    assert "# Writing a policy" not in session.screen
    assert "<!--" in TOPICS["policy"].text
    assert "<!--" not in session.screen


def test_a_shell_completes_commands() -> None:
    """As the topic ``commands`` says; bash asks like this."""
    asking = {"_ICSFEED_COMPLETE": "bash_complete", "COMP_WORDS": "icsfeed manual --h", "COMP_CWORD": "2"}
    assert run(environment=asking) == Outcome(status=0, stdout="plain,--help\n", stderr="")
    asking = {"_ICSFEED_COMPLETE": "bash_complete", "COMP_WORDS": "icsfeed em", "COMP_CWORD": "1"}
    assert run(environment=asking) == Outcome(status=0, stdout="plain,emergency\n", stderr="")
