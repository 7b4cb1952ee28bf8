"""How the house is built: what no room may do. The floors themselves are import-linter's to hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "icsfeed"
ENTRY_POINTS = {"cli/truth.py", "bootstrap.py"}
"""The only rooms that may look at the clock."""

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")} | {
    ("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "strftime")
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def names_called(module: Path) -> set[tuple[str, str]]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_nothing_below_the_entry_points_reads_a_clock(module: Path) -> None:
    if module.relative_to(PACKAGE).as_posix() not in ENTRY_POINTS:
        assert names_called(module) & CLOCKS == set()


def test_the_entry_points_do_read_the_clock() -> None:
    """Otherwise the test above could not fail."""
    read = {module for module in ENTRY_POINTS if names_called(PACKAGE / module) & CLOCKS}
    assert read == ENTRY_POINTS


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_only_one_room_expands_rules(module: Path) -> None:
    imports = {
        alias.name.partition(".")[0]
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    assert ("dateutil" in imports) is (module.relative_to(PACKAGE).as_posix() == "domain/recurrence.py")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_rooms_stay_small_and_are_named_after_what_they_hold(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300
    assert module.stem not in {"utils", "helpers", "manager", "common", "misc"}
