"""The values of templates' variables: plain data, with nothing of Python's that a template could use."""

from __future__ import annotations

from typing import TypeAlias

Variable: TypeAlias = "str | int | bool | list[Variable] | dict[str, Variable]"

Variables: TypeAlias = dict[str, Variable]
"""By name."""
