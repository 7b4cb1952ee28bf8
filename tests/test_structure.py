"""The structure of the code, as far as import-linter does not check it: clocks, names and sizes."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "icsfeed"
ENTRY_POINTS = {"cli/inputs.py", "bootstrap.py"}
"""The only modules that may read the clock."""

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")} | {
    ("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "strftime")
}
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {module: ast.parse(module.read_text(encoding="utf-8")) for module in MODULES}

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))


@pytest.fixture(autouse=True)
def _database() -> None:
    """None is needed."""


def attributes_used(module: Path) -> set[tuple[str, str]]:
    return {
        (node.value.id, node.attr)
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


@each_module
def test_nothing_below_the_entry_points_reads_a_clock(module: Path) -> None:
    if module.relative_to(PACKAGE).as_posix() not in ENTRY_POINTS:
        assert attributes_used(module) & CLOCKS == set()


def test_the_entry_points_do_read_the_clock() -> None:
    """Otherwise the test above could not fail."""
    assert {name for name in ENTRY_POINTS if attributes_used(PACKAGE / name) & CLOCKS} == ENTRY_POINTS


@each_module
def test_only_the_recurrence_module_imports_dateutil(module: Path) -> None:
    imports = {
        alias.name.partition(".")[0]
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {(node.module or "").partition(".")[0] for node in ast.walk(TREES[module]) if isinstance(node, ast.ImportFrom)}
    assert ("dateutil" in imports) is (module.relative_to(PACKAGE).as_posix() == "domain/recurrence.py")


@each_module
def test_modules_stay_small_and_are_named_after_their_concept(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300
    assert module.stem not in {"utils", "helpers", "manager", "common", "misc"}


def test_no_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module.relative_to(PACKAGE).as_posix())
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


PARTICIPLES = {"asked", "found", "known", "made", "said", "shown", "there", "told", "wanted"}
"""Words that say that something happened, not what a value is."""


def bound_names(module: Path) -> set[str]:
    """The names of the module's variables, arguments, functions and classes, without underscores around them."""
    return {
        (node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else node.name).strip("_")
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.arg | ast.FunctionDef | ast.ClassDef)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


@each_module
def test_values_are_named_by_nouns(module: Path) -> None:
    assert bound_names(module) & PARTICIPLES == set()
