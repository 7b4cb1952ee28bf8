"""The rules for Netlify and Cloudflare Pages, interpreted as these hosts do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from icsfeed.domain.feeds import Environment
from icsfeed.domain.situation import Situation
from icsfeed.export.files import DISPOSITION, Content, SiteFile, private_files, site_files
from icsfeed.export.hosts import host_files
from icsfeed.publication.private import PrivateFeeds
from icsfeed.publication.publishing import publish
from tests.cli.running import NOW
from tests.examples import POLICY, a_schedule, a_window

PRIVATE_PATHS = ("/private/a-secret/all.ics", "/private/another-secret/all.ics")
THEN = datetime.fromisoformat(NOW)


@pytest.fixture(scope="module")
def site() -> tuple[SiteFile, ...]:
    """The whole site, with two private feeds."""
    publication = publish(Situation(schedule=POLICY, now=THEN), changed_at=THEN)
    feed = publication.representations["/feeds/all.ics"]
    page = publication.private_page("all", "")
    assert page is not None
    private = PrivateFeeds(
        representations=dict.fromkeys(PRIVATE_PATHS, feed),
        pages={f"/private/{token}/": page.of(token) for token in ("a-secret", "another-secret")},
        left_out=(),
    )
    return (*site_files(publication), *private_files(private))


@pytest.fixture(scope="module")
def host_rules(site: tuple[SiteFile, ...]) -> dict[str, str]:
    """The files for hosts, by name."""
    return {file.name: file.body.decode() for file in host_files(site)}


def expected(file: SiteFile) -> Counter[tuple[str, str]]:
    """The headers that the server sends, without file names: downloads get the last part of their address."""
    return Counter(
        (name, value.partition("; filename")[0] if name == DISPOSITION else value)
        for name, value in file.headers.items()
    )


def netlify(text: str, path: str) -> Counter[tuple[str, str]]:
    """All headers of all matching rules; Cloudflare would join duplicates."""
    headers_by_rule: Counter[tuple[str, str]] = Counter()
    for block in text.split("\n\n"):
        pattern, *headers = block.rstrip("\n").split("\n")
        if pattern == path or (pattern.endswith("*") and path.startswith(pattern[:-1])):
            headers_by_rule.update(
                (name, value) for name, _, value in (line.strip().partition(": ") for line in headers)
            )
    return headers_by_rule


def test_netlify_and_cloudflare_send_the_headers_of_the_server(
    site: tuple[SiteFile, ...], host_rules: dict[str, str]
) -> None:
    for file in site:
        path = f"/{file.name}".removesuffix("index.html")
        assert netlify(host_rules["_headers"], path) == expected(file), path


def test_rules_for_hosts_contain_no_token(site: tuple[SiteFile, ...], host_rules: dict[str, str]) -> None:
    assert set(PRIVATE_PATHS) < {f"/{file.name}" for file in site}
    assert [name for name, text in host_rules.items() if "secret" in name + text] == []


def test_the_rules_are_within_cloudflares_limits(host_rules: dict[str, str]) -> None:
    assert len(host_rules["_headers"].split("\n\n")) <= 100
    assert max(map(len, host_rules["_headers"].splitlines())) <= 2000


def test_percent_signs_are_escaped_for_apache() -> None:
    content = Content(make=bytes, fingerprint="", content_type="t", headers={"X-Sign": '5 % "of"'})
    file = SiteFile(name="a/b.ics", content=content)
    assert 'Header set X-Sign "5 %% \\"of\\""' in {
        line.strip() for each in host_files([file]) for line in each.body.decode().splitlines()
    }


def test_rules_stay_few_however_many_environments_there_are() -> None:
    """Cloudflare Pages takes no more than 100; a badge or feed of one more environment needs no rule of its own."""
    many = tuple(Environment(id=f"region-{number}", name=f"Region {number}") for number in range(90))
    schedule = a_schedule(a_window(environments=frozenset(each.id for each in many)), environments=many)
    files = site_files(publish(Situation(schedule=schedule, now=THEN), changed_at=THEN))
    rules = next(file for file in host_files(files) if file.name == "_headers").body.decode()
    assert rules.count("\n/") < 100
