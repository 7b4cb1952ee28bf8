"""No byte of an export is about a private customer, but for what lies behind that customer's own token."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.leaks.conftest import Office
from tests.leaks.two_customers import (
    ACME,
    BOTH,
    GLOBEX,
    NOW,
    Customer,
    leaks,
    write_schedule,
)


def exported(folder: Path, *options: str | Path) -> dict[str, bytes]:
    site = folder / "site"
    outcome = run("export", site, *options, "--now", NOW)
    assert outcome.status == 0, outcome
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def with_private_feeds(shared_office: Office) -> dict[str, bytes]:
    """An export of everything, private feeds included."""
    folder = shared_office.folder
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as environment:
        environment.delenv("ICSFEED_DATABASE", raising=False)
        return exported(folder, "--private", "--token-key-file", folder / "tokens.key")


def test_no_byte_of_an_export_is_private(office: Office) -> None:
    site = exported(office.folder)
    assert len(site) > 200
    assert {"reminders/phone.txt", "fr/reminders/knowledge-base.html", "badge/production.svg"} < site.keys()
    assert {"api/v2/summary.json", "interop/production/gke.yml", "feeds/all.maintnote.ics"} < site.keys()
    assert leaks(site) == {}


def test_with_private_feeds_only_their_files_are_private(
    shared_office: Office, with_private_feeds: dict[str, bytes]
) -> None:
    tokens, site = shared_office.tokens, with_private_feeds
    own = {word: {name for name in site if f"/{token}/" in f"/{name}"} for word, token in tokens.items()}
    everybody = {name: content for name, content in site.items() if name not in set().union(*own.values())}
    assert leaks(everybody) == {}
    assert all(token.encode() not in content for token in tokens.values() for content in everybody.values())


@pytest.mark.parametrize(("customer", "other"), [(ACME, GLOBEX), (GLOBEX, ACME)], ids=["acme", "globex"])
def test_a_customer_gets_everything_of_their_own_and_nothing_of_another(
    shared_office: Office, with_private_feeds: dict[str, bytes], customer: Customer, other: Customer
) -> None:
    """So the search would find what it looks for."""
    token, site = shared_office.tokens[customer.word], with_private_feeds
    own = {name.partition(f"{token}/")[2]: content for name, content in site.items() if token in name}
    assert leaks(own, [other]) == {}
    calendar = own[f"{customer.word}-feed.ics"].replace(b"\r\n ", b"").decode()
    for name in (
        "EnvironmentName",
        "WindowName",
        "WindowDescription",
        "FreezeName",
        "FreezeDescription",
        "WrittenSummary",
        "WrittenMessage",
        "RecordedSummary",
        "Reason",
        "SkipReason",
        "StartReason",
        "LeftMessage",
        "LeftSummary",
        "EarlyMessage",
        "FeedName",
        "FeedDescription",
    ):
        assert f"{customer.word}{name}" in calendar
    assert set(leaks(own, [customer])) == own.keys() - {".htaccess"}
    assert own.keys() >= {
        f"{folder}{customer.word}-feed{suffix}{packing}"
        for folder in ("", "fr/")
        for suffix in (".ics", ".expanded.ics", ".json")
        for packing in ("", ".gz", ".br")
    } | {f"{folder}{name}" for folder in ("", "fr/") for name in (f"{customer.word}-feed.maintnote.ics", "index.html")}
    for folder in ("", "fr/"):
        maintnote = own[f"{folder}{customer.word}-feed.maintnote.ics"]
        assert f"X-MAINTNOTE-ACCOUNT:{customer.word}Account\r\n".encode() in maintnote
        assert f"X-MAINTNOTE-OBJECT-ID:{customer.word}Object\r\n".encode() in maintnote


def test_an_export_is_the_same_bytes_without_private_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sites = []
    for customers in (BOTH, (ACME,), ()):
        write_schedule(tmp_path, customers)
        sites.append(exported(tmp_path))
        for path in (tmp_path / "site").rglob("*"):
            if path.is_file():
                path.unlink()
    whole, one, without = sites
    assert whole == without
    assert one == without
