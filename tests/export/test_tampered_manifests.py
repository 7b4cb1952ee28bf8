"""Whatever somebody wrote into a manifest, an export either works or is refused in one sentence."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from icsfeed.domain.errors import RefusedError
from icsfeed.export.folder import Folder
from icsfeed.export.manifest_parsing import MAX_MANIFEST_BYTES, parse_manifest
from tests.cli.running import NOW, SCHEDULE, run, token_key_file
from tests.export.sites import contents, dates, put

AT = "2026-11-23T12:00:00Z"
FILE, LINE = ["d", 1], [0, "d", AT]
FEED = "feeds/all.ics"
GOOD = {
    "icsfeed": 1,
    "uid_domain": "maintenance.example.com",
    "files": {FEED: FILE},
    "pending": ["a"],
    "ledger": {"u": LINE},
}


def with_parts(**parts: object) -> str:
    return json.dumps(GOOD | parts)


def with_name(name: str) -> str:
    return with_parts(files={name: FILE})


def with_line(*line: object) -> str:
    return with_parts(ledger={"u": line})


def with_text(old: str, new: str) -> str:
    text = json.dumps(GOOD)
    assert text.count(old) == 1
    return text.replace(old, new)


TAMPERED = {
    "a lone surrogate in a name": with_name("feeds/\ud800.ics"),
    "a lone surrogate in a pending name": with_parts(pending=["\udfff"]),
    "a lone surrogate in a UID": with_parts(ledger={"\ud800": LINE}),
    "a lone surrogate in a digest": with_line(0, "\ud800", AT),
    "a lone surrogate as bytes": with_text('"d", 1]', '"\ud800", 1]'),
    "2,000 levels": with_name("/".join(["a"] * 2000)),
    "17 levels": with_name("/".join(["a"] * 17)),
    "a name of 1,025 bytes": with_name("/".join(["é" * 100] * 6)),
    "a part of a name of 256 bytes": with_name("é" * 128),
    "a file within a file": with_parts(files={FEED: FILE, f"{FEED}/0": FILE}),
    "a file far within one that is pending": with_parts(files={f"{FEED}/0/1": FILE}, pending=[FEED]),
    "100,000 nested brackets": "[" * 100_000,
    "100,000 nested brackets among the names": with_text('["a"]', "[" * 100_000 + "]" * 100_000),
    "100,000 nested objects": '{"a":' * 100_000,
    "SEQUENCE 10^30": with_line(10**30, "d", AT),
    "SEQUENCE 2^31": with_line(2**31, "d", AT),
    "SEQUENCE -5": with_line(-5, "d", AT),
    "SEQUENCE as a fraction": with_line(1.0, "d", AT),
    "SEQUENCE as a truth value": with_text('[0, "d"', '[true, "d"'),
    "SEQUENCE with 5,000 digits": with_text('[0, "d"', f'[{"9" * 5000}, "d"'),
    "SEQUENCE 1e400": with_text('[0, "d"', '[1e400, "d"'),
    "SEQUENCE NaN": with_line(float("nan"), "d", AT),
    "a size of NaN": with_parts(files={FEED: ["d", float("nan")]}),
    "a size of infinity": with_parts(files={FEED: ["d", float("inf")]}),
    "a negative size": with_parts(files={FEED: ["d", -1]}),
    "a size of 10^30": with_parts(files={FEED: ["d", 10**30]}),
    "a digest that is none": with_parts(files={FEED: ["", 1]}),
    "a digest of a million characters": with_parts(files={FEED: ["d" * 10**6, 1]}),
    "an absolute name": with_name("/etc/passwd"),
    "a name outside": with_name("../neighbor.txt"),
    "a name outside, among the pending": with_parts(pending=["feeds/../../neighbor.txt"]),
    "an empty name": with_name(""),
    "a name with a line break": with_name("feeds/all.ics\nhttps://evil.example"),
    "a name with an escape sequence": with_name("\x1b[2J"),
    "a name that is read from right to left": with_name("feeds/\u202escilla"),
    "the lock": with_name(".icsfeed/lock"),
    "the manifest itself": with_name(".icsfeed/manifest.json"),
    "the manifest itself, in capitals": with_name(".ICSFEED/Manifest.JSON"),
    "a staged file": with_name(".icsfeed/parts/0"),
    "a list for the files": with_parts(files=[FEED]),
    "a text for the pending names": with_parts(pending="abc"),
    "an object for the pending names": with_parts(pending={"a": 1}),
    "a number among the pending names": with_parts(pending=[1]),
    "a text for a file": with_parts(files={FEED: "d1"}),
    "an object for a line": with_parts(ledger={"u": {"0": 1, "d": 2, AT: 3}}),
    "a list for the ledger": with_parts(ledger=[]),
    "no ledger": json.dumps({name: part for name, part in GOOD.items() if name != "ledger"}),
    "a number for the uid_domain": with_parts(uid_domain=1),
    "an empty uid_domain": with_parts(uid_domain=""),
    "a uid_domain of two lines": with_parts(uid_domain="a\nb"),
    "a truth value for the version": with_parts(icsfeed=True),
    "a fraction for the version": with_parts(icsfeed=1.0),
    "an object for the version": with_parts(icsfeed={}),
    "an instant without a zone": with_line(0, "d", "2026-11-23T12:00:00"),
    "an instant in digits of another script": with_line(0, "d", "٢026-11-23T12:00:00Z"),
    "an instant in the year 9999": with_line(0, "d", "9999-12-31T23:59:59Z"),
    "a number for an instant": with_line(0, "d", 1),
    "the same file twice": with_text('"feeds/all.ics": ["d", 1]', '"a": ["d", 1], "a": ["e", 2]'),
    "the same UID twice": with_text('"u": [', '"u": [9, "e", "2026-11-23T12:00:00Z"], "u": ['),
    "the files twice": with_text('"pending": ', '"files": {}, "pending": '),
    "text after the end": json.dumps(GOOD) + "{}",
    "nothing but zeros": "\0" * 1000,
    "null": "null",
}


def refusal(dest: Path) -> str:
    return (
        f"{dest} has a .icsfeed/manifest.json that this version of icsfeed did not write; "
        "export to another destination, or empty this one"
    )


def tamper(dest: Path, content: bytes) -> None:
    (dest / ".icsfeed").mkdir(parents=True, exist_ok=True)
    (dest / ".icsfeed" / "manifest.json").write_bytes(content)


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize("text", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_tampered_manifest_is_one_sentence_and_nothing_is_touched(tmp_path: Path, text: str) -> None:
    (tmp_path / "neighbor.txt").write_text("not ours")
    dest = tmp_path / "site"
    put({FEED: "old"}, dest)
    tamper(dest, text.encode("utf-8", "surrogatepass"))
    before = dates(tmp_path)
    for options in ((), ("--dry-run",)):
        done = run("export", dest, "--now", NOW, *options)
        assert (done.status, done.stdout, done.stderr) == (1, "", refusal(dest) + "\n")
    assert dates(tmp_path) == before


def test_a_manifest_like_these_but_untampered_is_accepted() -> None:
    """Otherwise the others could be refused for any reason."""
    assert parse_manifest(json.dumps(GOOD).encode(), "site").names == {FEED, "a"}


@pytest.mark.usefixtures("schedule")
def test_a_manifest_of_a_gigabyte_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    dest = tmp_path / "site"
    put({FEED: "old"}, dest)
    with (dest / ".icsfeed" / "manifest.json").open("r+b") as file:
        file.truncate(10**9)
    done = run("export", dest, "--now", NOW)
    assert (done.status, done.stdout, done.stderr) == (1, "", refusal(dest) + "\n")
    content = Folder(dest).read_manifest()
    assert content is not None
    assert len(content) == MAX_MANIFEST_BYTES + 1
    assert contents(dest) == {FEED: "old"}


@pytest.mark.usefixtures("schedule")
def test_a_foreign_file_of_a_gigabyte_is_told_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    with (tmp_path / FEED).open("wb") as file:
        file.truncate(10**9)
    assert run("export", tmp_path, "--now", NOW).stderr == (
        f'{tmp_path} has a file "{FEED}" that no export wrote; move it away, or export to another destination\n'
    )


@pytest.mark.parametrize("name", ["manifest.json", "lock", "parts", "parts/0"])
@pytest.mark.parametrize("kind", ["a pipe", "a folder"])
@pytest.mark.usefixtures("schedule")
def test_something_else_in_the_place_of_an_exports_own_file_is_one_sentence(
    tmp_path: Path, name: str, kind: str
) -> None:
    """A pipe must not keep the export waiting for a writer."""
    dest = tmp_path / "site"
    put({FEED: "old"}, dest)
    (dest / ".icsfeed" / name).unlink(missing_ok=True)
    (dest / ".icsfeed" / name).parent.mkdir(exist_ok=True)
    if kind == "a pipe":
        os.mkfifo(dest / ".icsfeed" / name)
    else:
        (dest / ".icsfeed" / name / "inner").mkdir(parents=True)
    done = run("export", dest, "--now", NOW)
    assert done.stderr.count("\n") == done.status
    assert (dest / FEED).exists()


@pytest.mark.usefixtures("schedule")
def test_private_folders_with_any_names_are_foreign(tmp_path: Path) -> None:
    dest = tmp_path / "site"
    key = token_key_file(tmp_path)
    options = ("--private", "--token-key-file", key, "--now", NOW)
    run("subscriber", "add", "Acme Inc.", "--token-key-file", key, "--now", NOW)
    names = [os.fsdecode(name) for name in (b"\xff\xfe", b"a\nb", b"\x1b[2J", "\u202ea".encode(), b"-rf", b" ")]
    for name in names:
        (folder := dest / "private" / name).mkdir(parents=True)
        (folder / name).write_text("foreign")
    for _ in range(2):
        done = run("export", dest, *options)
        assert (done.status, done.stderr) == (0, "")
    assert [(dest / "private" / name / name).read_text() for name in names] == ["foreign"] * len(names)
    assert len(list((dest / "private").iterdir())) == len(names) + 2  # the subscriber's folder, and Apache's rules


def test_the_largest_sequence_is_accepted_and_stays_the_largest(schedule: Path, tmp_path: Path) -> None:
    """A larger one would be no integer of iCalendar, and the next export would refuse it."""
    dest = tmp_path / "site"
    assert run("export", dest, "--now", NOW).status == 0
    manifest = json.loads((dest / ".icsfeed" / "manifest.json").read_bytes())
    manifest["ledger"] = {uid: [2**31 - 1, digest, at] for uid, (_, digest, at) in manifest["ledger"].items()}
    tamper(dest, json.dumps(manifest).encode())
    schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"'), encoding="utf-8")
    for _ in range(2):
        done = run("export", dest, "--now", NOW)
        assert (done.status, done.stderr) == (0, "")
        assert set(re.findall(r"SEQUENCE:(.*)\r", contents(dest)[FEED])) == {"2147483647"}


HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-5, 2**31 - 1, 2**31, 2**53 + 1, 10**30, 1e308, float("nan"), float("inf"), "", [], {}]),
    st.text(max_size=20),
    st.sampled_from(["..", "/etc/passwd", "../neighbor.txt", "\ud800", "\0", FEED, f"{FEED}/below", ".icsfeed/lock"]),
    st.sampled_from([LINE, FILE, [2**31 - 1, "", AT], [1, "d", "0001-01-01T00:00:00Z"], {FEED: FILE}, [FEED]]),
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401
    """The path of every value within a value of JSON."""
    yield path
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """The bytes of a manifest after one to three edits: of values, of keys, or of bytes."""
    value = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([path for path in places(value) if path]))
        parent: Any = value
        for key in way:
            parent = parent[key]
        if isinstance(parent, dict) and draw(st.booleans()):
            parent[draw(st.text(max_size=8) | st.sampled_from(["..", "a/../../b", "\ud800", "files"]))] = parent.pop(
                last
            )
        else:
            parent[last] = copy.deepcopy(draw(HOSTILE))
    content = bytearray(json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass"))
    if draw(st.booleans()):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content)


def reason_to_refuse(dest: Path) -> str | None:
    try:
        put({FEED: "new", "index.html": "page"}, dest)
    except RefusedError as error:
        return str(error)
    return None


@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(b"")
@example(b"[" * 10_000)
@given(content=tampered() | st.binary(max_size=60))
def test_any_manifest_is_read_back_as_written_or_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (neighbor := tmp_path / "neighbor.txt").write_text("not ours")
    dest = tmp_path / "site"
    (dest / FEED).parent.mkdir(parents=True, exist_ok=True)
    (dest / FEED).write_text("old")
    tamper(dest, content)
    reason = reason_to_refuse(dest)
    if reason is not None:
        assert contents(dest) == {FEED: "old"}
        if reason != refusal(dest):  # then the manifest is good, but does not list the feed
            assert FEED not in parse_manifest(content, "site").names
            assert reason == (
                f'{dest} has a file "{FEED}" that no export wrote; move it away, or export to another destination'
            )
    else:
        manifest = parse_manifest(content, "site")
        sequences = [line.revision.sequence for lines in manifest.ledger.values() for line in lines]
        assert all(0 <= sequence < 2**31 for sequence in sequences)
        assert parse_manifest(manifest.to_json(), "site") == manifest
        assert contents(dest) == {FEED: "new", "index.html": "page"}
        (dest / "index.html").unlink()
    assert neighbor.read_text() == "not ours"
