"""What the formats of other systems say of feeds that they can't help."""

from __future__ import annotations

import pytest
import yaml

from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.recurrence import weekly
from icsfeed.publication.interop.formats import FORMATS
from tests.examples import a_schedule, a_window
from tests.publication.interop.years import document
from tests.situations import a_situation

WARNING = (
    'The environments of this feed, "Production" and "Staging", are never open for planned changes at the same time; '
    "take the feed of one environment."
)
APART = a_situation(
    a_schedule(
        a_window(recurrence=weekly(*range(5)), environments=frozenset({"production"})),
        a_window(id="weekend", recurrence=weekly(5, 6), environments=frozenset({"staging"})),
        environments=(
            Environment(id="production", name="Production"),
            Environment(id="staging", name="Staging"),
        ),
        feeds=tuple(
            Feed(slug=each, name=each, environments=frozenset({each}), kinds=frozenset(Kind))
            for each in ("production", "staging")
        ),
    )
)


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_whose_environments_are_open_at_different_times_says_why_it_never_opens(name: str) -> None:
    never = document(APART, name)
    assert (never.warnings[0], never.is_refused) == (WARNING, name == "gke")
    if name != "change-calendar":  # whose readers accept no comments
        assert " ".join(never.body.decode().replace("\n#", "").split()).count(WARNING) == 1
        yaml.safe_load(never.body)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("slug", ["production", "staging"])
def test_the_feed_of_one_environment_says_nothing_of_the_kind(name: str, slug: str) -> None:
    assert WARNING not in document(APART, name, slug).warnings
