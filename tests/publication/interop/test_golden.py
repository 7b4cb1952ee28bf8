"""The formats byte by byte: of the example's policy, of a year in which much happens, and of one that GKE takes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml
from yaml.nodes import Node

from icsfeed.domain.situation import Situation
from tests.examples import NOW
from tests.publication.interop.test_gke import FITTING
from tests.publication.interop.years import a_year, document
from tests.situations import a_situation

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "interop"

SITUATIONS: Final = {
    "example": Situation(schedule=a_year().schedule, now=NOW),
    "year": a_year(),
    "nightly": a_situation(FITTING),
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("name", ["alertmanager", "argocd", "gke"])
def test_documents_equal_their_golden_files(name: str, situation: str) -> None:
    """To change them on purpose: ``python -m tests.publication.interop.test_golden``."""
    assert document(SITUATIONS[situation], name).body == (GOLDEN / f"{situation}.{name}.yml").read_bytes()


@pytest.mark.parametrize("file", sorted(GOLDEN.iterdir()), ids=lambda file: file.name)
def test_documents_are_plain_yaml(file: Path) -> None:
    """No anchors, no tags, and nothing that versions of YAML read differently: what looks like a number is quoted."""
    text = file.read_text(encoding="utf-8")
    tokens = list(yaml.scan(text))
    kinds = {type(token).__name__ for token in tokens}
    assert kinds.isdisjoint({"AnchorToken", "AliasToken", "TagToken", "DirectiveToken", "DocumentStartToken"})
    scalars = [token for token in tokens if isinstance(token, yaml.ScalarToken)]
    assert all(
        isinstance(each.value, str)
        and (not each.plain or each.value[0].isalpha() or " " in each.value or each.value[-1] in "hm")
        for each in scalars
    )
    node: Node | None = yaml.compose(text)
    assert node is None or node.tag == "tag:yaml.org,2002:map"


def test_both_writers_of_the_library_give_the_same_bytes() -> None:
    """One is in C, and not installed everywhere."""
    values = [value for file in GOLDEN.iterdir() if (value := yaml.safe_load(file.read_bytes())) is not None]
    assert len(values) == 7
    for value in values:
        texts = {
            yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)
            for dumper in (yaml.SafeDumper, yaml.CSafeDumper)
        }
        assert len(texts) == 1


if __name__ == "__main__":
    for situation_name, each_situation in SITUATIONS.items():
        for format_name in ("alertmanager", "argocd", "gke"):
            written = GOLDEN / f"{situation_name}.{format_name}.yml"
            written.write_bytes(document(each_situation, format_name).body)
