"""Cached responses: the headers of a page, and of any response while a source is broken."""

from __future__ import annotations

import brotli
from werkzeug.test import Client

from icsfeed.domain.errors import UnavailableError
from icsfeed.publication.representations import Representation
from icsfeed.web.cached_responses import CachedResponse, coding_index, private_responses, public_responses
from tests.examples import NOW
from tests.publication.fakes import PATH, FakeServer, front_of, mistakes

POLICY = "default-src 'none'; style-src 'self'; frame-ancestors https://help.example.com"
PAGE = Representation(
    body=b"<!doctype html><p>Hello", content_type="text/html; charset=utf-8", dated=False, security=POLICY
)


def headers(answer: CachedResponse) -> dict[str, str]:
    return dict(answer.headers)


def test_the_headers_of_a_page() -> None:
    plain, *_ = public_responses(PAGE, NOW)
    assert headers(plain) == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": "23",
        "ETag": f'"{PAGE.etag}"',
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def test_each_coding_is_compressed_once_and_has_its_own_etag() -> None:
    plain, gzip, packed = public_responses(PAGE, None)
    assert packed.body == PAGE.tightly_packed
    assert brotli.decompress(packed.body) == PAGE.body
    assert len({each.etag for each in (plain, gzip, packed)}) == 3
    assert [headers(each).get("Content-Encoding") for each in (plain, gzip, packed)] == [None, "gzip", "br"]
    assert PAGE.tightly_packed is PAGE.tightly_packed


def test_public_and_private_responses_share_their_bytes() -> None:
    public, private = public_responses(PAGE, None), private_responses(PAGE, None)
    assert [id(each.body) for each in public] == [id(each.body) for each in private]


def test_responses_are_in_the_order_of_the_codings() -> None:
    responses = public_responses(PAGE, None)
    codings = {
        accepted: headers(responses[coding_index(accepted)]).get("Content-Encoding")
        for accepted in ("", "gzip", "br", "*")
    }
    assert codings == {"": None, "gzip": "gzip", "br": "br", "*": "br"}


def stale(client: Client) -> list[str | None]:
    """The header X-Icsfeed-Stale of a 200 and of a 304."""
    plain_response = client.get(PATH)
    unchanged = client.get(PATH, headers={"If-None-Match": plain_response.headers["ETag"]})
    assert (plain_response.status_code, unchanged.status_code) == (200, 304)
    return [each.headers.get("X-Icsfeed-Stale") for each in (plain_response, unchanged)]


def test_every_response_names_the_broken_sources() -> None:
    server = FakeServer()
    client = Client(front_of(server.live))
    assert stale(client) == [None, None]
    content = server.disk.content
    server.clock.advance(seconds=5)
    server.disk.write(mistakes("one"), server.clock.now)
    assert stale(client) == ["schedule"] * 2
    server.clock.advance(seconds=5)
    server.repository.fault = UnavailableError("away")
    assert stale(client) == ["database, schedule"] * 2
    server.clock.advance(seconds=5)
    assert content is not None
    server.disk.write(content, server.clock.now)
    assert stale(client) == ["database"] * 2
    server.repository.fault = None
    server.clock.advance(seconds=5)
    assert stale(client) == [None, None]
