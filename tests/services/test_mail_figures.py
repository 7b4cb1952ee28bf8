"""How many mail subscribers there are, by state, language and choice, on both kinds of databases."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.mail_subscribers import MailChoice, MailSubscriber
from icsfeed.services.mail_figures import MailFigures, mail_figures
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.examples import NOW, POLICY

SCHEDULE = replace(
    POLICY,
    environments=(
        Environment(id="preview", name="Preview"),
        Environment(id="production", name="Production"),
        Environment(id="inner", name="Inner", public=False),
    ),
)
PRODUCTION = frozenset({"production"})


def figures(url: str, *choices: MailChoice, is_confirmed: bool = True) -> MailFigures:
    with closing(Database(url)) as database:
        with database.writing(actor=operator("op", NOW), action="test", subject="mail") as writing:
            for number, choice in enumerate(choices):
                writing.mail_subscribers.put(
                    MailSubscriber(
                        id=str(number),
                        address=f"{number}@example.com",
                        choice=choice,
                        requested_at=NOW,
                        confirmed_at=NOW if is_confirmed else None,
                    )
                )
            writing.leave_entry()
        return mail_figures(database, SCHEDULE)


def test_whoever_chose_all_counts_in_each(database_url: str) -> None:
    choices = (
        MailChoice(language="en"),
        MailChoice(language="en", environments=PRODUCTION),
        MailChoice(language="fr", environments=PRODUCTION, kinds=frozenset({Kind.EMERGENCY, Kind.FREEZE})),
        MailChoice(language="fr", environments=PRODUCTION, kinds=frozenset({Kind.FREEZE})),
    )
    assert figures(database_url, *choices) == MailFigures(
        states={"active": 4, "paused": 0, "unconfirmed": 0},
        languages={"en": 2, "fr": 2},
        environments={"preview": 1, "production": 4},
        kinds={"maintenance": 2, "emergency": 3, "planned": 2, "freeze": 4},
    )


def test_of_those_who_have_not_confirmed_only_the_number_counts(database_url: str) -> None:
    found = figures(database_url, MailChoice(language="en"), is_confirmed=False)
    assert found.states == {"active": 0, "paused": 0, "unconfirmed": 1}
    assert {*found.languages.values(), *found.environments.values(), *found.kinds.values()} == {0}


def test_what_the_schedule_no_longer_has_comes_last(database_url: str) -> None:
    found = figures(database_url, MailChoice(language="en", environments=frozenset({"cellar"})))
    assert list(found.environments.items()) == [("preview", 0), ("production", 0), ("cellar", 1)]
