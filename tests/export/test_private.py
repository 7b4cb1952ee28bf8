"""Private feeds in an exported site: the server's bytes, at paths that appear nowhere else, only while valid."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import NOBODY, Action, Subscribers, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.export.exporting import Report
from icsfeed.export.files import SiteFile, packed_files, private_files
from icsfeed.export.folder import Folder
from icsfeed.export.site import export_site
from icsfeed.publication.private import private_feeds
from icsfeed.publication.publishing import publish
from icsfeed.store.schedule_file import load_schedule
from tests.applications import create_app
from tests.cli.running import NOW, SCHEDULE, Outcome, run, token_key_file
from tests.examples import POLICY as BILINGUAL_POLICY
from tests.export.sites import contents, dates, put
from tests.publication.fakes import Clock

POLICY = replace(BILINGUAL_POLICY, calendar=replace(BILINGUAL_POLICY.calendar, languages=("en",)))
THEN = datetime.fromisoformat(NOW)
SECRET = "b3Blbi1zZXNhbWUtYW5kLXRoZS1mb3J0eS10aGlldmVz"
KEY = TokenKey(secret=SECRET.encode())
ENDS = ("", ".br", ".gz")
CODINGS = {"": "identity", ".br": "br", ".gz": "gzip"}
FORMS = ("expanded.ics", "ics", "json")
FEEDS = tuple(f"private/{{token}}/all.{form}{end}" for form in FORMS for end in ENDS)
FILES = (*FEEDS, "private/{token}/index.html")
"""All files of a subscriber, in order."""


@pytest.fixture
def schedule(schedule: Path) -> Path:
    """In one language, so that each subscriber has one feed."""
    schedule.write_text(SCHEDULE.replace("[calendar]", '[calendar]\nlanguages = ["en"]'), encoding="utf-8")
    return schedule


@pytest.fixture
def key(schedule: Path) -> Path:
    """The file with the token key, next to the schedule file in the current folder."""
    return Path(token_key_file(schedule.parent, f"{SECRET}\n").name)


def subscriber(command: str, name: str, *arguments: str | Path, now: str = NOW) -> str:
    """Run a command of ``icsfeed subscriber``; returns the token."""
    done = run("subscriber", command, name, *arguments, "--now", now)
    assert (done.status, done.stderr) == (0, "")
    return done.stdout.split("/")[2] if command != "revoke" else ""


def export(*arguments: str | Path, now: str = NOW, stderr: str = "") -> Outcome:
    done = run("export", *arguments, "--now", now)
    assert (done.status, done.stderr) == (0, stderr)
    return done


def report(*arguments: str | Path, now: str = NOW, stderr: str = "") -> dict[str, Any]:
    result: dict[str, Any] = json.loads(export(*arguments, "--json", now=now, stderr=stderr).stdout)
    return result


def private(key: Path) -> tuple[str | Path, ...]:
    return ("--private", "--token-key-file", key)


def tokens_in(folder: Path) -> set[str]:
    """The tokens of the private feeds in a folder, which are all complete."""
    tokens = {path.parent.name for path in (folder / "private").rglob("*.ics*")}
    assert all(len(list((folder / "private" / token).iterdir())) == len(FILES) for token in tokens)
    return tokens


def without_reminders(page: bytes) -> bytes:
    """The page without what depends on whether something keeps it current."""
    assert page.count(b"<pre>") == 2
    page = re.sub(
        rb'<section aria-labelledby="reminders">.*?</section>\n\n<section', b"<section", page, flags=re.DOTALL
    )
    return re.sub(rb'<meta name="revision" content="\w+">', b"", page)


def test_every_private_file_equals_the_response_of_the_server(schedule: Path, key: Path, tmp_path: Path) -> None:
    """In every language."""
    schedule.write_text(SCHEDULE, encoding="utf-8")
    feeds = {
        f"{subscriber('add', 'Acme Inc.', '--token-key-file', key)}/all.ics",
        f"{subscriber('add', 'Other', '--token-key-file', key, '--feed', 'production')}/production.ics",
        f"{subscriber('add', 'Ringing', '--token-key-file', key, '--alarm', '30m', '--alarm', '1d')}/all.ics",
        f"{subscriber('rotate', 'Other', '--token-key-file', key)}/production.ics",
    }
    owners = [each.removesuffix(".ics").split("/") for each in feeds]
    paths = {f"{token}/{folder}{name}.{form}" for token, name in owners for folder in ("", "fr/") for form in FORMS}
    pages = {f"{token}/{folder}" for token, _ in owners for folder in ("", "fr/")}
    export(tmp_path / "site", *private(key))
    result = {name: body for name, body in contents(tmp_path / "site").items() if name.startswith("private/")}
    assert result.keys() == {
        "private/.htaccess",
        *(f"private/{path}{end}" for path in paths for end in ENDS),
        *(f"private/{path}index.html" for path in pages),
    }
    client = create_app(
        schedule=schedule, database=f"sqlite:///{tmp_path}/icsfeed.db", clock=Clock(now=THEN), on_fetch=lambda *_: None
    ).test_client()
    for path in paths:
        for end, coding in CODINGS.items():
            answer = client.get(f"/private/{path}", headers={"Accept-Encoding": coding})
            assert answer.status_code == 200
            assert result[f"private/{path}{end}"].encode("latin-1") == answer.data
    for path in pages:
        answer, exported = client.get(f"/private/{path}"), result[f"private/{path}index.html"].encode("latin-1")
        assert answer.status_code == 200
        # Reminders of an export that nothing keeps current say nothing of now.
        assert without_reminders(exported) == without_reminders(answer.data)
    assert sum("TRIGGER:-PT30M" in body for body in result.values()) == 4


def test_a_private_path_that_the_server_does_not_serve_is_not_exported(
    schedule: Path, key: Path, tmp_path: Path
) -> None:
    """A feed that was removed from the schedule has no private path."""
    subscriber("add", "Acme Inc.", "--token-key-file", key, "--feed", "preview")
    schedule.write_text(SCHEDULE.replace('[[environments]]\nid = "preview"\nname = "Preview"\n', ""), encoding="utf-8")
    assert report(tmp_path / "site", *private(key))["private_left_out"] == []
    assert tokens_in(tmp_path / "site") == set()


def test_without_the_option_no_private_feed_is_exported(key: Path, tmp_path: Path) -> None:
    subscriber("add", "Acme Inc.", "--token-key-file", key)
    done = export(tmp_path / "site", "--token-key-file", key, "--json")
    assert ("private" in done.stdout, (tmp_path / "site" / "private").exists()) == (False, False)


def left_out(key: Path, names: str) -> str:
    return (
        f"warning: private feeds were not exported, because their tokens were not made with the key in {key}: {names}; "
        f"make new ones with: icsfeed subscriber rotate NAME --token-key-file {key}\n"
    )


def test_subscribers_whose_token_is_unknown_are_named_and_all_others_exported(key: Path, tmp_path: Path) -> None:
    other = token_key_file(tmp_path, "o" * 32, name="other.key")
    subscriber("add", "At Random")
    subscriber("add", "Other Key", "--token-key-file", other)
    token = subscriber("add", "Acme Inc.", "--token-key-file", key)
    expected = left_out(key, '"At Random", "Other Key"')
    dry = report(tmp_path / "site", *private(key), "--dry-run", stderr=expected)
    assert (tmp_path / "site").exists() is False
    done = report(tmp_path / "site", *private(key), stderr=expected)
    assert dry == done
    assert done["private_left_out"] == [{"name": "At Random", "until": None}, {"name": "Other Key", "until": None}]
    assert tokens_in(tmp_path / "site") == {token}
    assert (tmp_path / "site" / "feeds" / "all.ics").exists()


def test_the_remedy_in_the_warning_works(key: Path, tmp_path: Path) -> None:
    subscriber("add", "At Random")
    export(tmp_path / "site", *private(key), stderr=left_out(key, '"At Random"'))
    token = subscriber("rotate", "At Random", "--token-key-file", key)
    result = report(
        tmp_path / "site",
        *private(key),
        stderr="warning: previous addresses were not exported, because their tokens were not made with the key "
        'in tokens.key: "At Random"; their current addresses work\n',
    )
    assert result["private_left_out"] == [{"name": "At Random", "until": "2026-12-07T12:00:00Z"}]
    assert tokens_in(tmp_path / "site") == {token}
    assert report(tmp_path / "site", *private(key), now="2026-12-07T12:00:00Z")["private_left_out"] == []


def test_a_warning_names_at_most_ten_subscribers_and_the_report_all(key: Path, tmp_path: Path) -> None:
    for number in range(12):
        subscriber("add", f"Customer {number}")
    first_ten = ", ".join(f'"Customer {number}"' for number in range(10))
    result = report(tmp_path / "site", *private(key), stderr=left_out(key, f"{first_ten} and 2 more"))
    assert result["private_left_out"] == [{"name": f"Customer {number}", "until": None} for number in range(12)]


def test_the_key_is_checked_before_anything_is_written(key: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    key.write_text("short", encoding="utf-8")
    for watch in ((), ("--watch",)):
        refusal = run("export", site, "--private", "--now", NOW, *watch)
        assert (refusal.status, refusal.stdout) == (2, "")
        assert refusal.stderr.splitlines()[-1] == (
            "Error: --private derives the addresses from the token key; name the key's file with --token-key-file"
        )
        hint = "make a token key with: (umask 077; openssl rand -base64 32 >"
        assert run("export", site, "--private", "--token-key-file", "none.key", *watch) == Outcome(
            status=1, stdout="", stderr=f"none.key: there is no such file; {hint} none.key)\n"
        )
        assert run("export", site, *private(key), *watch) == Outcome(
            status=1,
            stdout="",
            stderr=f"tokens.key: a token key of 5 characters is too short; 32 is the least; {hint} tokens.key)\n",
        )
    assert site.exists() is False


def test_a_key_that_others_may_read_is_refused_by_an_export_and_warned_of_elsewhere(key: Path, tmp_path: Path) -> None:
    key.chmod(0o666)
    problem = "tokens.key: other users may read or replace the token key (mode 0666); run: chmod 600 tokens.key\n"
    for command in ("add", "rotate"):
        done = run("subscriber", command, "Acme Inc.", "--token-key-file", key, "--now", NOW)
        assert (done.status, done.stderr) == (0, f"warning: {problem}")
    site = tmp_path / "site"
    for watch in ((), ("--watch",), ("--dry-run",)):
        refusal = run("export", site, *private(key), "--now", NOW, *watch)
        assert refusal == Outcome(status=1, stdout="", stderr=problem)
    assert site.exists() is False
    key.chmod(0o600)
    export(site, *private(key))


def test_options_can_come_from_the_environment(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_TOKEN_KEY_FILE", str(key))
    monkeypatch.setenv("ICSFEED_PRIVATE", "1")
    token = subscriber("add", "Acme Inc.")
    export(tmp_path / "site")
    assert tokens_in(tmp_path / "site") == {token}


def revoke_last(key: Path) -> tuple[str | Path, ...]:
    subscriber("revoke", "Acme Inc.")
    return private(key)


def rotate_and_revoke(key: Path) -> tuple[str | Path, ...]:
    subscriber("rotate", "Acme Inc.", "--token-key-file", key, "--overlap", "1m", now="2026-11-23T11:59:00Z")
    subscriber("revoke", "Acme Inc.")
    return private(key)


def without_private(key: Path) -> tuple[str | Path, ...]:
    del key
    return ()


def with_another_key(key: Path) -> tuple[str | Path, ...]:
    key.write_text("o" * 32, encoding="utf-8")
    subscriber("revoke", "Acme Inc.")
    return private(key)


def new_database() -> tuple[str, str]:
    """Options that name a database in which nothing is recorded."""
    options = ("--database", "sqlite:///new.db")
    assert run("database", "upgrade", *options).status == 0
    return options


def with_a_new_database_and_without_private(key: Path) -> tuple[str | Path, ...]:
    del key
    return new_database()


@pytest.mark.parametrize(
    "step", [revoke_last, rotate_and_revoke, without_private, with_another_key, with_a_new_database_and_without_private]
)
def test_only_feeds_that_are_no_longer_valid_are_removed(
    key: Path, tmp_path: Path, step: Callable[[Path], tuple[str | Path, ...]]
) -> None:
    dest = tmp_path / "site"
    token = subscriber("add", "Acme Inc.", "--token-key-file", key, now="2026-11-23T11:00:00Z")
    export(dest, *private(key))
    (dest / "private" / "foreign").mkdir()
    foreign = {
        "private/foreign/all.ics": "not ours",
        f"private/{token}/notes.txt": "not ours",
        "private/index.html": "not ours",
    }
    for name, text in foreign.items():
        (dest / name).write_text(text, encoding="utf-8")
    # A name that is not in the system's encoding.
    (dest / "private" / b"\xff".decode("utf-8", "surrogateescape")).mkdir()
    arguments = step(key)
    dry = report(dest, *arguments, "--dry-run")
    done = report(dest, *arguments)
    assert dry == done
    assert [name for name in done["removed"] if name != "private/.htaccess"] == list(FILES)
    assert {name: text for name, text in contents(dest).items() if name.startswith("private/")} == foreign
    assert report(dest, *arguments)["removed"] == []


def test_a_wrong_key_or_database_does_not_remove_all_private_feeds(key: Path, tmp_path: Path) -> None:
    """A mistake in a script would remove every customer's calendar."""
    dest = tmp_path / "site"
    token = subscriber("add", "Acme Inc.", "--token-key-file", key)
    export(dest, *private(key))
    before = contents(dest)
    other = token_key_file(tmp_path, "o" * 32, name="other.key")
    slips = {
        "no token was made with this key; check --token-key-file": private(other),
        "this database has no subscriber; check --database": (*private(key), *new_database()),
    }
    for why, arguments in slips.items():
        for more in ((), ("--dry-run",)):
            assert run("export", dest, "--now", NOW, *arguments, *more) == Outcome(
                status=1,
                stdout="",
                stderr=f"{dest} has private feeds, but {why}, or export without --private to remove them all\n",
            )
    assert contents(dest) == before
    assert tokens_in(dest) == {token}


def test_the_last_feed_made_with_the_key_is_removed_even_if_others_were_made_without(key: Path, tmp_path: Path) -> None:
    """It was taken for a mistake, so the revoked feed stayed public, and every export was refused."""
    dest = tmp_path / "site"
    subscriber("add", "Leaver", "--token-key-file", key)
    subscriber("add", "At Random")
    export(dest, *private(key), stderr=left_out(key, '"At Random"'))
    subscriber("revoke", "Leaver")
    done = report(dest, *private(key), stderr=left_out(key, '"At Random"'))
    assert [name for name in done["removed"] if name != "private/.htaccess"] == list(FILES)
    assert tokens_in(dest) == set()


class Killed(Folder):
    """A folder in which an export is killed after it has written its first files."""

    def write(self, files: Sequence[SiteFile], written: Callable[[], None]) -> None:
        """Write some of them."""
        super().write(files[:2], written)
        raise KeyboardInterrupt


def test_files_of_a_killed_export_are_recognized(tmp_path: Path) -> None:
    """Also those of a subscriber who was revoked in the meantime."""
    files = {f"private/{token}/all.ics": token for token in ("one", "two", "three")}
    with pytest.raises(KeyboardInterrupt):
        put(files, Killed(tmp_path / "site"))
    assert contents(tmp_path / "site") == {"private/one/all.ics": "one", "private/three/all.ics": "three"}
    remaining = {"private/three/all.ics": "three, changed"}
    done = put(remaining, tmp_path / "site")
    assert (done.written, done.removed) == (("private/{token}/all.ics",), ("private/{token}/all.ics",))
    assert contents(tmp_path / "site") == remaining


def test_both_addresses_exist_until_the_overlap_ends(key: Path, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    old = subscriber("add", "Acme Inc.", "--token-key-file", key)
    new = subscriber("rotate", "Acme Inc.", "--token-key-file", key, "--overlap", "1d")
    export(dest, *private(key), now="2026-11-24T11:59:59Z")
    assert tokens_in(dest) == {old, new}
    assert report(dest, *private(key), now="2026-11-24T12:00:00Z")["removed"] == list(FILES)
    assert tokens_in(dest) == {new}


def test_an_unchanged_site_writes_nothing(key: Path, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    subscriber("add", "Acme Inc.", "--token-key-file", key)
    export(dest, *private(key))
    before = dates(dest)
    assert report(dest, *private(key))["written"] == []
    assert dates(dest) == before


def refused(dest: Path, key: Path) -> str:
    done = run("export", dest, *private(key), "--now", NOW)
    assert (done.status, done.stdout) == (1, "")
    return done.stderr


def test_a_foreign_private_file_is_never_replaced_and_named_without_its_token(key: Path, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    token = subscriber("add", "Acme Inc.", "--token-key-file", key)
    (dest / "private" / token).mkdir(parents=True)
    (dest / "private" / token / "all.ics").write_text("foreign", encoding="utf-8")
    message = (
        f'{dest} has a file "private/{{token}}/all.ics" that no export wrote; '
        "move it away, or export to another destination\n"
    )
    assert refused(dest, key) == message
    assert contents(dest) == {f"private/{token}/all.ics": "foreign"}
    (dest / "private" / token / "all.ics").unlink()
    (dest / "private" / token / "all.ics").mkdir()
    assert refused(dest, key) == message


def test_a_foreign_file_with_the_same_bytes_is_taken_over(key: Path, tmp_path: Path) -> None:
    """Thus a site whose manifest is lost can be continued."""
    dest = tmp_path / "site"
    token = subscriber("add", "Acme Inc.", "--token-key-file", key)
    export(dest, *private(key))
    shutil.rmtree(dest / ".icsfeed")
    export(dest, *private(key))
    assert tokens_in(dest) == {token}
    assert set(FILES) < set(report(dest)["removed"])
    assert (dest / "private").exists() is False


@pytest.mark.parametrize("way", ["private", "private/TOKEN"])
@pytest.mark.parametrize("arguments", [True, False], ids=["private feeds", "none any more"])
def test_a_private_folder_that_is_a_link_is_named_without_its_token(
    key: Path, tmp_path: Path, way: str, arguments: bool
) -> None:
    dest, away = tmp_path / "site", tmp_path / "away"
    token = subscriber("add", "Acme Inc.", "--token-key-file", key)
    export(dest, *private(key))
    place = dest / way.replace("TOKEN", token)
    place.rename(away)
    place.symlink_to(away)
    before = dates(away)
    done = run("export", dest, *(private(key) if arguments else ()), "--now", NOW)
    path = way.replace("TOKEN", "{token}")
    expected = (
        f"{dest}/{path} is a link, and exports don't follow links; move it away, or export to another destination\n"
    )
    assert done == Outcome(status=1, stdout="", stderr=expected)
    assert dates(away) == before


def test_a_file_in_the_place_of_a_private_folder_is_named_without_its_token(key: Path, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    token = subscriber("add", "Acme Inc.", "--token-key-file", key)
    (dest / "private").mkdir(parents=True)
    (dest / "private" / token).write_text("foreign", encoding="utf-8")
    assert refused(dest, key) == (
        f"{dest}/private/{{token}} is not a folder; move it away, or export to another destination\n"
    )
    assert contents(dest) == {f"private/{token}": "foreign"}


def test_a_foreign_folder_named_private_does_no_harm_without_private_feeds(tmp_path: Path, key: Path) -> None:
    del key
    dest = tmp_path / "site"
    (dest / "private").mkdir(parents=True)
    (dest / "private" / "link").symlink_to(tmp_path)
    export(dest)
    assert [path.name for path in (dest / "private").iterdir()] == ["link"]


def test_a_manifest_with_plain_private_names_is_not_trusted(tmp_path: Path) -> None:
    """Anybody with access to the destination may have written it, and an export never does."""
    dest = tmp_path / "site"
    put({"index.html": "page", "private/one/all.ics": "ours"}, dest)
    (dest / "private" / "two").mkdir()
    (dest / "private" / "two" / "all.ics").write_text("foreign", encoding="utf-8")
    manifest = dest / ".icsfeed" / "manifest.json"
    data = json.loads(manifest.read_text("utf-8"))
    data["files"]["private/two/all.ics"] = ["digest", 7]
    manifest.write_text(json.dumps(data), encoding="utf-8")
    assert put({"index.html": "page"}, dest).removed == ("private/{token}/all.ics",)
    assert contents(dest) == {"index.html": "page", "private/two/all.ics": "foreign"}


def test_the_manifest_has_another_version_if_there_are_private_files(tmp_path: Path) -> None:
    """A version of icsfeed that doesn't know private files would forget them, and they would stay public."""
    kinds = []
    for files in ({"a": "a"}, {"a": "a", "private/one/all.ics": "b"}, {"a": "a"}):
        put(files, tmp_path / "site")
        kinds.append(json.loads((tmp_path / "site" / ".icsfeed" / "manifest.json").read_text("utf-8"))["icsfeed"])
    assert kinds == [1, 2, 1]


def test_tokens_appear_only_in_the_paths_of_private_files(
    key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file but a customer's own page and no output contains one, and the search is proven to find them."""
    monkeypatch.setenv("ICSFEED_TOKEN_KEY_FILE", str(key))
    dest = tmp_path / "site"
    tokens = [subscriber("add", f"Customer {number}", "--feed", "preview") for number in range(3)]
    tokens += [subscriber("add", "Ringing", "--alarm", "30m"), subscriber("rotate", "Customer 1")]
    printed = []
    for step in ("", "revoke", "foreign", "link", "none"):
        if step == "revoke":
            subscriber("revoke", "Customer 0")
        if step == "foreign":
            tokens.append(subscriber("add", "In The Way"))
            (dest / "private" / tokens[-1]).mkdir()
            (dest / "private" / tokens[-1] / "all.ics").write_text("foreign", encoding="utf-8")
        if step == "link":
            shutil.move(dest / "private" / tokens[-1], tmp_path / "away")
            (dest / "private" / tokens[-1]).symlink_to(tmp_path / "away")
        if step == "none":
            (dest / "private" / tokens[-1]).unlink()
        for arguments in (("--dry-run",), ("--dry-run", "--json"), ("--json",), ()):
            done = run("export", dest, *arguments, *(() if step == "none" else ("--private",)), "--now", NOW)
            printed.append(f"{done.stdout}{done.stderr}")
        printed += [run("subscriber", "list", *also, "--now", NOW).stdout for also in ((), ("--json",))]
        if step == "":
            written = {path for path in dest.rglob("*") if path.is_file()}
            outside = {path for path in written if path.parent.parent != dest / "private"}
            assert len(written) - len(outside) == 5 * len(FILES)
            assert tokens_in_text(tokens, "".join(map(str, written - outside))) == set(tokens)
            pages = {path for path in written - outside if path.name == "index.html"}
            assert all(tokens_in_text(tokens, path.read_text("utf-8")) == {path.parent.name} for path in pages)
            texts = [*map(str, outside), *(repr(path.read_bytes()) for path in written - pages)]
            assert tokens_in_text([*tokens, SECRET], "".join(texts)) == set()
    database = "".join(repr(path.read_bytes()) for path in tmp_path.glob("icsfeed.db*"))
    assert all(digest_of(token) in database for token in tokens)
    assert tokens_in_text([*tokens, SECRET], database) == set()
    output = "".join(printed)
    assert ("+ private/{token}/preview.ics\n" in output, "- private/{token}/all.ics\n" in output) == (True, True)
    assert ('has a file "private/{token}/all.ics"' in output, "private/{token} is a link" in output) == (True, True)
    assert tokens_in_text([*tokens, SECRET], output) == set()
    assert tokens_in_text([*tokens, SECRET], f"{output}{''.join(tokens)}{SECRET}") == {*tokens, SECRET}


def tokens_in_text(tokens: list[str], text: str) -> set[str]:
    """The tokens of which the text contains the whole or a half."""
    return {token for token in tokens if token in text or token[:16] in text or token[16:] in text}


def a_thousand(changed: int | None = None, until: datetime = THEN) -> Subscribers:
    """A thousand subscribers, one of whom may have a new token. Every tenth has alarms."""
    steps = [
        SubscriberStep(
            action=Action.ADD,
            name=f"Customer {number}",
            at=THEN,
            feed="all",
            alarms=(timedelta(minutes=30),) if number % 10 == 0 else (),
            digest=digest_of(KEY.token(f"{number}")),
            salt=f"{number}",
        )
        for number in range(1000)
    ]
    if changed is not None:
        salt = f"{changed} again"
        digest = digest_of(KEY.token(salt))
        name = f"Customer {changed}"
        steps.append(SubscriberStep(action=Action.ROTATE, name=name, at=THEN, digest=digest, salt=salt, until=until))
    return NOBODY.after(steps)


def export_them(subscribers: Subscribers, schedule: Path, dest: Path) -> Report:
    loaded = load_schedule(schedule)
    record = Record(subscribers=subscribers)
    return export_site(
        Situation(schedule=loaded.schedule, record=record, now=THEN),
        Folder(dest),
        changed_at=loaded.changed_at,
        token_key=KEY,
    )


def test_one_change_among_a_thousand_subscribers_writes_one_feed(schedule: Path, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    export_them(a_thousand(), schedule, dest)
    assert len(tokens_in(dest)) == 1000
    before = dates(dest)
    result = export_them(a_thousand(changed=7), schedule, dest)
    assert (result.written, result.removed) == (FILES, FILES)
    after = dates(dest)
    new, old = ({name.replace("{token}", KEY.token(salt)) for name in FILES} for salt in ("7 again", "7"))
    assert {name for name, date in after.items() if before.get(name) != date} == {
        ".icsfeed/manifest.json",
        *new,
    }
    assert before.keys() - after.keys() == old


def test_a_thousand_subscribers_share_their_bytes() -> None:
    """A copy for each would take 100 MB with a large calendar."""
    publication = publish(Situation(schedule=POLICY, now=THEN), changed_at=THEN)
    feeds = private_feeds(publication, a_thousand(), KEY, now=THEN)
    bodies = [file.body for file in (*private_files(feeds), *packed_files(feeds))]
    assert len(feeds.pages) == 1000
    of_feeds = [body for body in bodies if not body.startswith(b"<!doctype")]
    # Each tenth has alarms in two of four forms, and each form is also in gzip and in Brotli.
    assert (len(of_feeds), len({id(body) for body in of_feeds})) == (12000, 18)


def test_rules_for_hosts_name_only_the_folder(key: Path, tmp_path: Path) -> None:
    for number in range(3):
        subscriber("add", f"Customer {number}", "--token-key-file", key, *(("--alarm", "1h") if number else ()))
    export(tmp_path / "site", *private(key))
    headers = (tmp_path / "site" / "_headers").read_text("utf-8")
    assert re.findall(r"^/private.*\n(?:  .*\n)+", headers, re.MULTILINE) == [
        "/private/*\n"
        "  Cache-Control: private, max-age=60, stale-if-error=86400\n"
        "  Referrer-Policy: no-referrer\n"
        "  X-Robots-Tag: noindex, nofollow\n"
        "  X-Content-Type-Options: nosniff\n"
    ]
