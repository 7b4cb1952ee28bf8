"""Texts with what they are called, of which tables and lists are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LabeledText:
    """A fact with what it is called, or a message with its time."""

    label: str
    text: str
