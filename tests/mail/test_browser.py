"""Customers subscribe, choose and unsubscribe in a real Chromium, with and without JavaScript."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.services.mail_links import LinkPurpose
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.examples import NOW
from tests.mail.customers import link, subscriber
from tests.mail.vendors import SCHEDULE, application
from tests.publication.fakes import Clock
from tests.publication.pages.browsers import a_chromium, violations
from tests.publication.pages.serving import LOOPBACK, SilentHandler, hosting
from tests.web.servers import free_port

ADDRESS = "customer@example.com"
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}


@dataclass
class Vendor:
    """A vendor whose page lies on a static host, and whose server takes the form, each at an address of its own."""

    page: str
    server: str
    database: Database
    clock: Clock = field(default_factory=Clock)

    def link(self, purpose: LinkPurpose, address: str = ADDRESS) -> str:
        """The address of a link in a mail."""
        folder = "unsubscribe" if purpose is LinkPurpose.UNSUBSCRIBE else "subscribe/confirm"
        return f"{self.server}/{folder}/{link(self.database, purpose, address)}"


@contextlib.contextmanager
def a_vendor(folder: Path, database: Database, text: str = SCHEDULE) -> Generator[Vendor]:
    port = free_port()
    server = f"http://{LOOPBACK}:{port}"
    with hosting() as host:
        text = text.replace("https://maintenance.example.com", server).replace("https://status.example.com", host.url)
        vendor = Vendor(page=host.url, server=server, database=database)
        app = application(folder, database, vendor.clock, text)
        situation = Situation(schedule=load_schedule(folder / "schedule.toml").schedule, now=NOW)
        host.site = publish(situation, changed_at=NOW, is_live=False).representations
        served = make_server(LOOPBACK, port, app, threaded=True, request_handler=SilentHandler)
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        try:
            yield vendor
        finally:
            served.shutdown()
            thread.join()
            served.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    with a_vendor(tmp_path, database) as vendor:
        yield vendor
    database.close()


@pytest.fixture(name="visit")
def _visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages; any console message, error or question fails the test."""
    complaints: list[str] = []
    with contextlib.ExitStack() as contexts:

        def visit(url: str, **options: Any) -> Page:  # noqa: ANN401  (any option of a browser's context)
            context = contexts.enter_context(
                contextlib.closing(chromium.new_context(**{"locale": "en-US", "color_scheme": "light", **options}))
            )
            page = context.new_page()
            page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
            page.clock.set_fixed_time(NOW)
            page.goto(url)
            return page

        yield visit
    # Chromium says so of every page that answers 400 or 404, as some do here.
    assert [each for each in complaints if "the server responded with a status of 40" not in each] == []


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_page_to_the_end(has_script: bool, vendor: Vendor, visit: Callable[..., Page]) -> None:
    page = visit(f"{vendor.page}/", java_script_enabled=has_script)
    page.get_by_label("Email address").fill("Customer@EXAMPLE.com")
    page.locator("form").get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mailbox")
    assert page.url == f"{vendor.server}/subscribe/mail"
    stored = subscriber(vendor.database)
    assert stored is not None
    assert stored.confirmed_at is None

    page.goto(vendor.link(LinkPurpose.CONFIRM))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_have_text("Your subscription is confirmed. Choose what you want to hear of.")
    page.get_by_label("Preview").uncheck()
    page.get_by_label("Maintenance windows").uncheck()
    page.get_by_label("90 minutes before the start").uncheck()
    page.get_by_label("Language").select_option(label="Français")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Votre choix est enregistré.")

    page.goto(vendor.link(LinkPurpose.PREFERENCES))
    expect(page.get_by_label("Préproduction")).not_to_be_checked()
    expect(page.get_by_label("1 jour avant le début")).to_be_checked()
    expect(page.get_by_label("90 minutes avant le début")).not_to_be_checked()
    page.get_by_role("link", name="Se désabonner").click()
    page.get_by_role("button", name="Se désabonner").click()
    expect(page.get_by_role("heading", level=1).first).to_have_text("Désabonnement effectué")
    assert subscriber(vendor.database) is None
    page.get_by_role("link", name="Aller au calendrier").click()
    assert page.url == f"{vendor.page}/fr/"


def test_the_browser_itself_refuses_what_is_no_address(vendor: Vendor, visit: Callable[..., Page]) -> None:
    page = visit(f"{vendor.page}/fr/", java_script_enabled=False)
    field = page.get_by_label("Adresse courriel")
    field.fill("customer")
    page.locator("form").get_by_role("button", name="S’abonner").click()
    assert page.url == f"{vendor.page}/fr/"
    assert field.evaluate("each => each.validity.typeMismatch")
    field.fill("customer@example")  # an address for browsers, but none in mail
    page.locator("form").get_by_role("button", name="S’abonner").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Ce n’est pas une adresse courriel. Écrivez-en une comme nom@example.com."
    )
    expect(page.get_by_label("Adresse courriel")).to_have_value("customer@example")


def test_a_domain_in_other_letters(vendor: Vendor, visit: Callable[..., Page]) -> None:
    """Chromium itself makes A-labels of it (HTML, section 4.10.5.1.5)."""
    page = visit(f"{vendor.page}/")
    page.get_by_label("Email address").fill("ops@bücher.example")
    page.locator("form").get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mailbox")
    assert subscriber(vendor.database, "ops@xn--bcher-kva.example") is not None


def test_the_form_can_be_sent_to_no_other_server(vendor: Vendor, chromium: Browser) -> None:
    with contextlib.closing(chromium.new_context()) as context:
        page = context.new_page()
        page.goto(f"{vendor.page}/")
        page.locator("form").evaluate("each => { each.action = 'http://127.0.0.1:1/'; }")
        page.get_by_label("Email address").fill(ADDRESS)
        with page.expect_console_message(lambda message: "form-action" in message.text):
            page.locator("form").evaluate("each => each.requestSubmit()")
        assert page.url == f"{vendor.page}/"


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (WIDE, "dark")], ids=["phone, light", "wide, dark"])
def test_axe_finds_nothing_wrong(
    viewport: dict[str, int], scheme: str, vendor: Vendor, visit: Callable[..., Page]
) -> None:
    page = visit(f"{vendor.page}/", viewport=viewport, color_scheme=scheme)
    assert violations(page, "form") == []
    page.get_by_label("Email address").fill(ADDRESS)
    page.locator("form").get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mailbox")
    assert violations(page) == []
    page.goto(f"{vendor.server}/subscribe/mail?language=fr")
    page.get_by_label("Adresse courriel").fill("customer@example")
    page.get_by_role("button").click()
    for url in (
        None,
        vendor.link(LinkPurpose.CONFIRM),
        vendor.link(LinkPurpose.UNSUBSCRIBE),
        f"{vendor.server}/unsubscribe/x",
    ):
        if url is not None:
            page.goto(url)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(vendor.link(LinkPurpose.CONFIRM))
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Production <live>").uncheck()
    page.get_by_label("Preview").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_text("Choose at least one environment, or unsubscribe.")
    assert violations(page) == []
