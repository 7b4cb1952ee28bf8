"""Exports to a bucket, over S3's real protocol."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import obstore
import pytest

from icsfeed.domain.errors import IcsfeedError
from icsfeed.export.bucket import Bucket
from icsfeed.export.exporting import read_manifest
from icsfeed.export.manifest import NAME as MANIFEST
from icsfeed.export.manifest import Manifest
from icsfeed.export.manifest_parsing import MAX_MANIFEST_BYTES
from icsfeed.export.store_errors import NO_CREDENTIALS, reason_of
from icsfeed.publication.representations import CACHE_CONTROL
from tests.cli.running import NOW, SCHEDULE, run, token_key_file
from tests.export.sites import contents, put
from tests.export.stores import Store, Wire, running_store

KEY, SECRET = "AKIAWRONG", "a-secret-that-nobody-may-see"
OLD = {"feeds/all.ics": "old", "feeds/gone.ics": "gone", "index.html": "page"}
NEW = {"feeds/all.ics": "new", "index.html": "page"}
NUMBERS = count()
WHOLE = "every object there is whole, and the next export continues from there"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with running_store(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def bucket(store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket, in the store that the environment names."""
    environment = {
        "AWS_ENDPOINT_URL": store.url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    name = f"site-{next(NUMBERS)}"
    store.make_bucket(name)
    return name


def objects(store: Store, bucket: str) -> dict[str, str]:
    """The texts in a bucket by name, without the manifest."""
    return {name: text for name, text in store.objects(bucket).items() if not name.endswith(MANIFEST)}


def refusal(files: dict[str, str], target: str, **options: timedelta) -> str:
    with pytest.raises(IcsfeedError) as refused:
        put(files, Bucket(target, **options))
    return str(refused.value)


def test_every_object_has_the_bytes_and_headers_of_the_server(
    store: Store, bucket: str, schedule: Path, tmp_path: Path
) -> None:
    del schedule
    dest = f"s3://{bucket}/calendar"
    assert run("export", tmp_path / "site", "--now", NOW).status == 0
    done = run("export", dest, "--now", NOW)
    assert (done.status, done.stderr) == (0, "")
    texts = objects(store, bucket)
    # Each object in a bucket has its own headers; files that only web servers read are not uploaded.
    expected = {
        name: text.encode("latin-1").decode()
        for name, text in contents(tmp_path / "site").items()
        if not name.endswith((".gz", ".br", ".htaccess", ".nojekyll", "_headers", "nginx.conf"))
    }
    assert done.stdout == f"{dest}: {len(expected)} written, 0 removed, 0 unchanged\n"
    assert texts == {f"calendar/{name}": text for name, text in expected.items()}
    responses = [obstore.get(store.bucket(bucket), f"calendar/{folder}/all.ics") for folder in ("downloads", "feeds")]
    headers = {"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": CACHE_CONTROL}
    assert responses[0].attributes == headers | {"Content-Disposition": 'attachment; filename="all.ics"'}
    assert responses[1].attributes == headers


def test_only_changed_objects_are_uploaded_and_obsolete_ones_removed(store: Store, bucket: str) -> None:
    store.ask("PUT", f"/{bucket}/foreign.txt", content=b"foreign")
    put(OLD, Bucket(f"s3://{bucket}"))
    before = len(store.requests())
    put(NEW, Bucket(f"s3://{bucket}"))
    manifest = f"/{bucket}/{MANIFEST}"
    assert [request for request in store.requests()[before:] if not request.startswith("GET")] == [
        f"PUT {manifest} 200",
        f"PUT /{bucket}/feeds/all.ics 200",
        f"POST /{bucket}?delete 200",
        f"PUT {manifest} 200",
    ]
    assert objects(store, bucket) == NEW | {"foreign.txt": "foreign"}


def files_of(feeds: list[str]) -> list[str]:
    """All files of the customers with those feeds, in order: the feeds in each form, then the pages."""
    folders = [name.removesuffix("all.ics") for name in feeds]
    forms = [f"{folder}all.{form}" for folder in folders for form in ("expanded.ics", "ics", "json")]
    return [*forms, *(f"{folder}index.html" for folder in folders)]


def test_private_feeds_are_objects_with_private_headers(
    store: Store, bucket: str, schedule: Path, tmp_path: Path
) -> None:
    """Only a changed subscriber's feed is uploaded, and foreign objects stay."""
    schedule.write_text(SCHEDULE.replace("[calendar]", '[calendar]\nlanguages = ["en"]'), encoding="utf-8")
    key = token_key_file(schedule.parent)
    options = ("--token-key-file", key, "--now", NOW)
    names = [
        f"calendar/{run('subscriber', 'add', name, *more, *options).stdout.strip()[1:]}"
        for name, *more in (("Acme Inc.",), ("Other", "--alarm", "1h"))
    ]
    dest = f"s3://{bucket}/calendar"
    foreign = "calendar/private/foreign/all.ics"
    store.ask("PUT", f"/{bucket}/{foreign}", content=b"foreign")
    assert run("export", dest, "--private", *options).status == 0
    assert run("export", tmp_path / "site", "--private", *options).status == 0
    texts = objects(store, bucket)
    assert {name for name in texts if "/private/" in name} == {*files_of(names), foreign}
    for name in names:
        assert texts[name] == (tmp_path / "site" / name.removeprefix("calendar/")).read_bytes().decode()
        assert obstore.get(store.bucket(bucket), name).attributes == {
            "Content-Type": "text/calendar; charset=utf-8",
            "Cache-Control": "private, max-age=60, stale-if-error=86400",
        }
    names.append(f"calendar/{run('subscriber', 'rotate', 'Other', '--overlap', '1m', *options).stdout.strip()[1:]}")
    before = len(store.requests())
    later = (*options[:2], "--now", "2026-11-23T12:01:00Z")
    done = run("export", dest, "--private", *later)
    assert (done.status, done.stdout) == (0, f"{dest}: 4 written, 4 removed, {len(texts) - 5} unchanged\n")
    manifest = f"/{bucket}/calendar/{MANIFEST}"
    requests = [request for request in store.requests()[before:] if not request.startswith("GET")]
    first, *uploads, page, removal, last = requests
    assert (first, removal, last) == (
        f"PUT {manifest} 200",
        f"POST /{bucket}?delete 200",
        f"PUT {manifest} 200",
    )
    # The forms of a feed are uploaded side by side, before the page that links to them.
    assert [*sorted(uploads), page] == [f"PUT /{bucket}/{name} 200" for name in files_of(names[2:])]
    remaining = {*files_of([names[0], names[2]]), foreign}
    assert {name for name in objects(store, bucket) if "/private/" in name} == remaining
    output = store.objects(bucket)[f"calendar/{MANIFEST}"] + done.stdout + done.stderr
    assert [name for name in names if name.split("/")[2] in output] == []
    assert run("export", dest, *options).status == 0
    assert {name for name in objects(store, bucket) if "/private/" in name} == {foreign}


def test_a_foreign_private_object_is_named_without_its_token(store: Store, bucket: str) -> None:
    store.ask("PUT", f"/{bucket}/private/secret/all.ics", content=b"foreign")
    assert refusal({"private/secret/all.ics": "ours"}, f"s3://{bucket}") == (
        f's3://{bucket} has a file "private/{{token}}/all.ics" that no export wrote; move it away, '
        "or export to another destination"
    )
    assert objects(store, bucket) == {"private/secret/all.ics": "foreign"}


def test_an_unchanged_site_uploads_nothing(store: Store, bucket: str) -> None:
    put(NEW, Bucket(f"s3://{bucket}"))
    before = len(store.requests())
    assert put(NEW, Bucket(f"s3://{bucket}")).as_json() == {"written": [], "removed": [], "unchanged": 2}
    assert store.requests()[before:] == [
        f"GET /{bucket}/{MANIFEST} 200",  # whether another export is under way
        f"GET /{bucket}/{MANIFEST} 200",
        f"GET /{bucket}?list-type=2 200",
    ]


def test_feeds_are_uploaded_before_pages(store: Store, bucket: str) -> None:
    before = len(store.requests())
    put({"index.html": "page", **{f"feeds/{number}.ics": "feed" for number in range(20)}}, Bucket(f"s3://{bucket}"))
    uploads = [
        request for request in store.requests()[before:] if request.startswith("PUT") and MANIFEST not in request
    ]
    assert len(uploads) == 21
    assert uploads[-1] == f"PUT /{bucket}/index.html 200"


def test_a_foreign_object_is_never_replaced(store: Store, bucket: str) -> None:
    store.ask("PUT", f"/{bucket}/feeds/all.ics", content=b"foreign")
    assert refusal(OLD, f"s3://{bucket}") == (
        f's3://{bucket} has a file "feeds/all.ics" that no export wrote; move it away, or export to another destination'
    )
    assert objects(store, bucket) == {"feeds/all.ics": "foreign"}


def test_a_second_export_from_the_same_manifest_is_refused(store: Store, bucket: str) -> None:
    put(OLD, Bucket(f"s3://{bucket}"))
    other = Bucket(f"s3://{bucket}")
    read_manifest(other)
    put(NEW, Bucket(f"s3://{bucket}"))
    with pytest.raises(IcsfeedError) as refused:
        other.write_manifest(Manifest().to_json())
    assert str(refused.value) == f"another export to s3://{bucket} is running; try again when it is done"
    assert objects(store, bucket) == NEW


def test_of_two_concurrent_first_exports_only_one_starts(bucket: str) -> None:
    one, two = Bucket(f"s3://{bucket}"), Bucket(f"s3://{bucket}")
    assert read_manifest(one) == read_manifest(two) == Manifest()
    one.write_manifest(Manifest().to_json())
    with pytest.raises(IcsfeedError, match="another export"):
        two.write_manifest(Manifest().to_json())


def test_an_export_is_refused_while_another_has_a_heartbeat(store: Store, bucket: str) -> None:
    first = Bucket(f"s3://{bucket}", heartbeat=timedelta(0))
    read_manifest(first)
    first.write_manifest(Manifest(pending=frozenset(OLD)).to_json())

    class Slow(Bucket):
        """While this export waits, the first one continues."""

        def read(self, name: str, *, max_bytes: int) -> bytes | None:
            content = super().read(name, max_bytes=max_bytes)
            first.beat()
            return content

    with pytest.raises(IcsfeedError) as refused:
        put(NEW, Slow(f"s3://{bucket}", patience=timedelta(0)))
    assert str(refused.value) == f"another export to s3://{bucket} is running; try again when it is done"
    assert objects(store, bucket) == {}


def test_the_next_export_completes_one_that_was_killed(store: Store, bucket: str) -> None:
    killed = Bucket(f"s3://{bucket}")
    read_manifest(killed)
    killed.write_manifest(Manifest(pending=frozenset(OLD)).to_json())
    store.ask("PUT", f"/{bucket}/feeds/gone.ics", content=b"gone")
    put(NEW, Bucket(f"s3://{bucket}", patience=timedelta(milliseconds=200)))
    assert objects(store, bucket) == NEW
    assert json.loads(store.objects(bucket)[MANIFEST])["pending"] == []
    with pytest.raises(IcsfeedError, match="another export"):
        killed.write_manifest(Manifest().to_json())


@pytest.mark.parametrize(
    "manifest",
    [
        b'{"icsfeed": 1, "files": {"../x": ["d", 1]}, "pending": [], "ledger": {}}',
        b'{"icsfeed": 1, "files": {}, "pending": [], "ledger": {"u": [-5, "d", "2026-11-23T12:00:00Z"]}}',
        b"[" * 100_000,
        b" " * (MAX_MANIFEST_BYTES + 1),
    ],
    ids=["a name outside", "a negative SEQUENCE", "nested brackets", "too long"],
)
def test_a_tampered_manifest_in_a_bucket_is_one_sentence_and_nothing_is_touched(
    store: Store, bucket: str, schedule: Path, manifest: bytes
) -> None:
    del schedule
    dest = f"s3://{bucket}"
    put(OLD, Bucket(dest))
    obstore.put(store.bucket(bucket), MANIFEST, manifest, use_multipart=False)
    before = len(store.requests())
    done = run("export", dest, "--now", NOW)
    expected = (
        f"{dest} has a {MANIFEST} that this version of icsfeed did not write; "
        "export to another destination, or empty this one\n"
    )
    assert (done.status, done.stdout, done.stderr) == (1, "", expected)
    assert {request.partition(" ")[0] for request in store.requests()[before:]} == {"GET"}
    assert objects(store, bucket) == OLD


def test_an_export_onto_another_calendar_in_a_bucket_is_refused(store: Store, bucket: str, schedule: Path) -> None:
    dest = f"s3://{bucket}"
    assert run("export", dest, "--now", NOW).status == 0
    before = objects(store, bucket)
    schedule.write_text(SCHEDULE.replace("maintenance.example.com", "demo.example.org"), encoding="utf-8")
    done = run("export", dest, "--now", NOW)
    expected = (
        f'{dest} publishes another calendar: its uid_domain is "maintenance.example.com", and that of this schedule is '
        '"demo.example.org"; export to another destination, check --schedule, or replace that calendar with '
        "--replace-calendar\n"
    )
    assert (done.status, done.stdout, done.stderr) == (1, "", expected)
    assert objects(store, bucket) == before
    assert run("export", dest, "--now", NOW, "--replace-calendar").status == 0
    assert "@demo.example.org" in objects(store, bucket)["feeds/all.ics"]


def test_a_long_upload_has_a_heartbeat(store: Store, bucket: str) -> None:
    before = len(store.requests())
    slow = Bucket(f"s3://{bucket}", heartbeat=timedelta(0))
    put({f"feeds/{number}.ics": "feed" for number in range(12)}, slow)
    signs = [request for request in store.requests()[before:] if request == f"PUT /{bucket}/{MANIFEST} 200"]
    assert len(signs) > 2
    assert json.loads(store.objects(bucket)[MANIFEST])["pending"] == []


def test_a_missing_bucket_is_a_one_line_error(bucket: str, schedule: Path) -> None:
    del bucket, schedule
    for dry in ((), ("--dry-run",)):
        done = run("export", "s3://not-there", "--now", NOW, *dry)
        expected = f"s3://not-there can't be written: there is no such bucket; {WHOLE}\n"
        assert (done.status, done.stdout, done.stderr) == (1, "", expected)


def test_wrong_credentials_are_a_one_line_error_without_them(store: Store, bucket: str, schedule: Path) -> None:
    del schedule
    with store.asking_for_credentials():
        done = run("export", f"s3://{bucket}", "--now", NOW)
    expected = f"s3://{bucket} can't be written: the store rejects these credentials; {WHOLE}\n"
    assert (done.status, done.stdout, done.stderr) == (1, "", expected)
    assert objects(store, bucket) == {}


def test_a_lost_connection_leaves_each_object_whole_and_the_next_export_completes_the_site(
    store: Store, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {f"feeds/{number}.ics": f"old {number}" for number in range(30)}
    new = {f"feeds/{number}.ics": f"new {number}" for number in range(30)}
    put(old, Bucket(f"s3://{bucket}"))
    wire = Wire(to=store.port, cut_after=10)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{wire.port}")
    begun = time.monotonic()
    assert refusal(new, f"s3://{bucket}") == (
        f"s3://{bucket} can't be written: the connection to the store failed; {WHOLE}"
    )
    assert time.monotonic() - begun < 20
    wire.close()
    texts = objects(store, bucket)
    assert {name for name, text in texts.items() if text not in {old[name], new[name]}} == set()
    assert texts not in (old, new)
    monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
    put(new, Bucket(f"s3://{bucket}", patience=timedelta(0)))
    assert objects(store, bucket) == new


def test_a_silent_store_is_a_one_line_error_within_seconds(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    begun = time.monotonic()
    assert refusal(OLD, f"s3://{bucket}") == f"s3://{bucket} can't be written: nothing answers at its address; {WHOLE}"
    assert time.monotonic() - begun < 10


NO_BUCKET = "is neither a folder nor a bucket; write a bucket as s3://NAME, gs://NAME or az://NAME"
TOO_MUCH = "a bucket's URL has a scheme, a name and a path, nothing else; credentials come from the environment"


@pytest.mark.parametrize(
    ("dest", "expected"),
    [
        ("ftp://host/path", f'"ftp://host/path" {NO_BUCKET}'),
        ("s3://", f'"s3://" {NO_BUCKET}'),
        ("s3:///path", f'"s3:///path" {NO_BUCKET}'),
        ("s3://bucket/..", '"s3://bucket/.." is not a path in a bucket; write the path without "." and ".."'),
        ("s3://key:secret@bucket", TOO_MUCH),
        ("ftp://key:secret@bucket", TOO_MUCH),
        ("az://container/path?sig=secret", TOO_MUCH),
    ],
)
def test_an_invalid_address_is_a_one_line_error(schedule: Path, dest: str, expected: str) -> None:
    del schedule
    done = run("export", dest, "--now", NOW)
    assert (done.status, done.stdout, done.stderr) == (1, "", expected + "\n")


@pytest.mark.parametrize(
    ("store_error", "expected"),
    [
        ("Generic MicrosoftAzure error: Account must be specified", "no account is set in the environment"),
        ("Error performing token request: Error performing GET http://host/token?a=b", NO_CREDENTIALS),
        ("Error performing PUT http://host/latest/api/token in 1ms", NO_CREDENTIALS),
        ("status code: 403 Forbidden: <Code>AccessDenied</Code>", "the credentials don't permit it"),
        ("status code: 400 Bad Request: <Code>ExpiredToken</Code>", "the credentials have expired"),
        ("status code: 501 Not Implemented: <Code>NotImplemented</Code>", "the store answers NotImplemented"),
        (
            "Error performing PUT https://host/c?sig=secret status code: 409 Conflict: x",
            "the store answers 409 Conflict",
        ),
        ("HTTP error: error sending request https://host/c?sig=secret", "the connection to the store failed"),
        ("something else, with a secret", "the store's client failed"),
    ],
)
def test_store_errors_are_in_our_own_words(store_error: str, expected: str) -> None:
    """The store's words may quote a signed address."""
    assert reason_of(store_error) == expected
