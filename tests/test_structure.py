"""The structure of the code, as far as import-linter does not check it: clocks, names and sizes."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "icsfeed"
ENTRY_POINTS = {"cli/inputs.py", "bootstrap.py"}
"""The only modules that may read the clock."""

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")} | {
    ("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "strftime")
}
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = {module: module.relative_to(PACKAGE).as_posix() for module in MODULES}


@pytest.fixture(autouse=True)
def _database() -> None:
    """None is needed."""


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def attributes_used(module: Path) -> set[tuple[str, str]]:
    return {
        (node.value.id, node.attr)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def test_only_the_entry_points_read_a_clock() -> None:
    assert {NAMES[module] for module in MODULES if attributes_used(module) & CLOCKS} == ENTRY_POINTS


def imports(module: Path) -> set[str]:
    """The packages that the module imports."""
    packages: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            packages.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            packages.add((node.module or "").partition(".")[0])
    return packages


def test_only_the_recurrence_module_imports_dateutil() -> None:
    assert [NAMES[module] for module in MODULES if "dateutil" in imports(module)] == ["domain/recurrence.py"]


def test_modules_stay_small_and_are_named_after_their_concept() -> None:
    lengths = {NAMES[module]: len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}
    vague = {"utils", "helpers", "manager", "common", "misc"}
    assert [NAMES[module] for module in MODULES if module.stem in vague] == []


def test_no_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(NAMES[module])
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


PARTICIPLES = {"asked", "found", "known", "made", "said", "shown", "there", "told", "wanted"}
"""Words that say that something happened, not what a value is."""


def bound_names(module: Path) -> set[str]:
    """The names of the module's variables, arguments, functions and classes, without underscores around them."""
    return {
        (node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else node.name).strip("_")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.arg | ast.FunctionDef | ast.ClassDef)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def test_values_are_named_by_nouns() -> None:
    participles = {NAMES[module]: bound_names(module) & PARTICIPLES for module in MODULES}
    assert {name: words for name, words in participles.items() if words} == {}
