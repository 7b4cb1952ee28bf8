"""The manual names every command, option, configuration key, route, published path and metric."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from icsfeed.bootstrap import create_operators_app
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.settings import Settings
from icsfeed.store.schedule_file import example_path, json_schema, load_schedule
from tests.applications import create_app
from tests.cli.running import every_command_line
from tests.examples import NOW
from tests.manual.documents import TOPICS, WRITTEN_TEXT


def test_every_command_and_option_is_described() -> None:
    lines = every_command_line()
    # The commands of planned changes are those of emergency changes, as the manual says.
    names = {line.removeprefix("emergency ").removeprefix("planned ") for line, _ in lines}
    options = {
        name
        for _, command in lines
        for parameter in command.params
        if parameter.param_type_name == "option"
        for name in parameter.opts
    }
    assert {"confirm", "window move"} <= names
    assert {"--expect", "-o"} <= options
    assert {name for name in names if not re.search(rf"[`| ]{name}[` ]", WRITTEN_TEXT)} == set()
    assert {name for name in options if not re.search(rf"`[^`]*{name}\b", WRITTEN_TEXT)} == set()


def test_planned_changes_have_the_commands_of_emergency_ones() -> None:
    lines = {line for line, _ in every_command_line()}
    emergency, planned = (
        {line.removeprefix(kind) for line in lines if line.startswith(kind)} for kind in ("emergency ", "planned ")
    )
    assert emergency - planned == {"suggest"}
    assert planned - emergency == {"approve", "withdraw"}  # an emergency never waits


def keys_of(schema: object) -> Iterator[str]:
    """The keys that a JSON Schema knows, at every depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from keys_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys_of(part)


def test_every_configuration_key_is_in_the_reference() -> None:
    reference = TOPICS["schedule-file"].text
    keys = set(keys_of(json_schema()))
    assert {"maintenance_windows", "week_starts", "lifted"} <= keys
    assert {key for key in keys if not re.search(rf"[`\[ ]{key}[`\] =]", reference)} == set()


def test_every_route_is_described(tmp_path: Path) -> None:
    schedule = tmp_path / "schedule.toml"  # the packaged example itself records nothing, and has no mail
    schedule.write_bytes(example_path().read_bytes())
    applications = create_app(schedule=schedule), create_operators_app(Settings(schedule=schedule))
    rules = {re.sub("<(.*?)>", upper, rule.rule) for app in applications for rule in app.url_map.iter_rules()}
    rules = {re.sub("^/operator/.*", "/operator/", rule) for rule in rules}  # the console's pages lead to each other
    assert {"/readyz", "/api/v1/state", "/unsubscribe/TOKEN"} <= rules
    assert {rule for rule in rules if f"`{rule}`" not in WRITTEN_TEXT} == set()


def upper(parameter: re.Match[str]) -> str:
    """A parameter of a route as the manual writes it."""
    return parameter[1].rpartition(":")[2].upper()


def general(path: str) -> str:
    """A path of the publication as the manual writes it; those in French are like those in English."""
    for place, name in (
        (r"^/fr(?=/.)", ""),
        (r"(?<=^/feeds/)[a-z]+", "SLUG"),
        (r"(?<=^/downloads/)[a-z]+", "SLUG"),
        (r"(?<=^/interop/)[a-z]+(?=/)", "SLUG"),
        (r"(?<=^/calendar/)\d{4}/\d\d", "YYYY/MM"),
        (r"(?<=^/calendar/)\d{4}", "YYYY"),
        (r"(?<=^/environments/)[a-z]+", "ID"),
        (r"(?<=^/qr/)[a-z]+", "SLUG"),
        (r"(?<=^/badge/)[a-z]+", "ENVIRONMENT"),
        (r"(?<=^/assets/).*", "NAME"),
    ):
        path = re.sub(place, name, path)
    return path


def test_every_published_path_is_in_the_list_of_addresses() -> None:
    publication = publish(Situation(schedule=load_schedule(example_path()).schedule, now=NOW), changed_at=NOW)
    paths = {general(path) for path in publication.representations}
    addresses = TOPICS["customers"].text
    assert {"/", "/fr/", "/calendar/YYYY/MM/", "/feeds/SLUG.ics", "/feeds/SLUG.atom", "/schemas/feed-1.json"} <= paths
    assert {path for path in paths if f"`{path}`" not in addresses} == set()


def test_every_metric_is_described() -> None:
    client = create_app(schedule=example_path()).test_client()
    client.get("/healthz")
    metrics = set(re.findall(r"^(icsfeed_\w+)[{ ]", client.get("/metrics").text, re.MULTILINE))
    deploying = TOPICS["deploy"].text
    assert {"icsfeed_requests_total", "icsfeed_source_broken"} <= metrics
    assert {metric for metric in metrics if f"`{metric}`" not in deploying} == {"icsfeed_requests_created"}
