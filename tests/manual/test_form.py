"""Links lead somewhere, also where only the package is installed; topics name their readers; lines are short."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.manual.documents import EVERY_DOCUMENT, MANUAL, ROOT, TOPICS, Document


@pytest.mark.parametrize("document", EVERY_DOCUMENT, ids=lambda document: document.name)
def test_every_link_leads_to_a_file_and_a_heading(document: Document) -> None:
    missing = []
    for target in document.links():
        name, _, anchor = target.partition("#")
        path = (document.path.parent / name).resolve() if name else document.path
        if not path.is_file() or (anchor and anchor not in Document(path=path).anchors()):
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("document", TOPICS.values(), ids=TOPICS)
def test_the_manual_links_only_to_itself(document: Document) -> None:
    """The rest of the repository is not installed with it."""
    targets = {(document.path.parent / target.partition("#")[0]).resolve() for target in document.links()}
    assert {target for target in targets if not target.is_relative_to(MANUAL)} == set()


@pytest.mark.parametrize("document", TOPICS.values(), ids=TOPICS)
def test_every_topic_names_its_reader_below_its_title(document: Document) -> None:
    title, empty, reader, *_ = document.text.splitlines()
    assert (title[:2], empty) == ("# ", "")
    assert reader.startswith("*For ")
    assert reader.endswith(".*")


@pytest.mark.parametrize("document", EVERY_DOCUMENT, ids=lambda document: document.name)
def test_paragraphs_keep_to_120_columns(document: Document) -> None:
    lines = [line for line in document.prose.splitlines() if not line.startswith(("|", "!["))]
    assert [line for line in lines if len(line) > 120] == []


def test_the_design_names_files_that_exist() -> None:
    names = re.findall(r"`((?:icsfeed|tests)/[\w./]*)`", TOPICS["design"].text)
    assert "icsfeed/domain/civil.py" in names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_design_shows_the_layers_that_are_enforced() -> None:
    """Modules beside the packages may be left out."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    rows = re.findall(r"^\| (`icsfeed/.*?`) \|", TOPICS["design"].text, re.MULTILINE)
    shown = [
        [name.removesuffix(".py").strip("/").replace("/", ".") for name in re.findall("`(.*?)`", row)] for row in rows
    ]
    enforced = [layer.split(" | ") for layer in layers]
    packages = {name for layer in enforced for name in layer if (ROOT / name.replace(".", "/")).is_dir()}
    assert shown == [[name for name in layer if name in packages.union(*shown)] for layer in enforced]
