"""Signing in by OpenID Connect: who gets in, as whom, and what is refused. The provider is a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from werkzeug.test import TestResponse

from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.store.database.database import Database
from tests.cli.running import SCHEDULE, run
from tests.operators.access import MINUTE, create
from tests.operators.consoles import SECURE, SIGN_IN, Browser, Operations, operations
from tests.operators.providers import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEY,
    OTHER_KEY,
    SECRET_VARIABLE,
    Claims,
    Provider,
    new_key,
    providing,
    signed,
    signed_with_the_public_key_as_a_secret,
    signed_with_the_secret,
    unsigned,
)

OIDC = f"{SIGN_IN}/oidc"
RETURN = f"{OIDC}/return"
SESSIONS = "/operator/sessions/"


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    """It does what it should, until a test has it do something else."""
    vars(running_provider).update(vars(Provider(issuer=running_provider.issuer)))
    return running_provider


def schedule_with(issuer: str) -> str:
    return (
        f'{SCHEDULE}\n[operators]\noidc = {{ issuer = "{issuer}", client_id = "{CLIENT_ID}", '
        f'client_secret = "env:{SECRET_VARIABLE}", write_groups = ["ops"], read_groups = ["support", "ops"] }}\n'
    )


@pytest.fixture(scope="module")
def running_console(running_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operations]:
    folder = tmp_path_factory.mktemp("console")
    with closing(Database(f"sqlite:///{folder}/icsfeed.db", may_be_missing=True)) as database:
        database.upgrade()
        schedule = schedule_with(running_provider.issuer)
        yield operations(folder, database, schedule=schedule, environment={SECRET_VARIABLE: CLIENT_SECRET})


@pytest.fixture
def console(running_console: Operations, provider: Provider) -> Operations:
    """It starts to count two hours after the last test: nothing of the provider is kept, and no failure counts."""
    provider.now = running_console.now = running_console.now + timedelta(hours=2)
    running_console.path.write_text(schedule_with(provider.issuer), encoding="utf-8")
    running_console.log.truncate(0)
    return running_console


def outcomes(console: Operations) -> list[tuple[str, str, str]]:
    """The sign-ins of the last quarter of an hour."""
    since = console.now - 16 * MINUTE
    with console.database.operator_rows() as rows:
        assert rows is not None
        return [(each.method.value, each.outcome.value, each.name) for each in rows.sign_ins.all() if each.at > since]


def depart(browser: Browser, page: str = "") -> str:
    """Leave for the provider, and come back as far as the address to return to."""
    response = browser.get(f"{OIDC}?next={page}")
    assert response.status_code == 303, response.text
    answer = httpx.get(response.location, follow_redirects=False)
    assert answer.status_code == 302
    return answer.headers["Location"]


def arrive(browser: Browser, address: str) -> TestResponse:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == SECURE
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser: Browser, page: str = "") -> TestResponse:
    return arrive(browser, depart(browser, page))


def warning(response: TestResponse) -> str:
    match = re.search(r'<p class="warning" role="alert">(.*?)</p>', response.text)
    assert match is not None, response.text
    return match[1]


def test_a_person_signs_in_and_goes_on(console: Operations, provider: Provider) -> None:
    browser = console.browser()
    page = browser.get(f"{SIGN_IN}?next={SESSIONS}")
    assert f'href="{OIDC}?next={SESSIONS}">Sign in with 127.0.0.1</a>' in page.text
    response = sign_in(browser, SESSIONS)
    assert (response.status_code, response.location) == (303, SESSIONS)
    assert "alice@example.com" in browser.get(SESSIONS).text
    assert outcomes(console) == [("oidc", "accepted", "alice@example.com")]
    browser.post("/operator/sign-out")
    assert outcomes(console)[1:] == [("oidc", "signed out", "alice@example.com")]
    assert provider.requests == ["GET /.well-known/openid-configuration", "GET /keys", "GET /authorize", "POST /token"]


def test_whom_the_provider_recognizes_gets_in_however_many_attempts_have_failed(
    console: Operations, provider: Provider
) -> None:
    """Anybody could lock every operator out for a day, by wrong tokens from a hundred addresses."""
    del provider
    with console.database.writing_operator_rows() as rows:
        for number in range(1000):
            address = f"198.51.100.{number // 10}"
            rows.sign_ins.add(
                SignIn(at=console.now, method=SignInMethod.BEARER, outcome=SignInOutcome.UNKNOWN_TOKEN, address=address)
            )
    stranger = console.browser()
    assert stranger.sign_in("wrong").status_code == 429
    assert sign_in(console.browser()).status_code == 303


def test_the_request_to_the_provider_says_what_it_must(console: Operations, provider: Provider) -> None:
    response = console.browser().get(OIDC)
    parts = urlsplit(response.location)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.issuer}/authorize"
    assert query.pop("state") != query.pop("nonce")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query.pop("code_challenge"))
    assert query == {
        "kept": "yes",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": f"{SECURE}{RETURN}",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
    }
    cookie = next(each for each in response.headers.getlist("Set-Cookie") if each.startswith("__Host-icsfeed-oidc="))
    assert set(cookie.split("; ")[1:]) >= {"Max-Age=900", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_the_scope_groups_is_asked_for_where_the_provider_has_it(console: Operations, provider: Provider) -> None:
    provider.metadata["scopes_supported"] = ["openid", "groups"]
    query = parse_qs(urlsplit(console.browser().get(OIDC).location).query)
    assert query["scope"] == ["openid email profile groups"]


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"email": "Alice@Example.com"}, "alice@example.com"),
        ({"email": "alice@example.com", "email_verified": True}, "alice@example.com"),
        ({"email": "alice@example.com", "email_verified": "true"}, "alice@example.com"),
        ({"email": "boss@example.com", "email_verified": False}, "42"),
        ({"email": "boss@example.com", "email_verified": "false"}, "42"),
        ({"email": "boss@example.com", "email_verified": False, "preferred_username": "alice"}, "alice (42)"),
        ({"email": ["boss@example.com"], "preferred_username": 7}, "42"),
        ({"preferred_username": "boss@example.com"}, "boss@example.com (42)"),
        ({"preferred_username": "42"}, "42"),
        ({}, "42"),
    ],
)
def test_the_name_stays_with_one_person(console: Operations, provider: Provider, person: Claims, name: str) -> None:
    provider.person = {"sub": "42", "groups": ["ops"], **person}
    browser = console.browser()
    assert sign_in(browser).status_code == 303
    assert f"<bdi>{name}</bdi>" in browser.get(SESSIONS).text


@pytest.mark.parametrize(
    ("groups", "may_write"),
    [(["ops"], True), (["support"], False), (["support", "ops"], True), ("ops", True), (["x", 7, "support"], False)],
)
def test_groups_say_who_may_write(console: Operations, provider: Provider, groups: object, may_write: bool) -> None:
    provider.person["groups"] = groups
    browser = console.browser()
    sign_in(browser)
    assert ("read only" in browser.get(SESSIONS).text) is not may_write


@pytest.mark.parametrize("groups", [["Ops", "op", "opsx", ""], [], "", None, {"ops": True}, [["ops"]], "ops support"])
def test_nobody_outside_the_groups_gets_in(console: Operations, provider: Provider, groups: object) -> None:
    provider.person["groups"] = groups
    browser = console.browser()
    response = sign_in(browser)
    assert response.status_code == 401
    assert warning(response).startswith("You are in none of the groups that may sign in here.")
    assert outcomes(console) == [("oidc", "no group", "alice@example.com")]
    assert browser.get(SESSIONS).status_code == 303


def test_groups_may_stand_in_the_user_info_alone(console: Operations, provider: Provider) -> None:
    del provider.person["groups"]
    provider.user_info = {"sub": "42", "groups": ["ops"], "email": "somebody.else@example.com"}
    browser = console.browser()
    assert sign_in(browser).status_code == 303
    assert "alice@example.com" in browser.get(SESSIONS).text
    provider.user_info["sub"] = "43"
    assert warning(sign_in(console.browser())) == "The provider’s answers are about two people."


def changed(**claims: object) -> Callable[[Claims], Claims]:
    """A change of the ID token's claims; ``None`` removes one."""
    return lambda original: {name: value for name, value in (original | claims).items() if value is not None}


def shifted(**seconds: int) -> Callable[[Claims], Claims]:
    return lambda original: original | {name: original["iat"] + value for name, value in seconds.items()}


INVALID = "The provider’s answer can’t be trusted: its ID token is not valid."


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["x"]},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"aud": "another", "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another"]},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 42},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("nan")},
        {"at_hash": "AAAA"},
        {"email": "x" * 300 + "@example.com"},
        {"email": "a@example.com\nSet-Cookie: x"},
        {"email": f"a@example.com{chr(0x202E)}"},
    ],
)
def test_an_id_token_for_something_else_is_refused(console: Operations, provider: Provider, claims: Claims) -> None:
    provider.twist = changed(**claims)
    browser = console.browser()
    response = sign_in(browser, SESSIONS)
    assert (response.status_code, warning(response)) == (401, INVALID)
    assert outcomes(console) == [("oidc", "invalid response", "")]
    assert browser.get(SESSIONS).status_code == 303


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        ({"exp": -61}, "The provider’s answer has expired. Sign in again."),
        ({"iat": 600, "exp": 900}, INVALID),
        ({"nbf": 600}, INVALID),
    ],
)
def test_an_id_token_of_another_time_is_refused(
    console: Operations, provider: Provider, seconds: dict[str, int], reason: str
) -> None:
    provider.twist = shifted(**seconds)
    response = sign_in(console.browser())
    assert (response.status_code, warning(response)) == (401, reason)
    assert outcomes(console) == [("oidc", "invalid response", "")]


def test_an_audience_of_several_needs_that_it_is_for_us(console: Operations, provider: Provider) -> None:
    provider.twist = changed(aud=["another", CLIENT_ID], azp=CLIENT_ID)
    assert sign_in(console.browser()).status_code == 303


def test_clocks_may_be_a_minute_apart(console: Operations, provider: Provider) -> None:
    provider.twist = shifted(iat=50, exp=60)
    assert sign_in(console.browser()).status_code == 303


SIGNATURES: dict[str, Callable[[Claims], str]] = {
    "none": unsigned,
    "by the client's secret": signed_with_the_secret,
    "by the public key as a secret": signed_with_the_public_key_as_a_secret,
    "by an unknown key": lambda claims: signed(claims, OTHER_KEY),
    "by another key of that name": lambda claims: signed(claims, OTHER_KEY, kid="first"),
    "cut off": lambda claims: signed(claims).rpartition(".")[0] + ".",
    "changed": lambda claims: signed(claims)[:-8] + "AAAAAAAA",
    "no token": lambda _: "no token",
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_an_id_token_that_the_provider_has_not_signed_is_refused(
    console: Operations, provider: Provider, signature: str
) -> None:
    provider.sign = SIGNATURES[signature]
    response = sign_in(console.browser())
    assert (response.status_code, warning(response)) == (401, INVALID)
    assert outcomes(console) == [("oidc", "invalid response", "")]


def test_an_answer_without_an_id_token_is_refused(console: Operations, provider: Provider) -> None:
    provider.tokens = {"id_token": None}
    assert warning(sign_in(console.browser())) == INVALID


def test_new_keys_of_the_provider_are_fetched_when_they_are_needed(console: Operations, provider: Provider) -> None:
    assert sign_in(console.browser()).status_code == 303
    second = new_key("second")
    provider.keys, provider.sign = [second], lambda claims: signed(claims, second)
    assert sign_in(console.browser()).status_code == 303
    assert provider.requests.count("GET /keys") == 2
    provider.keys = [KEY]
    assert sign_in(console.browser()).status_code == 303, "the keys are kept"
    provider.sign = signed
    assert sign_in(console.browser()).status_code == 303
    assert provider.requests.count("GET /keys") == 3


@pytest.mark.parametrize("code", ["", "x" * 5000, "\N{GRINNING FACE}", "code-0-" + "d" * 30])
def test_a_code_that_the_provider_did_not_give_is_refused(console: Operations, code: str) -> None:
    browser = console.browser()
    state = parse_qs(urlsplit(depart(browser)).query)["state"][0]
    response = browser.client.get(RETURN, query_string={"state": state, "code": code}, base_url=SECURE)
    assert response.status_code == 401
    assert outcomes(console) == [("oidc", "invalid response", "")]


def test_a_return_happens_once(console: Operations) -> None:
    browser = console.browser()
    address = depart(browser)
    assert arrive(browser, address).status_code == 303
    response = arrive(browser, address)
    assert warning(response).startswith("This sign-in did not begin in this browser")


def test_a_code_works_once_wherever_it_is_replayed(console: Operations) -> None:
    victim, thief = console.browser(), console.browser()
    code = parse_qs(urlsplit(depart(victim)).query)["code"][0]
    stolen = victim.client.get_cookie("__Host-icsfeed-oidc", "maintenance.example.com")
    assert stolen is not None
    state = parse_qs(urlsplit(depart(thief)).query)["state"][0]
    response = thief.get(f"{RETURN}?state={state}&code={code}")  # the verifier is the thief's
    assert warning(response).startswith("The provider did not accept its own code")
    response = victim.get(f"{RETURN}?state={state}&code={code}")
    assert warning(response).startswith("This sign-in did not begin in this browser")
    assert outcomes(console) == [("oidc", "invalid response", "")] * 2


def test_the_return_of_another_browser_signs_nobody_in(console: Operations) -> None:
    """An attacker who leads somebody to the end of the attacker's own sign-in."""
    attacker, victim = console.browser(), console.browser()
    address = depart(attacker)
    assert arrive(victim, address).status_code == 401
    depart(victim)
    assert arrive(victim, address).status_code == 401
    assert victim.get(SESSIONS).status_code == 303


def test_a_journey_ends_after_a_quarter_of_an_hour_and_can_t_be_made_up(console: Operations) -> None:
    browser = console.browser()
    address = depart(browser)
    console.later(16 * MINUTE)
    assert warning(arrive(browser, address)).startswith("This sign-in did not begin in this browser")
    for value in ("", "e30.x", "eyJzdGF0ZSI6ICJ4In0.AAAA", "x" * 5000):
        other = console.browser()
        other.headers["Cookie"] = f"__Host-icsfeed-oidc={value}"
        assert other.get(f"{RETURN}?state=x&code=y").status_code == 401


def test_the_provider_s_refusal_is_told(console: Operations, provider: Provider) -> None:
    provider.answers_with = {"error": "access_denied", "error_description": "<script>alert(1)</script>"}
    response = sign_in(console.browser())
    assert (response.status_code, warning(response)) == (401, "The provider refused the sign-in. Sign in again.")
    assert "alert(1)" not in response.text


def test_another_provider_s_answer_is_refused(console: Operations, provider: Provider) -> None:
    """The mix-up of RFC 9207."""
    browser = console.browser()
    response = arrive(browser, f"{depart(browser)}&iss=https://evil.example")
    assert warning(response) == "The answer comes from another provider than this server trusts."
    assert "POST /token" not in provider.requests
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    console.later(timedelta(hours=2))  # by then, the metadata are read again
    provider.now = console.now
    assert sign_in(browser).status_code == 401
    assert arrive(browser, f"{depart(browser)}&iss={provider.issuer}").status_code == 303


def test_the_secret_goes_into_the_form_where_the_provider_wants_it_there(
    console: Operations, provider: Provider
) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert sign_in(console.browser()).status_code == 303


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/.well-known/openid-configuration", b"<html>"),
        ("/.well-known/openid-configuration", b"[]"),
        ("/.well-known/openid-configuration", b'{"issuer": "https://evil.example"}'),
        ("/.well-known/openid-configuration", b"{" * 1_000_000),
        ("/keys", b"{}"),
    ],
)
def test_a_provider_that_answers_nonsense_is_not_available(
    console: Operations, provider: Provider, path: str, body: bytes
) -> None:
    provider.bodies[path] = body
    response = console.browser().get(OIDC)
    assert response.status_code == 503
    assert warning(response).startswith("The sign-in provider does not answer")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://169.254.169.254/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_metadata_that_lead_elsewhere_are_refused(console: Operations, provider: Provider, metadata: Claims) -> None:
    provider.metadata = metadata
    assert console.browser().get(OIDC).status_code == 503


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize("status", [302, 500])
def test_a_provider_that_is_down_is_told_and_a_token_still_works(
    console: Operations, provider: Provider, path: str, status: int
) -> None:
    provider.refuses[path] = status
    browser = console.browser()
    response = sign_in(browser) if path == "/token" else browser.get(OIDC)
    if path == "/token" and status == 302:
        assert response.status_code == 401
    else:
        assert response.status_code == 503
        assert warning(response).startswith("The sign-in provider does not answer")
    assert browser.sign_in(create(console.database, f"{status} at {path}", now=console.now).text).status_code == 303


def test_a_provider_that_is_gone_is_told(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        schedule = schedule_with("http://127.0.0.1:9")
        console = operations(tmp_path, database, schedule=schedule, environment={SECRET_VARIABLE: "x"})
        assert console.browser(language="fr").get(OIDC).status_code == 503
        assert "the provider http://127.0.0.1:9 does not answer (ConnectionRefusedError)" in console.log.getvalue()
        console = operations(tmp_path, database, schedule=schedule)
        response = console.browser(language="fr").get(OIDC)
        assert response.status_code == 503
        assert warning(response).startswith("Le fournisseur d’identité ne répond pas")


def test_nothing_of_a_sign_in_is_in_the_log(console: Operations, provider: Provider) -> None:
    browser = console.browser()
    sign_in(browser)
    cookies = list(browser.cookies().values())
    for twist in (changed(nonce="another"), changed(groups=[])):
        provider.twist = twist
        sign_in(console.browser())
    provider.refuses["/token"] = 500
    sign_in(console.browser())
    log = console.log.getvalue()
    assert log.count("sign-in refused") == 2
    assert log.count("sign-in provider not available") == 1
    for secret in (*provider.secrets, *cookies, CLIENT_SECRET):
        assert secret not in log
        assert secret.encode() not in (console.path.parent / "icsfeed.db").read_bytes()


def test_sessions_end_where_the_schedule_has_no_provider_any_more(console: Operations) -> None:
    browser = console.browser()
    sign_in(browser)
    create(console.database)
    console.path.write_text(SCHEDULE, encoding="utf-8")
    assert browser.get(SESSIONS).status_code == 303
    for path in (OIDC, RETURN):
        assert browser.get(path).status_code == 404
    assert "Sign in with" not in browser.get(SIGN_IN).text


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (
            "env:NO_SUCH_SECRET",
            "client_secret: the variable NO_SUCH_SECRET is not set; nobody signs in by OpenID Connect before it is",
        ),
        (
            "in-the-file",
            "client_secret stands in the file, for all who can read it; put it into a variable, and write env: and its "
            "name",
        ),
    ],
)
def test_check_warns_of_a_secret_that_is_missing_or_can_be_read(tmp_path: Path, secret: str, message: str) -> None:
    file = tmp_path / "schedule.toml"
    schedule = schedule_with("https://id.example.com").replace(f"env:{SECRET_VARIABLE}", secret)
    file.write_text(schedule.replace("Thursday", "Friday"), encoding="utf-8")
    outcome = run("check", str(file))
    assert outcome.status == 0, outcome.stderr
    assert [line.partition("operators.oidc: ")[2] for line in outcome.stdout.splitlines() if "oidc" in line] == [
        message
    ]
    assert "in-the-file" not in outcome.stdout
